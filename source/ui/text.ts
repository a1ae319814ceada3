/** Text in columns of the terminal: widths, cutting, filling. Styles come after, on what was fitted. */
import stringWidth from 'string-width';
import {isNarrow} from './narrow.ts';

/**
 * What no cell may hold: controls, invisible characters (emoji joiners too, for terminals differ in
 * what they make of them), variation selectors, lone surrogates.
 */
const unfit = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
const leadingMarks = /^\p{M}+/u;

/** A base with more marks than this many UTF-16 units would smear over its neighbours. */
const longestCluster = 16;

let segmenter: Intl.Segmenter | undefined;

function clustersOf(text: string): string[] {
	segmenter ??= new Intl.Segmenter('en', {granularity: 'grapheme'});
	return Array.from(segmenter.segment(text), ({segment}) => simpler(segment));
}

const marksAndFlags = /^(?:\p{Regional_Indicator}{2}|.\p{Mn}*)$/u;

/**
 * A cluster whose width everyone agrees on: a base with its marks, or a flag. Of others (syllables with
 * spacing signs, emoji with a skin tone) the base alone, for Ink, libraries and terminals count them
 * differently, and one column too many breaks the frame.
 */
function simpler(cluster: string): string {
	if (cluster.length === 1) return cluster;
	if (cluster.length <= longestCluster && marksAndFlags.test(cluster)) return cluster;
	return String.fromCodePoint(cluster.codePointAt(0) ?? 0x20);
}

/** The text as it may stand in a cell. */
export function drawable(text: string): string {
	if (isNarrow(text)) return text;
	const clean = text.normalize('NFC').replace(unfit, '').replace(leadingMarks, '');
	return clustersOf(clean)
		.filter(cluster => !loneSurrogate.test(cluster))
		.join('');
}

const loneSurrogate = /\p{Cs}/u;

/** Columns that a text without styles takes. */
export function displayWidth(text: string): number {
	return isNarrow(text) ? text.length : stringWidth(text);
}

export type FitOptions = {
	readonly align?: 'left' | 'right';
	/** Stands for what was cut; one column wide. */
	readonly ellipsis?: string;
};

/** The text in exactly `width` columns: cut with an ellipsis, or filled with blanks. */
export function fit(text: string, width: number, options: FitOptions = {}): string {
	if (width <= 0) return '';
	const {align = 'left', ellipsis = '…'} = options;
	const clean = drawable(text);
	const actual = displayWidth(clean);
	if (actual > width) return cut(clean, width - 1, ellipsis);
	const padding = ' '.repeat(width - actual);
	return align === 'left' ? clean + padding : padding + clean;
}

/** The start of a clean text in exactly `room` columns, and the ellipsis after it. */
function cut(text: string, room: number, ellipsis: string): string {
	if (isNarrow(text)) return text.slice(0, room) + ellipsis;
	let width = 0;
	let kept = '';
	for (const cluster of clustersOf(text)) {
		const next = displayWidth(cluster);
		if (width + next > room) break;
		kept += cluster;
		width += next;
	}
	return kept + ellipsis + ' '.repeat(room - width);
}

/** The text without what goes beyond `width` columns; not filled. */
export function clip(text: string, width: number, ellipsis = '…'): string {
	const clean = drawable(text);
	if (width <= 0) return '';
	return displayWidth(clean) <= width ? clean : cut(clean, width - 1, ellipsis).trimEnd();
}

/** The text broken into lines of at most `width` columns, at blanks where there are some. */
export function wrap(text: string, width: number): string[] {
	const clean = drawable(text);
	if (width < 1) return [];
	if (displayWidth(clean) <= width) return [clean];
	const lines: string[] = [];
	let line = '';
	let lineWidth = 0;
	for (const word of clean.split(/(?<= )/)) {
		const wordWidth = displayWidth(word.trimEnd());
		if (lineWidth > 0 && lineWidth + wordWidth > width) {
			lines.push(line.trimEnd());
			line = '';
			lineWidth = 0;
		}
		if (wordWidth <= width) {
			line += word;
			lineWidth += displayWidth(word);
			continue;
		}
		for (const cluster of clustersOf(word)) {
			const clusterWidth = displayWidth(cluster);
			if (lineWidth + clusterWidth > width) {
				lines.push(line);
				line = '';
				lineWidth = 0;
			}
			line += cluster;
			lineWidth += clusterWidth;
		}
	}
	if (line.trimEnd() !== '') lines.push(line.trimEnd());
	return lines;
}
