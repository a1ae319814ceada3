import {randomBytes} from 'node:crypto';
import {readdir} from 'node:fs/promises';
import {connect} from 'node:net';
import {once} from 'node:events';
import path from 'node:path';
import {expect, test, vi} from 'vitest';
import {pushBlob, sha256, startTestRegistry} from './registry-calls.ts';

const uploads = '/v2/team/app/blobs/uploads/';

test('a registry says what it is at /v2/', async () => {
	await using registry = await startTestRegistry();
	const answer = await registry.call('GET /v2/');
	expect(answer.status).toBe(200);
	expect(answer.headers['docker-distribution-api-version']).toBe('registry/2.0');
	expect((await registry.call('GET /')).status).toBe(404);
	expect(registry.host).toMatch(/^127\.0\.0\.1:\d+$/);
});

test('a blob is uploaded in one PUT, read by GET and HEAD, and removed', async () => {
	await using registry = await startTestRegistry();
	const bytes = randomBytes(300_000);
	const digest = sha256(bytes);
	const begun = await registry.call(`POST ${uploads}`);
	expect(begun.status).toBe(202);
	const finished = await registry.call(`PUT ${begun.headers.location}?digest=${digest}`, {
		body: bytes,
	});
	expect(finished.status).toBe(201);
	expect(finished.headers['docker-content-digest']).toBe(digest);

	const read = await registry.call(`GET ${finished.headers.location}`);
	expect(read.body.equals(bytes)).toBe(true);
	const head = await registry.call(`HEAD /v2/team/app/blobs/${digest}`);
	expect(head.status).toBe(200);
	expect(head.headers['content-length']).toBe('300000');
	expect(head.body).toHaveLength(0);

	expect((await registry.call(`DELETE /v2/team/app/blobs/${digest}`)).status).toBe(202);
	const gone = await registry.call(`GET /v2/team/app/blobs/${digest}`);
	expect([gone.status, gone.code]).toEqual([404, 'BLOB_UNKNOWN']);
});

test('a blob is uploaded in chunks that have to follow each other, with its state asked for between', async () => {
	await using registry = await startTestRegistry();
	const bytes = randomBytes(3000);
	const begun = await registry.call(`POST ${uploads}`);
	const location = begun.headers.location ?? '';
	const chunk = (from: number, to: number) =>
		registry.call(`PATCH ${location}`, {
			body: bytes.subarray(from, to),
			headers: {'Content-Range': `${from}-${to - 1}`},
		});
	const first = await chunk(0, 1000);
	expect([first.status, first.headers.range]).toEqual([202, '0-999']);
	const early = await chunk(2000, 3000);
	expect([early.status, early.headers.range]).toEqual([416, '0-999']);
	expect(early.headers.location).toBe(location);
	expect((await chunk(0, 1000)).status).toBe(416);
	expect((await chunk(1000, 2000)).status).toBe(202);

	const state = await registry.call(`GET ${location}`);
	expect([state.status, state.headers.range]).toEqual([204, '0-1999']);
	const finished = await registry.call(`PUT ${location}?digest=${sha256(bytes)}`, {
		body: bytes.subarray(2000),
		headers: {'Content-Range': '2000-2999'},
	});
	expect(finished.status).toBe(201);
	expect((await registry.call(`GET ${location}`)).code).toBe('BLOB_UPLOAD_UNKNOWN');
});

test('an upload that was cut keeps what came and goes on from there', async () => {
	await using registry = await startTestRegistry();
	const bytes = randomBytes(200_000);
	const {location = ''} = (await registry.call(`POST ${uploads}`)).headers;
	const socket = connect(registry.port, '127.0.0.1');
	await once(socket, 'connect');
	socket.write(`PATCH ${location} HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n`);
	socket.write(bytes.subarray(0, 120_000));
	await vi.waitFor(() => expect(socket.bytesWritten).toBeGreaterThan(120_000));
	socket.end();
	await vi.waitFor(() =>
		expect(registry.events.at(-1)).toMatchObject({method: 'PATCH', status: 0}),
	);

	const {range = ''} = (await registry.call(`GET ${location}`)).headers;
	const offset = Number(String(range).split('-')[1]) + 1;
	expect(offset).toBe(120_000);
	await registry.call(`PATCH ${location}`, {body: bytes.subarray(offset)});
	const finished = await registry.call(`PUT ${location}?digest=${sha256(bytes)}`);
	expect(finished.status).toBe(201);
});

