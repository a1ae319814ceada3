/** The two kinds of image that transfers are measured with. */

export type Shape = {
	readonly name: string;
	/** For repositories and folders. */
	readonly key: string;
	readonly layers: ReadonlyArray<{readonly sizeBytes: number}>;
};

export const shapes: readonly Shape[] = [
	{name: '1 × 100 MB', key: 'large', layers: [{sizeBytes: 100_000_000}]},
	{
		name: '10 × 20 MB',
		key: 'many',
		layers: Array.from({length: 10}, () => ({sizeBytes: 20_000_000})),
	},
];

/** Two things to do in turns: whoever began last time comes second now. */
export async function inTurns(
	round: number,
	one: () => Promise<void>,
	other: () => Promise<void>,
): Promise<void> {
	const [first, second] = round % 2 === 0 ? [one, other] : [other, one];
	await first();
	await second();
}
