import {describe, expect, test} from 'vitest';
import {Secret} from '../../source/domain/credential.ts';
import {checkRealm} from '../../source/registry/realm.ts';
import {createConnector} from '../../source/registry/agents.ts';
import {createTransport, defaultTimeouts} from '../../source/registry/transport.ts';
import {
	basicLogin,
	open,
	scriptedRegistry,
	testClient,
	wantsTokens,
	type Step,
} from './scripted-registry.ts';

const token = (value: string, more: object = {}): Step => ({
	method: 'GET',
	path: /^\/token\?/,
	body: JSON.stringify({token: value, ...more}),
});
const tags = (status = 200, headers: Step['headers'] = {}): Step => ({
	method: 'GET',
	path: '/v2/a/b/tags/list?n=1000',
	status,
	headers,
	body: '{"tags":["1"]}',
});
const unauthorized = {
	'www-authenticate': 'Bearer realm="http://127.0.0.1:1/",error="invalid_token"',
};

async function allTags(client: ReturnType<typeof testClient>, host: string) {
	const found: string[] = [];
	for await (const page of client.repository(host, 'a/b').tags(client.call)) found.push(...page);
	return found;
}

describe('tokens', () => {
	test('the scope is built from the real name, never from the placeholder of /v2/', async () => {
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`, ',scope="repository:user/image:pull"'),
			token('one'),
			tags(),
		]);
		await using client = testClient({credential: basicLogin()});
		await allTags(client, registry.host);

		const asked = new URLSearchParams(registry.requests[1]!.path.split('?')[1]);
		expect(asked.getAll('scope')).toEqual(['repository:a/b:pull']);
		expect(asked.get('account')).toBe('anna');
		expect(registry.requests[1]!.headers.authorization).toBe(
			`Basic ${Buffer.from('anna:secret').toString('base64')}`,
		);
		expect(registry.requests[2]!.headers.authorization).toBe('Bearer one');
	});

	test('an expired token is replaced once, with one more request', async () => {
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			token('one'),
			tags(),
			tags(401, {'www-authenticate': `Bearer realm="http://${host}/token",service="registry"`}),
			token('two'),
			tags(),
		]);
		await using client = testClient();
		await allTags(client, registry.host);
		await allTags(client, registry.host);
		expect(registry.requests.at(-1)!.headers.authorization).toBe('Bearer two');
	});

	test('a fresh token that is refused is not asked for again', async () => {
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			token('one'),
			tags(401, unauthorized),
		]);
		await using client = testClient();
		await expect(allTags(client, registry.host)).rejects.toMatchObject({
			code: 'UNAUTHORIZED',
			message: `${registry.host} wants a login for a/b`,
		});
	});

	test('a registry that wants a wider scope gets it, now and later', async () => {
		await using registry = await scriptedRegistry(host => {
			const wider = `Bearer realm="http://${host}/token",service="registry",scope="repository:a/b:pull,metadata_read repository:other:push"`;
			return [
				wantsTokens(`http://${host}/token`),
				token('narrow'),
				tags(401, {'www-authenticate': wider}),
				token('wide'),
				tags(),
				tags(),
			];
		});
		await using client = testClient();
		await allTags(client, registry.host);
		await allTags(client, registry.host);
		const asked = new URLSearchParams(registry.requests[3]!.path.split('?')[1]);
		expect(asked.getAll('scope')).toEqual(['repository:a/b:pull,metadata_read']);
	});

	test.each([
		['without expires_in, after a minute', {}, 49_000, 51_000],
		['a tenth before its end', {expires_in: 300}, 269_000, 271_000],
	])('a token is renewed before it ends: %s', async (_what, more, still, over) => {
		let now = 0;
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			token('one', more),
			tags(),
			tags(),
			token('two', more),
			tags(),
		]);
		await using client = testClient({now: () => now});
		await allTags(client, registry.host);
		now = still;
		await allTags(client, registry.host);
		now = over;
		await allTags(client, registry.host);
	});

	test('a token service that lets nobody in asks for a login, whatever its status', async () => {
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			{method: 'GET', path: /^\/token/, status: 403, body: '{"errors":[{"code":"DENIED"}]}'},
		]);
		await using client = testClient();
		await expect(allTags(client, registry.host)).rejects.toMatchObject({
			code: 'UNAUTHORIZED',
			message: `${registry.host} wants a login for a/b`,
		});
	});

	test('calls at the same time share one first contact and one token', async () => {
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			token('one'),
			tags(),
			tags(),
			tags(),
		]);
		await using client = testClient();
		await Promise.all([1, 2, 3].map(() => allTags(client, registry.host)));
	});

	test('an answer without end from the token service is given up', async () => {
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			{
				method: 'GET',
				path: /^\/token/,
				answer: (_request, response) => {
					response.on('error', () => undefined);
					const fill = () => {
						while (!response.destroyed && response.write('x'.repeat(65_536)));
					};
					response.on('drain', fill);
					fill();
				},
			},
		]);
		await using client = testClient();
		await expect(allTags(client, registry.host)).rejects.toMatchObject({code: 'TOO_LARGE'});
	});
});

