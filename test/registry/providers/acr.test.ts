import {describe, expect, test} from 'vitest';
import {basicLogin, testClient} from '../scripted-registry.ts';
import {all, digest, scriptedWorld, tokenLine, wantsToken, type World} from './world.ts';

const host = 'coursereg.azurecr.io';
const base = `https://${host}`;
const realm = `${base}/oauth2/token`;
const registry = {[`GET ${base}/v2/`]: wantsToken(realm, host)};
const reading = 'repository:team/app:pull,metadata_read';
const deleting = 'repository:team/app:pull,delete';
const token = (scope: string, name: string) => ({
	[tokenLine(realm, host, [scope], 'coursereg')]: {body: {access_token: name}},
});
const unlocked = {deleteEnabled: true, writeEnabled: true, listEnabled: true, readEnabled: true};
const tagsLine = `GET ${base}/acr/v1/team/app/_tags?n=1000&orderby=timedesc`;
const manifestsLine = `GET ${base}/acr/v1/team/app/_manifests?n=1000&orderby=timedesc`;
const tag = (name: string, digit: string, more: object = {}) => ({
	name,
	digest: digest(digit),
	createdTime: '2026-01-01T00:00:00Z',
	lastUpdateTime: '2026-01-02T00:00:00.1234567Z',
	changeableAttributes: {...unlocked, ...more},
});

function one(name: string) {
	return `${base}/acr/v1/team/app/_tags/${name}`;
}

function open(world: World) {
	return testClient({connector: world.connector, credential: basicLogin('coursereg', 'p')});
}

