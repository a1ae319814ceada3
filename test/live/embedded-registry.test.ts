import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, expect, test, vi} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import {mediaTypes, type Descriptor} from '../../source/domain/manifest.ts';
import {openBlobStore} from '../../source/oci-layout/blob-store.ts';
import {openLayout} from '../../source/oci-layout/open-layout.ts';
import {sampleImages, writeSampleImage} from '../../source/oci-layout/sample-image.ts';
import type {Authentication} from '../../source/registry/server/start.ts';
import {
	call,
	demo,
	startTestRegistry,
	type TestRegistry,
} from '../registry-server/registry-calls.ts';
import {buildChild} from '../support/child-program.ts';
import {makeImage} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {skopeo, trySkopeo} from '../support/skopeo.ts';
import {startDockerd, type RunningDockerd} from '../support/start-dockerd.ts';
import {startPodman, type RunningPodman} from '../support/start-podman.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

const ways: ReadonlyArray<[Authentication, string]> = [
	['none', 'hello'],
	['basic', 'team/hello'],
	['ghcr', 'demo/hello'],
	['acr', 'hello'],
];
const credentials = demo.join(':');

function credentialFlags(way: Authentication, flag: string): readonly string[] {
	return way === 'none' ? [] : [flag, credentials];
}

describeLive('docker with the embedded registry', ['dockerd', 'docker', 'world'], () => {
	let dockerd: RunningDockerd;
	beforeAll(async () => {
		dockerd = await startDockerd();
	});
	afterAll(async () => dockerd?.[Symbol.asyncDispose]());

	test.each(['basic', 'ghcr', 'acr'] as const)(
		'a login that may only read is refused a push at once, with %s',
		async way => {
			await using registry = await startTestRegistry({authentication: way});
			const reference = `${registry.host}/demo/hello:1.0`;
			await makeImage(dockerd, {name: reference, layers: [{sizeBytes: 20}]});
			const login = ['login', '--username', 'reader', '--password-stdin', registry.host];
			await dockerd.dockerWith({input: 'reader-password'}, ...login);
			const {code, stdout, stderr} = await dockerd.tryDocker('push', reference);
			expect(code).not.toBe(0);
			expect(stderr).toMatch(/denied|unauthorized/);
			expect(stdout).not.toContain('Retrying');
			await dockerd.docker('logout', registry.host);
		},
	);

	test.each(ways)('login, push, delete and pull with %s', async (way, name) => {
		await using registry = await startTestRegistry({authentication: way});
		const reference = `${registry.host}/${name}:1.0`;
		const layers = [{sizeBytes: 5_000_000}, {sizeBytes: 20}];
		const id = await makeImage(dockerd, {name: reference, layers});
		if (way !== 'none') {
			const anonymous = await dockerd.tryDocker('push', reference);
			expect(anonymous.code).not.toBe(0);
			const words =
				/denied|no basic auth credentials|^unauthorized: authentication required, visit/m;
			expect(anonymous.stderr).toMatch(words);
			expect(anonymous.stdout).not.toContain('Retrying');
			const login = ['login', '--username', demo[0], '--password-stdin', registry.host];
			await dockerd.dockerWith({input: demo[1]}, ...login);
		}
		const pushed = await dockerd.docker('push', reference);
		const digest = /digest: (sha256:[a-f0-9]{64})/.exec(pushed)?.[1];
		expect(digest).toBeDefined();
		expect(await dockerd.docker('push', reference)).toContain('Layer already exists');

		await dockerd.docker('image', 'rm', reference);
		expect(await dockerd.docker('pull', reference)).toContain(digest);
		expect(await dockerd.docker('image', 'inspect', '--format', '{{.Id}}', reference)).toBe(id);
		if (way !== 'none') await dockerd.docker('logout', registry.host);
	});

	test("ghcr's refusals arrive in docker's words", async () => {
		await using registry = await startTestRegistry({authentication: 'ghcr'});
		const login = ['login', '--username', demo[0], '--password-stdin', registry.host];
		await expect(dockerd.dockerWith({input: 'wrong'}, ...login)).rejects.toThrow('denied');
		await dockerd.dockerWith({input: demo[1]}, ...login);
		const reference = `${registry.host}/somebody/hello:1.0`;
		await makeImage(dockerd, {name: reference});
		const {code, stderr} = await dockerd.tryDocker('push', reference);
		expect(code).not.toBe(0);
		expect(stderr).toContain('permission_denied: write_package');
	});

	test('layers are mounted from a sibling repository', async () => {
		await using registry = await startTestRegistry();
		const reference = `${registry.host}/first:1`;
		await makeImage(dockerd, {name: reference, layers: [{sizeBytes: 100_000}]});
		await dockerd.docker('push', reference);
		await dockerd.docker('tag', reference, `${registry.host}/second:1`);
		expect(await dockerd.docker('push', `${registry.host}/second:1`)).toContain(
			'Mounted from first',
		);
	});

	test('a sample image runs nothing here but is pulled whole', async () => {
		await using registry = await startTestRegistry();
		await using folder = await temporaryFolder();
		const layout = await openLayout(folder.path);
		const image = sampleImages()[1];
		if (!image) throw new Error('no sample');
		const descriptor = await writeSampleImage(layout, image);
		const reference = `${registry.host}/hello:1.0.0`;
		await skopeo(
			'copy',
			'--dest-tls-verify=false',
			`oci:${folder.path}:1.0.0`,
			`docker://${reference}`,
		);
		expect(await dockerd.docker('pull', reference)).toContain(descriptor.digest);
	});

	test('a registry killed in the middle of a push loses nothing that was there, and the push succeeds when it is back', async () => {
		await using programs = await temporaryFolder();
		await using folder = await temporaryFolder();
		const entry = path.join(import.meta.dirname, '../registry-server/registry-child.ts');
		const startChild = await buildChild(entry, programs.path);
		const first = await startChild(folder.path);
		const host = first.firstLine;
		await makeImage(dockerd, {name: `${host}/old:1`});
		await dockerd.docker('push', `${host}/old:1`);
		const before = await call(host, 'GET /v2/old/manifests/1');

		const big = [{sizeBytes: 60_000_000}, {sizeBytes: 60_000_000}];
		await makeImage(dockerd, {name: `${host}/new:1`, layers: big});
		const pushing = dockerd.tryDocker('push', `${host}/new:1`);
		const ingest = path.join(folder.path, '.regbench', 'ingest');
		await vi.waitFor(async () => expect(await readdir(ingest)).not.toEqual([]), {
			timeout: 10_000,
			interval: 5,
		});
		await first.kill();

		await using second = await startChild(folder.path, host.split(':')[1] ?? '');
		expect(second.firstLine).toBe(host);
		const after = await call(host, 'GET /v2/old/manifests/1');
		expect(after.body.equals(before.body)).toBe(true);
		expect((await pushing).code).toBe(0);
		const blobs = await openBlobStore(folder.path);
		for await (const digest of blobs.list()) {
			for await (const _ of blobs.read(digest, {verify: true}));
		}
		expect(await readdir(ingest)).toEqual([]);
	});
});

