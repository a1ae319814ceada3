import {describe, expect, test} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import {mediaTypes} from '../../source/domain/manifest.ts';
import {parseComplaint, parseRetryAfter} from '../../source/registry/refusals.ts';
import {open, scriptedRegistry, testClient, type Step} from './scripted-registry.ts';

const bytes = Buffer.from(JSON.stringify({schemaVersion: 2, layers: [], config: {}}));
const manifest = {bytes, mediaType: mediaTypes.ociManifest, digest: digestOf(bytes)};
const get = (more: Partial<Step>): Step => ({method: 'GET', path: '/v2/a/b/manifests/1', ...more});
const head = (more: Partial<Step>): Step => ({...get(more), method: 'HEAD'});
const put = (more: Partial<Step>): Step => ({...get(more), method: 'PUT'});
const found: Partial<Step> = {
	headers: {
		'content-type': `${mediaTypes.ociManifest}; charset=utf-8`,
		'docker-content-digest': manifest.digest,
		'content-length': String(bytes.byteLength),
	},
	body: bytes,
};

const json = (code: string, message = '') => JSON.stringify({errors: [{code, message}]});

describe('refusals become errors with a code', () => {
	test.each([
		[401, json('UNAUTHORIZED'), 'UNAUTHORIZED', /wants a login for a\/b:1/],
		[403, json('DENIED', 'permission_denied: write_package'), 'FORBIDDEN', /write_package$/],
		[404, json('MANIFEST_UNKNOWN'), 'TAG_NOT_FOUND', /a\/b:1 was not found .* may not have access/],
		[404, '<html>nothing here</html>', 'TAG_NOT_FOUND', /not found/],
		[400, json('NAME_INVALID'), 'NAME_NOT_ALLOWED', /does not accept/],
		[400, json('DIGEST_INVALID'), 'DIGEST_MISMATCH', /other bytes/],
		[409, json('DENIED_BY_RULE', 'tag is immutable'), 'TAG_IMMUTABLE', /tag is immutable$/],
		[400, json('TAG_INVALID', 'the repository is immutable'), 'TAG_IMMUTABLE', /overwritten/],
		[413, '<html><head><title>413 Too Large</title></head>', 'TOO_LARGE', /: 413 Too Large$/],
		[405, json('UNSUPPORTED'), 'UNSUPPORTED', /does not offer/],
		[400, json('MANIFEST_INVALID', 'no config'), 'REGISTRY_ERROR', /no config$/],
		[418, 'I am a teapot', 'PROTOCOL_ERROR', /418.*I am a teapot$/],
	])('%i %s is %s', async (status, body, code, message) => {
		await using registry = await scriptedRegistry([open, put({status, body})]);
		await using client = testClient();
		const putting = client.repository(registry.host, 'a/b').putManifest('1', manifest);
		await expect(putting).rejects.toMatchObject({code, message, status});
		expect(client.waits).toEqual([]);
	});

	test('escape sequences in a message reach nobody', async () => {
		const body = JSON.stringify({
			errors: [{code: 'DENIED', message: '\u001B[2Jgone\u001B]0;title\u0007\r\nsecond\u202Eline'}],
		});
		await using registry = await scriptedRegistry([open, get({status: 403, body})]);
		await using client = testClient();
		await expect(client.repository(registry.host, 'a/b').manifest('1')).rejects.toMatchObject({
			// eslint-disable-next-line no-control-regex
			message: expect.not.stringMatching(/[\u0000-\u001F\u202E]/),
		});
	});

	test.each([
		['{"errors":[{"code":"X","message":"m","detail":"d"}]}', ['X'], 'm d'],
		['{"errors":[{"code":"X"},{"message":"m"},7,null]}', ['X'], 'X; m'],
		['{"error":{"code":403,"message":"google"}}', [], 'google'],
		['{"message":"aws"}', [], 'aws'],
		['{"error":"invalid_grant"}', [], 'invalid_grant'],
		['<html><body><h1>Bad</h1> gateway</body></html>', [], 'Bad gateway'],
		['  plain\ntext ', [], 'plain text'],
		['[]', [], ''],
		['', [], ''],
	])('%s says what it says', (body, codes, text) => {
		expect(parseComplaint(body)).toEqual({codes, text});
	});
});

