import {randomBytes} from 'node:crypto';
import {chmod, mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {digestOf, type Digest} from '../../source/domain/digest.ts';
import {openBlobStore} from '../../source/oci-layout/blob-store.ts';
import {openBlobWriter} from '../../source/oci-layout/blob-writer.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

async function* inParts(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

async function* cutAfter(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
	yield bytes.subarray(0, size);
	throw new Error('the connection was cut');
}

function untouched(): never {
	throw new Error('must not be read');
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of source) chunks.push(chunk);
	return Buffer.concat(chunks);
}

const ingestOf = async (folder: string) =>
	readdir(path.join(folder, '.regbench', 'ingest')).catch(() => []);

describe('blobs of a layout', () => {
	test('what was put is read back, whole and in part', async () => {
		await using folder = await temporaryFolder();
		const blobs = await openBlobStore(folder.path);
		const bytes = randomBytes(3_000_001);
		const digest = digestOf(bytes);

		expect(await blobs.put({digest, size: bytes.length}, inParts(bytes, 65_536))).toBe('written');
		expect(await blobs.size(digest)).toBe(bytes.length);
		expect((await collect(blobs.read(digest, {verify: true}))).equals(bytes)).toBe(true);
		const tail = await collect(blobs.read(digest, {fromByte: 2_999_000}));
		expect(tail.equals(bytes.subarray(2_999_000))).toBe(true);
		const middle = await collect(blobs.read(digest, {fromByte: 10, toByte: 20}));
		expect(middle.equals(bytes.subarray(10, 20))).toBe(true);
		expect(await ingestOf(folder.path)).toEqual([]);
	});

	test('a blob that is here is not fetched again', async () => {
		await using folder = await temporaryFolder();
		const blobs = await openBlobStore(folder.path);
		const bytes = Buffer.from('content');
		const digest = digestOf(bytes);
		await blobs.put({digest}, inParts(bytes));

		expect(await blobs.put({digest}, {[Symbol.asyncIterator]: untouched})).toBe('exists');
		expect(await blobs.download({digest, size: 7}, untouched)).toBe('exists');
	});

	test('wrong content, too much and too little leave nothing behind', async () => {
		await using folder = await temporaryFolder();
		const blobs = await openBlobStore(folder.path);
		const bytes = randomBytes(5000);
		const digest = digestOf('something else');

		const attempts = [
			() => blobs.put({digest}, inParts(bytes)),
			() => blobs.put({digest: digestOf(bytes), size: 4999}, inParts(bytes)),
			() => blobs.put({digest: digestOf(bytes), size: 5001}, inParts(bytes)),
			() => blobs.download({digest, size: 5000}, () => inParts(bytes)),
		];
		for (const attempt of attempts) {
			await expect(attempt()).rejects.toMatchObject({code: 'DIGEST_MISMATCH'});
		}
		expect(await blobs.size(digest)).toBeUndefined();
		expect(await ingestOf(folder.path)).toEqual([]);
	});

	test('sha512 digests are checked as well, also when the digest comes last', async () => {
		await using folder = await temporaryFolder();
		const blobs = await openBlobStore(folder.path);
		const {createHash} = await import('node:crypto');
		const digest = `sha512:${createHash('sha512').update('abc').digest('hex')}` as Digest;

		const writer = await blobs.writer();
		await writer.append(inParts(Buffer.from('abc')));
		await writer.commit({digest});
		expect(Buffer.from(await blobs.readSmall(digest)).toString()).toBe('abc');
		expect(await collect(blobs.read(digest, {verify: true}))).toHaveLength(3);
	});

	test('a download that was cut goes on where it stopped, with the whole content checked', async () => {
		await using folder = await temporaryFolder();
		const bytes = randomBytes(4_000_000);
		const expected = {digest: digestOf(bytes), size: bytes.length};
		const first = await openBlobStore(folder.path);
		await expect(first.download(expected, () => cutAfter(bytes, 1_500_000))).rejects.toThrow(
			'the connection was cut',
		);
		expect(await first.partialSize(expected.digest)).toBe(1_500_000);

		const starts: number[] = [];
		const progress: number[] = [];
		const later = await openBlobStore(folder.path);
		await later.download(
			expected,
			fromByte => {
				starts.push(fromByte);
				return inParts(bytes.subarray(fromByte), 100_000);
			},
			{onProgress: done => progress.push(done)},
		);
		expect(starts).toEqual([1_500_000]);
		expect(progress[0]).toBe(1_500_000);
		expect(progress.at(-1)).toBe(bytes.length);
		expect(await later.has(expected)).toBe(true);
		expect(await ingestOf(folder.path)).toEqual([]);
	});

	test('a source that ends early is told apart from a complete one and kept', async () => {
		await using folder = await temporaryFolder();
		const blobs = await openBlobStore(folder.path);
		const bytes = randomBytes(5000);
		const expected = {digest: digestOf(bytes), size: 5000};
		await expect(
			blobs.download(expected, () => inParts(bytes.subarray(0, 4000))),
		).rejects.toMatchObject({code: 'REGISTRY_UNREACHABLE', retryable: true});
		expect(await blobs.partialSize(expected.digest)).toBe(4000);
	});

	test('a damaged partial download is thrown away, and all of it is fetched anew', async () => {
		await using folder = await temporaryFolder();
		const blobs = await openBlobStore(folder.path);
		const bytes = randomBytes(5000);
		const expected = {digest: digestOf(bytes), size: 5000};
		await blobs.download(expected, () => cutAfter(bytes, 3000)).catch(() => {});
		const [name = ''] = await ingestOf(folder.path);
		await writeFile(path.join(folder.path, '.regbench', 'ingest', name), randomBytes(3000));

		const fetch = (fromByte: number) => inParts(bytes.subarray(fromByte));
		expect(await blobs.download(expected, fetch)).toBe('written');
		expect(await blobs.partialSize(expected.digest)).toBe(0);
	});

	test('two downloads of one blob fetch it once', async () => {
		await using folder = await temporaryFolder();
		const blobs = await openBlobStore(folder.path);
		const bytes = randomBytes(200_000);
		const expected = {digest: digestOf(bytes), size: bytes.length};
		let opened = 0;
		const fetch = () => {
			opened++;
			return inParts(bytes);
		};
		const outcomes = await Promise.all([
			blobs.download(expected, fetch),
			blobs.download(expected, fetch),
		]);
		expect(outcomes.toSorted()).toEqual(['exists', 'written']);
		expect(opened).toBe(1);
	});

	test('when the first of two downloads fails the second does the work', async () => {
		await using folder = await temporaryFolder();
		const blobs = await openBlobStore(folder.path);
		const bytes = randomBytes(200_000);
		const expected = {digest: digestOf(bytes), size: bytes.length};
		const failing = blobs.download(expected, () => cutAfter(bytes, 1000));
		const second = blobs.download(expected, fromByte => inParts(bytes.subarray(fromByte)));
		await expect(failing).rejects.toThrow('cut');
		expect(await second).toBe('written');
	});

	test('a cancelled put says so and leaves nothing', async () => {
		await using folder = await temporaryFolder();
		const blobs = await openBlobStore(folder.path);
		const bytes = randomBytes(200_000);
		const stop = new AbortController();
		const source = async function* () {
			yield bytes.subarray(0, 1000);
			stop.abort();
			yield bytes.subarray(1000);
		};
		await expect(
			blobs.put({digest: digestOf(bytes)}, source(), {signal: stop.signal}),
		).rejects.toMatchObject({code: 'CANCELLED'});
		expect(await ingestOf(folder.path)).toEqual([]);
	});

	test('damaged content is noticed on a checked read and named', async () => {
		await using folder = await temporaryFolder();
		const blobs = await openBlobStore(folder.path);
		const bytes = Buffer.from('{"a":1}');
		const digest = digestOf(bytes);
		await blobs.putBytes(digest, bytes);
		const file = path.join(folder.path, 'blobs', 'sha256', digest.slice(7));
		await writeFile(file, '{"a":2}');

		await expect(blobs.readSmall(digest)).rejects.toMatchObject({
			code: 'LAYOUT_CORRUPT',
			message: expect.stringContaining(file),
		});
		await expect(collect(blobs.read(digest, {verify: true}))).rejects.toMatchObject({
			code: 'LAYOUT_CORRUPT',
		});
		expect(await blobs.putBytes(digest, bytes)).toBe('written');
		expect(await readFile(file, 'utf8')).toBe('{"a":1}');
	});

	test('a blob that is not here is told as such', async () => {
		await using folder = await temporaryFolder();
		const blobs = await openBlobStore(folder.path);
		const digest = digestOf('nowhere');
		await expect(blobs.readSmall(digest)).rejects.toMatchObject({code: 'IMAGE_NOT_FOUND'});
		expect(await blobs.has({digest})).toBe(false);
		expect(await blobs.remove(digest)).toBe(0);
	});

	test('nothing but a well-formed digest becomes a path', async () => {
		await using folder = await temporaryFolder();
		await writeFile(path.join(folder.path, 'secret'), 'secret');
		const blobs = await openBlobStore(folder.path);
		for (const digest of [
			'sha256:../../secret',
			'md5:00',
			`sha256:${'A'.repeat(64)}`,
			'..:secret',
		]) {
			await expect(blobs.size(digest as Digest)).rejects.toMatchObject({code: 'PROTOCOL_ERROR'});
			await expect(collect(blobs.read(digest as Digest))).rejects.toMatchObject({
				code: 'PROTOCOL_ERROR',
			});
		}
	});

	test.runIf(process.platform === 'linux')('a full disk is told as such', async () => {
		await using folder = await temporaryFolder();
		// A device that is always full, where the temporary file would be made.
		const full = await openBlobWriter(folder.path, '/dev/full', 'sha256');
		await expect(full.append(inParts(randomBytes(100)))).rejects.toMatchObject({
			code: 'DISK_FULL',
			message: expect.stringContaining('/dev/full'),
		});
		expect(full.offset).toBe(0);
	});

	test('foreign files among the blobs are passed over', async () => {
		await using folder = await temporaryFolder();
		await mkdir(path.join(folder.path, 'blobs', 'sha256'), {recursive: true});
		await writeFile(path.join(folder.path, 'blobs', 'sha256', 'README'), 'x');
		const blobs = await openBlobStore(folder.path);
		const digest = digestOf('a');
		await blobs.putBytes(digest, Buffer.from('a'));
		expect(await collectNames(blobs.list())).toEqual([digest]);
	});

	test('a folder without rights is named', async () => {
		await using folder = await temporaryFolder();
		const blobs = await openBlobStore(folder.path);
		await chmod(folder.path, 0o555);
		// Nothing is forbidden to root.
		const isRoot = process.getuid?.() === 0;
		if (isRoot) process.seteuid?.(65_534);
		try {
			await expect(blobs.putBytes(digestOf('a'), Buffer.from('a'))).rejects.toMatchObject({
				code: 'ENGINE_ERROR',
				message: expect.stringContaining(folder.path),
			});
		} finally {
			if (isRoot) process.seteuid?.(0);
			await chmod(folder.path, 0o700);
		}
	});
});

async function collectNames(source: AsyncIterable<string>): Promise<readonly string[]> {
	const names: string[] = [];
	for await (const name of source) names.push(name);
	return names;
}
