import {gzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {RegbenchError} from '../../source/domain/errors.ts';
import type {ImageDetails, LocalImage} from '../../source/domain/image.ts';
import type {Engine} from '../../source/engine/engine.ts';
import type {ImageContents, LayerFacts} from '../../source/layers/image-contents.ts';
import type {LayerReport} from '../../source/operations/layer-reading.ts';
import {listLayers} from '../../source/operations/list-layers.ts';
import {pieces, sha256, tarOf} from '../layers/make-tar.ts';

type Stored = Partial<LayerFacts> & {readonly bytes?: AsyncIterable<Uint8Array>};

/** An engine that holds one image of these layers, and others that only tell their diff IDs. */
function engineWith(
	layers: readonly Stored[],
	{others = {}, told}: {others?: Readonly<Record<string, readonly string[]>>; told?: string[]} = {},
): Engine {
	const contents: ImageContents = {
		image: 'app:1',
		layers: layers.map(layer => ({sizeBytes: 0, createdBy: '', ...layer})),
		...(told ? {toldInstructions: () => told} : {}),
		async *streams() {
			for (const {digest, bytes} of layers) {
				if (bytes) yield digest === undefined ? {bytes} : {digest, bytes};
			}
		},
	};
	const names = Object.keys(others);
	return {
		contents: async () => contents,
		inspect: async (image: string) =>
			({id: image, diffIds: others[image] ?? []}) as unknown as ImageDetails,
		listImages: async () =>
			['app:1', ...names].map(id => ({id, references: [id]}) as unknown as LocalImage),
	} as unknown as Engine;
}

function run(engine: Engine, signal = new AbortController().signal) {
	const unused = {} as never;
	return listLayers(
		{image: 'app:1', from: 'engine'},
		{engine, registry: unused, credentials: unused, signal},
	);
}

async function reportsOf(engine: Engine): Promise<readonly LayerReport[]> {
	const reports: LayerReport[] = [];
	for await (const report of run(engine)) reports.push(report);
	return reports;
}

const base = tarOf([
	{name: 'a', content: 'x'.repeat(900)},
	{name: 'b', content: 'y'},
]);
const top = tarOf([{name: 'a', content: 'z'}, {name: '../out'}, {name: 'dev', type: '4'}]);

describe('listing layers', () => {
	test('begins with what is known at once, and ends with marks, waste and who shares', async () => {
		const reports = await reportsOf(
			engineWith(
				[
					{digest: 'one', diffId: sha256(base), sizeBytes: 100, bytes: pieces(gzipSync(base))},
					{digest: 'two', diffId: sha256(top), sizeBytes: 50, bytes: pieces(gzipSync(top))},
				],
				{others: {'web:1': [sha256(base)], 'web:2': ['sha256:other']}},
			),
		);
		expect(reports[0]).toMatchObject({
			complete: false,
			settled: 0,
			totalBytes: 150,
			layers: [{state: 'waiting'}, {state: 'waiting'}],
		});
		expect(reports.at(-1)).toMatchObject({
			complete: true,
			settled: 2,
			doneBytes: 150,
			wastedBytes: 900,
			wasted: [{path: 'a', sizeBytes: 900, layer: 0, hiddenBy: 1, how: 'changed'}],
			layers: [
				{state: 'read', entries: 2, wastedBytes: 900, sharedWith: ['web:1'], remarks: []},
				{
					state: 'read',
					entries: 3,
					sharedWith: [],
					remarks: [/lead out/, /device nodes/].map(text => expect.stringMatching(text)),
				},
			],
		});
	});

	test('finds out which layer is which in an archive that comes in any order', async () => {
		const [last] = (
			await reportsOf(
				engineWith(
					[
						{diffId: sha256(top), bytes: pieces(base)},
						{diffId: sha256(base), bytes: pieces(top)},
					].toReversed(),
					{told: ['COPY base', 'COPY top']},
				),
			)
		).slice(-1);
		expect(last?.layers.map(({createdBy, entries}) => [createdBy, entries])).toEqual([
			['COPY base', 2],
			['COPY top', 3],
		]);
		// The engine told no size, so it is what was read.
		expect(last?.layers.map(({sizeBytes}) => sizeBytes)).toEqual([base.length, top.length]);
	});

	test('equal layers are read once and stand in both places', async () => {
		const [last] = (
			await reportsOf(
				engineWith([
					{digest: 'same', sizeBytes: 9, bytes: pieces(base)},
					{digest: 'same', sizeBytes: 9},
				]),
			)
		).slice(-1);
		expect(last?.layers.map(({state}) => state)).toEqual(['read', 'read']);
		expect(last?.layers[1]?.files.map(({mark}) => mark)).toEqual(['changed', 'changed']);
	});

	test('says of each layer why it was not read, and reads the others', async () => {
		const broken = async function* () {
			yield base.subarray(0, 600);
			throw new RegbenchError('REGISTRY_UNREACHABLE', 'The line was cut');
		};
		const [last] = (
			await reportsOf(
				engineWith([
					{digest: 'encrypted', unreadable: 'It is encrypted'},
					{digest: 'noise', bytes: pieces(Buffer.alloc(3000, 7))},
					{digest: 'cut', bytes: broken()},
					{digest: 'half', bytes: pieces(top.subarray(0, 1300))},
					{digest: 'good', bytes: pieces(top)},
				]),
			)
		).slice(-1);
		expect(last?.complete).toBe(true);
		expect(last?.layers.map(({problem, entries}) => [problem, entries])).toEqual([
			['It is encrypted', 0],
			['It is no tar archive', 0],
			['The line was cut', 0],
			[expect.stringMatching(/ends/), 1],
			[undefined, 3],
		]);
		expect(last?.layers[4]?.remarks.at(-1)).toMatch(/layer below was not read/);
	});

	test('a layer that an engine gives out under no name is missed, not waited for', async () => {
		const [last] = (
			await reportsOf(engineWith([{diffId: 'sha256:never', bytes: pieces(base)}, {diffId: 'x'}]))
		).slice(-1);
		expect(last?.layers.map(({problem}) => problem)).toEqual([
			'The engine did not give this layer out',
			'The engine did not give this layer out',
		]);
	});

	test('is cancelled in the middle of a layer that never ends, and closes it', async () => {
		let isClosed = false;
		const endless = async function* () {
			try {
				yield tarOf([{name: 'first', content: 'x'}], {ended: false});
				for (;;) {
					await new Promise(resolve => setImmediate(resolve));
					yield tarOf([{name: 'more'}], {ended: false});
				}
			} finally {
				isClosed = true;
			}
		};
		const stop = new AbortController();
		const read = async () => {
			const engine = engineWith([{digest: 'endless', bytes: endless()}]);
			for await (const {layers} of run(engine, stop.signal)) {
				// While it is read its files are seen already.
				if ((layers[0]?.files.length ?? 0) > 1) {
					expect(layers[0]?.state).toBe('reading');
					stop.abort();
				}
			}
		};
		await expect(read()).rejects.toMatchObject({code: 'CANCELLED'});
		await expect.poll(() => isClosed).toBe(true);
	});
});