describe('transient failures', () => {
	test('Retry-After is obeyed and told', async () => {
		await using registry = await scriptedRegistry([
			open,
			get({status: 429, headers: {'retry-after': '2'}}),
			get(found),
		]);
		await using client = testClient();
		await client.repository(registry.host, 'a/b').manifest('1', client.call);
		expect(client.waits).toEqual([2000]);
		expect(client.notices).toEqual([`429 from ${registry.host}: waiting 2 s, try 2 of 5`]);
	});

	test('longer than a minute nobody is made to wait', async () => {
		await using registry = await scriptedRegistry([
			open,
			get({status: 429, headers: {'retry-after': '61'}}),
		]);
		await using client = testClient();
		await expect(client.repository(registry.host, 'a/b').manifest('1')).rejects.toMatchObject({
			code: 'RATE_LIMITED',
			retryAfterMs: 61_000,
		});
	});

	test('five tries, longer waits each time, then the error', async () => {
		const broken = Array.from({length: 5}, () => get({status: 503, body: 'upstream down'}));
		await using registry = await scriptedRegistry([open, ...broken]);
		await using client = testClient();
		await expect(client.repository(registry.host, 'a/b').manifest('1')).rejects.toMatchObject({
			code: 'REGISTRY_ERROR',
			retryable: false,
			message: `${registry.host} answered 503: upstream down`,
		});
		expect(client.waits).toEqual([1000, 2000, 4000, 8000]);
	});

	test('a host that is not there is told within two tries', async () => {
		await using client = testClient();
		await expect(client.ping('127.0.0.1:9')).rejects.toMatchObject({
			code: 'REGISTRY_UNREACHABLE',
			retryable: false,
			message: '127.0.0.1:9 cannot be reached: the connection was refused',
		});
		expect(client.waits).toHaveLength(1);
	});

	test('an answer that drips in is not waited for without end', async () => {
		const drip = get({
			answer: (_request, response) => {
				const timer = setInterval(() => response.write(' '), 5);
				response.on('close', () => clearInterval(timer));
			},
		});
		await using registry = await scriptedRegistry([open, drip, drip, drip, drip, drip]);
		await using client = testClient({timeouts: {answerMs: 40}});
		await expect(client.repository(registry.host, 'a/b').manifest('1')).rejects.toMatchObject({
			code: 'TIMED_OUT',
		});
	});

	test('an abort ends the wait', async () => {
		const controller = new AbortController();
		await using registry = await scriptedRegistry([open, get({status: 503})]);
		await using client = testClient({
			sleep: (_milliseconds, signal) =>
				new Promise((_resolve, reject) => {
					signal!.addEventListener('abort', () => reject(new DOMException('x', 'AbortError')));
					controller.abort();
				}),
		});
		const reading = client.repository(registry.host, 'a/b').manifest('1', controller);
		await expect(reading).rejects.toThrow();
	});

	test('Retry-After may be a date', () => {
		const now = Date.parse('2026-01-01T00:00:00Z');
		expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:05 GMT', now)).toBe(5000);
		expect(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
		expect(parseRetryAfter('soon', now)).toBeUndefined();
	});

	test('a kept connection that the server has closed is no failure', async () => {
		await using registry = await scriptedRegistry([
			open,
			get(found),
			{...get({}), answer: request => void request.socket.destroy()},
			get(found),
		]);
		await using client = testClient();
		const repository = client.repository(registry.host, 'a/b');
		await repository.manifest('1');
		await repository.manifest('1');
		expect(client.waits).toEqual([]);
	});
});

describe('manifests', () => {
	test('a put whose answer was lost is looked at before it is sent again', async () => {
		await using registry = await scriptedRegistry([
			open,
			put({status: 502}),
			head(found),
			put({status: 502}),
			head({status: 404}),
			put({status: 201, headers: {'docker-content-digest': manifest.digest}}),
		]);
		await using client = testClient();
		const repository = client.repository(registry.host, 'a/b');
		expect(await repository.putManifest('1', manifest)).toBe(manifest.digest);
		expect(await repository.putManifest('1', manifest)).toBe(manifest.digest);
	});

	test('a registry that stores something else is found out', async () => {
		const other = digestOf('other');
		await using registry = await scriptedRegistry([
			open,
			put({status: 201, headers: {'docker-content-digest': other}}),
			get({...found, headers: {...found.headers, 'docker-content-digest': other}}),
		]);
		await using client = testClient();
		const repository = client.repository(registry.host, 'a/b');
		await expect(repository.putManifest('1', manifest)).rejects.toMatchObject({
			code: 'DIGEST_MISMATCH',
		});
		await expect(repository.manifest('1')).rejects.toMatchObject({code: 'DIGEST_MISMATCH'});
	});

	test('GET tells where HEAD does not', async () => {
		await using registry = await scriptedRegistry([
			open,
			head({status: 405}),
			get(found),
			head({headers: {'content-type': mediaTypes.ociManifest}}),
			get({body: bytes, headers: {'content-type': 'application/json'}}),
		]);
		await using client = testClient();
		const repository = client.repository(registry.host, 'a/b');
		const expected = {
			mediaType: mediaTypes.ociManifest,
			digest: manifest.digest,
			size: bytes.byteLength,
		};
		expect(await repository.resolve('1')).toEqual(expected);
		expect(await repository.resolve('1')).toEqual(expected);
	});

	test('a 404 of HEAD is believed once it has proven true', async () => {
		await using registry = await scriptedRegistry([
			open,
			head({status: 404}),
			get({status: 404}),
			head({status: 404}),
		]);
		await using client = testClient();
		const repository = client.repository(registry.host, 'a/b');
		expect(await repository.resolve('1')).toBeUndefined();
		expect(await repository.resolve('1')).toBeUndefined();
	});

	test('one of more than 4 MiB is not read', async () => {
		await using registry = await scriptedRegistry([
			open,
			get({body: Buffer.alloc(4 * 1024 * 1024 + 1, ' ')}),
		]);
		await using client = testClient();
		await expect(client.repository(registry.host, 'a/b').manifest('1')).rejects.toMatchObject({
			code: 'TOO_LARGE',
		});
	});

	test('a web page is none, and schema 1 is named', async () => {
		const old = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
		await using registry = await scriptedRegistry([
			open,
			get({body: '<html>', headers: {'content-type': 'text/html'}}),
			get({body: '{}', headers: {'content-type': old}}),
		]);
		await using client = testClient();
		const repository = client.repository(registry.host, 'a/b');
		await expect(repository.manifest('1')).rejects.toMatchObject({code: 'PROTOCOL_ERROR'});
		await expect(repository.manifest('1')).rejects.toMatchObject({code: 'UNSUPPORTED'});
	});

	test('warnings of the registry are told once', async () => {
		const warning = ['299 - "this tag \\"goes\\" soon"', '199 - "not ours"'];
		const warned = get({...found, headers: {...found.headers, warning}});
		await using registry = await scriptedRegistry([open, warned, warned]);
		await using client = testClient();
		const repository = client.repository(registry.host, 'a/b');
		await repository.manifest('1', client.call);
		await repository.manifest('1', client.call);
		expect(client.notices).toEqual([`${registry.host} warns: this tag "goes" soon`]);
	});
});

const page = (path: string, tags: unknown, link?: string): Step => ({
	method: 'GET',
	path,
	body: JSON.stringify({name: 'a/b', tags}),
	...(link === undefined ? {} : {headers: {link}}),
});

const read = async (host: string) => {
	await using client = testClient();
	const pages: (readonly string[])[] = [];
	for await (const tags of client.repository(host, 'a/b').tags()) pages.push(tags);
	return pages;
};

describe('tag lists', () => {
	const first = '/v2/a/b/tags/list?n=1000';

	test('pages are followed by Link, relative or absolute', async () => {
		await using registry = await scriptedRegistry(host => [
			open,
			page(first, ['1'], '</v2/a/b/tags/list?last=1>; rel="next"'),
			page('/v2/a/b/tags/list?last=1', ['2'], `<http://${host}/x>; title="<"; rel=next`),
			page('/x', null),
		]);
		expect(await read(registry.host)).toEqual([['1'], ['2'], []]);
	});

	test('a list without an end is given up', async () => {
		const round = '</v2/a/b/tags/list?last=1>; rel="next"';
		await using registry = await scriptedRegistry([
			open,
			page(first, ['1'], round),
			page('/v2/a/b/tags/list?last=1', ['2'], round),
		]);
		await expect(read(registry.host)).rejects.toMatchObject({code: 'PROTOCOL_ERROR'});
	});

	test('a list does not continue on another host', async () => {
		await using registry = await scriptedRegistry([
			open,
			page(first, ['1'], '<http://127.0.0.1:1/>; rel="next"'),
		]);
		await expect(read(registry.host)).rejects.toMatchObject({
			code: 'PROTOCOL_ERROR',
			message: /continues its tags on 127\.0\.0\.1:1/,
		});
	});

	test('tags that are none are left out, and something else is no list', async () => {
		await using registry = await scriptedRegistry([open, page(first, ['ok', '\u001B[2J', 7, ''])]);
		expect(await read(registry.host)).toEqual([['ok']]);
		await using other = await scriptedRegistry([open, page(first, 'tags')]);
		await expect(read(other.host)).rejects.toMatchObject({code: 'PROTOCOL_ERROR'});
	});
});

describe('first contact', () => {
	test('what is no registry is told', async () => {
		await using site = await scriptedRegistry([
			{...open, headers: {'content-type': 'text/html'}, body: '<html>'},
			{...open, status: 404},
		]);
		await using client = testClient();
		await expect(client.ping(site.host)).rejects.toMatchObject({code: 'PROTOCOL_ERROR'});
		await expect(client.ping(site.host)).rejects.toMatchObject({code: 'PROTOCOL_ERROR'});
	});

	test('plain http goes to this machine and to hosts marked as insecure only', async () => {
		const asked: string[] = [];
		const timeouts = {connectMs: 200};
		const onRequest = ({url}: {readonly url: string}) => asked.push(url);
		const insecureHosts = ['insecure.invalid:5000'];
		await using client = testClient({timeouts, onRequest, insecureHosts});
		for (const host of ['registry.invalid:5000', 'insecure.invalid:5000', 'localhost:9']) {
			await client.ping(host).catch(() => undefined);
		}
		expect([...new Set(asked)]).toEqual([
			'https://registry.invalid:5000/v2/',
			'http://insecure.invalid:5000/v2/',
			'http://localhost:9/v2/',
		]);
	});

	test('what is told of requests holds no secret', async () => {
		const asked: string[] = [];
		await using registry = await scriptedRegistry([
			open,
			get({status: 307, headers: {location: '/signed?X-Amz-Signature=secret&n=1'}}),
			{method: 'GET', path: /^\/signed/, ...found},
		]);
		await using client = testClient({onRequest: ({url}) => asked.push(url)});
		await client.repository(registry.host, 'a/b').manifest('1');
		expect(asked.at(-1)).toBe(`http://${registry.host}/signed?X-Amz-Signature=%E2%80%A6&n=1`);
	});
});
