import {beforeAll, describe, expect, test} from 'vitest';
import {describePlace} from '../../source/domain/safety.ts';
import type {ImageContents} from '../../source/layers/image-contents.ts';
import {scanLayers, type LayerScan} from '../../source/safety/scan-layers.ts';
import {loadSecretRules, type SecretRules} from '../../source/safety/secret-rules.ts';
import {pieces, sha256, tarOf, type RawEntry} from '../layers/make-tar.ts';

const token = `ghp${'_'}${'aB3dE6gH9j'.repeat(4).slice(0, 36)}`;
let rules: SecretRules;
beforeAll(async () => {
	rules = await loadSecretRules();
});

/** As an engine gives them out: which layer a stream is tells its diff ID alone. */
function contentsOf(layers: readonly (readonly RawEntry[])[], order?: readonly number[]) {
	const archives = layers.map(entries => tarOf(entries));
	const contents: ImageContents = {
		image: 'web:1.0',
		layers: archives.map(bytes => ({
			diffId: sha256(bytes),
			sizeBytes: bytes.byteLength,
			createdBy: '',
		})),
		async *streams() {
			for (const index of order ?? archives.keys()) {
				yield {bytes: pieces(archives[index] ?? Buffer.alloc(0), 4000)};
			}
		},
	};
	return contents;
}

async function scan(contents: ImageContents): Promise<LayerScan> {
	let last: LayerScan | undefined;
	const options = {signal: new AbortController().signal, now: Date.now};
	for await (const next of scanLayers(contents, rules, options)) last = next;
	if (!last?.complete) throw new Error('not complete');
	return last;
}

const places = ({findings}: LayerScan) => findings.map(({where}) => describePlace(where));

describe('secrets in layers', () => {
	const secret: RawEntry = {name: 'app/.env', content: `GH=${token}\n`};

	test.each([
		['in order', undefined],
		['as an archive has them', [2, 0, 1]],
	])('are found where a later layer deletes or overwrites them, %s', async (_, order) => {
		const result = await scan(
			contentsOf(
				[
					[secret, {name: 'app/keep.txt', content: token}, {name: 'etc/x', content: token}],
					[{name: 'app/.wh..env'}, {name: 'etc/x', content: 'nothing'}],
					[{name: 'app/new.txt', content: 'x'}],
				],
				order,
			),
		);
		expect(places(result).toSorted()).toEqual([
			'/app/.env in layer 1, deleted by layer 2 and still there',
			'/app/keep.txt in layer 1',
			'/etc/x in layer 1, overwritten by layer 2 and still there',
		]);
		expect(result.counts).toMatchObject({layers: 3, layersRead: 3});
		expect(JSON.stringify(result)).not.toContain(token);
	});

	test('are found in folders that go as a whole', async () => {
		const result = await scan(
			contentsOf([
				[
					{name: 'a/b/c', content: token},
					{name: 'd/e/f', content: `${token} `},
					{name: 'g/h', content: token},
				],
				[{name: '.wh.a'}, {name: 'd/.wh..wh..opq'}, {name: 'g', type: '2', target: '/x'}],
			]),
		);
		expect(places(result)).toEqual([
			'/a/b/c in layer 1, deleted by layer 2 and still there',
			'/d/e/f in layer 1, deleted by layer 2 and still there',
			'/g/h in layer 1, deleted by layer 2 and still there',
		]);
	});

	test('what could not be looked at is told', async () => {
		const contents = contentsOf([[secret], [{name: 'bin/x', content: Buffer.from([0, 1, 2])}]]);
		const broken: ImageContents = {
			...contents,
			layers: [...contents.layers, {sizeBytes: 1, createdBy: '', unreadable: 'It is encrypted'}],
		};
		const result = await scan(broken);
		expect(result.notChecked.map(({what, why}) => `${what}: ${why}`)).toEqual([
			'Layer 3: It is encrypted',
			'1 binary file: Secrets are looked for in text; programs, archives and databases are passed over',
		]);
		expect(result.counts).toMatchObject({layers: 3, layersRead: 2});
	});

	test('a cancelled look ends', async () => {
		const cancel = new AbortController();
		cancel.abort();
		const looking = scanLayers(contentsOf([[secret]]), rules, {
			signal: cancel.signal,
			now: Date.now,
		});
		await expect(looking.next()).rejects.toMatchObject({code: 'CANCELLED'});
	});
});

test('packages are those of the last layer that tells of them', async () => {
	const {inventory} = await scan(
		contentsOf([
			[
				{name: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20.1\n'},
				{name: 'lib/apk/db/installed', content: 'P:musl\nV:1.2.4-r0\n'},
				{name: 'app/node_modules/old/package.json', content: '{"name":"old","version":"1.0.0"}'},
			],
			[
				{name: 'lib/apk/db/installed', content: 'P:musl\nV:1.2.5-r0\n\nP:zlib\nV:1.3-r0\n'},
				{name: 'app/.wh.node_modules'},
				{name: 'app/node_modules/new/package.json', content: '{"name":"new","version":"2.0.0"}'},
			],
		]),
	);
	expect(inventory.map(({purl}) => purl)).toEqual([
		'pkg:apk/alpine/musl@1.2.5-r0?distro=alpine-3.20.1',
		'pkg:apk/alpine/zlib@1.3-r0?distro=alpine-3.20.1',
		'pkg:npm/new@2.0.0',
	]);
});