test('content that has another digest is refused and not kept', async () => {
	await using registry = await startTestRegistry();
	const digest = sha256('right');
	const answer = await registry.call(`POST ${uploads}?digest=${digest}`, {body: 'wrong'});
	expect([answer.status, answer.code]).toEqual([400, 'DIGEST_INVALID']);
	expect((await registry.call(`HEAD /v2/team/app/blobs/${digest}`)).status).toBe(404);
	expect(await readdir(path.join(registry.folder, '.regbench', 'ingest'))).toEqual([]);
	const nonsense = await registry.call(`POST ${uploads}?digest=sha256:../../x`, {body: 'x'});
	expect(nonsense.code).toBe('DIGEST_INVALID');
});

test('an upload is cancelled, or swept away when nobody goes on with it', async () => {
	await using registry = await startTestRegistry({uploadIdleMs: 20});
	const {location} = (await registry.call(`POST ${uploads}`)).headers;
	expect((await registry.call(`DELETE ${location}`)).status).toBe(204);
	expect((await registry.call(`GET ${location}`)).status).toBe(404);

	const second = (await registry.call(`POST ${uploads}`)).headers.location;
	await vi.waitFor(async () => {
		expect((await registry.call(`GET ${second}`)).code).toBe('BLOB_UPLOAD_UNKNOWN');
	});
	expect(await readdir(path.join(registry.folder, '.regbench', 'ingest'))).toEqual([]);
});

test('a blob is seen where it was pushed or mounted, and nowhere else', async () => {
	await using registry = await startTestRegistry();
	const {digest} = await pushBlob(registry, 'team/app', 'content');
	expect((await registry.call(`HEAD /v2/team/other/blobs/${digest}`)).status).toBe(404);

	const other = '/v2/team/other/blobs/uploads/';
	const missing = await registry.call(`POST ${other}?mount=${digest}&from=team/nothing`);
	expect(missing.status).toBe(202);
	const mounted = await registry.call(`POST ${other}?mount=${digest}&from=team/app`);
	expect([mounted.status, mounted.headers['docker-content-digest']]).toEqual([201, digest]);
	expect((await registry.call(`GET /v2/team/other/blobs/${digest}`)).body.toString()).toBe(
		'content',
	);

	await registry.call(`DELETE /v2/team/app/blobs/${digest}`);
	expect((await registry.call(`HEAD /v2/team/other/blobs/${digest}`)).status).toBe(200);
});

test.each([
	['bytes=2-4', 206, 'cde', 'bytes 2-4/10'],
	['bytes=7-', 206, 'hij', 'bytes 7-9/10'],
	['bytes=-2', 206, 'ij', 'bytes 8-9/10'],
	['bytes=8-100', 206, 'ij', 'bytes 8-9/10'],
	['bytes=0-1,4-5', 200, 'abcdefghij', undefined],
	['bytes=5-2', 200, 'abcdefghij', undefined],
	['lines=1-2', 200, 'abcdefghij', undefined],
])('the range %s is answered with %i', async (range, status, text, contentRange) => {
	await using registry = await startTestRegistry();
	const {digest} = await pushBlob(registry, 'app', 'abcdefghij');
	const answer = await registry.call(`GET /v2/app/blobs/${digest}`, {headers: {Range: range}});
	expect([answer.status, answer.body.toString()]).toEqual([status, text]);
	expect(answer.headers['content-range']).toBe(contentRange);
});

test('a range behind the end is 416 with the size', async () => {
	await using registry = await startTestRegistry();
	const {digest} = await pushBlob(registry, 'app', 'abcdefghij');
	const headers = {Range: 'bytes=10-'};
	const answer = await registry.call(`GET /v2/app/blobs/${digest}`, {headers});
	expect([answer.status, answer.headers['content-range']]).toEqual([416, 'bytes */10']);
});

test('events tell method, path, status and bytes, and no query', async () => {
	await using registry = await startTestRegistry();
	const {digest} = await pushBlob(registry, 'app', 'abcdefghij');
	await registry.call(`GET /v2/app/blobs/${digest}?token=hidden`);
	// The client has its answer a moment before the server is done with it.
	await vi.waitFor(() => {
		expect(registry.events).toMatchObject([
			{method: 'POST', path: '/v2/app/blobs/uploads/', status: 201, bytesReceived: 10},
			{method: 'GET', path: `/v2/app/blobs/${digest}`, status: 200, bytesSent: 10},
		]);
	});
	expect(JSON.stringify(registry.events)).not.toContain('hidden');
});

test.each([
	'/v2/../x/manifests/1',
	'/v2/UPPER/manifests/1',
	'/v2/a..b/tags/list',
	'/v2/%ff/tags/list',
])('%s is refused', async address => {
	await using registry = await startTestRegistry();
	expect((await registry.call(`GET ${address}`)).status).toBeGreaterThanOrEqual(400);
});
