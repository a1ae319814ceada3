/** What every list has in common: the columns left of a row that hold mark and cursor. */
import type {Theme, Tone} from '../theme.ts';
import type {Cell} from './line.ts';

export type RowState = {
	readonly selected: boolean;
	/** Whether the keyboard is in this list. */
	readonly focused: boolean;
	readonly marked?: boolean;
};

/** Columns taken by {@link leadCells}. */
export const leadWidth = 3;

/** Mark, cursor and a blank. */
export function leadCells(theme: Theme, row: RowState): readonly Cell[] {
	const {symbols} = theme;
	return [
		{text: row.marked ? symbols.mark : ' ', width: 1, tone: 'caution'},
		{
			text: row.selected ? symbols.cursor : ' ',
			width: 2,
			tone: row.focused ? 'focus' : 'quiet',
		},
	];
}

/** Looks of a row's main text. */
export function rowTone(row: RowState, otherwise?: Tone): Tone | undefined {
	if (!row.selected) return otherwise;
	return row.focused ? 'selected' : 'strong';
}
