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

/** Several things one after the other, each round begun by another of them. */
export async function inTurns(
	round: number,
	...works: ReadonlyArray<() => Promise<void>>
): Promise<void> {
	const first = round % works.length;
	for (const work of [...works.slice(first), ...works.slice(0, first)]) await work();
}
