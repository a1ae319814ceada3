import {randomBytes} from 'node:crypto';
import {readFile, readdir, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {beforeAll, afterAll, expect, test} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import {openLayout} from '../../source/oci-layout/open-layout.ts';
import {temporaryFolder, type TemporaryFolder} from '../support/temporary-folder.ts';
import {buildChild, type Child} from '../support/child-program.ts';

let programs: TemporaryFolder;
let startChild: (...args: string[]) => Promise<Child>;

beforeAll(async () => {
	programs = await temporaryFolder();
	startChild = await buildChild(path.join(import.meta.dirname, 'layout-child.ts'), programs.path);
});
afterAll(async () => programs[Symbol.asyncDispose]());

const ingestOf = async (folder: string) => readdir(path.join(folder, '.regbench', 'ingest'));
const someDigest = digestOf('some');

test('a process killed in the middle of a blob leaves the old content, and its remains are cleared away', async () => {
	await using folder = await temporaryFolder();
	const layout = await openLayout(folder.path);
	const kept = Buffer.from('kept');
	await layout.blobs.putBytes(digestOf(kept), kept);
	const child = await startChild('put', folder.path, someDigest, '9000000');
	expect(await ingestOf(folder.path)).toHaveLength(1);
	await openLayout(folder.path);
	expect(await ingestOf(folder.path), 'a living writer is let be').toHaveLength(1);
	await child.kill();

	const reopened = await openLayout(folder.path);
	expect(await ingestOf(folder.path)).toEqual([]);
	expect(await reopened.blobs.has({digest: someDigest})).toBe(false);
	expect(Buffer.from(await reopened.blobs.readSmall(digestOf(kept)))).toEqual(kept);
});

test('what a killed download had is continued by the next one', async () => {
	await using folder = await temporaryFolder();
	const bytes = Buffer.concat([Buffer.alloc(3 * 1024 * 1024, 'x'), randomBytes(1_000_000)]);
	const expected = {digest: digestOf(bytes), size: bytes.length};
	const child = await startChild('download', folder.path, expected.digest, String(expected.size));
	await child.kill();

	const layout = await openLayout(folder.path);
	const partial = await layout.blobs.partialSize(expected.digest);
	expect(partial).toBeGreaterThan(0);
	const starts: number[] = [];
	await layout.blobs.download(expected, async function* (fromByte) {
		starts.push(fromByte);
		yield bytes.subarray(fromByte);
	});
	expect(starts).toEqual([partial]);
	expect(await layout.blobs.has(expected)).toBe(true);
});

test('a process killed while it changes names again and again leaves a whole index', async () => {
	await using folder = await temporaryFolder();
	await openLayout(folder.path);
	for (let round = 0; round < 5; round++) {
		const child = await startChild('tag-many', folder.path, someDigest, `app${round}`);
		const file = path.join(folder.path, 'index.json');
		const before = (await stat(file)).ino;
		while ((await stat(file)).ino === before) await new Promise(resolve => setImmediate(resolve));
		await child.kill();
		const layout = await openLayout(folder.path);
		expect((await layout.entries()).length).toBeGreaterThan(round);
		await layout.tag(
			{mediaType: 'application/x', digest: someDigest, size: 1},
			'example.com/mine:1',
		);
		const names = await readdir(folder.path);
		expect(names.filter(name => name.endsWith('.tmp'))).toEqual([]);
	}
});

test('several processes that change names at once lose none', async () => {
	await using folder = await temporaryFolder();
	const layout = await openLayout(folder.path);
	const children = await Promise.all(
		['a', 'b', 'c'].map(name => startChild('tag-once', folder.path, someDigest, name)),
	);
	await Promise.all(children.map(({exited}) => exited));
	expect(await layout.entries()).toHaveLength(60);
});

test('a lock that another process keeps is waited for, then named; its death frees it', async () => {
	await using folder = await temporaryFolder();
	const layout = await openLayout(folder.path, {lockTimeoutMs: 150});
	await using child = await startChild('hold-lock', folder.path);
	const descriptor = {mediaType: 'application/x', digest: someDigest, size: 1};
	await expect(layout.tag(descriptor, 'example.com/app:1')).rejects.toMatchObject({
		code: 'LAYOUT_LOCKED',
		message: expect.stringContaining(`process ${child.pid}`),
		retryable: true,
	});
	expect(await layout.entries(), 'reading needs no lock').toEqual([]);
	await child.kill();
	await layout.tag(descriptor, 'example.com/app:1');
	expect(await layout.entries()).toHaveLength(1);
});

test('waiting for the lock ends with the signal', async () => {
	await using folder = await temporaryFolder();
	const layout = await openLayout(folder.path);
	await using child = await startChild('hold-lock', folder.path);
	expect(child.pid).toBeGreaterThan(0);
	const signal = AbortSignal.timeout(50);
	await expect(
		layout.tag({mediaType: 'a', digest: someDigest, size: 1}, 'example.com/app:1', {signal}),
	).rejects.toMatchObject({code: 'CANCELLED'});
});

test('a lock whose process id belongs to another process by now is taken over', async () => {
	await using folder = await temporaryFolder();
	const layout = await openLayout(folder.path);
	await using child = await startChild('hold-lock', folder.path);
	const file = path.join(folder.path, '.regbench', 'lock');
	const holder = JSON.parse(await readFile(file, 'utf8')) as object;
	await writeFile(file, JSON.stringify({...holder, startedAt: '1'}));
	await layout.tag({mediaType: 'a', digest: someDigest, size: 1}, 'example.com/app:1');
	expect(child.pid).toBeGreaterThan(0);
});

test('what another process holds is not collected until it is gone', async () => {
	await using folder = await temporaryFolder();
	const layout = await openLayout(folder.path);
	const bytes = Buffer.from('held');
	await layout.blobs.putBytes(digestOf(bytes), bytes);
	const child = await startChild('hold', folder.path, digestOf(bytes));
	expect((await layout.collectGarbage()).removed).toEqual([]);
	await child.kill();
	expect((await layout.collectGarbage()).removed).toEqual([digestOf(bytes)]);
});
