import {createHash} from 'node:crypto';
import {gzipSync} from 'node:zlib';
import {pack} from 'tar-stream';
import {describe, expect, test} from 'vitest';
import {compareLayers} from '../../source/layers/compare-layers.ts';
import {instructions} from '../../source/layers/image-contents.ts';
import {readLayer, type LayerEntry} from '../../source/layers/read-layer.ts';
import {layersOfSaved} from '../../source/layers/saved-image.ts';

type Made = {
	readonly name: string;
	readonly type?: 'file' | 'directory' | 'symlink';
	readonly content?: string | Buffer;
};

async function tarOf(entries: readonly Made[]): Promise<Buffer> {
	const archive = pack();
	for (const {name, type = 'file', content = ''} of entries) {
		const header = {name, type, ...(type === 'symlink' ? {linkname: '/etc'} : {})};
		if (type === 'file') archive.entry(header, content);
		else archive.entry(header);
	}
	archive.finalize();
	const chunks: Buffer[] = [];
	for await (const chunk of archive) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}

/** In pieces that fit no block. */
async function* pieces(
	bytes: Uint8Array,
	length = 337,
): AsyncGenerator<Uint8Array, void, undefined> {
	for (let at = 0; at < bytes.byteLength; at += length) yield bytes.subarray(at, at + length);
}

function file(path: string, sizeBytes = 0): LayerEntry {
	return {path, kind: 'file', sizeBytes};
}

describe('reading a layer', () => {
	test.each([
		['plain', (tar: Buffer) => tar],
		['gzip', (tar: Buffer) => gzipSync(tar)],
	])('lists a %s archive and tells its diff ID', async (_, packed) => {
		const long = `${'deep/'.repeat(40)}file-of-a-long-name`;
		const tar = await tarOf([
			{name: 'bin/', type: 'directory'},
			{name: 'bin/app', content: 'x'.repeat(1000)},
			{name: 'bin/link', type: 'symlink'},
			{name: long, content: 'abc'},
		]);
		const {diffId, entries} = await readLayer(pieces(packed(tar)));
		expect(diffId).toBe(`sha256:${createHash('sha256').update(tar).digest('hex')}`);
		expect(entries).toEqual([
			{path: 'bin', kind: 'folder', sizeBytes: 0},
			{path: 'bin/app', kind: 'file', sizeBytes: 1000},
			{path: 'bin/link', kind: 'link', sizeBytes: 0},
			{path: long, kind: 'file', sizeBytes: 3},
		]);
	});

	test('only lists names that lead outside, and takes escape sequences out of them', async () => {
		const tar = await tarOf([
			{name: '../../etc/passwd', content: 'x'},
			{name: '/root\u{1B}[31m', content: 'y'},
		]);
		const {entries} = await readLayer(pieces(tar));
		expect(entries.map(({path}) => path)).toEqual(['../../etc/passwd', 'root']);
	});

	test.each([
		['noise', Buffer.alloc(2048, 7), 'PROTOCOL_ERROR'],
		[
			'a damaged gzip',
			Buffer.concat([gzipSync(Buffer.alloc(4096)).subarray(0, 12), Buffer.alloc(64, 255)]),
			'PROTOCOL_ERROR',
		],
	])('refuses %s', async (_, bytes, code) => {
		await expect(readLayer(pieces(bytes))).rejects.toMatchObject({code});
	});

	test('refuses an archive that is cut, and a name without end', async () => {
		const tar = await tarOf([{name: 'app', content: 'x'.repeat(3000)}]);
		await expect(readLayer(pieces(tar.subarray(0, 2000)))).rejects.toMatchObject({
			code: 'PROTOCOL_ERROR',
		});
		const header = Buffer.from(tar.subarray(0, 512));
		header.write('77777777777\0', 124);
		header.write('x', 156);
		header.fill(' ', 148, 156);
		const sum = header.reduce((total, byte) => total + byte, 0);
		header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
		await expect(readLayer(pieces(header))).rejects.toMatchObject({code: 'TOO_LARGE'});
	});

	test('finds the layers in what docker save streams, whichever way it is laid out', async () => {
		const layer = await tarOf([{name: 'app', content: 'hello'}]);
		const archive = await tarOf([
			{name: 'manifest.json', content: '[]'},
			{name: 'abc/layer.tar', content: layer},
			{name: `blobs/sha256/${'a'.repeat(64)}`, content: '{"schemaVersion":2}'},
			{name: `blobs/sha256/${'b'.repeat(64)}`, content: gzipSync(layer)},
		]);
		const found = [];
		for await (const {bytes} of layersOfSaved(pieces(archive))) found.push(await readLayer(bytes));
		expect(found.map(({entries}) => entries)).toEqual([[file('app', 5)], [file('app', 5)]]);
	});
});

describe('comparing layers', () => {
	test('marks what is added, changed and removed, and counts what is hidden', () => {
		const {files, wasted} = compareLayers([
			[file('app', 10), file('cache/one', 20), file('cache/two', 30), file('kept/a', 5)],
			[file('app', 11), file('.wh.cache')],
			[file('kept/b', 7), file('kept/.wh..wh..opq')],
		]);
		expect(files[1]?.map(({path, mark}) => [path, mark])).toEqual([
			['cache', 'removed'],
			['app', 'changed'],
		]);
		expect(files[2]?.map(({path, mark}) => [path, mark])).toEqual([
			['kept/a', 'removed'],
			['kept/b', 'added'],
		]);
		expect(
			wasted.map(({path, sizeBytes, layer, hiddenBy, how}) => [
				path,
				sizeBytes,
				layer,
				hiddenBy,
				how,
			]),
		).toEqual([
			['cache/two', 30, 0, 1, 'removed'],
			['cache/one', 20, 0, 1, 'removed'],
			['app', 10, 0, 1, 'changed'],
			['kept/a', 5, 0, 2, 'removed'],
		]);
	});

	test('steps that made no layer take none, and what does not fit is not paired', () => {
		const history = [
			{created_by: 'ADD'},
			{created_by: 'ENV', empty_layer: true},
			{created_by: 'COPY'},
		];
		expect(instructions(history, 2)).toEqual(['ADD', 'COPY']);
		expect(instructions(history, 3)).toEqual(['', '', '']);
	});
});
