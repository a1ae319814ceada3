/** The words in a pane's edges. Pure. */
import type {Cell} from '../rows/line.ts';
import type {Theme} from '../theme.ts';

/** `1 Images`, what it is about, how many are marked, and the filter where one is set or typed. */
export function paneTitle(
	theme: Theme,
	options: {
		readonly number: number;
		readonly name: string;
		readonly about?: string | undefined;
		readonly marked?: number;
		readonly filter: string;
		readonly filtering: boolean;
		readonly focused: boolean;
	},
): readonly Cell[] {
	const {symbols} = theme;
	const cells: Cell[] = [
		{text: `${options.number} `, tone: options.focused ? 'focus' : 'quiet'},
		{text: options.name, tone: options.focused ? 'selected' : undefined},
	];
	if (options.about) {
		cells.push({text: ` ${symbols.separator} `, tone: 'quiet'}, {text: options.about});
	}
	if (options.marked) {
		cells.push({text: ` ${symbols.separator} ${options.marked} marked`, tone: 'caution'});
	}
	cells.push(...filterCells(theme, options.filter, options.filtering));
	return cells;
}

/** The filter behind a title: nothing where none is set or typed. */
export function filterCells(theme: Theme, filter: string, filtering: boolean): readonly Cell[] {
	if (!filtering && filter === '') return [];
	return [
		{text: ' /', tone: 'quiet'},
		{text: filter, tone: 'caution'},
		{text: filtering ? theme.symbols.caret : '', tone: 'caution'},
	];
}

/** `1 of 14`; with a filter also how many there are without it. */
export function positionText(cursor: number, shown: number, all = shown): string {
	if (shown === 0) return all > 0 ? `0 of ${all}` : '';
	const place = `${formatCount(Math.max(0, cursor) + 1)} of ${formatCount(shown)}`;
	return shown === all ? place : `${place} (${formatCount(all)} in all)`;
}

/** `10,000`. */
export function formatCount(count: number): string {
	return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
