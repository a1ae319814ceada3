import {describe, expect, test, vi} from 'vitest';
import {
	call,
	demo,
	pushImage,
	startTestRegistry,
	type Answer,
	type TestRegistry,
} from './registry-calls.ts';

const reader = ['reader', 'reader-password'] as const;

async function ghcrToken(
	registry: TestRegistry,
	scope: string,
	login?: readonly [string, string],
): Promise<string> {
	const answer = await registry.call(`GET /token?service=x&scope=${scope}`, login ? {login} : {});
	return answer.json<{token: string}>().token;
}

async function acrToken(registry: TestRegistry, scope: string): Promise<string> {
	const answer = await registry.call(`GET /oauth2/token?service=x&scope=${scope}`, {login: demo});
	return answer.json<{access_token: string}>().access_token;
}

function fields(answer: Answer): readonly string[] {
	return Object.keys(answer.json<object>());
}

function form(fields: Record<string, string>) {
	return {
		body: new URLSearchParams(fields).toString(),
		headers: {'Content-Type': 'application/x-www-form-urlencoded'},
	};
}

describe('basic', () => {
	test('asks for user and password and takes the right ones only', async () => {
		await using registry = await startTestRegistry({authentication: 'basic'});
		const refused = await registry.call('GET /v2/');
		expect([refused.status, refused.code]).toEqual([401, 'UNAUTHORIZED']);
		expect(refused.headers['www-authenticate']).toBe('Basic realm="regbench"');
		for (const login of [
			['demo', 'wrong'],
			['other', demo[1]],
			['demo', ''],
		] as const) {
			expect((await registry.call('GET /v2/', {login})).status).toBe(401);
		}
		expect((await registry.call('GET /v2/', {login: demo})).status).toBe(200);
		await pushImage(registry, 'app', '1.0', {login: demo});
		expect((await registry.call('GET /v2/app/manifests/1.0', {login: reader})).status).toBe(200);
		const push = await registry.call('POST /v2/app/blobs/uploads/', {login: reader});
		expect([push.status, push.code]).toEqual([403, 'DENIED']);
		expect(JSON.stringify(registry.events)).not.toContain(demo[1]);
		await vi.waitFor(() => {
			expect(registry.events).toContainEqual(expect.objectContaining({username: 'reader'}));
		});
	});
});

