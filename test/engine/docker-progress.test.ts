import {describe, expect, test} from 'vitest';
import type {TransferEvent} from '../../source/domain/events.ts';
import {createProgressReader} from '../../source/engine/docker-progress.ts';

const digest = `sha256:${'a'.repeat(64)}`;

function feed(
	direction: 'push' | 'pull',
	rows: ReadonlyArray<Record<string, unknown>>,
): {
	readonly reader: ReturnType<typeof createProgressReader>;
	readonly states: readonly string[];
} {
	const reader = createProgressReader(direction, 'ghcr.io/me/app:1');
	const events = [...rows.flatMap(row => reader.read(row)), ...reader.finish()];
	const states = events
		.filter((event): event is TransferEvent => event.type === 'transfer')
		.map(({layer, state, doneBytes}) => `${layer} ${state} ${doneBytes}`);
	return {reader, states};
}

const row = (id: string, status: string, current?: number, total?: number) => ({
	id,
	status,
	progressDetail: current === undefined ? {} : {current, total},
});

describe('push rows', () => {
	test('a layer goes from waiting over active to done, others are reused', () => {
		const {reader, states} = feed('push', [
			{status: 'The push refers to repository [ghcr.io/me/app]'},
			row('a', 'Preparing'),
			row('b', 'Preparing'),
			row('c', 'Preparing'),
			row('a', 'Waiting'),
			row('b', 'Layer already exists'),
			row('c', 'Mounted from me/other'),
			row('a', 'Pushing', 512, 1000),
			row('a', 'Pushing', 1024, 1000),
			row('a', 'Pushed'),
			{status: `1: digest: ${digest} size: 528`},
		]);
		expect(states).toEqual([
			'a waiting 0',
			'b waiting 0',
			'c waiting 0',
			'b exists 0',
			'c mounted 0',
			'a active 512',
			'a active 1000',
			'a done 1000',
		]);
		expect(reader.digest).toBe(digest);
		expect(reader.totals()).toEqual({
			layersTotal: 3,
			layersReused: 2,
			bytesTotal: 1000,
			bytesMoved: 1000,
		});
	});

	test('a retry of the engine is told once a try and starts the layer over', () => {
		const reader = createProgressReader('push', 'ghcr.io/me/app:1');
		const events = [
			row('a', 'Pushing', 900, 1000),
			row('a', 'Retrying in 5 seconds'),
			row('a', 'Retrying in 4 seconds'),
			row('a', 'Retrying in 1 second'),
			row('a', 'Pushing', 100, 1000),
		].flatMap(each => reader.read(each));
		expect(events.filter(({type}) => type === 'warned')).toHaveLength(1);
		expect(events.at(-1)).toMatchObject({state: 'active', doneBytes: 100});
	});

	test('the digest comes from aux as well, and one platform pushed for an index is told', () => {
		const {reader} = feed('push', [{aux: {Tag: '1', Digest: digest, Size: 528}}]);
		expect(reader.digest).toBe(digest);
		const other = `sha256:${'b'.repeat(64)}`;
		const containerd = createProgressReader('push', 'ghcr.io/me/app:1');
		const events = containerd.read({
			aux: {manifestPushedInsteadOfIndex: true, selectedManifest: {digest: other}},
		});
		expect(events).toMatchObject([{type: 'warned'}]);
		expect(containerd.digest).toBe(other);
	});
});

describe('pull rows', () => {
	test('only downloading counts bytes; unpacking in bytes or seconds does not', () => {
		const {reader, states} = feed('pull', [
			row('1', 'Pulling from me/app'),
			row('a', 'Pulling fs layer'),
			row('b', 'Already exists'),
			row('a', 'Downloading', 500, 1000),
			row('a', 'Verifying Checksum'),
			row('a', 'Download complete'),
			row('a', 'Extracting', 300, 1000),
			{id: 'a', status: 'Extracting', progressDetail: {current: 2, units: 's'}},
			row('a', 'Pull complete'),
			{status: `Digest: ${digest}`},
			{status: 'Status: Downloaded newer image for ghcr.io/me/app:1'},
		]);
		expect(states).toEqual([
			'a waiting 0',
			'b exists 0',
			'a active 500',
			'a finishing 1000',
			'a done 1000',
		]);
		expect(reader.digest).toBe(digest);
		expect(reader.totals()).toMatchObject({layersReused: 1, bytesMoved: 1000});
	});

	test('layers that an engine leaves open are closed at the end', () => {
		const {states} = feed('pull', [row('a', 'Pulling fs layer'), row('a', 'Download complete')]);
		expect(states.at(-1)).toBe('a done 0');
	});
});

test('a failure is kept in the first words it came in', () => {
	const reader = createProgressReader('push', 'x');
	reader.read({errorDetail: {message: 'denied: no'}, error: 'denied: no'});
	reader.read({error: 'later'});
	expect(reader.failure).toBe('denied: no');
});

test.each([
	{},
	{status: 5},
	{status: null, id: null, progressDetail: null},
	{aux: null},
	{aux: 'text'},
	{id: 'a', status: 'Pushing', progressDetail: {current: -1, total: 'x'}},
	{id: 'a', status: 'Unheard of'},
	{errorDetail: null},
])('the odd row %j does no harm', odd => {
	const reader = createProgressReader('push', 'x');
	expect(() => reader.read(odd)).not.toThrow();
	expect(reader.failure).toBeUndefined();
});

test('control characters in a layer id do not get through', () => {
	const reader = createProgressReader('push', 'x');
	const [event] = reader.read({id: 'a\u001B[2Jb', status: 'Preparing'});
	expect(JSON.stringify(event)).not.toContain(String.raw`\u001b`);
});
