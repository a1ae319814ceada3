import {mkdir, readdir, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import type {OperationEvent, TransferEvent} from '../../source/domain/events.ts';
import {parseReference} from '../../source/domain/reference.ts';
import {createEmbeddedEngine} from '../../source/engine/embedded.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {makeOciLayout} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {skopeo} from '../support/skopeo.ts';
import {startRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

async function openEngine(
	samples: 'none' | 'first' | 'all' = 'none',
): Promise<{readonly engine: Engine; readonly folder: string} & AsyncDisposable> {
	const folder = await temporaryFolder();
	const registry = createRegistryClient({credentials: {find: async () => undefined}});
	const layout = path.join(folder.path, 'layout');
	const engine = await createEmbeddedEngine({folder: layout, registry, samples});
	return {
		engine,
		folder: layout,
		async [Symbol.asyncDispose]() {
			await engine.close();
			await registry.close();
			await folder[Symbol.asyncDispose]();
		},
	};
}

async function drain<Outcome>(
	operation: AsyncGenerator<OperationEvent, Outcome, undefined>,
): Promise<{readonly events: readonly OperationEvent[]; readonly outcome: Outcome}> {
	const events: OperationEvent[] = [];
	for (;;) {
		const step = await operation.next();
		if (step.done === true) return {events, outcome: step.value};
		events.push(step.value);
	}
}

function lastStates(events: readonly OperationEvent[]): readonly string[] {
	const states = new Map<string, string>();
	for (const event of events) if (event.type === 'transfer') states.set(event.layer, event.state);
	return [...states.values()];
}

function isHalfWay(event: OperationEvent): event is TransferEvent {
	return event.type === 'transfer' && event.doneBytes > 500_000;
}

/** An index of two platforms put on the registry as two images and a list of them. */
async function pushIndex(host: string): Promise<string> {
	await using made = await temporaryFolder();
	const manifests = [];
	for (const architecture of ['amd64', 'arm64']) {
		const image = await makeOciLayout(path.join(made.path, architecture), {
			layers: [{sizeBytes: 20_000}],
		});
		await skopeo(
			'copy',
			`oci:${image.folder}:${image.tag}`,
			`docker://${host}/me/multi:${architecture}`,
			'--dest-tls-verify=false',
		);
		manifests.push({...image.manifest, platform: {os: 'linux', architecture}});
	}
	const bytes = JSON.stringify({
		schemaVersion: 2,
		mediaType: 'application/vnd.oci.image.index.v1+json',
		manifests,
	});
	const response = await fetch(`http://${host}/v2/me/multi/manifests/1.0`, {
		method: 'PUT',
		headers: {'content-type': 'application/vnd.oci.image.index.v1+json'},
		body: bytes,
	});
	expect(response.status).toBe(201);
	return digestOf(bytes);
}

describeLive('the embedded engine', ['docker-registry', 'skopeo'], () => {
	test('a new layout holds a sample image, an old one is left alone', async () => {
		await using opened = await openEngine('first');
		const images = await opened.engine.listImages();
		expect(images.map(({references}) => references)).toEqual([['hello:1.0.0']]);
		await opened.engine.remove('hello:1.0.0');
		const again = await createEmbeddedEngine({
			folder: opened.folder,
			registry: createRegistryClient({credentials: {find: async () => undefined}}),
		});
		expect(await again.listImages()).toEqual([]);
	});

	test('push, delete and pull bring the same digest back, and skopeo reads it', async () => {
		await using registry = await startRegistry();
		await using opened = await openEngine('first');
		const {engine} = opened;
		const name = `${registry.host}/me/hello:1.0.0`;
		const before = await engine.inspect('hello:1.0.0');
		await engine.tag('hello:1.0.0', parseReference(name));
		const plan = await engine.layersToPush(name);
		const pushed = await drain(engine.push(parseReference(name)));
		expect(pushed.outcome).toMatchObject({
			digest: before.id,
			layersTotal: plan.length,
			layersReused: 0,
			bytesUploaded: pushed.outcome.bytesTotal,
		});
		expect(lastStates(pushed.events)).toEqual(plan.map(() => 'done'));
		const seen = JSON.parse(await skopeo('inspect', '--tls-verify=false', `docker://${name}`)) as {
			Digest: string;
			Layers: string[];
		};
		expect(seen.Digest).toBe(before.id);
		expect(seen.Layers).toEqual(plan.map(({digest}) => digest));

		const again = await drain(engine.push(parseReference(name)));
		expect(again.outcome).toMatchObject({bytesUploaded: 0, layersReused: plan.length});

		await engine.tag(name, parseReference(`${registry.host}/you/hello:1.0.0`));
		const mounted = await drain(engine.push(parseReference(`${registry.host}/you/hello:1.0.0`)));
		expect(lastStates(mounted.events)).toEqual(plan.map(() => 'mounted'));
		expect(mounted.outcome.bytesUploaded).toBe(0);

		const removed = await engine.remove(before.id);
		expect(removed.untagged.toSorted()).toEqual(
			['hello:1.0.0', name, `${registry.host}/you/hello:1.0.0`].toSorted(),
		);
		expect(removed.deleted).toEqual([before.id]);
		expect(await readdir(path.join(opened.folder, 'blobs', 'sha256'))).toEqual([]);

		const pulled = await drain(engine.pull(parseReference(name)));
		expect(pulled.outcome).toMatchObject({
			digest: before.id,
			imageId: before.id,
			changed: true,
			bytesDownloaded: pushed.outcome.bytesTotal,
		});
		const after = await engine.inspect(name);
		expect({...after, references: [], digests: []}).toEqual({
			...before,
			references: [],
			digests: [],
		});
		const current = await drain(engine.pull(parseReference(name)));
		expect(current.outcome).toMatchObject({changed: false, bytesDownloaded: 0});
	});

	test('an image of several platforms keeps its index and its digest', async () => {
		await using registry = await startRegistry();
		await using opened = await openEngine();
		const digest = await pushIndex(registry.host);
		const {outcome} = await drain(
			opened.engine.pull(parseReference(`${registry.host}/me/multi:1.0`)),
		);
		expect(outcome.digest).toBe(digest);
		const elsewhere = `${registry.host}/other/multi:1.0`;
		await opened.engine.tag(digest, parseReference(elsewhere));
		const pushed = await drain(opened.engine.push(parseReference(elsewhere)));
		expect(pushed.outcome).toMatchObject({digest, layersTotal: 2});
		const raw = await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${elsewhere}`);
		expect(digestOf(raw)).toBe(digest);
	});

	test('an image can be pulled by digest, without a tag', async () => {
		await using registry = await startRegistry();
		await using opened = await openEngine();
		const digest = await pushIndex(registry.host);
		const name = `${registry.host}/me/multi@${digest}`;
		await drain(opened.engine.pull(parseReference(name)));
		const [image] = await opened.engine.listImages();
		expect(image).toMatchObject({id: digest, references: [], digests: [name], dangling: true});
		expect((await opened.engine.inspect(name)).id).toBe(digest);
	});

	test('a damaged layer is refused and the old reference stays', async () => {
		await using registry = await startRegistry();
		await using proxy = await startFaultProxy({upstream: registry.url});
		await using opened = await openEngine('all');
		const {engine} = opened;
		const name = `${proxy.host}/me/hello:1`;
		await engine.tag('hello:1.0.0', parseReference(name));
		await drain(engine.push(parseReference(name)));
		await engine.remove(name);
		await engine.remove('hello:1.0.0');
		await engine.tag('hello:1.1.0', parseReference(name));
		const before = await engine.listImages();
		proxy.faults.push({method: 'GET', path: /\/blobs\//, corruptResponseByte: 60});
		await expect(drain(engine.pull(parseReference(name)))).rejects.toMatchObject({
			code: 'DIGEST_MISMATCH',
		});
		expect(await engine.listImages()).toEqual(before);
		proxy.faults.length = 0;
		expect((await drain(engine.pull(parseReference(name)))).outcome.changed).toBe(true);
	});

	test('a cancelled pull ends at once, and the next one fetches only what is missing', async () => {
		await using registry = await startRegistry();
		await using made = await temporaryFolder();
		const image = await makeOciLayout(made.path, {layers: [{sizeBytes: 3_000_000}]});
		await using proxy = await startFaultProxy({
			upstream: registry.url,
			faults: [{method: 'GET', path: image.layers[0]!.digest, bytesPerSecond: 1_000_000, times: 1}],
		});
		await skopeo(
			'copy',
			'--dest-tls-verify=false',
			`oci:${image.folder}:${image.tag}`,
			`docker://${registry.host}/me/big:1.0`,
		);
		await using opened = await openEngine();
		const reference = parseReference(`${proxy.host}/me/big:1.0`);
		const abort = new AbortController();
		const cancelled = (async () => {
			for await (const event of opened.engine.pull(reference, {signal: abort.signal})) {
				if (isHalfWay(event)) abort.abort();
			}
		})();
		await expect(cancelled).rejects.toMatchObject({code: 'CANCELLED'});
		expect(await opened.engine.listImages()).toEqual([]);
		const {outcome} = await drain(opened.engine.pull(reference));
		expect(outcome.digest).toBe(image.manifest.digest);
		expect(outcome.bytesDownloaded).toBeLessThan(2_600_000);
	});

	test('a registry that dies in mid-push leaves the images as they were, and a later push works', async () => {
		await using registry = await startRegistry();
		await using proxy = await startFaultProxy({
			upstream: registry.url,
			faults: [{method: 'PUT', path: /\/manifests\//, respond: {status: 403}}],
		});
		await using opened = await openEngine('first');
		const {engine} = opened;
		const name = `${proxy.host}/me/hello:1`;
		await engine.tag('hello:1.0.0', parseReference(name));
		const before = await engine.listImages();
		await expect(drain(engine.push(parseReference(name)))).rejects.toMatchObject({
			code: expect.stringMatching(/FORBIDDEN|UNAUTHORIZED/),
		});
		expect(await engine.listImages()).toEqual(before);
		proxy.faults.length = 0;
		expect((await drain(engine.push(parseReference(name)))).outcome.bytesUploaded).toBe(0);
	});

	test('changes by another process show up', async () => {
		await using opened = await openEngine('first');
		await using other = await openEngine();
		const abort = new AbortController();
		const second = await createEmbeddedEngine({
			folder: opened.folder,
			registry: createRegistryClient({credentials: {find: async () => undefined}}),
		});
		const changes = opened.engine.changes({signal: abort.signal})[Symbol.asyncIterator]();
		const next = changes.next();
		let told = false;
		void (async () => {
			await next;
			told = true;
		})();
		let round = 0;
		await expect
			.poll(async () => {
				round += 1;
				await second.tag('hello:1.0.0', parseReference(`hello:again-${round}`));
				return told;
			})
			.toBe(true);
		expect((await next).value).toEqual({type: 'images-changed'});
		abort.abort();
		expect(await other.engine.listImages()).toEqual([]);
	});

	test('a damaged manifest hides no other image, and says so when it is used', async () => {
		await using opened = await openEngine('all');
		const {engine, folder} = opened;
		const {id} = await engine.inspect('web/api:2.3.1');
		const file = path.join(folder, 'blobs', 'sha256', id.slice('sha256:'.length));
		await rm(file);
		await mkdir(path.dirname(file), {recursive: true});
		await writeFile(file, '{"schemaVersion":2}');
		const fresh = await createEmbeddedEngine({
			folder,
			registry: createRegistryClient({credentials: {find: async () => undefined}}),
		});
		const images = await fresh.listImages();
		expect(images.map(image => image.references).flat()).toContain('web/api:2.3.1');
		expect(images).toHaveLength(5);
		await expect(fresh.inspect('web/api:2.3.1')).rejects.toMatchObject({code: 'LAYOUT_CORRUPT'});
	});
});
