import type {ServerResponse} from 'node:http';
import {describe, expect, test} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import type {BlobSource} from '../../source/registry/registry-client.ts';
import {
	basicLogin,
	bodyOf,
	collect,
	open,
	scriptedRegistry,
	testClient,
	type Step,
} from './scripted-registry.ts';

const content = Buffer.from('0123456789'.repeat(10_000));
const blob = {digest: digestOf(content), size: content.byteLength};
const blobPath = `/v2/a/b/blobs/${blob.digest}`;
const get = (more: Partial<Step>): Step => ({method: 'GET', path: blobPath, ...more});
const basic: Step = {...open, status: 401, headers: {'www-authenticate': 'Basic realm="x"'}};

function sourceOf(bytes: Buffer): BlobSource & {readonly opened: number[]} {
	const opened: number[] = [];
	return {
		digest: digestOf(bytes),
		size: bytes.byteLength,
		opened,
		open: async function* (fromByte) {
			opened.push(fromByte);
			for (let at = fromByte; at < bytes.byteLength; at += 1000)
				yield bytes.subarray(at, at + 1000);
		},
	};
}

describe('reading a blob', () => {
	test('a redirect to another origin gets the range but not the login', async () => {
		await using storage = await scriptedRegistry([
			{method: 'GET', path: '/signed?x=1', body: content},
		]);
		await using registry = await scriptedRegistry([
			basic,
			get({status: 307, headers: {location: `http://${storage.host}/signed?x=1`}}),
		]);
		await using client = testClient({credential: basicLogin()});
		const read = await collect(client.repository(registry.host, 'a/b').readBlob(blob));
		expect(read.equals(content)).toBe(true);
		expect(registry.requests[1]!.headers.authorization).toMatch(/^Basic /);
		expect(storage.requests[0]!.headers.authorization).toBeUndefined();
	});

	test('a redirect within the origin keeps the login', async () => {
		await using registry = await scriptedRegistry([
			basic,
			get({status: 302, headers: {location: '/elsewhere'}}),
			{method: 'GET', path: '/elsewhere', body: content},
		]);
		await using client = testClient({credential: basicLogin()});
		await collect(client.repository(registry.host, 'a/b').readBlob(blob));
		expect(registry.requests[2]!.headers.authorization).toMatch(/^Basic /);
	});

	test('redirects in circles are given up', async () => {
		const round = Array.from({length: 6}, () => get({status: 307, headers: {location: blobPath}}));
		await using registry = await scriptedRegistry([open, ...round]);
		await using client = testClient();
		await expect(
			collect(client.repository(registry.host, 'a/b').readBlob(blob)),
		).rejects.toMatchObject({code: 'PROTOCOL_ERROR', message: /circles/});
	});

	test.each([
		['corrupted', {body: Buffer.from(content).fill('x', 5, 6)}, /other bytes/],
		['shorter than said', {body: content.subarray(1)}, /another size/],
		['longer than said', {body: Buffer.concat([content, Buffer.from('x')])}, /another size/],
		[
			'cut short without a length',
			{
				answer: (_: unknown, response: {end(part: Buffer): void}) =>
					response.end(content.subarray(9)),
			},
			/another size|fewer bytes/,
		],
	])('a blob that is %s is refused', async (_what, more, message) => {
		await using registry = await scriptedRegistry([open, get(more as Partial<Step>)]);
		await using client = testClient();
		const reading = collect(client.repository(registry.host, 'a/b').readBlob(blob));
		await expect(reading).rejects.toMatchObject({code: 'DIGEST_MISMATCH', message});
	});

	test('after a cut the rest is asked for, and the whole is checked', async () => {
		await using registry = await scriptedRegistry([
			open,
			get({answer: (_request, response) => cutAfter(response, content, 40_000)}),
			get({
				answer: (request, response) => {
					const start = Number(/^bytes=(\d+)-99999$/.exec(request.headers.range!)![1]);
					response.writeHead(206, {'content-range': `bytes ${start}-99999/100000`});
					response.end(content.subarray(start));
				},
			}),
		]);
		await using client = testClient();
		const read = await collect(client.repository(registry.host, 'a/b').readBlob(blob, client.call));
		expect(read.equals(content)).toBe(true);
		expect(client.notices).toEqual([expect.stringMatching(/cut: waiting 1 s, try 2 of 5$/)]);
	});

	test('a registry that ignores Range starts again, and nothing comes twice', async () => {
		await using registry = await scriptedRegistry([
			open,
			get({answer: (_request, response) => cutAfter(response, content, 40_000)}),
			get({body: content}),
		]);
		await using client = testClient();
		const read = await collect(client.repository(registry.host, 'a/b').readBlob(blob));
		expect(read.equals(content)).toBe(true);
	});

	test('a server that sends a byte at a time and hangs up is given up after five tries', async () => {
		const crumbs = Array.from({length: 5}, () =>
			get({
				answer: (request, response) => {
					const start = Number(/\d+/.exec(request.headers.range ?? '0')![0]);
					response.writeHead(start > 0 ? 206 : 200, {
						'content-length': 100_000 - start,
						...(start > 0 ? {'content-range': `bytes ${start}-99999/100000`} : {}),
					});
					response.write(content.subarray(start, start + 1), () => response.destroy());
				},
			}),
		);
		await using registry = await scriptedRegistry([open, ...crumbs]);
		await using client = testClient();
		await expect(
			collect(client.repository(registry.host, 'a/b').readBlob(blob)),
		).rejects.toMatchObject({code: 'REGISTRY_UNREACHABLE'});
		expect(client.waits).toEqual([1000, 2000, 4000, 8000]);
	});

	test('silence in the middle is not waited for without end', async () => {
		const drip = get({
			answer: (_request, response) => {
				response.writeHead(200, {'content-length': blob.size});
				response.write('0');
			},
		});
		const again = get({answer: () => undefined});
		await using registry = await scriptedRegistry([open, drip, again, again, again, again]);
		await using client = testClient({timeouts: {idleMs: 200}});
		await expect(
			collect(client.repository(registry.host, 'a/b').readBlob(blob)),
		).rejects.toMatchObject({code: 'TIMED_OUT'});
	});

	test('a reader that takes its time is no silence', async () => {
		await using registry = await scriptedRegistry([open, get({body: content})]);
		await using client = testClient({timeouts: {idleMs: 20}});
		let size = 0;
		for await (const chunk of client.repository(registry.host, 'a/b').readBlob(blob)) {
			if (size === 0) await new Promise(resolve => setTimeout(resolve, 80));
			size += chunk.byteLength;
		}
		expect(size).toBe(blob.size);
	});

	test('an abort ends it at once, whatever it is doing', async () => {
		const controller = new AbortController();
		await using registry = await scriptedRegistry([
			open,
			get({
				answer: (_request, response) => {
					response.writeHead(200, {'content-length': blob.size});
					response.write('0');
				},
			}),
		]);
		await using client = testClient();
		const {signal} = controller;
		const reading = async () => {
			for await (const _ of client.repository(registry.host, 'a/b').readBlob(blob, {signal})) {
				controller.abort();
			}
		};
		await expect(reading()).rejects.toMatchObject({code: 'CANCELLED'});
	});
});

