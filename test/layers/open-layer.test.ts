import {randomBytes} from 'node:crypto';
import {gzipSync} from 'node:zlib';
import {pack} from 'tar-stream';
import {describe, expect, test} from 'vitest';
import {RegbenchError} from '../../source/domain/errors.ts';
import {
	leadsOutside,
	openLayer,
	type LayerItem,
	type OpenLayerOptions,
} from '../../source/layers/open-layer.ts';
import {zstdByLibrary} from '../../source/layers/unpack.ts';
import {
	headerOf,
	paxOf,
	pieces,
	sha256,
	tarOf,
	zstdPacked,
	zstdRaw,
	zstdRuns,
	type RawEntry,
} from './make-tar.ts';

type Read = Omit<LayerItem, 'content'> & {readonly text: string};

/** Everything of a layer, contents as text. */
async function readAll(stored: AsyncIterable<Uint8Array>, options?: OpenLayerOptions) {
	const layer = openLayer(stored, options);
	const items: Read[] = [];
	for await (const {content, ...item} of layer.items()) {
		const chunks: Uint8Array[] = [];
		for await (const chunk of content) chunks.push(chunk);
		items.push({...item, text: Buffer.concat(chunks).toString()});
	}
	return {items, ...layer.outcome()};
}

async function namesIn(entries: readonly RawEntry[]): Promise<readonly string[]> {
	const {items, problem} = await readAll(pieces(tarOf(entries)));
	expect(problem).toBeUndefined();
	return items.map(({path}) => path);
}

describe('what a layer is packed with', () => {
	const tar = tarOf([
		{name: 'bin/', type: '5'},
		{name: 'bin/app', content: 'hello'.repeat(300), mode: 0o4755},
	]);

	test.each([
		['plain', tar],
		['gzip', gzipSync(tar)],
		['gzip', Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))])],
		['zstd', zstdRaw(tar)],
	])('is told by its first bytes: %s', async (packing, stored) => {
		const read = await readAll(pieces(stored));
		expect(read).toMatchObject({
			packing,
			diffId: sha256(tar),
			storedBytes: stored.byteLength,
			unpackedBytes: tar.byteLength,
			items: [
				{path: 'bin', kind: 'folder', sizeBytes: 0},
				{path: 'bin/app', kind: 'file', sizeBytes: 1500, mode: 0o4755, text: 'hello'.repeat(300)},
			],
		});
		expect(read.problem).toBeUndefined();
	});

	test('is read as zstd really packs it', async () => {
		const {items, diffId} = await readAll(pieces(zstdPacked.stored, 50));
		expect(items[0]?.text).toMatch(/^hello layers, hello zstd: 1\n[^]*: 400\n$/);
		expect(diffId).toBe(zstdPacked.diffId);
		const chunks: Uint8Array[] = [];
		for await (const chunk of zstdByLibrary(pieces(zstdPacked.stored, 50))) chunks.push(chunk);
		expect(sha256(Buffer.concat(chunks))).toBe(zstdPacked.diffId);
	});

	test('is read by the library where Node has no zstd', async () => {
		const chunks: Uint8Array[] = [];
		for await (const chunk of zstdByLibrary(pieces(zstdRaw(tar), 91))) chunks.push(chunk);
		expect(Buffer.concat(chunks).equals(tar)).toBe(true);
	});

	test.each([
		['xz', Buffer.from('fd377a585a000000', 'hex')],
		['bzip2', Buffer.from('BZh91AY&SY')],
	])('is named where it cannot be read: %s', async (name, stored) => {
		const read = await readAll(pieces(stored));
		expect(read.problem).toContain(name);
		expect(read.items).toEqual([]);
		expect(read.diffId).toBeUndefined();
	});

	test.each([
		['noise', randomBytes(4000), /no tar archive/],
		['text', Buffer.from('{"kind": "no layer"}'.repeat(100)), /no tar archive/],
		['a gzip that is cut', gzipSync(randomBytes(5000)).subarray(0, 2500), /damaged|no tar/],
		['a zstd that is cut', zstdRaw(tar).subarray(0, 900), /damaged|middle/],
	])('says what is wrong with %s', async (_, stored, problem) => {
		expect((await readAll(pieces(stored))).problem).toMatch(problem);
	});

	test('an empty layer has no files and a digest', async () => {
		expect(await readAll(pieces(new Uint8Array()))).toMatchObject({
			items: [],
			diffId: sha256(new Uint8Array()),
		});
	});
});

