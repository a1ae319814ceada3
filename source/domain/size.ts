/** Sizes, rates, durations and times as lists and logs show them; sizes in decimal units, as docker counts. */

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `12 kB`, `33 MB`, `3.2 GB`: short enough for a column. What is no size is `?`. */
export function formatBytes(bytes: number): string {
	if (!Number.isFinite(bytes) || bytes < 0) return '?';
	const unit = unitFor(bytes);
	return `${inUnit(bytes, unit)} ${units[unit]}`;
}

/** `24 of 33 MB`, or `800 kB of 3.2 GB` where the units differ. */
export function formatBytesOf(doneBytes: number, totalBytes: number): string {
	const total = formatBytes(totalBytes);
	const done = formatBytes(doneBytes);
	const [number, unit] = done.split(' ');
	return unit !== undefined && total.endsWith(` ${unit}`)
		? `${number} of ${total}`
		: `${done} of ${total}`;
}

/** `12 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
	return `${formatBytes(bytesPerSecond)}/s`;
}

/** The unit in which the rounded number stays below 1000: 999,600 bytes are 1 MB, not 1000 kB. */
function unitFor(bytes: number): number {
	let unit = 0;
	while (unit < units.length - 1 && Math.round(bytes / 1000 ** unit) >= 1000) unit++;
	return unit;
}

function inUnit(bytes: number, unit: number): string {
	const value = bytes / 1000 ** unit;
	return String(unit > 0 && value < 9.95 ? Math.round(value * 10) / 10 : Math.round(value));
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How long something took: `0.4 s`, `2.1 s`, `42 s`, `2 min 5 s`, `1 h 20 min`, `2 d 3 h`. */
export function formatDuration(milliseconds: number): string {
	if (!Number.isFinite(milliseconds)) return '?';
	const ms = Math.max(0, milliseconds);
	if (ms < 9.95 * second) return `${Math.round(ms / 100) / 10} s`;
	if (Math.round(ms / second) < 60) return `${Math.round(ms / second)} s`;
	const seconds = Math.round(ms / second);
	if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
	const minutes = Math.round(ms / minute);
	if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
	const hours = Math.round(ms / hour);
	return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/**
 * How long ago an RFC 3339 time was, for lists: `now`, `2 min`, `3 hours`, `9 days`, `5 weeks`. A time in
 * the future (another machine's clock) is `now`; no time, or the zero time that engines write for one, is `–`.
 */
export function formatRelative(iso: string | undefined, now: number): string {
	const time = parseTime(iso);
	if (time === undefined) return '–';
	const age = now - time;
	if (age < minute) return 'now';
	if (age < hour) return `${Math.floor(age / minute)} min`;
	if (age < day) return counted(age / hour, 'hour');
	if (age < 14 * day) return counted(age / day, 'day');
	if (age < 60 * day) return counted(age / (7 * day), 'week');
	if (age < 730 * day) return counted(age / (30.44 * day), 'month');
	return counted(age / (365.25 * day), 'year');
}

/** The local date and time of an RFC 3339 time, for details: `2026-11-25 03:34:54`; `–` where there is none. */
export function formatExact(iso: string | undefined): string {
	const time = parseTime(iso);
	if (time === undefined) return '–';
	const date = new Date(time);
	const days = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-');
	return `${days} ${formatClock(time)}`;
}

/** The local time of day: `12:01:03`. */
export function formatClock(time: number): string {
	const date = new Date(time);
	return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

function parseTime(iso: string | undefined): number | undefined {
	if (iso === undefined || iso.startsWith('0001-01-01')) return undefined;
	const time = Date.parse(iso);
	return Number.isNaN(time) ? undefined : time;
}

function counted(count: number, unit: string): string {
	const whole = Math.floor(count);
	return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
	return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function twoDigits(value: number): string {
	return String(value).padStart(2, '0');
}