describe('ACR', () => {
	test('lists repositories by its own API', async () => {
		const catalogue = `GET ${base}/acr/v1/_catalog?n=1000`;
		await using world = await scriptedWorld({
			...registry,
			...token('registry:catalog:*', 'c'),
			[catalogue]: {
				body: {repositories: ['team/app', 'other']},
				headers: {link: '</acr/v1/_catalog?last=other&n=1000>; rel="next"'},
				authorization: 'Bearer c',
			},
			[`GET ${base}/acr/v1/_catalog?last=other&n=1000`]: {body: {repositories: ['team/web']}},
		});
		await using client = open(world);
		const found = await all(client.repositories(host, 'team'));
		expect(found).toEqual([{path: 'team/app'}, {path: 'team/web'}]);
	});

	test('goes to the distribution API where its own is not there', async () => {
		await using world = await scriptedWorld({
			...registry,
			...token('registry:catalog:*', 'c'),
			[`GET ${base}/acr/v1/_catalog?n=1000`]: {status: 404},
			[`GET ${base}/v2/_catalog?n=1000`]: {body: {repositories: ['app']}},
		});
		await using client = open(world);
		expect(await all(client.repositories(host, ''))).toEqual([{path: 'app'}]);
	});

	test('a token without catalogue is told to type the name', async () => {
		await using world = await scriptedWorld({
			...registry,
			...token('registry:catalog:*', 'c'),
			[`GET ${base}/acr/v1/_catalog?n=1000`]: {
				status: 401,
				headers: {
					'www-authenticate': `Bearer realm="${realm}",service="${host}",scope="registry:catalog:*",error="insufficient_scope"`,
				},
				body: {errors: [{code: 'UNAUTHORIZED', message: 'authentication required'}]},
			},
		});
		await using client = open(world);
		await expect(all(client.repositories(host, ''))).rejects.toMatchObject({
			code: 'UNSUPPORTED',
			hint: /type the name/,
		});
	});

	test('lists tags newest first with times, sizes and locks', async () => {
		await using world = await scriptedWorld({
			...registry,
			...token(reading, 'r'),
			[tagsLine]: {
				body: {tags: [tag('2', 'b', {deleteEnabled: false}), tag('1', 'a', {writeEnabled: false})]},
				authorization: 'Bearer r',
			},
			[manifestsLine]: {
				body: {
					manifests: [
						{digest: digest('b'), imageSize: 99},
						{digest: digest('a'), imageSize: 0},
					],
				},
			},
		});
		await using client = open(world);
		const pushedAt = '2026-01-02T00:00:00.123Z';
		expect(await all(client.repository(host, 'team/app').tagEntries())).toEqual([
			{tag: '2', digest: digest('b'), pushedAt, sizeBytes: 99, locked: 'locked against deleting'},
			{tag: '1', digest: digest('a'), pushedAt, locked: 'locked against overwriting'},
		]);
	});

	test('takes a tag away and leaves the manifest, unless it is locked', async () => {
		await using world = await scriptedWorld({
			...registry,
			...token(reading, 'r'),
			...token(deleting, 'd'),
			[`GET ${one('1')}`]: {body: {tag: tag('1', 'a')}},
			[`DELETE ${one('1')}`]: {status: 202, authorization: 'Bearer d'},
			[`GET ${one('2')}`]: {body: {tag: tag('2', 'a', {deleteEnabled: false})}},
		});
		await using client = open(world);
		const {removal} = client.repository(host, 'team/app');
		expect(await removal.canUntag()).toBe(true);
		await removal.untag!('1');
		await expect(removal.untag!('2')).rejects.toMatchObject({
			code: 'FORBIDDEN',
			message: /locked/,
		});
	});

	test('a token that may delete and not look deletes', async () => {
		await using world = await scriptedWorld({
			...registry,
			...token(reading, 'r'),
			...token(deleting, 'd'),
			[`GET ${one('1')}`]: {status: 403, body: {errors: [{code: 'DENIED'}]}},
			[`DELETE ${one('1')}`]: {status: 202, authorization: 'Bearer d'},
			[tokenLine(realm, host, [reading])]: {status: 401},
		});
		await using client = open(world);
		await client.repository(host, 'team/app').removal.untag!('1');
	});

	test('tells all tags of a manifest before, and deletes it by the distribution API', async () => {
		const a = digest('a');
		await using world = await scriptedWorld({
			...registry,
			...token(reading, 'r'),
			...token(deleting, 'd'),
			[`GET ${base}/acr/v1/team/app/_tags?n=1000&digest=sha256%3A${a.slice(7)}`]: {
				body: {tags: [tag('1', 'a'), tag('latest', 'a'), tag('other', 'b')]},
			},
			[`GET ${base}/acr/v1/team/app/_manifests/${a}`]: {
				body: {manifest: {digest: a, changeableAttributes: unlocked}},
			},
			[`DELETE ${base}/v2/team/app/manifests/${a}`]: {status: 202, authorization: 'Bearer d'},
		});
		await using client = open(world);
		const {removal} = client.repository(host, 'team/app');
		expect(await removal.preview!(a)).toEqual({tags: ['1', 'latest']});
		await removal.manifest!(a);
	});

	test('a token that may not look tells nothing before', async () => {
		const a = digest('a');
		await using world = await scriptedWorld({
			...registry,
			...token(reading, 'r'),
			[`GET ${base}/acr/v1/team/app/_tags?n=1000&digest=sha256%3A${a.slice(7)}`]: {
				status: 403,
				body: {errors: [{code: 'DENIED'}]},
			},
			[tokenLine(realm, host, [reading])]: {status: 401},
		});
		await using client = open(world);
		expect(await client.repository(host, 'team/app').removal.preview!(a)).toEqual({});
	});

	test('a locked tag keeps its manifest', async () => {
		const a = digest('a');
		await using world = await scriptedWorld({
			...registry,
			...token(reading, 'r'),
			[`GET ${base}/acr/v1/team/app/_tags?n=1000&digest=sha256%3A${a.slice(7)}`]: {
				body: {tags: [tag('1', 'a', {deleteEnabled: false})]},
			},
			[`GET ${base}/acr/v1/team/app/_manifests/${a}`]: {status: 404},
		});
		await using client = open(world);
		expect(await client.repository(host, 'team/app').removal.preview!(a)).toEqual({
			tags: ['1'],
			refused: 'The tag 1 is locked: unlock it first (az acr repository update)',
		});
	});
});
