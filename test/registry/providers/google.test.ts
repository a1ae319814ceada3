import {describe, expect, test} from 'vitest';
import {basicLogin, testClient} from '../scripted-registry.ts';
import {all, digest, scriptedWorld, tokenLine, wantsToken, type World} from './world.ts';

const host = 'europe-docker.pkg.dev';
const base = `https://${host}`;
const realm = `${base}/v2/token`;
const registry = {[`GET ${base}/v2/`]: wantsToken(realm, host)};
const user = 'oauth2accesstoken';
const token = (path: string, actions: string) => ({
	[tokenLine(realm, host, [`repository:${path}:${actions}`], user)]: {body: {token: actions}},
});
const list = (path: string) => `GET ${base}/v2/${path}/tags/list?n=1000`;
const image = {
	imageSizeBytes: '1234',
	mediaType: 'application/vnd.oci.image.manifest.v1+json',
	tag: ['1', 'latest'],
	timeCreatedMs: '0',
	timeUploadedMs: '1767323045000',
};

function open(world: World) {
	return testClient({connector: world.connector, credential: basicLogin(user, 'ya29')});
}

describe('Google', () => {
	test('one listing brings sizes and times', async () => {
		await using world = await scriptedWorld({
			...registry,
			...token('p/r/app', 'pull'),
			[list('p/r/app')]: {
				body: {
					tags: ['1', 'latest', 'bare'],
					child: [],
					manifest: {[digest('a')]: image, [digest('b')]: {tag: [], imageSizeBytes: '1'}},
				},
			},
		});
		await using client = open(world);
		const known = {
			digest: digest('a'),
			pushedAt: '2026-01-02T03:04:05.000Z',
			sizeBytes: 1234,
		};
		expect(await all(client.repository(host, 'p/r/app').tagEntries())).toEqual([
			{tag: '1', ...known},
			{tag: 'latest', ...known},
			{tag: 'bare'},
		]);
	});

	test('walks the sub-repositories of a project', async () => {
		await using world = await scriptedWorld({
			...registry,
			...token('p', 'pull'),
			...token('p/r', 'pull'),
			...token('p/r/app', 'pull'),
			[list('p')]: {body: {child: ['r', '../x'], manifest: {}, tags: []}},
			[list('p/r')]: {body: {child: ['app'], manifest: {}, tags: []}},
			[list('p/r/app')]: {
				body: {child: [], manifest: {[digest('a')]: image}, tags: ['1', 'latest']},
			},
		});
		await using client = open(world);
		expect(await all(client.repositories(host, 'p'))).toEqual([{path: 'p/r/app', tagCount: 2}]);
	});

	test('tries the catalogue where it names no sub-repositories', async () => {
		await using world = await scriptedWorld({
			...registry,
			...token('p', 'pull'),
			[tokenLine(realm, host, ['registry:catalog:*'], user)]: {body: {token: 'c'}},
			[list('p')]: {status: 404},
			[`GET ${base}/v2/_catalog?n=1000`]: {body: {repositories: ['p/r/app', 'q/r/app']}},
		});
		await using client = open(world);
		expect(await all(client.repositories(host, 'p'))).toEqual([{path: 'p/r/app'}]);
	});

	test('takes the tags away before the manifest goes', async () => {
		const path = `${base}/v2/p/r/app/manifests`;
		await using world = await scriptedWorld({
			...registry,
			...token('p/r/app', 'pull'),
			...token('p/r/app', 'pull,push'),
			[list('p/r/app')]: {body: {tags: ['1', 'latest'], manifest: {[digest('a')]: image}}},
			[`DELETE ${path}/1`]: {status: 202},
			[`DELETE ${path}/latest`]: {status: 404},
			[`DELETE ${path}/${digest('a')}`]: {status: 202},
		});
		await using client = open(world);
		const {removal} = client.repository(host, 'p/r/app');
		expect(await removal.preview!(digest('a'))).toEqual({tags: ['1', 'latest']});
		await removal.manifest!(digest('a'));
		expect(world.requests.at(-1)!.line).toBe(`DELETE ${path}/${digest('a')}`);
	});

	test('a repository that is missing at a push is told how to be made', async () => {
		await using world = await scriptedWorld({
			...registry,
			...token('p/r/app', 'pull,push'),
			[`HEAD ${base}/v2/p/r/app/blobs/${digest('a')}`]: {status: 404},
			[`POST ${base}/v2/p/r/app/blobs/uploads/`]: {
				status: 404,
				body: {errors: [{code: 'NAME_UNKNOWN', message: 'Repository "r" not found'}]},
			},
		});
		await using client = open(world);
		const source = {digest: digest('a'), size: 1, open: async function* () {}};
		await expect(client.repository(host, 'p/r/app').uploadBlob(source)).rejects.toMatchObject({
			code: 'TAG_NOT_FOUND',
			hint: expect.stringContaining(
				'gcloud artifacts repositories create r --repository-format=docker --location=europe --project=p',
			),
		});
	});
});