describe('a refused login', () => {
	test('does not stand in the way of a public image, and is told about once', async () => {
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			{method: 'GET', path: /^\/token.*account=anna/, status: 403},
			token('nobody'),
			tags(),
			tags(),
		]);
		await using client = testClient({credential: basicLogin()});
		await allTags(client, registry.host);
		expect(await allTags(client, registry.host)).toEqual(['1']);
		expect(registry.requests[2]!.headers.authorization).toBeUndefined();
		expect(client.notices).toEqual([
			`${registry.host} refused the login (docker config): trying without it`,
		]);
	});

	test('is what the error tells of when nobody is let in either', async () => {
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			{method: 'GET', path: /^\/token.*account=anna/, status: 401},
			token('nobody'),
			tags(404),
		]);
		await using client = testClient({credential: basicLogin()});
		await expect(allTags(client, registry.host)).rejects.toMatchObject({
			code: 'UNAUTHORIZED',
			message: `${registry.host} refused the login of anna (docker config)`,
		});
	});

	test('is never dropped for a push', async () => {
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			{method: 'GET', path: /^\/token.*account=anna/, status: 401},
		]);
		await using client = testClient({credential: basicLogin()});
		const push = client.repository(registry.host, 'a/b').uploadBlob({
			digest: `sha256:${'0'.repeat(64)}`,
			size: 0,
			open: async function* () {},
		});
		await expect(push).rejects.toMatchObject({code: 'UNAUTHORIZED'});
		expect(client.notices).toEqual([]);
	});
});

const post = (access: string): Step => ({
	method: 'POST',
	path: '/token',
	body: JSON.stringify({access_token: access, refresh_token: 'newer', expires_in: 60}),
});

describe('identity tokens', () => {
	const credential = {kind: 'identity-token', token: new Secret('refresh-me')} as const;

	test('are exchanged by POST, and a new one is used from then on', async () => {
		let now = 0;
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			post('one'),
			tags(),
			post('two'),
			tags(),
		]);
		await using client = testClient({credential, now: () => now});
		await allTags(client, registry.host);
		now = 60_000;
		await allTags(client, registry.host);
		const [, first, , second] = registry.requests.map(
			({body}) => new URLSearchParams(body.toString()),
		);
		expect(Object.fromEntries(first!)).toEqual({
			grant_type: 'refresh_token',
			refresh_token: 'refresh-me',
			client_id: 'regbench',
			service: 'registry',
			scope: 'repository:a/b:pull',
		});
		expect(second!.get('refresh_token')).toBe('newer');
	});

	test('are not sent on when the token service redirects the POST elsewhere', async () => {
		await using thief = await scriptedRegistry([]);
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			{method: 'POST', path: '/token', status: 307, headers: {location: `http://${thief.host}/`}},
		]);
		await using client = testClient({credential});
		await expect(client.checkLogin(registry.host, credential)).rejects.toMatchObject({
			code: 'PROTOCOL_ERROR',
		});
	});
});

describe('checking a login', () => {
	test.each([401, 403])('%i from the token service means that it is wrong', async status => {
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			{method: 'GET', path: /^\/token/, status, body: '{"errors":[{"code":"DENIED"}]}'},
		]);
		await using client = testClient();
		await expect(client.checkLogin(registry.host, basicLogin())).rejects.toMatchObject({
			code: 'UNAUTHORIZED',
			message: `${registry.host} refused this login`,
		});
	});

	test('a service that makes nobody of a wrong password does not pass', async () => {
		const claims = Buffer.from('{"sub":""}').toString('base64url');
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			token(`e30.${claims}.x`),
		]);
		await using client = testClient();
		await expect(client.checkLogin(registry.host, basicLogin())).rejects.toMatchObject({
			code: 'UNAUTHORIZED',
		});
	});

	test('Basic is tried on /v2/ itself', async () => {
		const first: Step = {...open, status: 401, headers: {'www-authenticate': 'Basic realm="x"'}};
		await using registry = await scriptedRegistry([first, open, first, {...open, status: 401}]);
		await using client = testClient();
		expect(await client.checkLogin(registry.host, basicLogin())).toEqual({username: 'anna'});
		await expect(client.checkLogin(registry.host, basicLogin())).rejects.toMatchObject({
			code: 'UNAUTHORIZED',
		});
	});
});

describe('the realm', () => {
	const transport = createTransport({
		connector: createConnector(),
		userAgent: 'test',
		insecureHosts: new Set(),
		timeouts: defaultTimeouts,
	});
	const check = (realm: string, registry: string) =>
		checkRealm(realm, new URL(registry), transport);

	test.each([
		['https://auth.docker.io/token', 'https://registry-1.docker.io'],
		['http://127.0.0.1:5001/token', 'http://localhost:5000'],
		['https://10.0.0.1/token', 'https://10.0.0.2'],
	])('%s is fine for %s', (realm, registry) => {
		expect(check(realm, registry).href).toBe(realm);
	});

	test.each([
		['http://auth.example/token', 'https://registry.example'],
		['http://auth.example/token', 'http://localhost:5000'],
		['http://127.0.0.1/token', 'https://registry.example'],
		['https://127.0.0.1/token', 'https://registry.example'],
		['https://localhost/token', 'https://registry.example'],
		['https://0x7f.1/token', 'https://registry.example'],
		['https://[::ffff:10.0.0.1]/token', 'https://registry.example'],
		['https://[fe80::1]/token', 'https://registry.example'],
		['https://169.254.169.254/token', 'https://registry.example'],
		['https://169.254.169.254/token', 'http://localhost:5000'],
		['https://user:pass@auth.example/', 'https://registry.example'],
		['file:///etc/passwd', 'https://registry.example'],
		['nonsense', 'https://registry.example'],
		['', 'https://registry.example'],
	])('%s is refused for %s', (realm, registry) => {
		expect(() => check(realm, registry)).toThrow(/nothing was sent/);
	});

	test('on another host is named before a login goes there', async () => {
		await using service = await scriptedRegistry([token('one')]);
		const realm = `http://localhost:${service.host.split(':')[1]}/token`;
		await using registry = await scriptedRegistry([wantsTokens(realm), tags()]);
		await using client = testClient({credential: basicLogin()});
		await allTags(client, registry.host);
		expect(client.notices).toEqual([
			`${registry.host} has its logins checked by ${new URL(realm).host}: the login is sent there`,
		]);
	});
});
