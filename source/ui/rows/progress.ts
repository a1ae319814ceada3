/** Bars and figures of bytes on their way. Pure. */
import {formatBytes, formatBytesOf, formatDuration, formatRate} from '../../domain/size.ts';
import type {Progress} from '../../workbench/state.ts';
import type {Theme} from '../theme.ts';
import type {Cell} from './line.ts';

/** A bar of `width` columns; without a total it stays empty. */
export function barCells(
	theme: Theme,
	doneBytes: number,
	totalBytes: number | undefined,
	width: number,
): readonly Cell[] {
	const share = totalBytes ? Math.min(1, Math.max(0, doneBytes / totalBytes)) : 0;
	const full = Math.round(share * width);
	return [
		{text: theme.symbols.full.repeat(full), width: full, tone: 'focus'},
		{text: theme.symbols.empty.repeat(width - full), width: width - full, tone: 'quiet'},
	];
}

/** `24 of 33 MB`, or what is known of it. */
export function bytesText(doneBytes: number, totalBytes: number | undefined): string {
	return totalBytes === undefined
		? formatBytes(doneBytes)
		: formatBytesOf(Math.min(doneBytes, totalBytes), totalBytes);
}

/** `12 MB/s`, empty when nothing moves. */
export function rateText(progress: Progress): string {
	return progress.bytesPerSecond >= 1 ? formatRate(progress.bytesPerSecond) : '';
}

/** `4 s left`; empty when it cannot be told. */
export function timeLeftText(progress: Progress): string {
	const {totalBytes, doneBytes, bytesPerSecond} = progress;
	if (totalBytes === undefined || bytesPerSecond < 1 || doneBytes >= totalBytes) return '';
	return `${formatDuration(((totalBytes - doneBytes) / bytesPerSecond) * 1000)} left`;
}
