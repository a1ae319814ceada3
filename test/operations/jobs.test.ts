import {describe, expect, test} from 'vitest';
import {RegbenchError} from '../../source/domain/errors.ts';
import type {JobEvent, Operation, OperationEvent} from '../../source/domain/events.ts';
import {createQueue} from '../../source/operations/queue.ts';
import {pushImage} from '../../source/operations/push.ts';
import {waitFor, withRetries} from '../../source/operations/retry.ts';
import {runJob} from '../../source/operations/run-job.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {drain, openWorld, type OperationWorld} from './operation-world.ts';

const job = {id: '7', operation: 'tag', subject: 'a → b'} as const;
const done = {operation: 'tag', source: 'a', reference: 'b', imageId: 'sha256:0'} as const;

async function eventsOf(work: Operation): Promise<readonly JobEvent[]> {
	const events: JobEvent[] = [];
	await runJob(
		job,
		work,
		event => events.push(event),
		() => 0,
	);
	return events;
}

describe('a job', () => {
	test('starts with one event, ends with one, and keeps the order between', async () => {
		const events = await eventsOf(
			(async function* () {
				yield {type: 'step', message: 'one'} as const;
				yield {type: 'warned', message: 'two'} as const;
				return done;
			})(),
		);
		const time = '1970-01-01T00:00:00.000Z';
		expect(events).toEqual([
			{time, job: '7', type: 'started', operation: 'tag', subject: 'a → b'},
			{time, job: '7', type: 'step', message: 'one'},
			{time, job: '7', type: 'warned', message: 'two'},
			{time, job: '7', type: 'finished', result: done},
		]);
	});

	test('that throws ends with its error as plain data', async () => {
		const events = await eventsOf(
			(async function* (): Operation {
				yield {type: 'step', message: 'one'};
				throw new RegbenchError('FORBIDDEN', 'no', {hint: 'ask', cause: new Error('secret')});
			})(),
		);
		expect(events.at(-1)).toEqual({
			time: expect.any(String),
			job: '7',
			type: 'failed',
			error: {code: 'FORBIDDEN', message: 'no', hint: 'ask'},
		});
	});

	test('whose code is broken fails as INTERNAL, and one that was aborted is cancelled', async () => {
		const broken = await eventsOf(throwing(new TypeError('x is undefined')));
		expect(broken.at(-1)).toMatchObject({type: 'failed', error: {code: 'INTERNAL'}});
		const aborted = await eventsOf(throwing(new RegbenchError('CANCELLED', 'Cancelled')));
		expect(aborted.map(({type}) => type)).toEqual(['started', 'cancelled']);
	});
});

// eslint-disable-next-line require-yield
async function* throwing(error: Error): Operation {
	throw error;
}

describe('retries', () => {
	const context = () => {
		const waits: number[] = [];
		return {
			waits,
			signal: new AbortController().signal,
			wait: async (milliseconds: number) => void waits.push(milliseconds),
		};
	};
	const run = async (failures: readonly RegbenchError[], surroundings = context()) => {
		let calls = 0;
		const events: OperationEvent[] = [];
		const work = withRetries(async function* () {
			yield {type: 'step', message: `try ${calls + 1}`};
			const failure = failures[calls++];
			if (failure) throw failure;
			return 'done';
		}, surroundings);
		const outcome = await (async () => {
			for (;;) {
				const next = await work.next();
				if (next.done) return next.value;
				events.push(next.value);
			}
		})().catch((error: unknown) => error);
		return {outcome, calls, waits: surroundings.waits, events};
	};
	const passing = (retryAfterMs?: number) =>
		new RegbenchError('REGISTRY_ERROR', 'overloaded', {
			retryable: true,
			...(retryAfterMs === undefined ? {} : {retryAfterMs}),
		});

	test('wait longer each time, and say so each time', async () => {
		const {outcome, waits, events} = await run([passing(), passing(), passing()]);
		expect(outcome).toBe('done');
		expect(waits).toEqual([1000, 2000, 4000]);
		const warnings = events.filter(({type}) => type === 'warned');
		expect(warnings).toHaveLength(3);
		expect(warnings[0]).toMatchObject({
			message: 'overloaded. Trying again in 1 s (try 2 of 4).',
		});
	});

	test('end after four tries with the last error', async () => {
		const {outcome, calls} = await run(Array.from({length: 9}, () => passing()));
		expect(calls).toBe(4);
		expect(outcome).toMatchObject({code: 'REGISTRY_ERROR'});
	});

	test('wait as long as the registry asked, a minute at most', async () => {
		const {waits} = await run([passing(7000), passing(3_600_000)]);
		expect(waits).toEqual([7000, 60_000]);
	});

	test('are not made for what will fail again', async () => {
		const {calls, waits} = await run([new RegbenchError('FORBIDDEN', 'no')]);
		expect([calls, waits]).toEqual([1, []]);
	});

	test('a wait ends at once when it is cancelled', async () => {
		const controller = new AbortController();
		const waiting = waitFor(3_600_000, controller.signal);
		controller.abort();
		await expect(waiting).rejects.toMatchObject({code: 'CANCELLED'});
		await expect(waitFor(1, controller.signal)).rejects.toMatchObject({code: 'CANCELLED'});
	});
});