describe('ghcr', () => {
	test('sends to /token, whose answer tells no lifetime', async () => {
		await using registry = await startTestRegistry({authentication: 'ghcr'});
		const refused = await registry.call('GET /v2/');
		expect(refused.headers['www-authenticate']).toBe(
			`Bearer realm="${registry.url}/token",service="${registry.host}",scope="repository:user/image:pull"`,
		);
		const answer = await registry.call('GET /token?scope=repository:demo/app:pull,push', {
			login: demo,
		});
		expect(Object.keys(answer.json<object>())).toEqual(['token']);
		const {token} = answer.json<{token: string}>();
		expect((await registry.call('GET /v2/', {login: token})).status).toBe(200);
		const wrong = await registry.call('GET /token', {login: ['demo', 'wrong']});
		expect([wrong.status, wrong.code]).toEqual([403, 'DENIED']);
	});

	test('a package is private at first, and public when it is made so', async () => {
		await using registry = await startTestRegistry({authentication: 'ghcr'});
		const scope = 'repository:demo/app:pull,push';
		const login = await ghcrToken(registry, scope, demo);
		await pushImage(registry, 'demo/app', '1.0', {login});
		const read = (token?: string) =>
			registry.call('GET /v2/demo/app/manifests/1.0', token === undefined ? {} : {login: token});
		expect((await read(login)).status).toBe(200);
		expect((await read()).status).toBe(401);
		const anonymous = await registry.call('GET /token?scope=repository:demo/app:pull');
		expect([anonymous.status, anonymous.code]).toEqual([401, 'UNAUTHORIZED']);
		const stranger = await ghcrToken(registry, 'repository:demo/app:pull', reader);
		const denied = await read(stranger);
		expect([denied.status, denied.code]).toEqual([403, 'DENIED']);
		expect(denied.body.toString()).toContain('permission_denied: read_package');

		await registry.setVisibility('demo/app', 'public');
		const token = await ghcrToken(registry, 'repository:demo/app:pull');
		expect((await read(token)).status).toBe(200);
		const forPush = await ghcrToken(registry, 'repository:demo/app:pull,push');
		for (const login of [token, forPush]) {
			const push = await registry.call('POST /v2/demo/app/blobs/uploads/', {login});
			expect([push.status, push.code]).toEqual([401, 'UNAUTHORIZED']);
		}
	});

	test("another owner's package cannot be written, and neither can one's own with a token for reading", async () => {
		await using registry = await startTestRegistry({authentication: 'ghcr'});
		const foreign = await ghcrToken(registry, 'repository:other/app:pull,push', demo);
		const refused = await registry.call('POST /v2/other/app/blobs/uploads/', {login: foreign});
		expect([refused.status, refused.code]).toEqual([403, 'DENIED']);
		expect(refused.body.toString()).toContain('permission_denied: write_package');

		const weak = await ghcrToken(registry, 'repository:reader/app:pull,push', reader);
		const denied = await registry.call('POST /v2/reader/app/blobs/uploads/', {login: weak});
		expect([denied.status, denied.code]).toEqual([403, 'DENIED']);
		expect(denied.body.toString()).toContain('expected scopes');
	});

	test('a token for one repository is not good for the next, and says which scope is missing', async () => {
		await using registry = await startTestRegistry({authentication: 'ghcr'});
		const token = await ghcrToken(registry, 'repository:demo/app:pull,push', demo);
		const answer = await registry.call('POST /v2/demo/other/blobs/uploads/', {login: token});
		expect(answer.status).toBe(401);
		expect(answer.headers['www-authenticate']).toContain(
			'scope="repository:demo/other:pull,push",error="insufficient_scope"',
		);
	});

	test('upper case and names without an owner are refused, and so is everything GHCR lacks', async () => {
		await using registry = await startTestRegistry({authentication: 'ghcr'});
		for (const name of ['Demo/app', 'app']) {
			const answer = await registry.call(`POST /v2/${name}/blobs/uploads/`);
			expect([answer.status, answer.code]).toEqual([400, 'NAME_INVALID']);
		}
		const login = await ghcrToken(registry, 'repository:demo/app:pull,push', demo);
		const {digest} = await pushImage(registry, 'demo/app', '1.0', {login});
		for (const reference of ['1.0', digest]) {
			const answer = await registry.call(`DELETE /v2/demo/app/manifests/${reference}`, {login});
			expect([answer.status, answer.code]).toEqual([405, 'UNSUPPORTED']);
		}
		expect((await registry.call('GET /v2/_catalog', {login})).status).toBe(404);
		expect((await registry.call(`GET /v2/demo/app/referrers/${digest}`, {login})).status).toBe(404);
	});

	test('a token that was tampered with, or of another registry, is invalid', async () => {
		await using registry = await startTestRegistry({authentication: 'ghcr'});
		await using other = await startTestRegistry({authentication: 'ghcr'});
		const token = await ghcrToken(registry, 'repository:demo/app:pull', demo);
		const [header, , signature] = token.split('.');
		const claims = Buffer.from('{"sub":"admin","exp":9999999999,"use":"access","access":[]}');
		const forged = [
			`${header}.${claims.toString('base64url')}.${signature}`,
			`${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims.toString('base64url')}.`,
			await ghcrToken(other, 'repository:demo/app:pull', demo),
			'x.y.z',
		];
		for (const login of forged) {
			const answer = await registry.call('GET /v2/', {login});
			expect(answer.status).toBe(401);
			expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
		}
	});

	test('the realm is on the host that the client asked, so that nothing is sent elsewhere', async () => {
		await using registry = await startTestRegistry({authentication: 'ghcr'});
		const asked = async (Host: string) =>
			String(
				(await call(registry.host, 'GET /v2/', {headers: {Host}})).headers['www-authenticate'],
			);
		expect(await asked(`localhost:${registry.port}`)).toContain(
			`realm="http://localhost:${registry.port}/token"`,
		);
		expect(await asked('a"b')).toContain(`realm="${registry.url}/token"`);
	});
});

