import {Agent, request as plainRequest} from 'node:http';
import {describe, expect, test} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import type {Connector} from '../../source/registry/agents.ts';
import {
	basicLogin,
	scriptedRegistry,
	testClient,
	wantsTokens,
	type ScriptedRegistry,
	type Step,
} from './scripted-registry.ts';

/** Every host of the world, TLS or not, is the scripted one: it sees the real name in `Host`. */
function everythingAt({host}: ScriptedRegistry): Connector {
	const agent = new Agent();
	const [hostname, port] = host.split(':');
	const request = (url: URL, options: Parameters<typeof plainRequest>[0]) =>
		plainRequest({
			...(options as object),
			agent,
			hostname,
			port,
			path: url.pathname + url.search,
			headers: {
				...(options as unknown as {headers: object}).headers,
				host: url.host,
				'x-scheme': url.protocol,
			},
		});
	return {
		connect: async () => ({agent, request: request as unknown as typeof plainRequest}),
		close: () => agent.destroy(),
	};
}

const token: Step = {method: 'GET', path: /^\/token\?/, body: '{"token":"t"}'};
const content = Buffer.from('hello');
const blob = {digest: digestOf(content), size: content.byteLength};
const head: Step = {method: 'HEAD', path: /\/blobs\/sha256:/, status: 404};

describe('registries by their real names', () => {
	test('Docker Hub has five of them, and none is announced as strange', async () => {
		await using world = await scriptedRegistry([
			wantsTokens('https://auth.docker.io/token'),
			token,
			{method: 'GET', path: '/v2/library/hello/tags/list?n=1000', body: '{"tags":["1"]}'},
		]);
		await using client = testClient({
			connector: everythingAt(world),
			credential: basicLogin(),
		});
		await client.repository('docker.io', 'library/hello').tags(client.call).next();
		expect(world.requests.map(({headers}) => headers.host)).toEqual([
			'registry-1.docker.io',
			'auth.docker.io',
			'registry-1.docker.io',
		]);
		expect(client.notices).toEqual([]);
	});

	test('GHCR’s 403 says whose package it is', async () => {
		await using world = await scriptedRegistry([
			wantsTokens('https://ghcr.io/token', ',scope="repository:user/image:pull"'),
			token,
			head,
			{
				method: 'POST',
				path: '/v2/github/hello/blobs/uploads/',
				status: 403,
				body: '{"errors":[{"code":"DENIED","message":"permission_denied: write_package"}]}',
			},
		]);
		await using client = testClient({
			connector: everythingAt(world),
			credential: basicLogin('octocat'),
		});
		const upload = client
			.repository('ghcr.io', 'github/hello')
			.uploadBlob({...blob, open: async function* () {}});
		await expect(upload).rejects.toMatchObject({
			code: 'FORBIDDEN',
			message:
				'ghcr.io does not let octocat write to github/hello: permission_denied: write_package',
			hint: expect.stringMatching(/logged in as octocat, but the repository belongs to github/),
		});
	});

	test('a registry that leads from TLS to none is not followed', async () => {
		await using world = await scriptedRegistry([
			{method: 'GET', path: '/v2/'},
			{
				method: 'GET',
				path: '/v2/a/tags/list?n=1000',
				status: 307,
				headers: {location: 'http://localhost/steal'},
			},
		]);
		await using client = testClient({connector: everythingAt(world)});
		const listing = client.repository('registry.example', 'a').tags().next();
		await expect(listing).rejects.toMatchObject({code: 'PROTOCOL_ERROR', message: /without TLS/});
	});

	test('nor is a login sent to a token service without it', async () => {
		await using world = await scriptedRegistry([wantsTokens('http://registry.example/token')]);
		await using client = testClient({
			connector: everythingAt(world),
			credential: basicLogin(),
		});
		const listing = client.repository('registry.example', 'a').tags().next();
		await expect(listing).rejects.toMatchObject({
			code: 'PROTOCOL_ERROR',
			message: /nothing was sent$/,
		});
	});

	test('an upload address without TLS on the same host is taken with it', async () => {
		await using world = await scriptedRegistry([
			{method: 'GET', path: '/v2/'},
			head,
			{
				method: 'POST',
				path: '/v2/a/blobs/uploads/',
				status: 202,
				headers: {location: 'http://registry.example/up?x=1'},
			},
			{method: 'PUT', path: /^\/up\?x=1&digest=/, status: 201},
		]);
		await using client = testClient({connector: everythingAt(world)});
		await client.repository('registry.example', 'a').uploadBlob({
			...blob,
			open: async function* () {
				yield content;
			},
		});
		expect(world.requests.at(-1)!.headers['x-scheme']).toBe('https:');
	});

	test('a token that ends in the middle of an upload is renewed, and the body sent anew', async () => {
		const challenge = 'Bearer realm="https://ghcr.io/token",service="registry"';
		await using world = await scriptedRegistry([
			wantsTokens('https://ghcr.io/token'),
			token,
			head,
			{
				method: 'POST',
				path: '/v2/octocat/a/blobs/uploads/',
				status: 202,
				headers: {location: '/up'},
			},
			{
				method: 'PUT',
				path: /^\/up\?digest=/,
				status: 401,
				headers: {'www-authenticate': challenge},
			},
			{...token, body: '{"token":"newer"}'},
			{method: 'PUT', path: /^\/up\?digest=/, status: 201},
		]);
		await using client = testClient({
			connector: everythingAt(world),
			credential: basicLogin('octocat'),
		});
		let opened = 0;
		await client.repository('ghcr.io', 'octocat/a').uploadBlob({
			...blob,
			open: async function* () {
				opened++;
				yield content;
			},
		});
		expect(opened).toBe(2);
		expect(world.requests.at(-1)!.headers.authorization).toBe('Bearer newer');
		expect(world.requests.at(-1)!.body.equals(content)).toBe(true);
	});

	test('a user name that stands for a refresh token is exchanged by POST on ACR', async () => {
		await using world = await scriptedRegistry([
			wantsTokens('https://coursereg.azurecr.io/oauth2/token'),
			{method: 'POST', path: '/oauth2/token', status: 405},
			{method: 'GET', path: /^\/oauth2\/token\?/, body: '{"access_token":"t"}'},
			{method: 'GET', path: '/v2/'},
		]);
		await using client = testClient({connector: everythingAt(world)});
		await client.checkLogin(
			'coursereg.azurecr.io',
			basicLogin('00000000-0000-0000-0000-000000000000', 'refresh'),
		);
		const form = new URLSearchParams(world.requests[1]!.body.toString());
		expect(form.get('refresh_token')).toBe('refresh');
	});
});
