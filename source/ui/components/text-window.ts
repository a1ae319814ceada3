/** Which part of a text a narrow field shows, so that the cursor is always in sight. Pure. */
import {displayWidth, drawable} from '../text.ts';
import {graphemesOf, type EditState} from './text-editing.ts';

export type TextWindow = {
	readonly before: string;
	/** What the cursor stands on: one character, or a space at the end. */
	readonly at: string;
	readonly after: string;
	/** Columns that are left over. */
	readonly padding: number;
};

/** How many columns are kept free right of the cursor while there is more text. */
const lookAhead = 4;

type Cell = {readonly text: string; readonly width: number};

/**
 * Cuts a text to exactly `width` columns around the cursor; `ellipsis` (one column wide) stands where
 * something is left out. With `mask` every character is drawn as that.
 */
export function windowText(
	{text, cursor}: EditState,
	width: number,
	{mask, ellipsis = '…'}: {readonly mask?: string; readonly ellipsis?: string} = {},
): TextWindow {
	const cellsOf = (part: string): Cell[] =>
		graphemesOf(part).map(grapheme => {
			const shown = mask ?? drawable(grapheme);
			return {text: shown, width: displayWidth(shown)};
		});
	const left = cellsOf(text.slice(0, cursor));
	const [at = {text: ' ', width: 1}, ...right] = cellsOf(text.slice(cursor));
	const room = Math.max(0, width - at.width);

	// What fits right of the cursor decides how much of the left is shown, and the other way round.
	const kept = Math.min(widthOf(right), Math.max(0, Math.min(lookAhead, room - 1)));
	const before = fit(left.toReversed(), room - kept, ellipsis);
	const after = fit(right, room - before.width, ellipsis);
	return {
		before: before.cells.toReversed().join(''),
		at: at.text,
		after: after.cells.join(''),
		padding: Math.max(0, width - before.width - at.width - after.width),
	};
}

function widthOf(cells: readonly Cell[]): number {
	return cells.reduce((sum, cell) => sum + cell.width, 0);
}

/** As many cells as fit, the last of them an ellipsis when there are more. */
function fit(
	cells: readonly Cell[],
	room: number,
	ellipsis: string,
): {readonly cells: readonly string[]; readonly width: number} {
	if (widthOf(cells) <= room) return {cells: cells.map(cell => cell.text), width: widthOf(cells)};
	if (room < 1) return {cells: [], width: 0};
	const shown: string[] = [];
	let width = 0;
	for (const cell of cells) {
		if (width + cell.width > room - 1) break;
		shown.push(cell.text);
		width += cell.width;
	}
	return {cells: [...shown, ellipsis], width: width + 1};
}