describe('acr', () => {
	test('gives access tokens for a password, and for a refresh token by GET and POST', async () => {
		await using registry = await startTestRegistry({authentication: 'acr'});
		const refused = await registry.call('GET /v2/app/tags/list');
		expect(refused.headers['www-authenticate']).toContain(`realm="${registry.url}/oauth2/token"`);
		const scope = 'repository:app:pull,push';

		const direct = await acrToken(registry, scope);
		await pushImage(registry, 'app', '1.0', {login: direct});

		const exchanged = await registry.call('POST /oauth2/exchange', {
			...form({grant_type: 'access_token', service: 'x', access_token: demo[1]}),
		});
		const {refresh_token} = exchanged.json<{refresh_token: string}>();
		const user = '00000000-0000-0000-0000-000000000000';
		const byGet = await registry.call(`GET /oauth2/token?scope=${scope}`, {
			login: [user, refresh_token],
		});
		const byPost = await registry.call(
			'POST /oauth2/token',
			form({grant_type: 'refresh_token', service: 'x', scope, refresh_token}),
		);
		for (const answer of [byGet, byPost]) {
			const {access_token} = answer.json<{access_token: string}>();
			const read = await registry.call('GET /v2/app/manifests/1.0', {login: access_token});
			expect(read.status).toBe(200);
		}
		const asAccess = await registry.call('GET /v2/', {login: refresh_token});
		expect(asAccess.status).toBe(401);
	});

	test('a login that asks for it gets a refresh token to keep', async () => {
		await using registry = await startTestRegistry({authentication: 'acr'});
		const plain = await registry.call('GET /oauth2/token?service=x', {login: demo});
		expect(fields(plain)).toEqual(['access_token']);
		const offline = await registry.call('GET /oauth2/token?offline_token=true', {login: demo});
		expect(fields(offline)).toEqual(['access_token', 'refresh_token']);
		const posted = await registry.call(
			'POST /oauth2/token',
			form({
				grant_type: 'password',
				username: demo[0],
				password: demo[1],
				access_type: 'offline',
			}),
		);
		expect(fields(posted)).toEqual(['access_token', 'refresh_token']);
	});

	test.each([
		['GET /oauth2/token', {login: ['demo', 'wrong'] as const}, 401],
		['GET /oauth2/token', {}, 401],
		['POST /oauth2/token', form({grant_type: 'refresh_token', refresh_token: 'x'}), 401],
		['POST /oauth2/token', form({grant_type: 'other'}), 400],
		['POST /oauth2/exchange', form({grant_type: 'access_token', access_token: 'x'}), 401],
		['POST /oauth2/exchange', form({grant_type: 'password'}), 400],
		['PUT /oauth2/token', {}, 405],
		['POST /oauth2/token', {body: 'x'.repeat(100_000)}, 400],
	])('%s with %j is %i', async (line, options, status) => {
		await using registry = await startTestRegistry({authentication: 'acr'});
		expect((await registry.call(line, options)).status).toBe(status);
	});

	test('scopes are enforced: listing, pulling, deleting and the catalogue each need their own', async () => {
		await using registry = await startTestRegistry({authentication: 'acr'});
		const {digest} = await pushImage(registry, 'app', '1.0', {login: demo});
		const status = async (line: string, scope: string) =>
			(await registry.call(line, {login: await acrToken(registry, scope)})).status;
		expect(await status('GET /v2/app/tags/list', 'repository:app:metadata_read')).toBe(200);
		expect(await status('GET /v2/app/manifests/1.0', 'repository:app:metadata_read')).toBe(401);
		expect(await status('GET /v2/_catalog', 'repository:app:pull')).toBe(401);
		expect(await status('GET /v2/_catalog', 'registry:catalog:*')).toBe(200);
		const remove = `DELETE /v2/app/manifests/${digest}`;
		expect(await status(remove, 'repository:app:pull,push')).toBe(401);
		expect(await status('DELETE /v2/app/manifests/1.0', 'repository:app:delete')).toBe(405);
		expect(await status(remove, 'repository:app:delete')).toBe(202);
	});

	test("ACR's own API lists, and takes away a tag without its manifest", async () => {
		await using registry = await startTestRegistry({authentication: 'acr'});
		const {digest, config, layer} = await pushImage(registry, 'team/app', '1.0', {login: demo});
		const asked = (line: string) => registry.call(line, {login: demo});
		expect((await asked('GET /acr/v1/_catalog')).json()).toEqual({repositories: ['team/app']});
		expect((await asked('GET /acr/v1/team/app/_tags')).json()).toMatchObject({
			imageName: 'team/app',
			tags: [{name: '1.0', digest}],
		});
		expect((await asked('GET /acr/v1/team/app/_manifests')).json()).toMatchObject({
			manifests: [{digest, tags: ['1.0'], imageSize: config.size + layer.size}],
		});
		expect((await asked('DELETE /acr/v1/team/app/_tags/1.0')).status).toBe(202);
		expect((await asked('GET /acr/v1/team/app/_tags/1.0')).status).toBe(404);
		expect((await asked(`GET /v2/team/app/manifests/${digest}`)).status).toBe(200);
		expect((await asked('DELETE /acr/v1/team/app')).status).toBe(202);
		expect((await asked('GET /acr/v1/team/app')).status).toBe(404);
		expect((await registry.call('GET /acr/v1/_catalog')).status).toBe(401);
	});
});
