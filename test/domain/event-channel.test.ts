import {describe, expect, test} from 'vitest';
import {createEventChannel, runWithEvents} from '../../source/domain/event-channel.ts';

async function collect<Event>(events: AsyncIterable<Event>): Promise<Event[]> {
	const collected: Event[] = [];
	for await (const event of events) collected.push(event);
	return collected;
}

/** Drains a generator by hand, for its return value. */
async function drain<Event, Result>(generator: AsyncGenerator<Event, Result, undefined>) {
	const events: Event[] = [];
	for (;;) {
		const step = await generator.next();
		if (step.done) return {events, result: step.value};
		events.push(step.value);
	}
}

const untilAborted = (signal: AbortSignal) =>
	new Promise<never>((_, reject) => {
		const fail = () => reject(new Error('aborted'));
		if (signal.aborted) fail();
		else signal.addEventListener('abort', fail, {once: true});
	});

describe('a channel', () => {
	test('gives what was pushed before and while it is read, in order, then ends', async () => {
		const channel = createEventChannel<number>();
		channel.push(1);
		channel.push(2);
		const reading = collect(channel);
		await Promise.resolve();
		channel.push(3);
		await new Promise(resolve => setImmediate(resolve));
		channel.push(4);
		channel.end();
		channel.push(5);
		expect(await reading).toEqual([1, 2, 3, 4]);
	});

	test('gives what came before a failure, then the failure', async () => {
		const channel = createEventChannel<number>();
		channel.push(1);
		channel.fail(new Error('broken'));
		channel.end();
		const seen: number[] = [];
		await expect(async () => {
			for await (const event of channel) seen.push(event);
		}).rejects.toThrow('broken');
		expect(seen).toEqual([1]);
	});

	test('keeps events that are pushed while the reader is busy', async () => {
		const channel = createEventChannel<number>();
		channel.push(0);
		const seen: number[] = [];
		for await (const event of channel) {
			seen.push(event);
			if (event < 50) channel.push(event + 1);
			else channel.end();
		}
		expect(seen).toHaveLength(51);
	});

	test('a failure of undefined is a failure too', async () => {
		const channel = createEventChannel<number>();
		channel.fail(undefined);
		await expect(collect(channel)).rejects.toBeUndefined();
	});
});

describe('code with callbacks as a stream', () => {
	test('yields every event and returns the result', async () => {
		const outcome = await drain(
			runWithEvents<number, string>(async emit => {
				for (let index = 0; index < 1000; index++) emit(index);
				await Promise.resolve();
				emit(1000);
				return 'done';
			}),
		);
		expect(outcome.result).toBe('done');
		expect(outcome.events).toEqual(Array.from({length: 1001}, (_, index) => index));
	});

	test('does not begin before it is read', async () => {
		let begun = false;
		const generator = runWithEvents(async () => {
			begun = true;
		});
		await generator.return(undefined);
		expect(begun).toBe(false);
	});

	test('throws the producer’s error after its events', async () => {
		const seen: string[] = [];
		await expect(async () => {
			for await (const event of runWithEvents<string, void>(async emit => {
				emit('a');
				throw new Error('broken');
			})) {
				seen.push(event);
			}
		}).rejects.toThrow('broken');
		expect(seen).toEqual(['a']);
	});

	test('a producer that throws at once is an error of the stream', async () => {
		const generator = runWithEvents<string, void>(() => {
			throw new Error('at once');
		});
		await expect(generator.next()).rejects.toThrow('at once');
	});

	test('a reader that leaves aborts the producer and waits until it has cleaned up', async () => {
		let cleaned = false;
		for await (const event of runWithEvents<string, void>(async (emit, signal) => {
			emit('a');
			try {
				await untilAborted(signal);
			} finally {
				await new Promise(resolve => setImmediate(resolve));
				cleaned = true;
			}
		})) {
			expect(event).toBe('a');
			break;
		}
		expect(cleaned).toBe(true);
	});

	test('leaving works also while an event is waited for', async () => {
		const generator = runWithEvents<string, void>((_, signal) => untilAborted(signal));
		const waiting = generator.next().catch((error: unknown) => error);
		await generator.return(undefined);
		expect(await waiting).toMatchObject({message: 'aborted'});
	});

	test('the caller’s signal reaches the producer with its reason', async () => {
		const controller = new AbortController();
		let reason: unknown;
		const generator = runWithEvents<string, void>(async (emit, signal) => {
			emit('a');
			await untilAborted(signal).catch(() => {});
			reason = signal.reason;
			throw new Error('stopped');
		}, controller.signal);
		expect(await generator.next()).toEqual({done: false, value: 'a'});
		controller.abort('enough');
		await expect(generator.next()).rejects.toThrow('stopped');
		expect(reason).toBe('enough');
	});

	test('a signal that was aborted before reaches the producer aborted', async () => {
		const generator = runWithEvents<never, boolean>(
			async (_, signal) => signal.aborted,
			AbortSignal.abort(),
		);
		expect(await generator.next()).toEqual({done: true, value: true});
	});

	test('the producer’s signal is not aborted when it ends by itself', async () => {
		let kept: AbortSignal | undefined;
		await drain(
			runWithEvents<never, void>(async (_, signal) => {
				kept = signal;
			}),
		);
		expect(kept?.aborted).toBe(false);
	});
});