describe('names', () => {
	test('may be as long as ustar, GNU and pax make them', async () => {
		const long = `${'deep/'.repeat(60)}file`;
		expect(
			await namesIn([
				{name: 'file', prefix: 'a/b'},
				{name: 'gnu', magic: 'gnu', prefix: '12345670123'},
				{name: '././@LongLink', type: 'L', content: `${long}\0`},
				{name: long.slice(0, 100)},
				paxOf({mtime: '1.5', path: `pax/${long}`}),
				{name: 'shortened'},
				{name: 'old', magic: 'none'},
			]),
		).toEqual(['a/b/file', 'gnu', long, `pax/${long}`, 'old']);
	});

	test('of tar-stream and of links are read', async () => {
		const archive = pack();
		const long = `${'x'.repeat(120)}/${'y'.repeat(150)}`;
		archive.entry({name: long}, 'abc');
		archive.entry({name: 'link', type: 'symlink', linkname: '/etc/passwd'});
		archive.entry({name: 'hard', type: 'link', linkname: long});
		archive.finalize();
		const {items} = await readAll(archive as AsyncIterable<Uint8Array>);
		expect(items.map(({path, kind, target}) => [path, kind, target])).toEqual([
			[long, 'file', undefined],
			['link', 'link', '/etc/passwd'],
			['hard', 'hard-link', long],
		]);
	});

	test('in pax records may hold line breaks, and do not make other records', async () => {
		expect(
			await namesIn([
				paxOf({'SCHILY.xattr.user.note': '\n18 path=etc/shadow\n', path: 'true/name'}),
				{name: 'short'},
				{name: 'next'},
			]),
		).toEqual(['true/name', 'next']);
	});

	test('that lead outside or hold escape sequences are only told, made safe', async () => {
		const names = await namesIn([
			{name: '../../etc/passwd'},
			{name: '/root\u{1B}[31m/x'},
			{name: './a//b/./c'},
			{name: './'},
		]);
		expect(names).toEqual(['../../etc/passwd', 'root/x', 'a/b/c']);
		expect(names.map(leadsOutside)).toEqual([true, false, false]);
		expect(['a/..', 'a/../b', '..', 'a..', '..a/b'].map(leadsOutside)).toEqual([
			true,
			true,
			true,
			false,
			false,
		]);
	});
});

