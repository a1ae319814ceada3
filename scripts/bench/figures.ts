/** What a benchmark answers with, and the statistics it is made of. */

/** One figure against its limit. */
export type Row = {
	readonly name: string;
	/** Absent when it could not be measured. */
	readonly figure?: number;
	readonly unit: '×' | 'ms' | 'MB' | '%' | 'bytes';
	/** The figure may be at most this. */
	readonly limit: number;
	/** What it was made from, for the reader; why it is missing, where it is. */
	readonly detail: string;
};

export type Verdict = 'met' | 'missed' | 'skipped';

/** Whether a row holds its limit. */
export function verdictOf({figure, limit}: Row): Verdict {
	if (figure === undefined) return 'skipped';
	return figure <= limit ? 'met' : 'missed';
}

/** The middle value; of an even number the mean of the middle two. */
export function median(values: readonly number[]): number {
	const sorted = values.toSorted((one, other) => one - other);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? Number.NaN;
	return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The value that `percent` of all values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
	const sorted = values.toSorted((one, other) => one - other);
	const index = Math.ceil((percent / 100) * sorted.length) - 1;
	return sorted[Math.max(index, 0)] ?? Number.NaN;
}

/**
 * The row for a duration that is measured against a peer's. Both lists were taken in turns, so that
 * a busy machine slows both alike.
 */
export function ratioRow(
	name: string,
	limit: number,
	ours: readonly number[],
	peer: {readonly name: string; readonly times: readonly number[]},
): Row {
	const [own, other] = [median(ours), median(peer.times)];
	const spread = (times: readonly number[]) =>
		`${formatMilliseconds(median(times))} (${formatMilliseconds(Math.min(...times))} at best)`;
	return {
		name,
		figure: own / other,
		unit: '×',
		limit,
		detail: `${spread(ours)} ÷ ${peer.name} ${spread(peer.times)}`,
	};
}

/** `12.3 ms`, `1.24 s`. */
export function formatMilliseconds(milliseconds: number): string {
	if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
	return `${milliseconds.toFixed(milliseconds < 100 ? 1 : 0)} ms`;
}