describe('the queue', () => {
	const watch = (world: OperationWorld, concurrency: number) => {
		const events: JobEvent[] = [];
		const listeners = new Set<() => void>();
		const {signal: _, ...context} = world.context();
		const queue = createQueue({
			context,
			concurrency,
			emit(event) {
				events.push(event);
				for (const listener of listeners) listener();
			},
		});
		const until = (found: () => boolean) =>
			new Promise<void>(resolve => {
				const look = () => {
					if (!found()) return;
					listeners.delete(look);
					resolve();
				};
				listeners.add(look);
				look();
			});
		const typesOf = (id: string) =>
			events
				.filter(event => event.job === id && event.type !== 'transfer' && event.type !== 'step')
				.map(({type}) => type);
		return {queue, events, until, typesOf};
	};
	const slowly = async (world: OperationWorld) => {
		const {url} = await world.startRegistry();
		return startFaultProxy({
			upstream: url,
			faults: [{method: /PATCH|PUT/, path: '/blobs/uploads/', bytesPerSecond: 20_000}],
		});
	};
	const push = (host: string, tag: string) =>
		({
			operation: 'push',
			destinations: [{source: 'web/api:2.3.1', reference: `${host}/api:${tag}`}],
		}) as const;

	test('runs no more transfers at once than it may, and quick work beside them', async () => {
		await using world = await openWorld();
		await using proxy = await slowly(world);
		const {queue, until, typesOf} = watch(world, 2);
		for (const id of ['1', '2', '3']) queue.add(id, push(proxy.host, id));
		queue.add('4', {operation: 'tag', source: 'hello:1.0.0', reference: 'other:1'});
		await until(() => typesOf('4').includes('finished'));
		await until(() => typesOf('1').length + typesOf('2').length === 2);
		expect(typesOf('3')).toEqual([]);

		// One that waits is dropped; one that runs is stopped and makes room.
		queue.cancel('3');
		expect(typesOf('3')).toEqual(['cancelled']);
		queue.add('5', push(proxy.host, '5'));
		queue.cancel('1');
		await until(() => typesOf('5').includes('started'));
		expect(typesOf('1')).toEqual(['started', 'cancelled']);

		await queue.close();
		expect(typesOf('2')).toEqual(['started', 'cancelled']);
		expect(typesOf('5')).toEqual(['started', 'cancelled']);
		expect(Object.keys(await world.references()).join()).not.toContain(proxy.host);
	});

	test('runs a cancelled request again as a new job', async () => {
		await using world = await openWorld();
		await using proxy = await slowly(world);
		const {queue, until, typesOf} = watch(world, 1);
		queue.add('1', push(proxy.host, '1'));
		await until(() => typesOf('1').includes('started'));
		queue.cancel('1');
		await queue.idle();
		proxy.faults.length = 0;
		queue.add('2', push(proxy.host, '1'));
		await queue.idle();
		expect(typesOf('2').at(-1)).toBe('finished');
		// Cancelling what has ended does nothing.
		queue.cancel('2');
		expect(typesOf('2').filter(type => type !== 'started')).toHaveLength(1);
	});

	test('tags in the order asked', async () => {
		await using world = await openWorld();
		const {queue, events} = watch(world, 2);
		for (const [index, source] of ['hello:1.0.0', 'hello:1.1.0', 'hello:1.0.0'].entries()) {
			queue.add(String(index), {operation: 'tag', source, reference: 'hello:moving'});
		}
		await queue.idle();
		const finished = events.filter(({type}) => type === 'finished').map(event => event.job);
		expect(finished).toEqual(['0', '1', '2']);
		const references = await world.references();
		expect(references['hello:moving']).toBe(references['hello:1.0.0']);
	});

	test('a push and its events agree on every byte', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const {events, result} = await drain(
			pushImage({source: 'web/api:2.3.1', reference: `${host}/api:1`}, world.context()),
		);
		const last = new Map<string, number>();
		for (const event of events) {
			if (event.type !== 'transfer') continue;
			expect(event.reference).toBe(`${host}/api:1`);
			last.set(event.layer, event.doneBytes);
		}
		const moved = [...last.values()].reduce((sum, bytes) => sum + bytes, 0);
		const layers = await world.engine.layersToPush('web/api:2.3.1');
		expect(moved).toBe(layers.reduce((sum, layer) => sum + (layer.sizeBytes ?? 0), 0));
		// The config goes up as well, and has no row of its own.
		expect(result.bytesUploaded).toBe(result.bytesTotal);
	});
});
