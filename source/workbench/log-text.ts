/** The log as plain text, for saving to a file. */
import {formatBytes} from '../domain/size.ts';
import type {LogLine} from './state.ts';

/** One line each: time (RFC 3339), level, text; a progress line says how far it got. */
export function logText(lines: readonly LogLine[]): string {
	return lines.map(line => `${line.time}  ${line.level.padEnd(8)} ${textOf(line)}\n`).join('');
}

function textOf({text, progress}: LogLine): string {
	if (!progress) return text;
	const total = progress.totalBytes === undefined ? '' : ` of ${formatBytes(progress.totalBytes)}`;
	return `${text} ${formatBytes(progress.doneBytes)}${total}`;
}
