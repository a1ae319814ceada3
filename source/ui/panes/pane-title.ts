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
	if (options.filtering || options.filter !== '') {
		cells.push(
			{text: ' /', tone: 'quiet'},
			{text: options.filter, tone: 'caution'},
			{text: options.filtering ? symbols.caret : '', tone: 'caution'},
		);
	}
	return cells;
}

/** `1 of 14`; with a filter also how many there are without it. */
export function positionText(cursor: number, shown: number, all = shown): string {
	if (shown === 0) return all > 0 ? `0 of ${all}` : '';
	const place = `${Math.max(0, cursor) + 1} of ${shown}`;
	return shown === all ? place : `${place} (${all} in all)`;
}
