/** A pane as a screen reader should read it: a label, then a list, without drawing characters. Pure. */
import {stripVTControlCharacters} from 'node:util';
import type {Symbols} from '../symbols.ts';
import type {Theme} from '../theme.ts';
import type {FrameOptions} from './draw-frame.ts';

/** The label of the pane and its rows, each on a line. */
export function spokenFrame(theme: Theme, options: FrameOptions): string {
	const title = options.title.map(cell => cell.text).join('');
	const position = options.position?.replaceAll(` ${theme.symbols.separator} `, ', ') ?? '';
	const label = [title.trim(), position, options.focused ? 'focused' : '']
		.filter(Boolean)
		.join(', ');
	const rows = options.lines
		.map(line => spokenLine(theme.symbols, line))
		.filter(line => line !== '');
	return [`${label}:`, ...rows].join('\n');
}

function spokenLine(symbols: Symbols, line: string): string {
	const marks: ReadonlyArray<readonly [string, string]> = [
		[symbols.cursor, 'selected:'],
		[symbols.mark, 'marked,'],
		[symbols.same, 'same'],
		[symbols.different, 'different'],
		[symbols.absent, 'absent'],
		[symbols.loggedIn, 'ready,'],
		[symbols.loggedOut, 'not logged in,'],
		[symbols.failure, 'failed,'],
	];
	const bars = new RegExp(`[${symbols.full}${symbols.empty}]+`, 'g');
	let spoken = stripVTControlCharacters(line).replaceAll(bars, '');
	// A mark stands in a column of its own; what stands inside a text is the text's.
	for (const [symbol, word] of marks) {
		const mark = new RegExp(`(^ *|  |selected: |marked, )${symbol}(?= |$)`, 'g');
		spoken = spoken.replaceAll(mark, `$1${word}`);
	}
	return spoken.replaceAll(/ {2,}/g, '  ').trim();
}
