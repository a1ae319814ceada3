/** A pane's frame: rounded edges, the title in the top one, the position in the bottom one. Pure. */
import {displayWidth} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import {composeLine, type Cell} from '../rows/line.ts';

export type FrameOptions = {
	readonly width: number;
	readonly height: number;
	/** Cells of the title, after the corner and one edge character. */
	readonly title: readonly Cell[];
	/** In the bottom edge, right: `1 of 14`, `follow`. */
	readonly position?: string;
	/** In the bottom edge, left: keys of this view. */
	readonly hints?: readonly Cell[];
	readonly focused: boolean;
	/** Lines of exactly `width − 2` columns; missing ones are blank, surplus ones are not drawn. */
	readonly lines: readonly string[];
	/** Draws the part that is seen on the right edge, when there is more than that. */
	readonly scroll?: {readonly offset: number; readonly visible: number; readonly total: number};
};

/** The frame with its lines, as one text of `height` lines, each exactly `width` columns. */
export function drawFrame(theme: Theme, options: FrameOptions): string {
	const {width, height, focused} = options;
	const {symbols} = theme;
	const tone: Tone = focused ? 'focus' : 'quiet';
	const inner = Math.max(0, width - 2);
	const rows = Math.max(0, height - 2);
	const side = theme.paint(tone, symbols.vertical);
	const thumb = theme.paint(tone, symbols.thumb);
	const blank = ' '.repeat(inner);
	const isThumb = thumbRows(rows, options.scroll);

	const lines = [topEdge(theme, options, tone)];
	for (let row = 0; row < rows; row++) {
		lines.push(side + (options.lines[row] ?? blank) + (isThumb(row) ? thumb : side));
	}
	lines.push(bottomEdge(theme, options, tone));
	return lines.join('\n');
}

function topEdge(theme: Theme, {title, width}: FrameOptions, tone: Tone): string {
	const {topLeft, topRight, horizontal} = theme.symbols;
	const room = Math.max(0, width - 5);
	const wanted = title.reduce((sum, cell) => sum + displayWidth(cell.text), 0);
	const titleWidth = Math.min(room, wanted);
	const rest = horizontal.repeat(Math.max(0, width - 4 - titleWidth));
	return (
		theme.paint(tone, topLeft + horizontal) +
		composeLine(theme, title, titleWidth) +
		theme.paint(tone, ` ${rest}${topRight}`)
	);
}

function bottomEdge(theme: Theme, options: FrameOptions, tone: Tone): string {
	const {bottomLeft, bottomRight, horizontal} = theme.symbols;
	const {width, position = '', hints = []} = options;
	const end = position === '' ? '' : ` ${position} `;
	const endWidth = displayWidth(end);
	const room = Math.max(0, width - 2 - endWidth);
	const wanted = hints.reduce((sum, cell) => sum + displayWidth(cell.text), 0);
	const hintWidth = wanted > 0 && wanted + 4 <= room ? wanted : 0;
	const lead = hintWidth > 0 ? `${bottomLeft}${horizontal} ` : bottomLeft;
	const gap =
		hintWidth > 0 ? ` ${horizontal.repeat(room - hintWidth - 3)}` : horizontal.repeat(room);
	return (
		theme.paint(tone, lead) +
		composeLine(theme, hints, hintWidth) +
		theme.paint(tone, gap) +
		theme.paint(options.focused ? undefined : 'quiet', end) +
		theme.paint(tone, bottomRight)
	);
}

/** Which rows of the right edge are the thumb. */
function thumbRows(rows: number, scroll: FrameOptions['scroll']): (row: number) => boolean {
	if (!scroll || scroll.total <= scroll.visible || rows < 3) return () => false;
	const length = Math.max(1, Math.round((rows * scroll.visible) / scroll.total));
	const travel = rows - length;
	const furthest = scroll.total - scroll.visible;
	const start = Math.round((travel * Math.min(scroll.offset, furthest)) / furthest);
	return row => row >= start && row < start + length;
}
