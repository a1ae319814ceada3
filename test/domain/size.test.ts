import {describe, expect, test} from 'vitest';
import {
	formatBytes,
	formatBytesOf,
	formatClock,
	formatDuration,
	formatExact,
	formatRate,
	formatRelative,
} from '../../source/domain/size.ts';

describe('bytes', () => {
	test.each([
		[0, '0 B'],
		[1, '1 B'],
		[999, '999 B'],
		[1000, '1 kB'],
		[1234, '1.2 kB'],
		[9949, '9.9 kB'],
		[9950, '10 kB'],
		[12_345, '12 kB'],
		[999_499, '999 kB'],
		[999_500, '1 MB'],
		[33_000_000, '33 MB'],
		[210_400_000, '210 MB'],
		[3_200_000_000, '3.2 GB'],
		[5_000_000_000_000, '5 TB'],
		[1e18, '1000 PB'],
		[-1, '?'],
		[Number.NaN, '?'],
		[Number.POSITIVE_INFINITY, '?'],
	])('%d is %s', (bytes, text) => {
		expect(formatBytes(bytes)).toBe(text);
	});

	test('no size below a petabyte needs more than seven columns', () => {
		for (let bytes = 1; bytes < 9e14; bytes = Math.ceil(bytes * 1.07)) {
			expect(formatBytes(bytes).length).toBeLessThanOrEqual(6);
		}
	});

	test('a part of a whole names the unit once', () => {
		expect(formatBytesOf(24_000_000, 33_000_000)).toBe('24 of 33 MB');
		expect(formatBytesOf(800_000, 3_200_000_000)).toBe('800 kB of 3.2 GB');
		expect(formatBytesOf(0, 33_000_000)).toBe('0 B of 33 MB');
		expect(formatBytesOf(1, Number.NaN)).toBe('1 B of ?');
	});

	test('a rate is bytes a second', () => {
		expect(formatRate(12_000_000)).toBe('12 MB/s');
	});
});

describe('durations', () => {
	test.each([
		[0, '0 s'],
		[40, '0 s'],
		[420, '0.4 s'],
		[2100, '2.1 s'],
		[9949, '9.9 s'],
		[9950, '10 s'],
		[42_000, '42 s'],
		[59_499, '59 s'],
		[59_500, '1 min'],
		[125_000, '2 min 5 s'],
		[3_599_600, '1 h'],
		[4_800_000, '1 h 20 min'],
		[86_399_000, '1 d'],
		[183_600_000, '2 d 3 h'],
		[-5, '0 s'],
		[Number.NaN, '?'],
	])('%d ms is %s', (milliseconds, text) => {
		expect(formatDuration(milliseconds)).toBe(text);
	});
});

describe('times', () => {
	const now = Date.parse('2026-11-25T12:00:00Z');
	test.each([
		['2026-11-25T12:00:00Z', 'now'],
		['2026-11-25T11:59:01Z', 'now'],
		['2026-11-25T12:05:00Z', 'now'],
		['2026-11-25T11:58:00Z', '2 min'],
		['2026-11-25T11:00:01Z', '59 min'],
		['2026-11-25T11:00:00Z', '1 hour'],
		['2026-11-24T12:00:01Z', '23 hours'],
		['2026-11-24T12:00:00Z', '1 day'],
		['2026-11-22T11:00:00Z', '3 days'],
		['2026-11-16T12:00:00.123456789+00:00', '8 days'],
		['2026-11-11T12:00:00Z', '2 weeks'],
		['2026-09-01T12:00:00Z', '2 months'],
		['2024-11-24T12:00:00Z', '2 years'],
		['1970-01-01T00:00:00Z', '56 years'],
		['0001-01-01T00:00:00Z', '–'],
		['yesterday', '–'],
		['', '–'],
		[undefined, '–'],
	])('%s is %s', (iso, text) => {
		expect(formatRelative(iso, now)).toBe(text);
	});

	test('are exact in local time in details', () => {
		const date = new Date(2026, 10, 5, 3, 4, 9);
		expect(formatExact(date.toISOString())).toBe('2026-11-05 03:04:09');
		expect(formatClock(date.getTime())).toBe('03:04:09');
		expect(formatExact(undefined)).toBe('–');
		expect(formatExact('0001-01-01T00:00:00Z')).toBe('–');
	});
});
