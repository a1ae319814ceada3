/** One running lookup a key for everybody who asks, and its answer again for a short time. */
import {RegbenchError} from '../domain/errors.ts';

type Entry<Value> = {
	readonly promise: Promise<Value>;
	readonly controller: AbortController;
	waiting: number;
	until: number;
};

export type SharedLookups<Value> = {
	/**
	 * The remembered answer, or that of the running lookup, or of a new one. Aborting `signal`
	 * rejects this caller with `CANCELLED`; the lookup itself ends when nobody waits for it any more.
	 */
	get(
		key: string,
		look: (signal: AbortSignal) => Promise<Value>,
		signal?: AbortSignal,
	): Promise<Value>;
	/** Forgets the answers whose keys match; lookups still running are not shared with later callers. */
	drop(matches: (key: string) => boolean): void;
};

/** Lookups whose answers are remembered for `keepMs`; failures are not remembered. */
export function sharedLookups<Value>(keepMs: number, now: () => number): SharedLookups<Value> {
	const entries = new Map<string, Entry<Value>>();

	const drop = (key: string, entry: Entry<Value>) => {
		if (entries.get(key) === entry) entries.delete(key);
	};

	const begin = (key: string, look: (signal: AbortSignal) => Promise<Value>): Entry<Value> => {
		const controller = new AbortController();
		const run = async () => {
			try {
				const value = await look(controller.signal);
				entry.until = now() + keepMs;
				return value;
			} catch (error) {
				drop(key, entry);
				throw error;
			}
		};
		const entry: Entry<Value> = {
			promise: Promise.resolve().then(run),
			controller,
			waiting: 0,
			until: Number.POSITIVE_INFINITY,
		};
		// A caller that has gone away leaves nobody to hear of a failure.
		entry.promise.catch(() => {});
		entries.set(key, entry);
		return entry;
	};

	return {
		async get(key, look, signal) {
			if (signal?.aborted) throw new RegbenchError('CANCELLED', 'Cancelled');
			const known = entries.get(key);
			const entry = known && known.until > now() ? known : begin(key, look);
			entry.waiting += 1;
			let stopListening: (() => void) | undefined;
			const aborted = new Promise<never>((_resolve, reject) => {
				const onAbort = () => reject(new RegbenchError('CANCELLED', 'Cancelled'));
				signal?.addEventListener('abort', onAbort, {once: true});
				stopListening = () => signal?.removeEventListener('abort', onAbort);
			});
			try {
				return await Promise.race([entry.promise, aborted]);
			} finally {
				stopListening?.();
				entry.waiting -= 1;
				if (entry.waiting === 0 && entry.until === Number.POSITIVE_INFINITY) {
					drop(key, entry);
					entry.controller.abort();
				}
			}
		},
		drop(matches) {
			for (const key of entries.keys()) if (matches(key)) entries.delete(key);
		},
	};
}
