import {describe, expect, test} from 'vitest';
import {basicLogin, testClient} from '../scripted-registry.ts';
import {all, basic, digest, scriptedWorld, tokenLine, wantsToken, type World} from './world.ts';

const hub = 'https://hub.docker.com';
const realm = 'https://auth.docker.io/token';
const registry = {'GET https://registry-1.docker.io/v2/': wantsToken(realm, 'registry.docker.io')};
const jwt = (exp: number) => `x.${Buffer.from(JSON.stringify({exp})).toString('base64url')}.y`;
const fresh = jwt(4_102_444_800);
const login = `POST ${hub}/v2/auth/token`;

function remove(tag: string) {
	return `DELETE ${hub}/v2/repositories/anna/app/tags/${tag}/`;
}

function open(world: World) {
	return testClient({connector: world.connector, credential: basicLogin('anna', 'dckr_pat_1')});
}

describe('Docker Hub', () => {
	test('lists repositories and tags by its web API, with one token for all', async () => {
		const repositories = `${hub}/v2/namespaces/anna/repositories?page_size=100`;
		const tags = `${hub}/v2/namespaces/anna/repositories/app/tags?page_size=100`;
		const bearer = {authorization: `Bearer ${fresh}`};
		await using world = await scriptedWorld({
			...registry,
			[login]: {body: {access_token: fresh}, authorization: 'none'},
			[`GET ${repositories}`]: {
				...bearer,
				body: {
					next: `${repositories}&page=2`,
					results: [{name: 'app', is_private: true, last_updated: '2026-01-02T03:04:05.678Z'}],
				},
			},
			[`GET ${repositories}&page=2`]: {...bearer, body: {next: null, results: [{name: 'web'}]}},
			[`GET ${tags}`]: {
				...bearer,
				body: {
					results: [
						{name: '1', full_size: 1234, last_updated: '2026-01-02T03:04:05Z', digest: digest('a')},
						{name: '\u001B[2J', full_size: 1},
					],
				},
			},
		});
		await using client = open(world);
		expect(await all(client.repositories('docker.io', 'anna'))).toEqual([
			{path: 'anna/app', updatedAt: '2026-01-02T03:04:05.678Z', visibility: 'private'},
			{path: 'anna/web'},
		]);
		expect(await all(client.repository('docker.io', 'anna/app').tagEntries())).toEqual([
			{tag: '1', digest: digest('a'), pushedAt: '2026-01-02T03:04:05.000Z', sizeBytes: 1234},
		]);
		expect(world.count(login)).toBe(1);
		const sent = world.requests.find(({line}) => line === login)!;
		expect(JSON.parse(sent.body)).toEqual({identifier: 'anna', secret: 'dckr_pat_1'});
	});

	test('a list that goes on elsewhere ends there: the token goes nowhere else', async () => {
		const repositories = `GET ${hub}/v2/namespaces/anna/repositories?page_size=100`;
		await using world = await scriptedWorld({
			...registry,
			[login]: {body: {access_token: fresh}},
			[repositories]: {body: {next: 'https://evil.example/x', results: [{name: 'app'}]}},
		});
		await using client = open(world);
		expect(await all(client.repositories('docker.io', 'anna'))).toHaveLength(1);
	});

	test('takes a tag away, with a token that has ended renewed in between', async () => {
		await using world = await scriptedWorld({
			...registry,
			[login]: [{body: {access_token: 'first'}}, {body: {access_token: 'second'}}],
			[remove('1')]: {status: 204, authorization: 'Bearer first'},
			[remove('2')]: [{status: 401}, {status: 204, authorization: 'Bearer second'}],
			[remove('3')]: {status: 404},
		});
		await using client = open(world);
		const {untag} = client.repository('docker.io', 'anna/app').removal;
		await untag!('1');
		await untag!('2');
		await expect(untag!('3')).rejects.toMatchObject({code: 'TAG_NOT_FOUND'});
	});

	test('lists what is public without a login', async () => {
		await using world = await scriptedWorld({
			...registry,
			[`GET ${hub}/v2/namespaces/library/repositories/hello/tags?page_size=100`]: {
				body: {results: [{name: 'latest'}]},
				authorization: 'none',
			},
		});
		await using client = testClient({connector: world.connector});
		const tags = client.repository('docker.io', 'library/hello').tagEntries();
		expect(await all(tags)).toEqual([{tag: 'latest'}]);
	});

	test('a manifest with a tag on it is refused in the registry’s words', async () => {
		const token = tokenLine(
			realm,
			'registry.docker.io',
			['repository:anna/app:pull,push,delete'],
			'anna',
		);
		await using world = await scriptedWorld({
			...registry,
			[token]: {body: {token: 't', expires_in: 300}, authorization: basic('anna', 'dckr_pat_1')},
			[`DELETE https://registry-1.docker.io/v2/anna/app/manifests/${digest('a')}`]: {
				status: 403,
				body: {errors: [{code: 'DENIED', message: 'manifest is tagged'}]},
			},
		});
		await using client = open(world);
		const {removal} = client.repository('docker.io', 'anna/app');
		await expect(removal.manifest!(digest('a'))).rejects.toMatchObject({
			code: 'FORBIDDEN',
			message: /does not let anna delete anna\/app@sha256:a+: manifest is tagged$/,
		});
	});

	test('tells how many pulls are left, or that there is no limit', async () => {
		const head = 'HEAD https://registry-1.docker.io/v2/ratelimitpreview/test/manifests/latest';
		const scope = 'repository:ratelimitpreview/test:pull';
		const limits = {'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '76;w=21600'};
		await using world = await scriptedWorld({
			...registry,
			[tokenLine(realm, 'registry.docker.io', [scope])]: {body: {token: 't', expires_in: 300}},
			[head]: [{headers: limits}, {}],
		});
		await using client = testClient({connector: world.connector});
		expect(await client.rateLimit('docker.io')).toBe('76 of 100 pulls left in 6 hours');
		expect(await client.rateLimit('docker.io')).toBeUndefined();
	});
});
