/** One styled line of exact width out of cells: the smallest piece every row, header and footer is made of. */
import {displayWidth, drawable, fit} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';

export type Cell = {
	readonly text: string;
	/** Columns; as wide as the text when left out. */
	readonly width?: number;
	readonly tone?: Tone | undefined;
	readonly align?: 'left' | 'right';
	/** Address that the text leads to. */
	readonly link?: string;
};

/** The cells side by side in exactly `width` columns: what does not fit is cut, what is left is blank. */
export function composeLine(theme: Theme, cells: readonly Cell[], width: number): string {
	const {ellipsis} = theme.symbols;
	let line = '';
	let left = width;
	for (const cell of cells) {
		if (left <= 0) break;
		const wanted = cell.width ?? displayWidth(drawable(cell.text));
		const cellWidth = Math.min(wanted, left);
		const text = theme.paint(
			cell.tone,
			fit(cell.text, cellWidth, {ellipsis, align: cell.align ?? 'left'}),
		);
		line += cell.link === undefined ? text : theme.link(cell.link, text);
		left -= cellWidth;
	}
	return left > 0 ? line + ' '.repeat(left) : line;
}

/** Columns of a cell as it will be drawn. */
export function cellWidth(cell: Cell): number {
	return cell.width ?? displayWidth(drawable(cell.text));
}

/** A line with cells at both ends; the left ones give way. */
export function composeEnds(
	theme: Theme,
	left: readonly Cell[],
	right: readonly Cell[],
	width: number,
): string {
	const rightWidth = Math.min(
		width,
		right.reduce((sum, cell) => sum + cellWidth(cell), 0),
	);
	return composeLine(theme, left, width - rightWidth) + composeLine(theme, right, rightWidth);
}