const head = (status: number): Step => ({method: 'HEAD', path: blobPath, status});

const begin = (location: string): Step => ({
	method: 'POST',
	path: '/v2/a/b/blobs/uploads/',
	status: 202,
	headers: {location},
});

const cutPut = (path: string): Step => ({
	method: 'PUT',
	path,
	answer: async request => {
		let size = 0;
		for await (const part of request) {
			size += (part as Buffer).byteLength;
			if (size >= 30_000) break;
		}
		request.socket.destroy();
	},
});

describe('uploading a blob', () => {
	const encoded = encodeURIComponent(blob.digest);

	test('one POST and one PUT, to the address as it was given', async () => {
		await using registry = await scriptedRegistry([
			open,
			head(404),
			begin('/up/1?_state=a%2Bb%3D'),
			{method: 'PUT', path: `/up/1?_state=a%2Bb%3D&digest=${encoded}`, status: 201},
		]);
		await using client = testClient();
		const progress: number[] = [];
		const outcome = await client
			.repository(registry.host, 'a/b')
			.uploadBlob(sourceOf(content), {onProgress: bytes => progress.push(bytes)});
		expect(outcome).toBe('uploaded');
		expect(registry.requests.at(-1)!.body.equals(content)).toBe(true);
		expect(progress.at(-1)).toBe(blob.size);
	});

	test('an address on another host gets the bytes but not the login', async () => {
		await using storage = await scriptedRegistry([
			{method: 'PUT', path: `/up?digest=${encoded}`, status: 201},
		]);
		await using registry = await scriptedRegistry([
			basic,
			head(404),
			begin(`http://${storage.host}/up`),
		]);
		await using client = testClient({credential: basicLogin()});
		await client.repository(registry.host, 'a/b').uploadBlob(sourceOf(content));
		expect(storage.requests[0]!.headers.authorization).toBeUndefined();
	});

	test('a cut upload goes on in chunks from where the registry got to', async () => {
		await using registry = await scriptedRegistry([
			open,
			head(404),
			begin('/up/1'),
			cutPut(`/up/1?digest=${encoded}`),
			head(404),
			{method: 'GET', path: '/up/1', status: 204, headers: {range: '0-19999', location: '/up/2'}},
			{method: 'PATCH', path: '/up/2', status: 202, headers: {range: '0-99999', location: '/up/3'}},
			{method: 'PUT', path: `/up/3?digest=${encoded}`, status: 201},
		]);
		await using client = testClient();
		const source = sourceOf(content);
		await client.repository(registry.host, 'a/b').uploadBlob(source, client.call);
		expect(source.opened).toEqual([0, 20_000]);
		const patch = registry.requests[6]!;
		expect(patch.headers['content-range']).toBe('20000-99999');
		expect(patch.body.equals(content.subarray(20_000))).toBe(true);
		expect(client.notices).toHaveLength(1);
	});

	test('0-0 is not believed: the upload begins again', async () => {
		await using registry = await scriptedRegistry([
			open,
			head(404),
			begin('/up/1'),
			cutPut(`/up/1?digest=${encoded}`),
			head(404),
			{method: 'GET', path: '/up/1', status: 204, headers: {range: '0-0'}},
			{method: 'DELETE', path: '/up/1', status: 204},
			begin('/up/2'),
			{method: 'PATCH', path: '/up/2', status: 202, headers: {location: '/up/2'}},
			{method: 'PUT', path: `/up/2?digest=${encoded}`, status: 201},
		]);
		await using client = testClient();
		const source = sourceOf(content);
		await client.repository(registry.host, 'a/b').uploadBlob(source);
		expect(source.opened).toEqual([0, 0]);
	});

	test('a blob that has arrived though its answer did not is not sent again', async () => {
		await using registry = await scriptedRegistry([
			open,
			head(404),
			begin('/up/1'),
			cutPut(`/up/1?digest=${encoded}`),
			head(200),
		]);
		await using client = testClient();
		const outcome = await client.repository(registry.host, 'a/b').uploadBlob(sourceOf(content));
		expect(outcome).toBe('uploaded');
	});

	test('a session that has expired is begun anew', async () => {
		await using registry = await scriptedRegistry([
			open,
			head(404),
			begin('/up/1'),
			{
				method: 'PUT',
				path: /^\/up\/1/,
				status: 404,
				body: '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}',
			},
			head(404),
			{method: 'DELETE', path: '/up/1', status: 404},
			begin('/up/2'),
			{method: 'PATCH', path: '/up/2', status: 202, headers: {location: '/up/2'}},
			{method: 'PUT', path: /^\/up\/2/, status: 201},
		]);
		await using client = testClient();
		await client.repository(registry.host, 'a/b').uploadBlob(sourceOf(content));
	});

	test('a registry that takes no whole PUT gets chunks', async () => {
		await using registry = await scriptedRegistry([
			open,
			head(404),
			begin('/up/1'),
			{method: 'PUT', path: /^\/up\/1/, status: 405, body: '{"errors":[{"code":"UNSUPPORTED"}]}'},
			{method: 'DELETE', path: '/up/1', status: 204},
			begin('/up/2'),
			{method: 'PATCH', path: '/up/2', status: 202, headers: {location: '/up/2'}},
			{method: 'PUT', path: /^\/up\/2/, status: 201},
		]);
		await using client = testClient();
		await client.repository(registry.host, 'a/b').uploadBlob(sourceOf(content), client.call);
		expect(client.notices).toEqual([expect.stringMatching(/sending chunks$/)]);
	});

	test('an answer before the last byte ends the sending', async () => {
		await using registry = await scriptedRegistry([
			open,
			head(404),
			begin('/up/1'),
			{
				method: 'PUT',
				path: /^\/up\/1/,
				answer: (request, response) => {
					response.writeHead(403).end('{"errors":[{"code":"DENIED"}]}');
					request.resume();
				},
			},
			{method: 'DELETE', path: '/up/1', status: 204},
		]);
		await using client = testClient();
		let openSources = 0;
		const endless: BlobSource = {
			...blob,
			size: 10 ** 12,
			open: async function* () {
				openSources++;
				try {
					for (;;) {
						yield content;
						await new Promise(resolve => setImmediate(resolve));
					}
				} finally {
					openSources--;
				}
			},
		};
		await expect(client.repository(registry.host, 'a/b').uploadBlob(endless)).rejects.toMatchObject(
			{code: 'FORBIDDEN'},
		);
		expect(openSources).toBe(0);
		await expect.poll(() => registry.requests.length).toBe(5);
	});

	test.each([
		['too short', content.subarray(1)],
		['too long', Buffer.concat([content, content])],
	])('a source that is %s is found out before the registry takes it', async (_what, bytes) => {
		await using registry = await scriptedRegistry([
			open,
			head(404),
			begin('/up/1'),
			{
				method: 'PUT',
				path: /^\/up\/1/,
				answer: async request => void (await bodyOf(request).catch(() => 0)),
			},
			{method: 'DELETE', path: '/up/1', status: 204},
		]);
		await using client = testClient();
		const uploading = client.repository(registry.host, 'a/b').uploadBlob({
			...blob,
			open: async function* () {
				yield bytes.subarray(0, 1);
				// Only then has the registry something that must not become a blob.
				await expect.poll(() => registry.requests.length).toBe(4);
				yield bytes.subarray(1);
			},
		});
		await expect(uploading).rejects.toMatchObject({code: 'DIGEST_MISMATCH'});
		await expect.poll(() => registry.requests.length).toBe(5);
	});

	test('an abort releases the session', async () => {
		const controller = new AbortController();
		await using registry = await scriptedRegistry([
			open,
			head(404),
			begin('/up/1'),
			{
				method: 'PUT',
				path: /^\/up\/1/,
				answer: async request => {
					controller.abort();
					await bodyOf(request).catch(() => 0);
				},
			},
			{method: 'DELETE', path: '/up/1', status: 204},
		]);
		await using client = testClient();
		const {signal} = controller;
		const uploading = client
			.repository(registry.host, 'a/b')
			.uploadBlob(sourceOf(content), {signal});
		await expect(uploading).rejects.toMatchObject({code: 'CANCELLED'});
		await expect.poll(() => registry.requests.length).toBe(5);
	});
});

function cutAfter(response: ServerResponse, bytes: Buffer, size: number): void {
	response.writeHead(200, {'content-length': bytes.byteLength});
	response.write(bytes.subarray(0, size), () => response.destroy());
}
