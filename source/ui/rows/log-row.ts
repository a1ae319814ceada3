/** Lines of the log pane. Pure. */
import {formatClock} from '../../domain/size.ts';
import type {LogLine} from '../../workbench/state.ts';
import {displayWidth, wrap} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import {composeLine, type Cell} from './line.ts';
import {barCells, bytesText, rateText} from './progress.ts';

/** Cursor, time and a gap. */
const timeWidth = 1 + 8 + 2;
/** Without seconds there is nothing to tell apart; below this width the time gives way. */
const leastWithTime = 34;

export type LogRowOptions = {
	readonly selected: boolean;
	readonly focused: boolean;
	readonly wrap: boolean;
	/** Whether this is the hint that belongs to the error before it. */
	readonly isHint: boolean;
};

/** The line as one or, wrapped, more lines of exactly `width` columns. */
export function logRows(
	theme: Theme,
	line: LogLine,
	options: LogRowOptions,
	width: number,
): readonly string[] {
	const lead = leadOf(theme, line, options, width);
	const leadWidth = lead.reduce((sum, cell) => sum + (cell.width ?? 0), 0);
	const room = width - leadWidth - 1;
	if (line.progress) {
		return [composeLine(theme, [...lead, ...progressCells(theme, line, room)], width)];
	}
	const {symbol, symbolTone, text, tone} = looksOf(theme, line, options);
	const symbolWidth = symbol === '' ? 0 : displayWidth(symbol) + 1;
	const parts = options.wrap ? wrap(text, Math.max(8, room - symbolWidth)) : [text];
	return (parts.length > 0 ? parts : ['']).map((part, index) =>
		composeLine(
			theme,
			[
				...(index === 0 ? lead : [{text: '', width: leadWidth}]),
				{text: index === 0 ? symbol : '', width: symbolWidth, tone: symbolTone},
				{text: part, width: Math.max(0, room - symbolWidth), tone},
			],
			width,
		),
	);
}

function leadOf(
	theme: Theme,
	line: LogLine,
	options: LogRowOptions,
	width: number,
): readonly Cell[] {
	const cursor: Cell = {
		text: options.selected ? theme.symbols.cursor : ' ',
		width: 1,
		tone: options.focused ? 'focus' : 'quiet',
	};
	if (width < leastWithTime) return [cursor];
	return [
		cursor,
		{text: clock(line.time), width: timeWidth - 1, tone: options.selected ? undefined : 'quiet'},
	];
}

function clock(time: string): string {
	const moment = Date.parse(time);
	return Number.isNaN(moment) ? '--:--:--' : formatClock(moment);
}

type Looks = {
	readonly symbol: string;
	readonly symbolTone?: Tone | undefined;
	readonly text: string;
	readonly tone?: Tone | undefined;
};

function looksOf({symbols}: Theme, line: LogLine, options: LogRowOptions): Looks {
	const selected: Tone | undefined = options.selected ? 'strong' : undefined;
	switch (line.level) {
		case 'command':
			return {
				symbol: '$',
				symbolTone: 'focus',
				text: line.text.replace(/^\$ /, ''),
				tone: 'strong',
			};
		case 'success':
			return {symbol: symbols.success, symbolTone: 'good', text: line.text, tone: selected};
		case 'warning':
			return {symbol: symbols.warning, symbolTone: 'caution', text: line.text, tone: 'caution'};
		case 'error':
			return options.isHint
				? {symbol: symbols.arrow, symbolTone: 'quiet', text: line.text, tone: selected}
				: {symbol: symbols.failure, symbolTone: 'failure', text: line.text, tone: 'failure'};
		case 'output':
			return {symbol: symbols.vertical, symbolTone: 'quiet', text: line.text, tone: selected};
		case 'info':
		case 'progress':
			return {symbol: '', text: line.text, tone: selected};
	}
}

const figuresWidth = 16;
const rateWidth = 10;
const leastBar = 6;
const longestBar = 24;

function progressCells(theme: Theme, line: LogLine, room: number): readonly Cell[] {
	const {progress} = line;
	if (!progress) return [];
	const {symbols} = theme;
	const arrow = {push: symbols.up, pull: symbols.down, copy: symbols.arrow}[progress.direction];
	const withRate = room >= 50;
	// Arrow, gaps around the bar, figures.
	const rest = room - 2 - 4 - figuresWidth - (withRate ? rateWidth : 0);
	const label = Math.max(0, Math.min(displayWidth(line.text), rest - leastBar));
	const bar = Math.max(0, Math.min(longestBar, rest - label));
	return [
		{text: arrow, width: 2, tone: 'focus'},
		{text: shortened(line.text, label, symbols.ellipsis), width: label + 2},
		...barCells(theme, progress.doneBytes, progress.totalBytes, bar),
		{text: `  ${bytesText(progress.doneBytes, progress.totalBytes)}`, width: figuresWidth + 2},
		...(withRate ? [{text: rateText(progress), width: rateWidth, tone: 'quiet'} as const] : []),
	];
}

/** The end of a reference tells more than its start. */
function shortened(reference: string, width: number, ellipsis: string): string {
	if (displayWidth(reference) <= width) return reference;
	const tail = reference.slice(Math.max(0, reference.length - width + 1));
	return ellipsis + tail;
}

/** Whether each line of a log is the hint of the error right before it. */
export function isHintLine(lines: readonly LogLine[], index: number): boolean {
	const line = lines[index];
	const before = lines[index - 1];
	if (line?.level !== 'error' || before?.level !== 'error') return false;
	if (line.job !== before.job || line.time !== before.time) return false;
	return !isHintLine(lines, index - 1);
}
