import {describe, expect, test} from 'vitest';
import {Secret} from '../../source/domain/credential.ts';
import {digestOf, type Digest} from '../../source/domain/digest.ts';
import {mediaTypes, type RawManifest} from '../../source/domain/manifest.ts';
import type {RemoteRepository} from '../../source/registry/registry-client.ts';
import {startEmbeddedRegistry, type Authentication} from '../../source/registry/server/start.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {all} from './providers/world.ts';
import {basicLogin, testClient} from './scripted-registry.ts';

/** The registry that regbench serves, in one of its shapes, and a client that takes it for the real one. */
async function rehearse(authentication: Authentication, name: string) {
	const folder = await temporaryFolder();
	const registry = await startEmbeddedRegistry({
		folder: folder.path,
		authentication,
		users: [{username: 'anna', password: new Secret('secret')}],
	});
	const client = testClient({credential: basicLogin()});
	return {
		host: `${name}:${registry.port}`,
		registry,
		client,
		async [Symbol.asyncDispose]() {
			await client.close();
			await registry[Symbol.asyncDispose]();
			await folder[Symbol.asyncDispose]();
		},
	};
}

function raw(document: object, mediaType: string): RawManifest {
	const bytes = Buffer.from(JSON.stringify({schemaVersion: 2, mediaType, ...document}));
	return {bytes, mediaType, digest: digestOf(bytes)};
}

async function push(
	repository: RemoteRepository,
	seed: string,
	tags: readonly string[],
	more: object = {},
): Promise<RawManifest> {
	const config = Buffer.from(JSON.stringify({architecture: 'amd64', os: 'linux', author: seed}));
	const descriptor = {digest: digestOf(config), size: config.byteLength};
	await repository.uploadBlob({
		...descriptor,
		open: async function* () {
			yield config;
		},
	});
	const document = {config: {mediaType: mediaTypes.ociConfig, ...descriptor}, layers: [], ...more};
	const manifest = raw(document, mediaTypes.ociManifest);
	for (const tag of tags.length > 0 ? tags : [manifest.digest]) {
		await repository.putManifest(tag, manifest);
	}
	return manifest;
}

async function tagsOf(repository: RemoteRepository): Promise<readonly string[]> {
	return (await all(repository.tags())).toSorted();
}

describe('regbench’s own registry', () => {
	test('plain: catalogue, single tags, and the referrers API with its filter', async () => {
		await using world = await rehearse('none', 'localhost');
		const repository = world.client.repository(world.host, 'team/app');
		const image = await push(repository, 'a', ['1', 'latest']);
		const subject = {mediaType: image.mediaType, digest: image.digest, size: image.bytes.length};
		const sbom = await push(repository, 'b', [], {subject, artifactType: 'application/spdx+json'});
		await push(repository, 'c', [], {subject, artifactType: 'application/x'});

		expect(await all(world.client.repositories(world.host, 'team'))).toEqual([{path: 'team/app'}]);
		expect(await repository.referrers(image.digest)).toHaveLength(2);
		expect(
			await repository.referrers(image.digest, {artifactType: 'application/spdx+json'}),
		).toMatchObject([{digest: sbom.digest, kind: 'sbom'}]);
		expect(await repository.removal.canUntag()).toBe(true);
		await repository.removal.untag!('1');
		expect(await tagsOf(repository)).toEqual(['latest']);
		await repository.removal.manifest!(image.digest);
		expect(await tagsOf(repository)).toEqual([]);
	});

	test('as ACR: its own listing, untag apart from delete', async () => {
		await using world = await rehearse('acr', 'coursereg.azurecr.localhost');
		const repository = world.client.repository(world.host, 'team/app');
		const image = await push(repository, 'a', ['1', 'latest']);
		await push(repository, 'b', ['2']);

		expect(await all(world.client.repositories(world.host, ''))).toEqual([{path: 'team/app'}]);
		const entries = await all(repository.tagEntries(world.client.call));
		expect(entries.map(({tag}) => tag).toSorted()).toEqual(['1', '2', 'latest']);
		expect(entries.every(({pushedAt, digest}) => pushedAt && digest)).toBe(true);
		expect(world.client.notices).toEqual([]);
		const preview = await repository.removal.preview!(image.digest);
		expect(preview.tags?.toSorted()).toEqual(['1', 'latest']);

		await repository.removal.untag!('1');
		expect(await repository.resolve('latest')).toMatchObject({digest: image.digest});
		await repository.removal.manifest!(image.digest);
		expect(await tagsOf(repository)).toEqual(['2']);
	});

	test('as GHCR: packages, visibility, versions, and what they protect', async () => {
		await using world = await rehearse('ghcr', 'ghcr.localhost');
		const repository = world.client.repository(world.host, 'anna/tools/app');
		const part = await push(repository, 'a', []);
		const index = raw(
			{
				manifests: [{mediaType: part.mediaType, digest: part.digest, size: part.bytes.length}],
			},
			mediaTypes.ociIndex,
		);
		await repository.putManifest('1', index);
		await repository.putManifest('latest', index);
		const other = await push(repository, 'b', ['2']);

		expect(await all(world.client.repositories(world.host, 'anna'))).toMatchObject([
			{path: 'anna/tools/app', visibility: 'private'},
		]);
		expect(await repository.facts()).toMatchObject({visibility: 'private', versionCount: 3});
		expect(await repository.readableByAnyone('1')).toBe(false);
		await world.registry.setVisibility('anna/tools/app', 'public');
		expect(await repository.facts()).toMatchObject({visibility: 'public'});
		expect(await repository.readableByAnyone('1')).toBe(true);

		const entries = await all(repository.tagEntries(world.client.call));
		expect(entries.map(({tag}) => tag).toSorted()).toEqual(['1', '2', 'latest']);
		expect(world.client.notices).toEqual([]);

		const {removal} = repository;
		const remove = async (digest: Digest) => removal.manifest!(digest);
		await expect(remove(part.digest)).rejects.toMatchObject({message: /is a part of/});
		await remove(index.digest);
		expect(await tagsOf(repository)).toEqual(['2']);
		expect(await removal.preview!(other.digest)).toMatchObject({wholeRepository: true});
		await expect(remove(other.digest)).rejects.toMatchObject({code: 'UNSUPPORTED'});
		await removal.manifest!(other.digest, {wholeRepository: true});
		expect(await all(world.client.repositories(world.host, 'anna'))).toEqual([]);
	});
});