describeLive('skopeo with the embedded registry', ['skopeo'], () => {
	test.each(ways)(
		'an index with all its platforms goes there and back with %s',
		async (way, name) => {
			await using registry = await startTestRegistry({authentication: way});
			await using folder = await temporaryFolder();
			const source = path.join(folder.path, 'source');
			const target = path.join(folder.path, 'target');
			const index = await writeIndex(source);
			const remote = `docker://${registry.host}/${name}:multi`;
			await skopeo(
				...['copy', '--all', '--dest-tls-verify=false', ...credentialFlags(way, '--dest-creds')],
				...[`oci:${source}:multi`, remote],
			);
			await skopeo(
				...['copy', '--all', '--src-tls-verify=false', ...credentialFlags(way, '--src-creds')],
				...[remote, `oci:${target}:multi`],
			);
			const [entry] = await (await openLayout(target)).entries();
			expect(entry?.tag).toBe('multi');
			expect(entry?.descriptor.digest).toBe(index.digest);
			expect(await digestThere(registry, way, name)).toBe(index.digest);
			const tags = ['list-tags', '--tls-verify=false', ...credentialFlags(way, '--creds')];
			expect(await skopeo(...tags, `docker://${registry.host}/${name}`)).toContain('"multi"');
		},
	);

	test('skopeo deletes where the registry lets it, and is refused as GHCR refuses', async () => {
		for (const [way, name] of ways) {
			await using registry = await startTestRegistry({authentication: way});
			await using folder = await temporaryFolder();
			await writeIndex(folder.path);
			const remote = `docker://${registry.host}/${name}:multi`;
			await skopeo(
				...['copy', '--all', '--dest-tls-verify=false', ...credentialFlags(way, '--dest-creds')],
				...[`oci:${folder.path}:multi`, remote],
			);
			const {code} = await trySkopeo(
				...['delete', '--tls-verify=false', ...credentialFlags(way, '--creds'), remote],
			);
			expect([way, code === 0]).toEqual([way, way !== 'ghcr']);
		}
	});

	test('layouts that skopeo writes are read, and hold what regbench needs', async () => {
		await using folder = await temporaryFolder();
		const source = path.join(folder.path, 'source');
		const target = path.join(folder.path, 'target');
		await writeIndex(source);
		await skopeo('copy', `oci:${source}:multi`, `oci:${target}:one`);
		await skopeo('copy', `oci:${source}:multi`, `oci:${target}:ghcr.io/me/app:2`);
		const layout = await openLayout(target);
		const names = (await layout.entries()).map(({reference, tag}) => reference ?? tag);
		expect(names.toSorted()).toEqual(['ghcr.io/me/app:2', 'one']);
		expect((await layout.collectGarbage()).removed).toEqual([]);
	});
});

