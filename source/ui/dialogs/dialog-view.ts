/** What a dialog shows, before it is drawn: rows of text and fields, and how they fit a height. Pure. */
import type {ReactNode} from 'react';
import type {Cell} from '../rows/line.ts';
import {displayWidth, wrap} from '../text.ts';
import type {Tone} from '../theme.ts';

export type TextRow = {
	readonly kind: 'text';
	readonly cells: readonly Cell[];
	/** Cells at the right edge; the others give way to them. */
	readonly end?: readonly Cell[];
	/** May be left out when there is no room, together with all rows of the same text. */
	readonly minor?: string;
	/** The cursor is on it: always in sight. */
	readonly current?: boolean;
};

export type FieldRow = {
	readonly kind: 'field';
	/** Unique in its dialog; the field keeps what is typed in it under this name. */
	readonly name: string;
	readonly label: Cell;
	/** Draws the field in the columns that are left beside its label. */
	readonly field: (width: number) => ReactNode;
	readonly current: boolean;
};

export type Row = TextRow | FieldRow;

export type DialogView = {
	readonly title: string;
	/** Of border and title: the accent, or the colour of what must not happen by accident. */
	readonly tone: Tone;
	readonly rows: readonly Row[];
	/** First row shown, where a long text is scrolled by hand. */
	readonly offset?: number;
};

type Part = Cell | string;

function cellsOf(parts: readonly Part[]): readonly Cell[] {
	return parts.map(part => (typeof part === 'string' ? {text: part} : part));
}

/** Air; the first to go when there are too few rows. */
export const blank: TextRow = {kind: 'text', cells: []};

/** A row of cells; bare texts have no tone. */
export function row(...parts: readonly Part[]): TextRow {
	return {kind: 'text', cells: cellsOf(parts)};
}

/** A row that may be left out when there is no room. */
export function minor(...parts: readonly Part[]): TextRow {
	const cells = cellsOf(parts);
	return {kind: 'text', cells, minor: cells.map(cell => cell.text).join('')};
}

/** A row of a list, marked when the cursor is on it. `symbol` is as wide as the blank that stands for it. */
export function item(isCurrent: boolean, symbol: string, ...parts: readonly Part[]): TextRow {
	const pointer: Cell = isCurrent
		? {text: `${symbol} `, tone: 'focus'}
		: {text: ' '.repeat(symbol.length + 1)};
	return {kind: 'text', cells: [pointer, ...cellsOf(parts)], current: isCurrent};
}

/** A sentence over as many rows as it needs. `mark` stands before the first, the others are indented alike. */
export function sentence(
	text: string,
	width: number,
	tone?: Tone,
	mark: Cell = {text: ''},
): readonly TextRow[] {
	const indent = displayWidth(mark.text);
	return wrap(text, Math.max(10, width - indent)).map((part, index) =>
		row(index === 0 ? mark : ' '.repeat(indent), {text: part, tone}),
	);
}

/** A sentence that may be left out when there is no room. */
export function minorSentence(
	text: string,
	width: number,
	tone: Tone | undefined = 'quiet',
	mark?: Cell,
): readonly TextRow[] {
	return sentence(text, width, tone, mark).map(part => ({...part, minor: text}));
}

/** At most `limit` rows, the last of them telling how many more there are. */
export function capped<Item>(
	items: readonly Item[],
	limit: number,
	draw: (item: Item) => TextRow,
): readonly TextRow[] {
	if (items.length <= limit) return items.map(draw);
	const hidden = items.length - (limit - 1);
	return [
		...items.slice(0, limit - 1).map(draw),
		row({text: `    and ${hidden} more`, tone: 'quiet'}),
	];
}

export type FittedRows = {
	readonly rows: readonly Row[];
	/** Place of the first row shown among all, and how many there are. */
	readonly first: number;
	readonly total: number;
};

/**
 * The rows that fit `height`. A text that is scrolled by hand shows a part; elsewhere air goes first
 * (from the end), then minor rows, and what is still too long is shown around the current row.
 */
export function fitRows(view: DialogView, height: number): FittedRows {
	const total = view.rows.length;
	if (view.offset !== undefined) {
		const first = Math.max(0, Math.min(view.offset, total - height));
		return {rows: view.rows.slice(first, first + height), first, total};
	}
	let rows = dropLast(view.rows, total - height, isBlank);
	rows = dropMinor(rows, height);
	const at = rows.findIndex(candidate => candidate.current === true);
	const first = Math.max(0, Math.min(at - Math.floor(height / 2), rows.length - height));
	return {rows: rows.slice(first, first + height), first, total: rows.length};
}

function isBlank(candidate: Row): boolean {
	return candidate.kind === 'text' && candidate.cells.length === 0;
}

function dropLast(
	rows: readonly Row[],
	excess: number,
	mayGo: (candidate: Row) => boolean,
): readonly Row[] {
	if (excess <= 0) return rows;
	const going = new Set(
		rows.flatMap((candidate, index) => (mayGo(candidate) ? [index] : [])).slice(-excess),
	);
	return rows.filter((_, index) => !going.has(index));
}

/** Half a sentence tells nothing: what goes, goes whole. */
function dropMinor(rows: readonly Row[], height: number): readonly Row[] {
	let kept = rows;
	while (kept.length > height) {
		const last = kept.findLast(candidate => minorText(candidate) !== undefined);
		if (!last) break;
		kept = kept.filter(candidate => minorText(candidate) !== minorText(last));
	}
	return kept;
}

function minorText(candidate: Row): string | undefined {
	return candidate.kind === 'text' ? candidate.minor : undefined;
}
