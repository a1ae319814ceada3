/** At most so many pieces of work at once, in the order they came. */
import {cancelled} from './network-errors.ts';

export type Limiter = {
	/** Waits for a place; the answer gives it back (once). Rejects with `CANCELLED` when the signal fires first. */
	acquire(signal?: AbortSignal): Promise<() => void>;
};

export function createLimiter(places: number): Limiter {
	let free = places;
	const waiting = new Set<() => void>();

	const grant = () => {
		free--;
		let held = true;
		return () => {
			if (!held) return;
			held = false;
			free++;
			const [next] = waiting;
			next?.();
		};
	};

	return {
		async acquire(signal) {
			if (signal?.aborted) throw cancelled();
			if (free > 0) return grant();
			return new Promise((resolve, reject) => {
				const abort = () => {
					waiting.delete(enter);
					reject(cancelled());
				};
				const enter = () => {
					waiting.delete(enter);
					signal?.removeEventListener('abort', abort);
					resolve(grant());
				};
				waiting.add(enter);
				signal?.addEventListener('abort', abort, {once: true});
			});
		},
	};
}
