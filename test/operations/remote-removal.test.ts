import {describe, expect, test} from 'vitest';
import {RegbenchError} from '../../source/domain/errors.ts';
import {inspectRemote} from '../../source/operations/inspect-remote.ts';
import {planRemoteRemoval} from '../../source/operations/plan-remote-removal.ts';
import {removeRemote} from '../../source/operations/remove-remote.ts';
import {mediaTypes} from '../../source/domain/manifest.ts';
import type {RegistryClient, RemoteRepository} from '../../source/registry/registry-client.ts';
import {basicLogin, testClient} from '../registry/scripted-registry.ts';
import {demo, startTestRegistry} from '../registry-server/registry-calls.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {drain, fail, openWorld} from './operation-world.ts';
import {putBlob, putImage, putIndex, putManifest, putReferrer} from './remote-images.ts';

/** The client with some of a repository's properties replaced. */
function withRepository(
	registry: RegistryClient,
	change: (repository: RemoteRepository) => Partial<RemoteRepository>,
): RegistryClient {
	return {
		...registry,
		repository(domain, path) {
			const repository = registry.repository(domain, path);
			return {...repository, ...change(repository)};
		},
	};
}

describe('the plan of a delete', () => {
	test('names every tag, platform and referrer that goes', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'team/app');
		const index = await putIndex(repository, '1.0');
		await repository.putManifest('latest', index.root);
		await putImage(repository, 'other');
		const sbom = await putReferrer(repository, index.root, 'application/spdx+json');
		const plan = await planRemoteRemoval(`${host}/team/app:1.0`, 'manifest', world.context());
		expect(plan).toMatchObject({
			reference: `${host}/team/app:1.0`,
			digest: index.root.digest,
			mode: 'manifest',
			tags: ['1.0', 'latest'],
			platforms: ['linux/amd64', 'linux/arm64/v8'],
			referrers: [{digest: sbom.digest, kind: 'sbom'}],
			confirmation: 'team/app:1.0',
		});
	});

	test('says when no tag is left, and that an absent tag is none', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		await putImage(world.registry.repository(host, 'app'), '1.0');
		const plan = await planRemoteRemoval(`${host}/app:1.0`, 'manifest', world.context());
		expect(plan.reason).toContain('No tag is left');
		await expect(
			planRemoteRemoval(`${host}/app:9.9`, 'manifest', world.context()),
		).rejects.toMatchObject({code: 'TAG_NOT_FOUND'});
	});

	test('refuses to take a platform out of a tagged index, but untags it', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const index = await putIndex(repository, '1.0');
		await repository.putManifest('1.0-amd64', index.children[0]!);
		const name = `${host}/app:1.0-amd64`;
		const plan = await planRemoteRemoval(name, 'manifest', world.context());
		expect(plan).toMatchObject({
			mode: 'refused',
			reason: expect.stringContaining('one of the platforms of 1.0'),
		});
		const {error} = await fail(removeRemote({plan}, world.context()));
		expect(error.code).toBe('UNSUPPORTED');
		const untag = await planRemoteRemoval(name, 'untag', world.context());
		expect(untag).toMatchObject({mode: 'untag', tags: ['1.0-amd64'], platforms: []});
	});

	test('takes digests and locks from the listing where it brings them', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const {manifest} = await putImage(repository, '1.0');
		await using proxy = await startFaultProxy({upstream: `http://${host}`});
		const registry = withRepository(world.registry, () => ({
			async *tagEntries() {
				yield [
					{tag: '1.0', digest: manifest.digest},
					{tag: 'stable', digest: manifest.digest, locked: 'it may not be deleted'},
					{tag: 'old', digest: `sha256:${'0'.repeat(64)}` as const},
				];
			},
		}));
		const context = world.context({registry});
		const plan = await planRemoteRemoval(`${proxy.host}/app:1.0`, 'manifest', context);
		expect(plan).toMatchObject({
			mode: 'refused',
			reason: 'stable is locked: it may not be deleted',
			tags: ['1.0', 'stable'],
		});
		const heads = proxy.requests.filter(({method}) => method === 'HEAD');
		expect(heads.filter(({path}) => /manifests\/(?:1\.0|stable|old)$/.test(path)).length).toBe(1);
	});

	test('refuses with the registry’s own words where nothing can be deleted', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		await putImage(world.registry.repository(host, 'app'), '1.0');
		const registry = withRepository(world.registry, () => ({
			removal: {canUntag: async () => false, note: 'Delete it on the web page.'},
		}));
		for (const mode of ['untag', 'manifest'] as const) {
			const plan = await planRemoteRemoval(`${host}/app:1.0`, mode, world.context({registry}));
			expect(plan).toMatchObject({mode: 'refused', reason: 'Delete it on the web page.'});
		}
	});

	test('believes the registry’s own preview', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		await putImage(repository, '1.0');
		await putImage(repository, '2.0');
		const registry = withRepository(world.registry, ({removal}) => ({
			removal: {
				...removal,
				preview: async () => ({wholeRepository: true, note: 'It is the last version.'}),
			},
		}));
		const plan = await planRemoteRemoval(`${host}/app:1.0`, 'manifest', world.context({registry}));
		expect(plan).toMatchObject({wholeRepository: true, tags: ['1.0', '2.0'], mode: 'manifest'});
		expect(plan.reason).toContain('It is the last version.');
	});

	test('refuses to untag the only tag where nothing is kept without one', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const {manifest} = await putImage(repository, '1.0');
		const likeGitHub = withRepository(world.registry, ({removal: {manifest}}) => ({
			removal: {
				...(manifest ? {manifest} : {}),
				canUntag: async () => false,
				preview: async () => ({
					wholeRepository: true,
					tags: (await repository.resolve('2.0')) ? ['1.0', '2.0'] : ['1.0'],
				}),
			},
		}));
		const context = world.context({registry: likeGitHub});
		const plan = await planRemoteRemoval(`${host}/app:1.0`, 'untag', context);
		expect(plan).toMatchObject({
			mode: 'refused',
			reason: expect.stringContaining('the only tag of app'),
		});
		await repository.putManifest('2.0', manifest);
		const other = await planRemoteRemoval(`${host}/app:1.0`, 'untag', context);
		expect(other).toMatchObject({mode: 'untag', byReplacement: true});
	});
});

