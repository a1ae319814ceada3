import {describe, expect, test} from 'vitest';
import {digestOf} from '../../../source/domain/digest.ts';
import type {Connector} from '../../../source/registry/agents.ts';
import {mediaTypes} from '../../../source/domain/manifest.ts';
import {basicLogin, testClient} from '../scripted-registry.ts';
import {
	all,
	basic,
	digest,
	scriptedWorld,
	tokenLine,
	wantsToken,
	type Reply,
	type World,
} from './world.ts';

const api = 'https://api.github.com';
const pat = 'Bearer ghp_1';
const packages = `${api}/user/packages`;
const versions = `GET ${packages}/container/tools%2Fhello/versions?per_page=100`;
const registry = {
	'GET https://ghcr.io/v2/': wantsToken(
		'https://ghcr.io/token',
		'ghcr.io',
		',scope="repository:user/image:pull"',
	),
};
const pullToken = {
	[tokenLine(
		'https://ghcr.io/token',
		'ghcr.io',
		['repository:octocat/tools/hello:pull'],
		'octocat',
	)]: {body: {token: 'pull'}, authorization: basic('octocat', 'ghp_1')},
};

function row(name: string, visibility: string) {
	return {name, visibility, updated_at: '2026-01-02T03:04:05Z'};
}

function version(id: number, name: string, tags: readonly string[]) {
	return {
		id,
		name,
		html_url: `https://github.com/users/octocat/packages/container/tools%2Fhello/${id}`,
		created_at: '2026-01-01T00:00:00Z',
		updated_at: `2026-02-0${id}T00:00:00Z`,
		metadata: {package_type: 'container', container: {tags}},
	};
}

/** Documents of which tagged versions are made. */
const parted = JSON.stringify({
	mediaType: mediaTypes.ociIndex,
	manifests: [{digest: digest('c')}, {digest: digest('d')}],
});
const alone = JSON.stringify({mediaType: mediaTypes.ociManifest, layers: []});

function manifest(body: string): Record<string, Reply> {
	const line = `GET https://ghcr.io/v2/octocat/tools/hello/manifests/${digestOf(body)}`;
	const {mediaType} = JSON.parse(body) as {mediaType: string};
	return {[line]: {body, headers: {'content-type': mediaType}, authorization: 'Bearer pull'}};
}

function open(world: World, username = 'octocat') {
	return testClient({connector: world.connector, credential: basicLogin(username, 'ghp_1')});
}

const place = ['ghcr.io', 'octocat/tools/hello'] as const;

