import {expect, test} from 'vitest';
import {Secret} from '../../source/domain/credential.ts';
import {digestOf, type Digest} from '../../source/domain/digest.ts';
import {mediaTypes, type RawManifest} from '../../source/domain/manifest.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import type {RemoteRepository} from '../../source/registry/registry-client.ts';
import {describeLive} from '../support/live.ts';
import {startRegistry} from '../support/start-registry.ts';
import {startTokenServer} from '../support/token-server.ts';

function openClient(username?: string, password = '') {
	const requests: string[] = [];
	const client = createRegistryClient({
		credentials: {
			find: async () =>
				username === undefined
					? undefined
					: {
							credential: {kind: 'basic', username, password: new Secret(password)},
							source: 'test',
						},
		},
		sleep: async () => undefined,
		onRequest: ({method, url, status}) => requests.push(`${method} ${url} ${status}`),
	});
	return {...client, requests, [Symbol.asyncDispose]: () => client.close()};
}

function rawManifest(document: object, mediaType: string): RawManifest {
	const bytes = Buffer.from(JSON.stringify({schemaVersion: 2, mediaType, ...document}));
	return {bytes, mediaType, digest: digestOf(bytes)};
}

async function pushSmall(repository: RemoteRepository, tags: readonly string[]): Promise<Digest> {
	const config = Buffer.from(`{"architecture":"amd64","os":"linux","author":"${tags.join(' ')}"}`);
	const descriptor = {digest: digestOf(config), size: config.byteLength};
	await repository.uploadBlob({
		...descriptor,
		open: async function* () {
			yield config;
		},
	});
	const manifest = rawManifest(
		{config: {mediaType: mediaTypes.ociConfig, ...descriptor}, layers: []},
		mediaTypes.ociManifest,
	);
	for (const tag of tags) await repository.putManifest(tag, manifest);
	return manifest.digest;
}

async function all<Entry>(pages: AsyncIterable<readonly Entry[]>): Promise<Entry[]> {
	const entries: Entry[] = [];
	for await (const page of pages) entries.push(...page);
	return entries;
}

describeLive('browsing and deleting on the reference registry', ['docker-registry'], () => {
	test('the catalogue is listed, below a namespace or as a whole', async () => {
		await using registry = await startRegistry();
		await using client = openClient();
		for (const path of ['team/app', 'team/web', 'teams', 'zoo']) {
			await pushSmall(client.repository(registry.host, path), ['1']);
		}
		const below = await all(client.repositories(registry.host, 'team'));
		expect(below.map(({path}) => path)).toEqual(['team/app', 'team/web']);
		expect(await all(client.repositories(registry.host, ''))).toHaveLength(4);
	});

	test('a manifest goes with all its tags; a single tag cannot go, which is found out without harm', async () => {
		await using registry = await startRegistry();
		await using client = openClient();
		const repository = client.repository(registry.host, 'hello');
		const doomed = await pushSmall(repository, ['1', 'latest']);
		await pushSmall(repository, ['2']);

		expect(await repository.removal.canUntag()).toBe(false);
		await expect(repository.removal.untag!('1')).rejects.toMatchObject({code: 'UNSUPPORTED'});
		expect(await repository.resolve('1')).toMatchObject({digest: doomed});

		await repository.removal.manifest!(doomed);
		expect(await all(repository.tagEntries())).toEqual([{tag: '2'}]);
		expect(await repository.resolve('latest')).toBeUndefined();
		await expect(repository.removal.manifest!(doomed)).rejects.toMatchObject({
			code: 'TAG_NOT_FOUND',
		});
	});

	test('where deleting is switched off, that is said', async () => {
		await using registry = await startRegistry({deletes: false});
		await using client = openClient();
		const repository = client.repository(registry.host, 'hello');
		const kept = await pushSmall(repository, ['1']);
		expect(await repository.removal.canUntag()).toBe(false);
		await expect(repository.removal.manifest!(kept)).rejects.toMatchObject({
			code: 'UNSUPPORTED',
			hint: /REGISTRY_STORAGE_DELETE_ENABLED/,
		});
	});

	test('referrers are found by the fallback tag and by cosign’s', async () => {
		await using registry = await startRegistry();
		await using client = openClient();
		const repository = client.repository(registry.host, 'hello');
		const subject = await pushSmall(repository, ['1']);
		const signature = await pushSmall(repository, [`sha256-${subject.slice(7)}.sig`]);
		const sbom = await pushSmall(repository, ['sbom']);
		const index = rawManifest(
			{
				manifests: [
					{
						mediaType: mediaTypes.ociManifest,
						artifactType: 'application/spdx+json',
						digest: sbom,
						size: 9,
						annotations: {'org.opencontainers.image.created': '2026-01-01T00:00:00Z'},
					},
				],
			},
			mediaTypes.ociIndex,
		);
		await repository.putManifest(`sha256-${subject.slice(7)}`, index);

		expect(await repository.referrers(subject)).toMatchObject([
			{digest: sbom, kind: 'sbom', sizeBytes: 9},
			{digest: signature, kind: 'signature', tag: `sha256-${subject.slice(7)}.sig`},
		]);
		expect(await repository.referrers(sbom)).toEqual([]);
	});

	test('with a token service the right to delete is asked for, and reading is asked as nobody', async () => {
		await using tokens = await startTokenServer({
			shape: 'ghcr',
			accounts: {anna: 'secret'},
			grants: ({account, name, actions}) =>
				account === 'anna' ? actions : name.startsWith('open/') ? ['pull'] : [],
		});
		await using registry = await startRegistry({auth: {token: tokens}});
		await using client = openClient('anna', 'secret');
		const closed = client.repository(registry.host, 'closed/app');
		const opened = client.repository(registry.host, 'open/app');
		const doomed = await pushSmall(closed, ['1']);
		await pushSmall(opened, ['1']);

		expect(await opened.readableByAnyone('1')).toBe(true);
		expect(await closed.readableByAnyone('1')).toBe(false);
		expect(await all(client.repositories(registry.host, ''))).toHaveLength(2);
		await closed.removal.manifest!(doomed);
		expect(await closed.resolve('1')).toBeUndefined();
	});

	test('many tags come in one listing', async () => {
		await using registry = await startRegistry();
		await using client = openClient();
		const repository = client.repository(registry.host, 'hello');
		const names = Array.from({length: 300}, (_, index) => `v${String(index).padStart(4, '0')}`);
		await Promise.all(
			Array.from({length: 6}, (_, lane) =>
				pushSmall(
					repository,
					names.filter((_name, index) => index % 6 === lane),
				),
			),
		);
		client.requests.length = 0;
		// This registry lists them in no order.
		expect((await all(repository.tags())).toSorted()).toEqual(names);
		expect(client.requests.length).toBeLessThanOrEqual(2);
	});
});