test('a registry in the shape of GHCR: the only tag is not untagged, one of two is', async () => {
	await using world = await openWorld('none');
	await using server = await startTestRegistry({authentication: 'ghcr'});
	await using client = testClient({credential: basicLogin(...demo)});
	const host = `ghcr.localhost:${server.port}`;
	const context = world.context({registry: client});
	const repository = client.repository(host, 'demo/app');
	await putImage(repository, '1.0');
	const only = await planRemoteRemoval(`${host}/demo/app:1.0`, 'untag', context);
	expect(only).toMatchObject({
		mode: 'refused',
		reason: expect.stringContaining('push another tag'),
	});

	const {manifest} = await putImage(repository, '2.0');
	const plan = await planRemoteRemoval(`${host}/demo/app:2.0`, 'untag', context);
	expect(plan).toMatchObject({mode: 'untag', byReplacement: true, tags: ['2.0']});
	await drain(removeRemote({plan}, context));
	expect(await repository.resolve('2.0')).toBeUndefined();
	expect((await repository.resolve(manifest.digest))?.digest).toBe(manifest.digest);
	expect(await repository.resolve('1.0')).toBeDefined();
});

describe('a delete on a registry', () => {
	test('takes along the list that stands in for the referrers API', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const {manifest} = await putImage(repository, '1.0');
		const list = manifest.digest.replace(':', '-');
		await putManifest(repository, list, {mediaType: mediaTypes.ociIndex, manifests: []});
		const plan = await planRemoteRemoval(`${host}/app:1.0`, 'manifest', world.context());
		expect(plan).toMatchObject({tags: ['1.0'], referrersList: {tag: list}});
		expect(plan.reason).toContain('No tag is left');
		await drain(removeRemote({plan}, world.context()));
		expect(await repository.resolve(list)).toBeUndefined();
	});

	test('leaves that list where another tag is on it as well', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const {manifest} = await putImage(repository, '1.0');
		const tag = manifest.digest.replace(':', '-');
		const empty = {mediaType: mediaTypes.ociIndex, manifests: []};
		const list = await putManifest(repository, tag, empty);
		await repository.putManifest('kept', list);
		const plan = await planRemoteRemoval(`${host}/app:1.0`, 'manifest', world.context());
		expect(plan.referrersList).toBeUndefined();
		await drain(removeRemote({plan}, world.context()));
		expect((await repository.resolve('kept'))?.digest).toBe(list.digest);
	});

	test('leaves that list where it lists something else by now', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const {manifest} = await putImage(repository, '1.0');
		const list = manifest.digest.replace(':', '-');
		await putManifest(repository, list, {mediaType: mediaTypes.ociIndex, manifests: []});
		const plan = await planRemoteRemoval(`${host}/app:1.0`, 'manifest', world.context());
		const annotations = {'org.example.note': 'new'};
		await putManifest(repository, list, {
			mediaType: mediaTypes.ociIndex,
			manifests: [],
			annotations,
		});
		await drain(removeRemote({plan}, world.context()));
		expect(await repository.resolve(list)).toBeDefined();
	});

	test('takes the manifest with all its tags', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const {manifest} = await putImage(repository, '1.0');
		await repository.putManifest('latest', manifest);
		await putImage(repository, '2.0');
		const plan = await planRemoteRemoval(`${host}/app:1.0`, 'manifest', world.context());
		const {events, result} = await drain(removeRemote({plan}, world.context()));
		expect(result).toEqual({
			operation: 'remove-remote',
			reference: `${host}/app:1.0`,
			digest: manifest.digest,
			mode: 'manifest',
			tags: ['1.0', 'latest'],
		});
		expect(events.at(-1)).toMatchObject({message: `verified: ${host}/app:1.0 is gone`});
		for (const tag of ['1.0', 'latest']) expect(await repository.resolve(tag)).toBeUndefined();
		expect(await repository.resolve('2.0')).toBeDefined();
	});

	test('untags and leaves the image under its other tags', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const {manifest} = await putImage(repository, '1.0');
		await repository.putManifest('latest', manifest);
		const plan = await planRemoteRemoval(`${host}/app:latest`, undefined, world.context());
		expect(plan).toMatchObject({mode: 'untag', tags: ['latest']});
		await drain(removeRemote({plan}, world.context()));
		expect(await repository.resolve('latest')).toBeUndefined();
		expect((await repository.resolve('1.0'))?.digest).toBe(manifest.digest);
	});

	test('is not done when the tag has moved or another one has come', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const {manifest} = await putImage(repository, '1.0');
		const plan = await planRemoteRemoval(`${host}/app:1.0`, 'manifest', world.context());
		await repository.putManifest('stable', manifest);
		const more = await fail(removeRemote({plan}, world.context()));
		expect(more.error).toMatchObject({
			code: 'CHANGED_MEANWHILE',
			message: expect.stringContaining('stable would go as well'),
		});
		await putImage(repository, '1.0');
		const moved = await fail(removeRemote({plan}, world.context()));
		expect(moved.error.code).toBe('CHANGED_MEANWHILE');
		expect((await repository.resolve(manifest.digest))?.digest).toBe(manifest.digest);
	});

	test('untags by way of an empty manifest where there is no other, and only when asked to', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const {manifest} = await putImage(repository, '1.0');
		await repository.putManifest('latest', manifest);
		const registry = withRepository(world.registry, ({removal}) => {
			const {untag: _, ...without} = removal;
			return {removal: {...without, canUntag: async () => false}};
		});
		const context = world.context({registry});
		const unasked = await planRemoteRemoval(`${host}/app:latest`, undefined, context);
		expect(unasked.mode).toBe('manifest');
		const plan = await planRemoteRemoval(`${host}/app:latest`, 'untag', context);
		expect(plan).toMatchObject({mode: 'untag', byReplacement: true, tags: ['latest']});
		expect(plan.reason).toContain('empty manifest');
		await drain(removeRemote({plan}, context));
		expect(await repository.resolve('latest')).toBeUndefined();
		expect((await repository.resolve('1.0'))?.digest).toBe(manifest.digest);
	});

	test('puts the tag back when the way over an empty manifest ends half-way', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const {manifest} = await putImage(repository, 'latest');
		const deletesUntil = (allowed: number) => {
			let deleted = 0;
			return withRepository(world.registry, ({removal}) => ({
				removal: {
					canUntag: async () => false,
					async manifest(digest, options) {
						if (deleted++ >= allowed) throw new RegbenchError('UNSUPPORTED', 'No deletes here');
						await removal.manifest?.(digest, options);
					},
				},
			}));
		};
		for (const allowed of [0, 1]) {
			const context = world.context({registry: deletesUntil(allowed)});
			const plan = await planRemoteRemoval(`${host}/app:latest`, 'untag', context);
			const {error} = await fail(removeRemote({plan}, context));
			expect(error.message).toBe('No deletes here');
			expect((await repository.resolve('latest'))?.digest).toBe(manifest.digest);
		}
	});
});

