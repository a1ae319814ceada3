import type {IBufferCell, Terminal} from '@xterm/headless';

/** A palette index (0–255), `#rrggbb`, or undefined for the terminal's own. */
export type CellColour = number | string | undefined;

/** Neighbouring cells that look alike. */
export type StyledRun = {
	readonly text: string;
	readonly foreground: CellColour;
	readonly background: CellColour;
	readonly bold: boolean;
	readonly dim: boolean;
	readonly italic: boolean;
	readonly underline: boolean;
	readonly inverse: boolean;
};

/** The visible rows as text, without blanks at the ends of rows and blank rows at the end. */
export function readScreen(terminal: Terminal): string {
	const {active} = terminal.buffer;
	const rows: string[] = [];
	for (let row = 0; row < terminal.rows; row += 1) {
		rows.push(active.getLine(active.baseY + row)?.translateToString(true) ?? '');
	}
	return rows.join('\n').trimEnd();
}

/** The visible rows as runs of equal style, blanks included. */
export function readStyledLines(terminal: Terminal): StyledRun[][] {
	const {active} = terminal.buffer;
	const lines: StyledRun[][] = [];
	for (let row = 0; row < terminal.rows; row += 1) {
		const line = active.getLine(active.baseY + row);
		const runs: StyledRun[] = [];
		for (let column = 0; column < terminal.cols; column += 1) {
			const cell = line?.getCell(column);
			// The second half of a wide character has no width of its own.
			if (!cell || cell.getWidth() === 0) continue;
			const run = readCell(cell);
			const last = runs.at(-1);
			if (last && sameStyle(last, run))
				runs[runs.length - 1] = {...last, text: last.text + run.text};
			else runs.push(run);
		}
		lines.push(runs);
	}
	return lines;
}

/** Where the cursor is, zero-based. */
export function readCursor(terminal: Terminal): {readonly column: number; readonly row: number} {
	return {column: terminal.buffer.active.cursorX, row: terminal.buffer.active.cursorY};
}

function readCell(cell: IBufferCell): StyledRun {
	return {
		text: cell.getChars() || ' ',
		foreground: colour(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
		background: colour(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
		bold: cell.isBold() !== 0,
		dim: cell.isDim() !== 0,
		italic: cell.isItalic() !== 0,
		underline: cell.isUnderline() !== 0,
		inverse: cell.isInverse() !== 0,
	};
}

function colour(isDefault: boolean, isRgb: boolean, value: number): CellColour {
	if (isDefault) return undefined;
	return isRgb ? `#${value.toString(16).padStart(6, '0')}` : value;
}

function sameStyle(left: StyledRun, right: StyledRun): boolean {
	return (Object.keys(left) as (keyof StyledRun)[]).every(
		key => key === 'text' || left[key] === right[key],
	);
}