describe('GHCR', () => {
	test('lists the packages of the login, and the token goes to api.github.com alone', async () => {
		const first = `GET ${packages}?package_type=container&per_page=100`;
		const second = `GET ${packages}?package_type=container&per_page=100&page=2`;
		await using world = await scriptedWorld({
			...registry,
			[first]: {
				body: [row('tools/hello', 'private'), row('bad name', 'public')],
				headers: {link: `<${second.slice(4)}>; rel="next", <x>; rel="last"`},
				authorization: pat,
			},
			[second]: {body: [row('world', 'public')], authorization: pat},
		});
		await using client = open(world);
		expect(await all(client.repositories('ghcr.io', 'octocat'))).toEqual([
			{path: 'octocat/tools/hello', updatedAt: '2026-01-02T03:04:05.000Z', visibility: 'private'},
			{path: 'octocat/world', updatedAt: '2026-01-02T03:04:05.000Z', visibility: 'public'},
		]);
		expect(world.requests[1]!.headers).toMatchObject({
			accept: 'application/vnd.github+json',
			'x-github-api-version': '2022-11-28',
		});
	});

	test('finds out once whether another owner is an organisation or a user', async () => {
		const none = {status: 404, body: {message: 'Not Found'}, authorization: pat};
		await using world = await scriptedWorld({
			...registry,
			[`GET ${api}/orgs/other/packages?package_type=container&per_page=100`]: none,
			[`GET ${api}/users/other/packages?package_type=container&per_page=100`]: {body: []},
		});
		await using client = open(world);
		expect(await all(client.repositories('ghcr.io', 'other'))).toEqual([]);
		expect(await all(client.repositories('ghcr.io', 'other'))).toEqual([]);
		expect(world.count(`GET ${api}/orgs/other/packages?package_type=container&per_page=100`)).toBe(
			1,
		);
	});

	test('lists tags with digests and times, and asks again only whether they have changed', async () => {
		const reply = {body: [version(3, digest('c'), ['2', 'latest']), version(2, digest('b'), [])]};
		await using world = await scriptedWorld({
			...registry,
			[versions]: [{...reply, headers: {etag: '"1"'}}, {status: 304}],
		});
		await using client = open(world);
		const repository = client.repository(...place);
		const expected = [
			{tag: '2', digest: digest('c'), pushedAt: '2026-02-03T00:00:00.000Z'},
			{tag: 'latest', digest: digest('c'), pushedAt: '2026-02-03T00:00:00.000Z'},
		];
		expect(await all(repository.tagEntries())).toEqual(expected);
		expect(await all(repository.tagEntries())).toEqual(expected);
		expect(world.requests.at(-1)!.headers['if-none-match']).toBe('"1"');
	});

	test('a login that GitHub refuses gives way to the one there is by now, with answers of its own', async () => {
		const reply = {body: [version(2, digest('b'), ['1'])], headers: {etag: '"1"'}};
		await using world = await scriptedWorld({
			...registry,
			[versions]: [
				reply,
				{status: 401, body: {message: 'Bad credentials'}},
				{body: [version(3, digest('c'), ['2'])]},
			],
		});
		let current = basicLogin('octocat', 'ghp_1');
		const asked: string[] = [];
		await using client = testClient({
			connector: world.connector,
			credentials: {
				async find(_, {refused} = {}) {
					asked.push(refused ? 'instead' : 'first');
					return {credential: current, source: 'gh login'};
				},
			},
		});
		const repository = client.repository(...place);
		expect((await all(repository.tagEntries())).map(({tag}) => tag)).toEqual(['1']);
		current = basicLogin('hubot', 'ghp_2');
		expect((await all(repository.tagEntries())).map(({tag}) => tag)).toEqual(['2']);
		expect(asked).toEqual(['first', 'instead']);
		const sent = world.requests.filter(({line}) => line === versions);
		expect(
			sent.map(({authorization, headers}) => [authorization, headers['if-none-match']]),
		).toEqual([
			['Bearer ghp_1', undefined],
			['Bearer ghp_1', '"1"'],
			['Bearer ghp_2', undefined],
		]);
	});

	test('a login that stays refused is asked for anew by the next request', async () => {
		const wrong = {status: 401, body: {message: 'Bad credentials'}};
		await using world = await scriptedWorld({...registry, [versions]: [wrong, {body: []}]});
		let token = 'ghp_old';
		await using client = testClient({
			connector: world.connector,
			credentials: {
				find: async () => ({credential: basicLogin('octocat', token), source: 'gh login'}),
			},
		});
		const request = {
			method: 'GET',
			to: versions.slice('GET '.length),
			as: {kind: 'login'},
			expect: [200],
		} as const;
		await expect(client.vendor('ghcr.io').request(request)).rejects.toMatchObject({
			code: 'UNAUTHORIZED',
		});
		token = 'ghp_new';
		expect(await client.vendor('ghcr.io').request(request)).toMatchObject({status: 200});
	});

	test('where the token has no right to packages, tags are listed without times', async () => {
		await using world = await scriptedWorld({
			...registry,
			...pullToken,
			[versions]: {status: 404, body: {message: 'Package not found.'}},
			'GET https://ghcr.io/v2/octocat/tools/hello/tags/list?n=1000': {body: {tags: ['1']}},
		});
		await using client = open(world);
		expect(await all(client.repository(...place).tagEntries(client.call))).toEqual([{tag: '1'}]);
		expect(client.notices).toEqual([expect.stringMatching(/^No times and sizes/)]);
	});

	test('tells visibility, linked repository and where visibility is changed', async () => {
		await using world = await scriptedWorld({
			...registry,
			[`GET ${packages}/container/tools%2Fhello`]: {
				body: {
					visibility: 'private',
					version_count: 7,
					html_url: 'https://github.com/users/octocat/packages/container/package/tools%2Fhello',
					repository: {full_name: 'octocat/hello'},
					owner: {login: 'octocat', type: 'User'},
				},
			},
		});
		await using client = open(world);
		expect(await client.repository(...place).facts()).toEqual({
			visibility: 'private',
			linkedTo: 'octocat/hello',
			versionCount: 7,
			webAddress: 'https://github.com/users/octocat/packages/container/package/tools%2Fhello',
			settingsAddress: 'https://github.com/users/octocat/packages/container/tools%2Fhello/settings',
		});
	});

	test('proves that a public package is public by asking as nobody', async () => {
		const asNobody = tokenLine('https://ghcr.io/token', 'ghcr.io', [
			'repository:octocat/tools/hello:pull',
		]);
		const head = 'HEAD https://ghcr.io/v2/octocat/tools/hello/manifests/1';
		const found = {
			'docker-content-digest': digest('a'),
			'content-type': mediaTypes.ociManifest,
			'content-length': '7',
		};
		await using world = await scriptedWorld({
			...registry,
			[asNobody]: [
				{body: {token: 'nobody'}, authorization: 'none'},
				{status: 403, body: {errors: [{code: 'DENIED', message: 'requested access'}]}},
			],
			[head]: {headers: found, authorization: 'Bearer nobody'},
		});
		await using client = open(world);
		expect(await client.repository(...place).readableByAnyone('1')).toBe(true);
		client.forgetTokens('ghcr.io');
		expect(await client.repository(...place).readableByAnyone('1')).toBe(false);
	});

	test('cannot take a single tag away', async () => {
		await using world = await scriptedWorld({});
		await using client = open(world);
		const {removal} = client.repository(...place);
		expect(removal.untag).toBeUndefined();
		expect(await removal.canUntag()).toBe(false);
	});

	test('a version is deleted by its number, and its tags are told before', async () => {
		await using world = await scriptedWorld({
			...registry,
			...pullToken,
			...manifest(parted),
			[versions]: {
				body: [
					version(1, digest('a'), ['1', 'old']),
					version(2, digestOf(parted), ['2']),
					version(3, digest('d'), []),
				],
			},
			[`DELETE ${packages}/container/tools%2Fhello/versions/1`]: {status: 204, authorization: pat},
		});
		await using client = open(world);
		const {removal} = client.repository(...place);
		expect(await removal.preview!(digest('a'))).toEqual({tags: ['1', 'old']});
		await removal.manifest!(digest('a'));
		expect(world.count(Object.keys(manifest(parted))[0]!)).toBe(1);
	});

	test('what a tagged index is made of is never deleted', async () => {
		await using world = await scriptedWorld({
			...registry,
			...pullToken,
			...manifest(parted),
			[versions]: {body: [version(2, digestOf(parted), ['2']), version(3, digest('d'), [])]},
		});
		await using client = open(world);
		const {removal} = client.repository(...place);
		expect(await removal.preview!(digest('d'))).toMatchObject({
			tags: [],
			refused: 'It is a part of octocat/tools/hello:2, which would be broken without it',
		});
		await expect(removal.manifest!(digest('d'), {wholeRepository: true})).rejects.toMatchObject({
			code: 'UNSUPPORTED',
		});
	});

	test('the last tagged version goes with the whole package, and only when that was agreed to', async () => {
		await using world = await scriptedWorld({
			...registry,
			[versions]: {body: [version(1, digest('a'), ['1']), version(2, digest('b'), [])]},
			[`DELETE ${packages}/container/tools%2Fhello`]: {status: 204},
		});
		await using client = open(world);
		const {removal} = client.repository(...place);
		expect(await removal.preview!(digest('a'))).toMatchObject({wholeRepository: true});
		await expect(removal.manifest!(digest('a'))).rejects.toMatchObject({
			code: 'UNSUPPORTED',
			message: 'It is the last version of octocat/tools/hello with a tag',
		});
		await removal.manifest!(digest('a'), {wholeRepository: true});
	});

	test('a version that is gone already, and one that GitHub refuses', async () => {
		await using world = await scriptedWorld({
			...registry,
			...pullToken,
			...manifest(alone),
			[versions]: {body: [version(1, digest('a'), ['1']), version(2, digestOf(alone), ['2'])]},
			[`DELETE ${packages}/container/tools%2Fhello/versions/1`]: {
				status: 403,
				body: {message: 'Must have admin rights to Repository.\u001B[2J'},
			},
		});
		await using client = open(world);
		const {removal} = client.repository(...place);
		await expect(removal.manifest!(digest('e'))).rejects.toMatchObject({code: 'TAG_NOT_FOUND'});
		await expect(removal.manifest!(digest('a'))).rejects.toMatchObject({
			code: 'FORBIDDEN',
			message: /does not let octocat delete .*admin rights to Repository\.$/,
		});
	});

	test('a spent rate limit is told as one', async () => {
		await using world = await scriptedWorld({
			...registry,
			[`GET ${packages}/container/tools%2Fhello`]: {
				status: 403,
				headers: {'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4102444800'},
				body: {message: 'API rate limit exceeded'},
			},
		});
		await using client = open(world);
		await expect(client.repository(...place).facts()).rejects.toMatchObject({code: 'RATE_LIMITED'});
	});

	test('without a login GitHub’s API is asked as nobody, and its 401 says what is missing', async () => {
		await using world = await scriptedWorld({
			...registry,
			[`GET ${api}/orgs/octocat/packages?package_type=container&per_page=100`]: {
				status: 401,
				body: {message: 'Requires authentication'},
				authorization: 'none',
			},
		});
		await using client = testClient({connector: world.connector});
		await expect(all(client.repositories('ghcr.io', 'octocat'))).rejects.toMatchObject({
			code: 'UNAUTHORIZED',
		});
	});

	test('where its own API is out of reach, tags are listed without it after a second try', async () => {
		await using world = await scriptedWorld({
			...registry,
			...pullToken,
			'GET https://ghcr.io/v2/octocat/tools/hello/tags/list?n=1000': {
				body: {name: 'octocat/tools/hello', tags: ['1']},
			},
		});
		const connector: Connector = {
			...world.connector,
			connect: async url => {
				if (url.href.startsWith(api)) throw Object.assign(new Error(), {code: 'ENOTFOUND'});
				return world.connector.connect(url);
			},
		};
		await using client = testClient({connector, credential: basicLogin('octocat', 'ghp_1')});
		const repository = client.repository('ghcr.io', 'octocat/tools/hello');
		expect(await all(repository.tagEntries())).toEqual([{tag: '1'}]);
		expect(client.waits).toHaveLength(1);
	});
});