describe('odd entries', () => {
	test('links, devices and pipes have no content, whatever their size says', async () => {
		const {items, problem} = await readAll(
			pieces(
				tarOf([
					{name: 'hard', type: '1', target: 'file', size: 5000},
					{name: 'soft', type: '2', target: '../../etc/passwd', size: 5000},
					{name: 'tty', type: '3', size: 5000},
					{name: 'sda', type: '4'},
					{name: 'dir', type: '5', size: 5000},
					{name: 'pipe', type: '6'},
					{name: 'file', content: 'x'},
				]),
			),
		);
		expect(problem).toBeUndefined();
		expect(items.map(({path, kind, sizeBytes}) => [path, kind, sizeBytes])).toEqual([
			['hard', 'hard-link', 0],
			['soft', 'link', 0],
			['tty', 'device', 0],
			['sda', 'device', 0],
			['dir', 'folder', 0],
			['pipe', 'device', 0],
			['file', 'file', 1],
		]);
	});

	test('sparse files keep what is stored, their tables are passed over', async () => {
		const table = (isContinued: boolean) => {
			const block = Buffer.alloc(512);
			block[504] = Number(isContinued);
			return block;
		};
		const sparse = headerOf(
			{name: 'old', type: 'S', magic: 'gnu', change: header => void (header[482] = 1)},
			600,
		);
		const archive = Buffer.concat([
			sparse,
			table(true),
			table(false),
			Buffer.concat([Buffer.alloc(600, 'o'), Buffer.alloc(424)]),
			tarOf([
				paxOf({'GNU.sparse.major': '1', 'GNU.sparse.name': 'lib/new', 'GNU.sparse.realsize': '99'}),
				{name: 'GNUSparseFile.0/new', content: 'data'},
				{name: 'after', content: 'z'},
			]),
		]);
		const {items, problem} = await readAll(pieces(archive));
		expect(problem).toBeUndefined();
		expect(items.map(({path, kind, sizeBytes}) => [path, kind, sizeBytes])).toEqual([
			['old', 'file', 600],
			['lib/new', 'file', 4],
			['after', 'file', 1],
		]);
	});

	test('sizes beyond 8 GB are read in base 256 and from pax', async () => {
		const huge = headerOf(
			{
				name: 'huge',
				change: header => {
					header.fill(0, 124, 136);
					header[124] = 0x80;
					header.writeUInt32BE(20, 128);
				},
			},
			0,
		);
		const {items, problem} = await readAll(pieces(huge));
		expect(items[0]?.sizeBytes).toBe(20 * 2 ** 32);
		expect(problem).toMatch(/middle/);
		const told = tarOf([paxOf({size: '9'}), {name: 'pax', content: 'nine bytes', size: 0}]);
		expect((await readAll(pieces(told))).items[0]).toMatchObject({sizeBytes: 9, text: 'nine byte'});
	});

	test.each([
		['negative', Buffer.alloc(12, 0xff).toString('latin1')],
		['beyond all numbers', Buffer.from([0x80, ...Buffer.alloc(11, 0xff)]).toString('latin1')],
		['no number', 'twelve bytes'],
	])('a size that is %s ends the layer, what came before counts', async (_, size) => {
		const {items, problem} = await readAll(
			pieces(tarOf([{name: 'good', content: 'x'}, {name: 'bad', size}, {name: 'never'}])),
		);
		expect(items.map(({path}) => path)).toEqual(['good']);
		expect(problem).toMatch(/no number/);
	});

	test('what stands behind the end of the archive is no file, but belongs to the digest', async () => {
		const archive = Buffer.concat([tarOf([{name: 'in'}]), tarOf([{name: 'behind'}])]);
		const {items, diffId} = await readAll(pieces(archive));
		expect(items.map(({path}) => path)).toEqual(['in']);
		expect(diffId).toBe(sha256(archive));
	});
});

