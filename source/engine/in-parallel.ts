/** Work on many items, a few at a time. */

/**
 * Runs `work` on every item, at most `limit` at once, in order of the items. When one fails the
 * signal given to the others fires, they are waited for, and the first failure is thrown.
 */
export async function inParallel<Item>(
	items: readonly Item[],
	limit: number,
	work: (item: Item, signal: AbortSignal) => Promise<void>,
	signal?: AbortSignal,
): Promise<void> {
	const stop = new AbortController();
	const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
	const queue = items[Symbol.iterator]();
	let failure: {readonly error: unknown} | undefined;
	const lane = async (): Promise<void> => {
		for (const item of queue) {
			if (failure !== undefined) return;
			try {
				await work(item, both);
			} catch (error) {
				failure ??= {error};
				stop.abort();
			}
		}
	};
	await Promise.all(Array.from({length: Math.min(limit, items.length)}, lane));
	if (failure !== undefined) throw failure.error;
}
