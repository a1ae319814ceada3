/** Turns code that reports through a callback into a stream of events. */

/** A queue with one reader. Pushing never waits; the reader gets everything pushed, in order. */
export type EventChannel<Event> = AsyncIterable<Event> & {
	push(event: Event): void;
	/** No more events; the reader throws `error` once it has read what was pushed before. */
	fail(error: unknown): void;
	/** No more events; the reader ends once it has read what was pushed before. */
	end(): void;
};

/** A channel without events. What is pushed after `end` or `fail` is dropped. */
export function createEventChannel<Event>(): EventChannel<Event> {
	let queue: Event[] = [];
	let closed: {readonly error?: unknown; readonly failed: boolean} | undefined;
	let wake: (() => void) | undefined;

	function close(failed: boolean, error?: unknown): void {
		closed ??= {failed, error};
		wake?.();
	}

	async function* read(): AsyncGenerator<Event, void, undefined> {
		for (;;) {
			const batch = queue;
			queue = [];
			yield* batch;
			if (queue.length > 0) continue;
			if (closed?.failed) throw closed.error;
			if (closed) return;
			await new Promise<void>(resolve => {
				wake = resolve;
			});
			wake = undefined;
		}
	}

	return {
		push(event) {
			if (closed) return;
			queue.push(event);
			wake?.();
		},
		fail: error => close(true, error),
		end: () => close(false),
		[Symbol.asyncIterator]: read,
	};
}

/**
 * Runs `produce` and yields every event it emits, then returns its result or throws its error. The
 * producer starts with the first `next` and never waits for the reader. Its signal is aborted when
 * `signal` is, and when the reader leaves early; leaving waits until the producer has cleaned up.
 */
export function runWithEvents<Event, Result>(
	produce: (emit: (event: Event) => void, signal: AbortSignal) => Promise<Result>,
	signal?: AbortSignal,
): AsyncGenerator<Event, Result, undefined> {
	const controller = new AbortController();

	async function* run(): AsyncGenerator<Event, Result, undefined> {
		const channel = createEventChannel<Event>();
		const forward = () => controller.abort(signal?.reason);
		if (signal?.aborted) forward();
		signal?.addEventListener('abort', forward, {once: true});
		let settled = false;
		const outcome = produceSafely(produce, channel, controller.signal).finally(() => {
			settled = true;
		});
		// The reader hears of a failure through the channel; nobody may be waiting for the promise.
		outcome.catch(() => {});
		try {
			yield* channel;
			return await outcome;
		} finally {
			if (!settled) controller.abort();
			await outcome.catch(() => {});
			signal?.removeEventListener('abort', forward);
		}
	}

	const generator = run();
	const leave = generator.return.bind(generator);
	// A generator queues `return` behind a pending `next`, which would wait for an event that may never come.
	generator.return = value => {
		controller.abort();
		return leave(value);
	};
	return generator;
}

async function produceSafely<Event, Result>(
	produce: (emit: (event: Event) => void, signal: AbortSignal) => Promise<Result>,
	channel: EventChannel<Event>,
	signal: AbortSignal,
): Promise<Result> {
	try {
		const result = await produce(event => channel.push(event), signal);
		channel.end();
		return result;
	} catch (error) {
		channel.fail(error);
		throw error;
	}
}
