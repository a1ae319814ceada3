import {randomBytes} from 'node:crypto';
import {mkdir, readFile, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {digestOf, type Digest} from '../../source/domain/digest.ts';
import {mediaTypes, type Descriptor} from '../../source/domain/manifest.ts';
import {openLayout, type ImageLayout} from '../../source/oci-layout/open-layout.ts';
import {makeOciLayout} from '../support/images.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

async function store(
	layout: ImageLayout,
	mediaType: string,
	content: unknown,
): Promise<Descriptor> {
	const bytes = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content));
	const digest = digestOf(bytes);
	await layout.blobs.putBytes(digest, bytes);
	return {mediaType, digest, size: bytes.byteLength};
}

async function storeImage(layout: ImageLayout, subject?: Descriptor): Promise<Descriptor> {
	const config = await store(layout, mediaTypes.ociConfig, {id: randomBytes(4).toString('hex')});
	const layer = await store(layout, mediaTypes.ociLayerGzip, randomBytes(100));
	return store(layout, mediaTypes.ociManifest, {
		schemaVersion: 2,
		mediaType: mediaTypes.ociManifest,
		config,
		layers: [layer],
		subject,
	});
}

async function blobsOf(layout: ImageLayout): Promise<ReadonlySet<Digest>> {
	const digests = new Set<Digest>();
	for await (const digest of layout.blobs.list()) digests.add(digest);
	return digests;
}

