/** Work on many items, a few at a time. */

/**
 * Runs `work` on every item, at most `limit` at once, in order of the items. Work that is left with nothing
 * but waiting calls `next`, and another item begins beside it. When one fails the signal given to the
 * others fires, they are waited for, and the first failure is thrown.
 */
export async function inParallel<Item>(
	items: readonly Item[],
	limit: number,
	work: (item: Item, signal: AbortSignal, next: () => void) => Promise<void>,
	signal?: AbortSignal,
): Promise<void> {
	const stop = new AbortController();
	const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
	const queue = items[Symbol.iterator]();
	const begun: Array<Promise<void>> = [];
	let failure: {readonly error: unknown} | undefined;
	const attempt = async (item: Item, next: () => void): Promise<void> => {
		try {
			await work(item, both, next);
		} catch (error) {
			failure ??= {error};
			stop.abort();
		}
	};
	const lane = async (): Promise<void> => {
		for (const item of queue) {
			if (failure !== undefined) return;
			await new Promise<void>(next => {
				begun.push(attempt(item, next).finally(next));
			});
		}
	};
	await Promise.all(Array.from({length: Math.min(limit, items.length)}, lane));
	await Promise.all(begun);
	if (failure !== undefined) throw failure.error;
}