describe('inspecting a registry', () => {
	test('shows platforms, config, layers, history and referrers of an index', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const index = await putIndex(repository, '1.0', 5000);
		await putReferrer(repository, index.root, 'application/vnd.cncf.notary.signature');
		const details = await inspectRemote(`${host}/app:1.0`, world.context());
		expect(details).toMatchObject({
			reference: `${host}/app:1.0`,
			digest: index.root.digest,
			mediaType: 'application/vnd.oci.image.index.v1+json',
			platforms: [
				{title: 'linux/amd64', descriptor: {digest: index.children[0]?.digest}},
				{title: 'linux/arm64/v8', descriptor: {digest: index.children[1]?.digest}},
			],
			attestations: 1,
			annotations: {'org.opencontainers.image.source': 'https://example.com/app'},
			referrers: [{kind: 'signature'}],
			// What would turn a terminal red is only text.
			config: {config: {Labels: {note: 'ared'}, Env: ['A=1']}, history: [{}]},
		});
		expect(details.layers).toHaveLength(1);
		expect(details.sizeBytes).toBeGreaterThan(5000);
		expect(details.platforms[0]?.sizeBytes).toBeGreaterThan(5000);
	});

	test('shows a single image by digest, with two requests besides the referrers', async () => {
		await using world = await openWorld('none');
		const {url} = await world.startRegistry();
		await using proxy = await startFaultProxy({upstream: url});
		const repository = world.registry.repository(proxy.host, 'app');
		const {manifest} = await putImage(repository, '1.0');
		const before = proxy.requests.length;
		const details = await inspectRemote(`${proxy.host}/app@${manifest.digest}`, world.context());
		expect(details).toMatchObject({
			digest: manifest.digest,
			manifestDigest: manifest.digest,
			platforms: [],
			attestations: 0,
		});
		const reads = proxy.requests.slice(before).filter(({path}) => !/referrers|sha256-/.test(path));
		expect(reads.map(({method}) => method)).toEqual(['GET', 'GET']);
	});

	test('shows what is no image without making a config up', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const {manifest} = await putImage(repository, '1.0');
		const artifact = await putReferrer(repository, manifest, 'application/spdx+json');
		const details = await inspectRemote(`${host}/app@${artifact.digest}`, world.context());
		expect(details.config).toEqual({});
	});

	test('ends in a named error for an index of nothing', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		await putManifest(repository, 'empty', {
			mediaType: 'application/vnd.oci.image.index.v1+json',
			manifests: [],
		});
		await expect(inspectRemote(`${host}/app:empty`, world.context())).rejects.toMatchObject({
			code: 'UNSUPPORTED',
			message: 'The index names no image',
		});
	});

	test.each([
		['more than anybody reads', '{}', {size: 9 * 1024 * 1024}, 'TOO_LARGE'],
		['no JSON', '{"config":', {}, 'PROTOCOL_ERROR'],
		['a list', '[]', {}, 'PROTOCOL_ERROR'],
		['nested without end', '['.repeat(200_000), {}, 'PROTOCOL_ERROR'],
		['longer than announced', '{"os":"linux"}', {size: 2}, 'DIGEST_MISMATCH'],
	])('ends in a named error for a config that is %s', async (_, text, change, code) => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const config = await putBlob(repository, mediaTypes.ociConfig, Buffer.from(text));
		const document = {
			mediaType: mediaTypes.ociManifest,
			config: {...config, ...change},
			layers: [],
		};
		await putManifest(repository, 'odd', document);
		const inspecting = inspectRemote(`${host}/app:odd`, world.context());
		await expect(inspecting).rejects.toMatchObject({code});
	});
});