describe('hostile layers', () => {
	test.each([
		['a name of megabytes', tarOf([{type: 'L', size: 2 * 1024 ** 2}]), /takes 2097152 bytes/],
		[
			'a pax record that leaves its header',
			tarOf([{type: 'x', content: '99 path=x\n'}]),
			/malformed/,
		],
		['a pax record without end', tarOf([{type: 'x', content: 'path'}]), /malformed/],
		[
			'a file that is cut',
			tarOf([{name: 'a', content: 'x', size: 3000}]).subarray(0, 900),
			/middle/,
		],
	])('%s is told', async (_, archive, problem) => {
		expect((await readAll(pieces(archive))).problem).toMatch(problem);
	});

	test('a sparse table without end stops', async () => {
		const start = headerOf(
			{name: 's', type: 'S', magic: 'gnu', change: header => void (header[482] = 1)},
			0,
		);
		const table = Buffer.alloc(512, 1);
		const endless = async function* () {
			yield start;
			for (;;) yield table;
		};
		expect((await readAll(endless())).problem).toMatch(/too many pieces/);
	});

	test('bombs of gzip and of zstd stop at their bound', async () => {
		const limits = {ratioFromBytes: 8 * 1024 ** 2};
		const zeros = gzipSync(headerOf({name: 'zeros', size: 2 ** 30}, 0).toString('latin1'));
		const gzip = Buffer.concat([zeros, gzipSync(Buffer.alloc(32 * 1024 ** 2))]);
		for (const stored of [gzip, zstdRuns(256)]) {
			const {problem, unpackedBytes} = await readAll(pieces(stored), {limits});
			expect(problem).toMatch(/200 times/);
			expect(unpackedBytes).toBeLessThan(12 * 1024 ** 2);
		}
		const {problem} = await readAll(pieces(zstdRuns(64)), {limits: {unpackedBytes: 1024 ** 2}});
		expect(problem).toMatch(/more than regbench reads/);
	});

	test('a zstd frame that wants a huge window is refused by the library as well', async () => {
		const frame = zstdRuns(2);
		// Window descriptor: 512 MiB.
		frame[5] = 19 << 3;
		const read = async () => {
			for await (const _ of zstdByLibrary(pieces(frame)));
		};
		await expect(read()).rejects.toThrow();
	});

	test('damage inside the archive still tells the diff ID to whoever needs it', async () => {
		const archive = Buffer.concat([tarOf([{name: 'a'}], {ended: false}), Buffer.alloc(5000, 7)]);
		expect((await readAll(pieces(archive))).diffId).toBeUndefined();
		const identified = await readAll(pieces(archive), {identify: true});
		expect(identified).toMatchObject({diffId: sha256(archive), problem: 'It is no tar archive'});
	});
});

describe('reading on demand', () => {
	const archive = tarOf([
		{name: 'big', content: Buffer.alloc(100_000, 'b')},
		{name: 'small', content: 'text'},
	]);

	test('passes over what is not read, or only in part', async () => {
		const layer = openLayer(pieces(archive));
		const paths: string[] = [];
		for await (const {path, content} of layer.items()) {
			paths.push(path);
			if (path === 'big') for await (const _ of content) break;
		}
		expect(paths).toEqual(['big', 'small']);
		expect(layer.outcome().diffId).toBe(sha256(archive));
	});

	test('gives nothing of a later file to who holds on to an earlier one', async () => {
		const held: LayerItem[] = [];
		for await (const item of openLayer(pieces(archive)).items()) {
			held.push(item);
			for await (const chunk of held[0]?.content ?? []) {
				if (item.path !== 'big') expect(chunk).toBeUndefined();
			}
		}
		expect(held).toHaveLength(2);
	});

	test.each([
		['plain', archive],
		['gzip', gzipSync(archive)],
	])('closes its source when it is left early: %s', async (_, stored) => {
		let isClosed = false;
		const source = async function* () {
			try {
				for (;;) yield stored.subarray(0, 400);
			} finally {
				isClosed = true;
			}
		};
		for await (const item of openLayer(source()).items()) {
			expect(item.path).toBe('big');
			break;
		}
		await expect.poll(() => isClosed).toBe(true);
	});

	test('is cancelled while one file unpacks to much', async () => {
		const stop = new AbortController();
		const layer = openLayer(pieces(gzipSync(tarOf([{name: 'a', content: Buffer.alloc(10e6)}]))), {
			signal: stop.signal,
		});
		const read = async () => {
			for await (const {content} of layer.items()) {
				for await (const _ of content) stop.abort();
			}
		};
		await expect(read()).rejects.toMatchObject({code: 'CANCELLED'});
	});

	test('throws what the source throws: that is no fault of the layer', async () => {
		const source = async function* () {
			yield archive.subarray(0, 2000);
			throw new RegbenchError('REGISTRY_UNREACHABLE', 'cut');
		};
		await expect(readAll(source())).rejects.toMatchObject({code: 'REGISTRY_UNREACHABLE'});
	});
});
