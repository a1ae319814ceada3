/** A timer that bites when the other side stays silent, and sleeps while we are the slow one. */

export type Watchdog = {
	/** The other side has shown life, or its turn begins: waits `limitMs` from now. */
	readonly touch: (limitMs?: number) => void;
	/** It is our own turn: no time counts until the next touch or resume. */
	readonly pause: () => void;
	/** The other side's turn goes on; what it has used up of its time before stays used up. */
	readonly resume: () => void;
	readonly stop: () => void;
};

/**
 * Calls `bite` once when more than `limitMs` pass after a touch. A touch only notes the time, since
 * it happens for every chunk; the timer itself is set anew when it fires too early.
 */
export function startWatchdog(limitMs: number, bite: (waitedMs: number) => void): Watchdog {
	let limit = limitMs;
	let since = performance.now();
	let paused = false;
	let pausedAt = since;
	let stopped = false;
	let timer: NodeJS.Timeout | undefined;

	const arm = (delay: number) => {
		timer = setTimeout(() => {
			const waited = performance.now() - since;
			if (paused) arm(limit);
			else if (waited + 1 < limit) arm(limit - waited);
			else bite(limit);
		}, delay);
	};

	arm(limit);
	return {
		touch(next) {
			// A body may still hand on its last bytes after a cut; a timer set then would outlive the request.
			if (stopped) return;
			since = performance.now();
			paused = false;
			if (next === undefined || next === limit) return;
			limit = next;
			clearTimeout(timer);
			arm(limit);
		},
		pause() {
			if (!paused) pausedAt = performance.now();
			paused = true;
		},
		resume() {
			if (paused) since += performance.now() - pausedAt;
			paused = false;
		},
		stop() {
			stopped = true;
			clearTimeout(timer);
		},
	};
}
