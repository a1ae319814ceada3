import {gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import type {ImageConfig} from '../../source/domain/manifest.ts';
import {readLayer} from '../../source/layers/read-layer.ts';
import {layersOfSaved} from '../../source/layers/saved-image.ts';
import {pieces, sha256, tarOf} from './make-tar.ts';

const layer = tarOf([{name: 'app', content: 'hello'}]);

test('finds layers and config in what docker save streams, whichever way it is laid out', async () => {
	const archive = tarOf([
		{name: 'manifest.json', content: '[]'},
		{name: 'c0ffee.json', content: '{"os": "linux", "rootfs": {"diff_ids": ["sha256:one"]}}'},
		{name: 'abc/', type: '5'},
		{name: 'abc/VERSION', content: '1.0'},
		{name: 'abc/layer.tar', content: layer},
		{name: 'def/layer.tar', type: '2', target: '../abc/layer.tar'},
		{name: `blobs/sha256/${'a'.repeat(64)}`, content: '{"schemaVersion":2}'},
		{name: `blobs/sha256/${'b'.repeat(64)}`, content: gzipSync(layer)},
	]);
	const configs: ImageConfig[] = [];
	const found = [];
	for await (const {bytes} of layersOfSaved(pieces(archive), config => configs.push(config))) {
		found.push(await readLayer(bytes, {identify: true}).done);
	}
	expect(found.map(({entries, diffId}) => [entries, diffId])).toEqual([
		[[{path: 'app', kind: 'file', sizeBytes: 5}], sha256(layer)],
		[[{path: 'app', kind: 'file', sizeBytes: 5}], sha256(layer)],
	]);
	expect(configs.map(({rootfs}) => rootfs?.diff_ids)).toContainEqual(['sha256:one']);
});

test('a layer that is damaged or left unread spoils nothing of the next one', async () => {
	const archive = tarOf([
		{name: 'a/layer.tar', content: Buffer.alloc(3000, 9)},
		{name: 'b/layer.tar', content: layer},
		{name: 'c/layer.tar', content: layer},
	]);
	const found = [];
	let count = 0;
	for await (const {bytes} of layersOfSaved(pieces(archive))) {
		if (count++ !== 1) found.push(await readLayer(bytes, {identify: true}).done);
	}
	expect(found.map(({problem}) => problem)).toEqual(['It is no tar archive', undefined]);
	expect(found.map(({diffId}) => diffId)).toEqual([sha256(Buffer.alloc(3000, 9)), sha256(layer)]);
});

test('a list that is too long is counted to its end', async () => {
	const many = tarOf(Array.from({length: 50}, (_, index) => ({name: `f${index}`})));
	const content = await readLayer(pieces(many), {mostEntries: 20}).done;
	expect(content.entries).toHaveLength(20);
	expect(content.unlisted).toBe(30);
	expect(content.diffId).toBe(sha256(many));
});

test('what is odd in a layer is counted', async () => {
	const odd = tarOf([{name: '../x'}, {name: 'dev/sda', type: '4'}, {name: 'pipe', type: '6'}]);
	expect(await readLayer(pieces(odd)).done).toMatchObject({outside: 1, devices: 2});
});
