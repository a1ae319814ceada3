import {execFileSync} from 'node:child_process';
import {mkdtemp, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gunzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import type {Descriptor, ImageConfig} from '../../source/domain/manifest.ts';
import {openLayout, type ImageLayout} from '../../source/oci-layout/open-layout.ts';
import {sampleImages, writeSampleImage} from '../../source/oci-layout/sample-image.ts';
import {printingProgram} from '../../source/oci-layout/sample-program.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

async function readJson<Value>(layout: ImageLayout, {digest}: Descriptor): Promise<Value> {
	return JSON.parse(Buffer.from(await layout.blobs.readSmall(digest)).toString()) as Value;
}

type Manifest = {config: Descriptor; layers: Descriptor[]};

test('the demo set has its five tags, one dangling image, and shares its base layers', async () => {
	await using folder = await temporaryFolder();
	const layout = await openLayout(folder.path);
	const manifests: Manifest[] = [];
	for (const image of sampleImages()) {
		manifests.push(await readJson(layout, await writeSampleImage(layout, image)));
	}
	const entries = await layout.entries();
	expect(entries.map(({reference}) => reference)).toEqual([
		undefined,
		'docker.io/library/hello:1.0.0',
		'docker.io/library/hello:1.1.0',
		'docker.io/library/hello:latest',
		'docker.io/web/api:2.3.1',
		'docker.io/tools/backup:nightly',
	]);
	expect(new Set(manifests.map(({layers}) => layers[0]?.digest)).size).toBe(1);
	const [, first, second] = manifests.map(({layers}) => layers.map(({digest}) => digest));
	expect(first?.slice(0, 2)).toEqual(second?.slice(0, 2));
	expect(first?.[2]).not.toBe(second?.[2]);
	expect((await layout.collectGarbage()).removed).toEqual([]);
	const total = manifests.flatMap(({layers}) => layers).reduce((sum, {size}) => sum + size, 0);
	expect(total).toBeGreaterThan(5_000_000);
});

test('a sample is a valid image: sizes, diff IDs and history fit', async () => {
	await using folder = await temporaryFolder();
	const layout = await openLayout(folder.path);
	const [image] = sampleImages();
	if (!image) throw new Error('no sample');
	const manifest = await readJson<Manifest>(layout, await writeSampleImage(layout, image));
	const config = await readJson<ImageConfig>(layout, manifest.config);
	for (const [index, {digest, size}] of manifest.layers.entries()) {
		const bytes = await layout.blobs.readSmall(digest);
		expect(bytes.byteLength).toBe(size);
		expect(digestOf(gunzipSync(bytes))).toBe(config.rootfs?.diff_ids[index]);
	}
	const steps = config.history?.filter(step => !step.empty_layer);
	expect(steps).toHaveLength(manifest.layers.length);
	expect(config.config?.Labels?.['org.opencontainers.image.version']).toBe(image.version);
});

test('the same sample has the same digest every time', async () => {
	await using folder = await temporaryFolder();
	const [one, two] = ['one', 'two'].map(name => openLayout(path.join(folder.path, name)));
	const [image] = sampleImages();
	if (!image || !one || !two) throw new Error('no sample');
	const first = await writeSampleImage(await one, image);
	expect(await writeSampleImage(await two, image)).toEqual(first);
	expect(await writeSampleImage(await two, image)).toEqual(first);
});

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
	'the program in the image runs and prints its greeting',
	async () => {
		await using folder = await temporaryFolder();
		const file = path.join(await mkdtemp(path.join(folder.path, 'p')), 'hello');
		await writeFile(file, printingProgram('Hello, world\n'), {mode: 0o755});
		expect(execFileSync(file, {encoding: 'utf8'})).toBe('Hello, world\n');
	},
);