describe('opening', () => {
	test('an empty folder becomes an empty layout that others can read', async () => {
		await using folder = await temporaryFolder();
		const layout = await openLayout(path.join(folder.path, 'new', 'store'));
		expect(await layout.entries()).toEqual([]);
		const read = async (name: string) =>
			JSON.parse(await readFile(path.join(layout.folder, name), 'utf8')) as unknown;
		expect(await read('oci-layout')).toEqual({imageLayoutVersion: '1.0.0'});
		expect(await read('index.json')).toMatchObject({schemaVersion: 2, manifests: []});
	});

	test('a layout written by another tool is read: tag alone, full name, containerd name', async () => {
		await using folder = await temporaryFolder();
		const made = await makeOciLayout(folder.path, {tag: '1.0'});
		const file = path.join(folder.path, 'index.json');
		const named = (annotations: Record<string, string>) => ({...made.manifest, annotations});
		const tag = 'org.opencontainers.image.ref.name';
		await writeFile(
			file,
			JSON.stringify({
				schemaVersion: 2,
				manifests: [
					named({[tag]: '1.0'}),
					named({[tag]: 'ghcr.io/me/app:2'}),
					named({[tag]: '3', 'io.containerd.image.name': 'docker.io/library/app:3'}),
					made.manifest,
					{mediaType: 'nonsense', digest: 'sha256:../../etc/passwd', size: 1},
					'not an object',
				],
			}),
		);
		const layout = await openLayout(folder.path);
		const names = (await layout.entries()).map(({reference, tag}) => ({reference, tag}));
		expect(names).toEqual([
			{reference: undefined, tag: '1.0'},
			{reference: 'ghcr.io/me/app:2', tag: undefined},
			{reference: 'docker.io/library/app:3', tag: undefined},
			{reference: undefined, tag: undefined},
		]);
	});

	test.each([
		['index.json', 'not JSON', 'LAYOUT_CORRUPT'],
		['index.json', '[]', 'LAYOUT_CORRUPT'],
		['index.json', '{"schemaVersion":2,"manifests":3}', 'LAYOUT_CORRUPT'],
		['oci-layout', '{', 'LAYOUT_CORRUPT'],
		['oci-layout', '{"imageLayoutVersion":"2.0.0"}', 'UNSUPPORTED'],
	])('%s with %s is %s and names the file', async (name, text, code) => {
		await using folder = await temporaryFolder();
		await openLayout(folder.path);
		const file = path.join(folder.path, name);
		await writeFile(file, text);
		await expect(openLayout(folder.path)).rejects.toMatchObject({
			code,
			message: expect.stringContaining(file),
		});
		expect(await readFile(file, 'utf8')).toBe(text);
	});

	test('a layout whose index is gone is damaged, not empty', async () => {
		await using folder = await temporaryFolder();
		await mkdir(path.join(folder.path, 'blobs'));
		await writeFile(path.join(folder.path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
		await expect(openLayout(folder.path)).rejects.toMatchObject({code: 'LAYOUT_CORRUPT'});
	});

	test('a file where the folder should be is told with its path', async () => {
		await using folder = await temporaryFolder();
		const file = path.join(folder.path, 'file');
		await writeFile(file, '');
		await expect(openLayout(file)).rejects.toMatchObject({code: 'ENGINE_ERROR'});
	});
});

describe('names', () => {
	test('a reference is found, moved and removed; the image that lost its last name stays', async () => {
		await using folder = await temporaryFolder();
		const layout = await openLayout(folder.path);
		const first = await storeImage(layout);
		const second = await storeImage(layout);
		await layout.tag(first, 'ghcr.io/me/app:1');
		expect((await layout.find('ghcr.io/me/app:1'))?.descriptor).toMatchObject({
			digest: first.digest,
			annotations: {
				'io.containerd.image.name': 'ghcr.io/me/app:1',
				'org.opencontainers.image.ref.name': '1',
			},
		});

		await layout.tag(second, 'ghcr.io/me/app:1');
		const entries = await layout.entries();
		expect(entries.map(({descriptor, reference}) => [descriptor.digest, reference])).toEqual([
			[first.digest, undefined],
			[second.digest, 'ghcr.io/me/app:1'],
		]);

		expect(await layout.untag('ghcr.io/me/app:1')).toHaveLength(1);
		expect(await layout.untag('ghcr.io/me/app:1')).toEqual([]);
		expect(await layout.remove(first.digest)).toHaveLength(1);
		expect(await layout.entries()).toEqual([]);
	});

	test('naming a nameless image makes no second entry, and a second name does', async () => {
		await using folder = await temporaryFolder();
		const layout = await openLayout(folder.path);
		const image = await storeImage(layout);
		await layout.add(image);
		await layout.add(image);
		await layout.tag(image, 'localhost:5000/app:1');
		await layout.tag(image, 'localhost:5000/app:2');
		const entries = await layout.entries();
		expect(entries.map(({reference}) => reference)).toEqual([
			'localhost:5000/app:1',
			'localhost:5000/app:2',
		]);
	});

	test('fields and entries that regbench does not know survive a change', async () => {
		await using folder = await temporaryFolder();
		const layout = await openLayout(folder.path);
		const file = path.join(folder.path, 'index.json');
		const odd = {mediaType: 'application/odd', digest: 'blake3:00', size: 1};
		await writeFile(file, JSON.stringify({schemaVersion: 2, manifests: [odd], extra: 'kept'}));
		await layout.tag(await storeImage(layout), 'ghcr.io/me/app:1');
		expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
			extra: 'kept',
			manifests: [odd, {}],
		});
	});

	test('changes made at the same time are all kept', async () => {
		await using folder = await temporaryFolder();
		const layouts = await Promise.all([openLayout(folder.path), openLayout(folder.path)]);
		const image = await storeImage(layouts[0]);
		await Promise.all(
			layouts.flatMap((layout, which) =>
				[1, 2, 3, 4, 5].map(number => layout.tag(image, `ghcr.io/me/app:${which}-${number}`)),
			),
		);
		expect(await layouts[0].entries()).toHaveLength(10);
	});
});

