import {execFile} from 'node:child_process';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {createEmbeddedEngine} from '../../source/engine/embedded.ts';
import type {Engine} from '../../source/engine/engine.ts';
import type {Digest} from '../../source/domain/digest.ts';
import {mediaTypes} from '../../source/domain/manifest.ts';
import {parseReference} from '../../source/domain/reference.ts';
import {findLayers, type PlacedLayers} from '../../source/operations/find-layers.ts';
import type {LayerReport} from '../../source/operations/layer-reading.ts';
import {listLayers, type LayerRequest} from '../../source/operations/list-layers.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import type {RegistryClient} from '../../source/registry/registry-client.ts';
import {sha256, tarOf, zstdPacked} from '../layers/make-tar.ts';
import {describeLive} from '../support/live.ts';
import {openDockerEngine} from '../support/open-docker-engine.ts';
import {startDockerd} from '../support/start-dockerd.ts';
import {startRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

describeLive('layers', ['dockerd', 'docker', 'docker-registry'], () => {
	test('are the same on docker, on a registry and on the embedded engine', async () => {
		await using folder = await temporaryFolder();
		await using dockerd = await startDockerd();
		await using there = await startRegistry();
		const reference = `${there.host}/team/app:1`;
		await writeFile(
			path.join(folder.path, 'Dockerfile'),
			'FROM scratch\nCOPY one /data/\nENV A=b\nWORKDIR /empty\nCOPY two /data/\n',
		);
		for (const [name, files] of [
			['one', {big: 50_000, same: 10}],
			['two', {big: 100, more: 20}],
		] as const) {
			await mkdir(path.join(folder.path, name));
			for (const [file, size] of Object.entries(files)) {
				await writeFile(path.join(folder.path, name, file), Buffer.alloc(size, 7));
			}
		}
		await promisify(execFile)('docker', [
			'-H',
			dockerd.host,
			'build',
			'-t',
			reference,
			folder.path,
		]);
		await dockerd.docker('push', reference);

		const credentials = createSessionCredentials();
		const registry = createRegistryClient({credentials});
		const docker = await openDockerEngine(dockerd.host);
		const embedded = await createEmbeddedEngine({
			folder: path.join(folder.path, 'layout'),
			registry,
			samples: 'none',
		});
		try {
			for await (const _ of embedded.pull(parseReference(reference)));
			const read = async (engine: Engine, from: LayerRequest['from']) => {
				const reports: LayerReport[] = [];
				const {signal} = new AbortController();
				const context = {engine, registry, credentials, signal};
				for await (const report of listLayers({image: reference, from}, context)) {
					reports.push(report);
				}
				expect(reports[0]?.layers).toHaveLength(3);
				return reports.at(-1);
			};
			const found = [
				await read(docker, 'engine'),
				await read(embedded, 'engine'),
				await read(embedded, 'registry'),
			];
			for (const report of found) {
				expect(report?.layers.map(({problem}) => problem)).toEqual([
					undefined,
					undefined,
					undefined,
				]);
				// Docker's own history does not say that WORKDIR made a layer and ENV none.
				expect(
					report?.layers.map(({createdBy}) => /COPY|WORKDIR|ENV/.exec(createdBy)?.[0]),
				).toEqual(['COPY', 'WORKDIR', 'COPY']);
				expect(report).toMatchObject({complete: true, settled: 3, wastedBytes: 50_000});
				expect(report?.wasted).toEqual([
					{path: 'data/big', sizeBytes: 50_000, layer: 0, hiddenBy: 2, how: 'changed'},
				]);
				expect(
					report?.layers[2]?.files
						.filter(({kind}) => kind === 'file')
						.map(({path: at, mark}) => [at, mark]),
				).toEqual([
					['data/big', 'changed'],
					['data/more', 'added'],
				]);
			}
			const diffIds = found.map(report => report?.layers.map(({diffId}) => diffId));
			expect(diffIds[1]).toEqual(diffIds[0]);
			expect(diffIds[2]).toEqual(diffIds[0]);
		} finally {
			await docker.close();
			await embedded.close();
			await registry.close();
		}
	});

	test('of a registry are read whatever they are packed with, and named where they cannot be', async () => {
		await using there = await startRegistry();
		await using world = openRegistryWorld();
		const tar = tarOf([{name: 'app', content: 'hello'}]);
		const type = 'application/vnd.oci.image.layer.v1.tar';
		const layers = [
			{mediaType: `${type}+zstd`, bytes: zstdPacked.stored, diffId: zstdPacked.diffId},
			{mediaType: `${type}+gzip`, bytes: gzipSync(tar), diffId: sha256(tar)},
			{mediaType: type, bytes: tarOf([{name: '../x'}, {name: 'd', type: '3'}])},
			{mediaType: `${type}+gzip+encrypted`, bytes: Buffer.from('secret')},
			{mediaType: 'application/vnd.unheard-of', bytes: Buffer.alloc(3000, 5)},
			{mediaType: `${type}+gzip`, bytes: gzipSync(Buffer.from('x'.repeat(9000))).subarray(0, 40)},
		];
		const reference = `${there.host}/odd/layers:1`;
		await pushImage(world.registry, reference, layers);
		let last: LayerReport | undefined;
		for await (const report of listLayers({image: reference, from: 'registry'}, world.context)) {
			last = report;
		}
		expect(last?.layers.map(({problem}) => problem)).toEqual([
			undefined,
			undefined,
			undefined,
			'It is encrypted',
			'It is no tar archive',
			expect.stringMatching(/damaged|no tar|ends/),
		]);
		expect(last?.layers.map(({entries}) => entries)).toEqual([1, 1, 2, 0, 0, 0]);
		expect(last?.layers[0]?.files).toMatchObject([{path: 'words.txt'}]);
		expect(last?.layers[2]?.remarks).toHaveLength(2);
	});

	test('are looked for on every target: there, not there, or not known', async () => {
		await using first = await startRegistry();
		await using second = await startRegistry();
		await using world = openRegistryWorld();
		const layer = (text: string) => {
			const tar = tarOf([{name: 'file', content: text}]);
			return {
				mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
				bytes: gzipSync(tar),
				diffId: sha256(tar),
			};
		};
		const [one, two, other] = [layer('one'), layer('two'), layer('other')];
		await pushImage(world.registry, `${first.host}/team/app:1`, [one, two]);
		await pushImage(world.registry, `${second.host}/team/app:2`, [one, other]);
		const layers = [one, two, other].map(({diffId}) => ({diffId}));
		const places = [
			{id: 'first', reference: `${first.host}/team/app:1`},
			{id: 'second', reference: `${second.host}/team/app:1`},
			{id: 'nobody', reference: '127.0.0.1:1/team/app:1'},
		];
		const found: PlacedLayers[] = [];
		for await (const place of findLayers({layers, known: [], places}, world.context)) {
			found.push(place);
		}
		expect(found.map(({standing}) => standing)).toEqual([
			// What the third layer's blob is called nobody told.
			['present', 'present', 'unknown'],
			// The tag is not there, but a blob that the first has told of.
			['present', 'absent', 'unknown'],
			['unknown', 'unknown', 'unknown'],
		]);
		expect(found[2]?.problem).toBeDefined();
		expect(found[0]?.digests.slice(0, 2)).toEqual([sha256(one!.bytes), sha256(two!.bytes)]);
	});
});

/** A client of its own, beside an engine that holds nothing. */
function openRegistryWorld() {
	const credentials = createSessionCredentials();
	const registry = createRegistryClient({credentials});
	const {signal} = new AbortController();
	const engine = {
		inspect: async () => ({diffIds: []}),
		listImages: async () => [],
	} as unknown as Engine;
	return {
		registry,
		context: {engine, registry, credentials, signal},
		[Symbol.asyncDispose]: () => registry.close(),
	};
}

type PushedLayer = {
	readonly mediaType: string;
	readonly bytes: Buffer;
	readonly diffId?: string;
};

async function pushImage(
	registry: RegistryClient,
	text: string,
	layers: readonly PushedLayer[],
): Promise<void> {
	const {domain, path: name, tag = ''} = parseReference(text);
	const repository = registry.repository(domain, name);
	const upload = async (mediaType: string, bytes: Buffer) => {
		const digest = sha256(bytes) as Digest;
		const open = async function* (from: number) {
			yield bytes.subarray(from);
		};
		await repository.uploadBlob({digest, size: bytes.length, open});
		return {mediaType, digest, size: bytes.length};
	};
	const config = {
		os: 'linux',
		architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
		rootfs: {type: 'layers', diff_ids: layers.map(({diffId, bytes}) => diffId ?? sha256(bytes))},
	};
	const manifest = Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: mediaTypes.ociManifest,
			config: await upload(mediaTypes.ociConfig, Buffer.from(JSON.stringify(config))),
			layers: await Promise.all(layers.map(({mediaType, bytes}) => upload(mediaType, bytes))),
		}),
	);
	await repository.putManifest(tag, {
		bytes: manifest,
		digest: sha256(manifest) as Digest,
		mediaType: mediaTypes.ociManifest,
	});
}
