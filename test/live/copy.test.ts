import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {Secret} from '../../source/domain/credential.ts';
import type {OperationContext} from '../../source/operations/context.ts';
import {copyImage} from '../../source/operations/copy.ts';
import {inspectRemote} from '../../source/operations/inspect-remote.ts';
import {planRemoteRemoval} from '../../source/operations/plan-remote-removal.ts';
import {removeRemote} from '../../source/operations/remove-remote.ts';
import {waitFor} from '../../source/operations/retry.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {startEmbeddedRegistry} from '../../source/registry/server/start.ts';
import {drain, fail, octocat, octocatLogin} from '../operations/operation-world.ts';
import {CleanUp} from '../support/clean-up.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {makeOciLayout, type Descriptor} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {skopeo} from '../support/skopeo.ts';
import {startRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

const open = ['--src-tls-verify=false', '--dest-tls-verify=false'];

type World = AsyncDisposable & {readonly context: OperationContext; readonly folder: string};

async function openWorld(): Promise<World> {
	const cleanUp = new CleanUp();
	const folder = cleanUp.use(await temporaryFolder());
	const credentials = createSessionCredentials();
	const registry = createRegistryClient({credentials});
	cleanUp.defer(() => registry.close());
	const context = {
		// No engine: a copy has to do without.
		engine: {} as OperationContext['engine'],
		registry,
		credentials,
		signal: new AbortController().signal,
		now: Date.now,
		wait: waitFor,
	};
	return {context, folder: folder.path, [Symbol.asyncDispose]: () => cleanUp.run()};
}

/** Two layouts in `folder`, and the index of both, made without the product. */
async function makeIndex(folder: string, sizeBytes = 200_000): Promise<string> {
	const parts = [];
	for (const architecture of ['amd64', 'arm64']) {
		const layout = await makeOciLayout(path.join(folder, architecture), {
			layers: [{sizeBytes}, {sizeBytes: 10}],
		});
		parts.push({architecture, layout});
	}
	const manifests = parts.map(({architecture, layout}) => ({
		...layout.manifest,
		platform: {os: 'linux', architecture},
	}));
	return JSON.stringify({
		schemaVersion: 2,
		mediaType: 'application/vnd.oci.image.index.v1+json',
		manifests,
	});
}

/** The index on a registry, brought there by skopeo and a plain PUT; answers with skopeo's digest of it. */
async function putIndexThere(host: string, name: string, folder: string): Promise<string> {
	const index = await makeIndex(folder);
	for (const architecture of ['amd64', 'arm64']) {
		const layout = path.join(folder, architecture);
		await skopeo(
			'copy',
			...open.slice(1),
			`oci:${layout}:1.0`,
			`docker://${host}/${name}:${architecture}`,
		);
	}
	const response = await fetch(`http://${host}/v2/${name}/manifests/1.0`, {
		method: 'PUT',
		headers: {'content-type': 'application/vnd.oci.image.index.v1+json'},
		body: index,
	});
	expect(response.status).toBe(201);
	return digestBySkopeo(`${host}/${name}:1.0`, folder);
}

/** The digest of what a reference points at, as skopeo works it out from the raw manifest. */
async function digestBySkopeo(
	reference: string,
	folder: string,
	...flags: readonly string[]
): Promise<string> {
	const raw = await skopeo(
		'inspect',
		'--raw',
		'--tls-verify=false',
		...flags,
		`docker://${reference}`,
	);
	const file = path.join(folder, 'raw.json');
	// skopeo ends its output with a line break of its own.
	await writeFile(file, raw.replace(/\n$/, ''));
	return (await skopeo('manifest-digest', file)).trim();
}

describeLive('copies between registries', ['docker-registry', 'skopeo'], () => {
	test('all platforms arrive with equal digests, and skopeo reads them all', async () => {
		await using world = await openWorld();
		await using from = await startRegistry();
		await using to = await startRegistry();
		const before = await putIndexThere(from.host, 'team/multi', world.folder);
		const destination = `${to.host}/mirror/multi:1.0`;
		const {result} = await drain(
			copyImage({source: `${from.host}/team/multi:1.0`, destination}, world.context),
		);
		expect(result).toMatchObject({
			digest: before,
			platforms: ['linux/amd64', 'linux/arm64'],
			bytesCopied: result.bytesTotal,
		});
		expect(await digestBySkopeo(destination, world.folder)).toBe(before);

		// Every blob of every platform is there: skopeo fetches and checks them.
		const back = path.join(world.folder, 'back');
		await skopeo(
			'copy',
			'--all',
			...open.slice(0, 1),
			`docker://${destination}`,
			`oci:${back}:1.0`,
		);
		const index = JSON.parse(await readFile(path.join(back, 'index.json'), 'utf8')) as {
			manifests: readonly Descriptor[];
		};
		expect(index.manifests[0]?.digest).toBe(before);
	});

	test.each(['ghcr', 'acr'] as const)(
		'with logins, from docker-registry to an embedded one as %s and back',
		async shape => {
			await using world = await openWorld();
			await using plain = await startRegistry();
			const login = {username: 'me', password: 'secret one'};
			await using closed = await startRegistry({auth: {basic: login}});
			await using embedded = await startEmbeddedRegistry({
				folder: path.join(world.folder, 'registry'),
				authentication: shape,
				users: [octocat],
			});
			const {credentials} = world.context;
			await credentials.keep(embedded.host, octocatLogin);
			const password = new Secret(login.password);
			await credentials.keep(closed.host, {kind: 'basic', username: login.username, password});

			const digest = await putIndexThere(plain.host, 'octocat/multi', world.folder);
			const names = [plain, embedded, closed].map(({host}) => `${host}/octocat/multi:1.0`);
			for (const [index, source] of names.slice(0, -1).entries()) {
				const destination = names[index + 1] ?? '';
				const {result} = await drain(copyImage({source, destination}, world.context));
				expect(result.digest).toBe(digest);
			}
			const flags = ['--creds', 'me:secret one'];
			expect(await digestBySkopeo(names[2] ?? '', world.folder, ...flags)).toBe(digest);
			expect(
				await digestBySkopeo(
					names[1] ?? '',
					world.folder,
					'--creds',
					`octocat:${octocat.password.reveal()}`,
				),
			).toBe(digest);
		},
	);

	test('a promotion mounts every blob, and sends none', async () => {
		await using world = await openWorld();
		await using registry = await startRegistry();
		const digest = await putIndexThere(registry.host, 'staging', world.folder);
		await using proxy = await startFaultProxy({upstream: registry.url});
		const {result} = await drain(
			copyImage(
				{source: `${proxy.host}/staging:1.0`, destination: `${proxy.host}/prod:1.0`},
				world.context,
			),
		);
		expect(result).toMatchObject({digest, bytesCopied: 0, blobsMounted: result.blobsTotal});
		const bytes = proxy.requests.filter(({path}) => path.includes('/blobs/'));
		expect(bytes.filter(({method}) => method === 'GET' || method === 'PATCH')).toEqual([]);
		expect(await digestBySkopeo(`${registry.host}/prod:1.0`, world.folder)).toBe(digest);
	});

	test('cuts on both sides are got over', async () => {
		await using world = await openWorld();
		await using from = await startRegistry();
		await using to = await startRegistry();
		const digest = await putIndexThere(from.host, 'multi', world.folder);
		await using reads = await startFaultProxy({
			upstream: from.url,
			faults: [{method: 'GET', path: /\/blobs\/sha256:/, cutResponseAfterBytes: 100_000, times: 1}],
		});
		await using writes = await startFaultProxy({
			upstream: to.url,
			faults: [{method: 'PUT', path: 'uploads', cutRequestAfterBytes: 100_000, times: 1}],
		});
		const {result} = await drain(
			copyImage(
				{source: `${reads.host}/multi:1.0`, destination: `${writes.host}/multi:1.0`},
				world.context,
			),
		);
		expect(result.digest).toBe(digest);
		expect(await digestBySkopeo(`${to.host}/multi:1.0`, world.folder)).toBe(digest);
	});

	test('what is under a tag can be looked at and deleted, and only that', async () => {
		await using world = await openWorld();
		await using registry = await startRegistry();
		const digest = await putIndexThere(registry.host, 'multi', world.folder);
		const name = `${registry.host}/multi`;
		const details = await inspectRemote(`${name}:1.0`, world.context);
		expect(details).toMatchObject({
			digest,
			platforms: [{title: 'linux/amd64'}, {title: 'linux/arm64'}],
		});

		const child = await planRemoteRemoval(`${name}:amd64`, 'manifest', world.context);
		expect(child).toMatchObject({mode: 'refused', reason: expect.stringContaining('1.0')});

		// The reference registry takes no tag away: the way over an empty manifest does.
		await drain(copyImage({source: `${name}:1.0`, destination: `${name}:stable`}, world.context));
		const untag = await planRemoteRemoval(`${name}:stable`, 'untag', world.context);
		expect(untag).toMatchObject({mode: 'untag', byReplacement: true});
		await drain(removeRemote({plan: untag}, world.context));
		expect(await digestBySkopeo(`${name}:1.0`, world.folder)).toBe(digest);

		const plan = await planRemoteRemoval(`${name}:1.0`, undefined, world.context);
		expect(plan).toMatchObject({
			mode: 'manifest',
			tags: ['1.0'],
			platforms: ['linux/amd64', 'linux/arm64'],
		});
		await drain(removeRemote({plan}, world.context));
		const tags = JSON.parse(
			await skopeo('list-tags', '--tls-verify=false', `docker://${name}`),
		) as {Tags: readonly string[]};
		expect(tags.Tags.toSorted()).toEqual(['amd64', 'arm64']);
	});

	test('a registry that deletes nothing is found out with the tag still in place', async () => {
		await using world = await openWorld();
		await using registry = await startRegistry({deletes: false});
		const digest = await putIndexThere(registry.host, 'multi', world.folder);
		const name = `${registry.host}/multi:1.0`;
		const plan = await planRemoteRemoval(name, 'untag', world.context);
		expect((await fail(removeRemote({plan}, world.context))).error.code).toBe('UNSUPPORTED');
		expect(await digestBySkopeo(name, world.folder)).toBe(digest);
	});
});