describe('garbage', () => {
	test('everything that a name leads to stays, the rest goes', async () => {
		await using folder = await temporaryFolder();
		const layout = await openLayout(folder.path);
		const subject = await storeImage(layout);
		const children = [await storeImage(layout, subject), await storeImage(layout)];
		const index = await store(layout, mediaTypes.ociIndex, {
			schemaVersion: 2,
			mediaType: mediaTypes.ociIndex,
			manifests: children,
		});
		await layout.tag(index, 'ghcr.io/me/app:1');
		const needed = await blobsOf(layout);
		const lost = await storeImage(layout);

		const {removed, freedBytes} = await layout.collectGarbage();
		expect(removed).toHaveLength(3);
		expect(removed).toContain(lost.digest);
		expect(freedBytes).toBeGreaterThan(100);
		expect(await blobsOf(layout)).toEqual(needed);
		expect((await layout.collectGarbage()).removed).toEqual([]);
	});

	test('layers that two images share stay until the second is gone', async () => {
		await using folder = await temporaryFolder();
		const layout = await openLayout(folder.path);
		const layer = await store(layout, mediaTypes.ociLayerGzip, randomBytes(1000));
		const image = async (name: string) => {
			const config = await store(layout, mediaTypes.ociConfig, {name});
			const manifest = {schemaVersion: 2, config, layers: [layer]};
			const descriptor = await store(layout, mediaTypes.ociManifest, manifest);
			await layout.tag(descriptor, `ghcr.io/me/${name}:1`);
		};
		await image('first');
		await image('second');
		await layout.untag('ghcr.io/me/first:1');
		expect((await layout.collectGarbage()).removed).toHaveLength(2);
		expect(await layout.blobs.has(layer)).toBe(true);
		await layout.untag('ghcr.io/me/second:1');
		await layout.collectGarbage();
		expect(await blobsOf(layout)).toEqual(new Set());
	});

	test('blobs that are held stay until they are released', async () => {
		await using folder = await temporaryFolder();
		const [layout, other] = await Promise.all([openLayout(folder.path), openLayout(folder.path)]);
		const image = await storeImage(layout);
		const hold = await layout.hold([image.digest]);
		await other.collectGarbage();
		expect(await blobsOf(layout)).toEqual(new Set([image.digest]));
		await hold.release();
		await other.collectGarbage();
		expect(await blobsOf(layout)).toEqual(new Set());
	});

	test('a damaged manifest stops the collection before anything is removed', async () => {
		await using folder = await temporaryFolder();
		const layout = await openLayout(folder.path);
		const image = await storeImage(layout);
		await layout.tag(image, 'ghcr.io/me/app:1');
		const before = await blobsOf(layout);
		const file = path.join(folder.path, 'blobs', 'sha256', image.digest.slice(7));
		await writeFile(file, '{}');
		await expect(layout.collectGarbage()).rejects.toMatchObject({
			code: 'LAYOUT_CORRUPT',
			message: expect.stringContaining(file),
		});
		expect(await blobsOf(layout)).toEqual(before);
	});

	test('a partial layout is legal: missing blobs end their branch', async () => {
		await using folder = await temporaryFolder();
		const layout = await openLayout(folder.path);
		const digest = digestOf('elsewhere');
		await layout.tag({mediaType: mediaTypes.ociManifest, digest, size: 9}, 'ghcr.io/me/app:1');
		expect(await layout.collectGarbage()).toEqual({removed: [], freedBytes: 0});
		expect(await layout.blobs.has({digest})).toBe(false);
	});
});

describe('watching', () => {
	test('a change by another opener is noticed, and the watch ends with its signal', async () => {
		await using folder = await temporaryFolder();
		const [layout, other] = await Promise.all([openLayout(folder.path), openLayout(folder.path)]);
		const stop = new AbortController();
		const seen: number[] = [];
		const watching = (async () => {
			for await (const _ of layout.watch({signal: stop.signal})) {
				seen.push((await layout.entries()).length);
				if (seen.at(-1) === 2) stop.abort();
			}
		})();
		const image = await storeImage(other);
		await other.tag(image, 'ghcr.io/me/app:1');
		await other.tag(image, 'ghcr.io/me/app:2');
		await watching;
		expect(seen.at(-1)).toBe(2);
	});
});

test('no temporary file is left after ordinary work', async () => {
	await using folder = await temporaryFolder();
	const layout = await openLayout(folder.path);
	await layout.tag(await storeImage(layout), 'ghcr.io/me/app:1');
	const names = await readdir(folder.path, {recursive: true});
	expect(names.filter(name => /tmp|writing|lock$/.test(name))).toEqual([]);
});
