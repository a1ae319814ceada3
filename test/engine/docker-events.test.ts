import {PassThrough, type Readable} from 'node:stream';
import {expect, test} from 'vitest';
import {engineChanges, type EventSource} from '../../source/engine/docker-events.ts';

const times = {settleMs: 5, firstRetryMs: 1, lastRetryMs: 4};

/** Opens the given streams one after the other; `undefined` is a refusal. */
function sourceOf(
	streams: ReadonlyArray<Readable | undefined>,
): EventSource & {readonly sinces: ReadonlyArray<string | undefined>} {
	const queue = [...streams];
	const sinces: Array<string | undefined> = [];
	return {
		sinces,
		async open(since, signal) {
			sinces.push(since);
			const stream = queue.shift();
			if (stream === undefined) throw new Error('nobody there');
			signal.addEventListener('abort', () => stream.destroy());
			return stream;
		},
		broken: error => error as Error,
	};
}

function event(type: string, action: string, timeNano = 0): string {
	return `${JSON.stringify({Type: type, Action: action, timeNano})}\n`;
}

test('a burst of image events is one change, and noise of containers is none', async () => {
	const stream = new PassThrough();
	const abort = new AbortController();
	const changes = engineChanges(sourceOf([stream]), abort.signal, times);
	const first = changes.next();
	stream.write(event('container', 'exec_start') + event('container', 'health_status'));
	stream.write(event('image', 'tag') + event('image', 'tag') + event('image', 'untag'));
	expect((await first).value).toEqual({type: 'images-changed'});
	const second = changes.next();
	stream.write(event('container', 'destroy'));
	expect((await second).value).toEqual({type: 'images-changed'});
	const end = changes.next();
	abort.abort();
	expect((await end).done).toBe(true);
});

test('a lost stream is told once, and its return with a change, from where it was cut', async () => {
	const [before, after] = [new PassThrough(), new PassThrough()];
	const source = sourceOf([before, undefined, undefined, after]);
	const abort = new AbortController();
	const changes = engineChanges(source, abort.signal, times);
	const first = changes.next();
	before.write(event('image', 'pull', 1_700_000_000_500_000_000));
	expect((await first).value).toEqual({type: 'images-changed'});
	before.end();
	const types = [];
	for (let count = 0; count < 3; count += 1) types.push((await changes.next()).value?.type);
	expect(types).toEqual(['disconnected', 'connected', 'images-changed']);
	expect(source.sinces).toEqual([
		undefined,
		'1700000000.500000000',
		'1700000000.500000000',
		'1700000000.500000000',
	]);
	abort.abort();
	expect((await changes.next()).done).toBe(true);
});

test('leaving the loop closes the stream', async () => {
	const stream = new PassThrough();
	const abort = new AbortController();
	const changes = engineChanges(sourceOf([stream]), abort.signal, times);
	const first = changes.next();
	stream.write(event('image', 'tag'));
	await first;
	await changes.return();
	expect(stream.destroyed).toBe(true);
});