describeLive('podman with the embedded registry', ['podman', 'skopeo', 'world'], () => {
	let podman: RunningPodman;
	beforeAll(async () => {
		podman = await startPodman();
	});
	afterAll(async () => podman?.[Symbol.asyncDispose]());

	test.each(ways)('push, delete and pull with %s', async (way, name) => {
		await using registry = await startTestRegistry({authentication: way});
		await using folder = await temporaryFolder();
		await writeIndex(folder.path);
		const reference = `${registry.host}/${name}:1.0`;
		const flags = ['--tls-verify=false', ...credentialFlags(way, '--creds')];
		const remote = ['copy', '--dest-tls-verify=false', ...credentialFlags(way, '--dest-creds')];
		await skopeo(...remote, `oci:${folder.path}:multi`, `docker://${reference}`);
		await podman.podman('pull', '--quiet', ...flags, reference);
		const id = await podman.podman('image', 'inspect', '--format', '{{.Id}}', reference);
		const again = `${registry.host}/${name}-again:1.0`;
		await podman.podman('push', '--quiet', ...flags, reference, again);
		await podman.podman('rmi', reference);
		await podman.podman('pull', '--quiet', ...flags, again);
		expect(await podman.podman('image', 'inspect', '--format', '{{.Id}}', again)).toBe(id);
		await podman.podman('rmi', again);
	});
});

async function digestThere(registry: TestRegistry, way: Authentication, name: string) {
	const flags = ['inspect', '--raw', '--tls-verify=false', ...credentialFlags(way, '--creds')];
	const raw = await skopeo(...flags, `docker://${registry.host}/${name}:multi`);
	return digestOf(raw);
}

/** A layout with an index over two platforms under the tag `multi`. */
async function writeIndex(folder: string): Promise<Descriptor> {
	const layout = await openLayout(folder);
	const platforms = [
		{os: 'linux', architecture: 'amd64'},
		{os: 'linux', architecture: 'arm64'},
	];
	const manifests: Descriptor[] = [];
	for (const [number, platform] of platforms.entries()) {
		const image = sampleImages()[number + 1];
		if (!image) throw new Error('no sample');
		const descriptor = await writeSampleImage(layout, {...image, references: []});
		await layout.remove(descriptor.digest);
		manifests.push({...descriptor, platform});
	}
	const bytes = Buffer.from(
		JSON.stringify({schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests}),
	);
	const digest = digestOf(bytes);
	await layout.blobs.putBytes(digest, bytes);
	const index: Descriptor = {mediaType: mediaTypes.ociIndex, digest, size: bytes.byteLength};
	const annotations = {'org.opencontainers.image.ref.name': 'multi'};
	await layout.change(descriptors => [...descriptors, {...index, annotations}]);
	return index;
}
