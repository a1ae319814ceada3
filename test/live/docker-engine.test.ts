import {afterAll, beforeAll, expect, test} from 'vitest';
import {Secret} from '../../source/domain/credential.ts';
import type {OperationEvent, TransferEvent} from '../../source/domain/events.ts';
import {parseReference} from '../../source/domain/reference.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {makeImage} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {startDockerd, type RunningDockerd} from '../support/start-dockerd.ts';
import {startRegistry} from '../support/start-registry.ts';
import {openDockerEngine} from '../support/open-docker-engine.ts';

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

function transfers(events: readonly OperationEvent[]): readonly TransferEvent[] {
	return events.filter((event): event is TransferEvent => event.type === 'transfer');
}

describeLive('the Docker engine', ['dockerd', 'docker', 'docker-registry', 'htpasswd'], () => {
	let dockerd: RunningDockerd;
	let engine: Engine;

	beforeAll(async () => {
		dockerd = await startDockerd();
		engine = await openDockerEngine(dockerd.host);
	});

	afterAll(async () => {
		await engine?.close();
		await dockerd?.[Symbol.asyncDispose]();
	});

	test('it says what it is and how it is reached', async () => {
		expect(await engine.info()).toMatchObject({
			kind: 'docker',
			title: expect.stringMatching(/^docker \d+\.\d+$/),
			route: 'unix',
			address: dockerd.host,
			store: 'graph-driver',
		});
	});

	test('it lists and inspects images with their references, dangling ones too', async () => {
		const id = await makeImage(dockerd, {
			name: 'listed:1.0',
			layers: [{sizeBytes: 2000}, {sizeBytes: 3000}],
			labels: {purpose: 'a\u001B[31m label'},
		});
		await dockerd.docker('tag', 'listed:1.0', '127.0.0.1:5000/me/listed:2.0');
		const dangling = await makeImage(dockerd, {name: 'dangling:1'});
		await makeImage(dockerd, {name: 'dangling:1'});
		const images = await engine.listImages();
		expect(images.find(image => image.id === id)).toMatchObject({
			references: expect.arrayContaining(['listed:1.0', '127.0.0.1:5000/me/listed:2.0']),
			sizeBytes: 5000,
			dangling: false,
			createdAt: expect.stringMatching(/^20\d\d-/),
		});
		expect(images.find(image => image.id === dangling)).toMatchObject({
			references: [],
			dangling: true,
		});
		const details = await engine.inspect('listed:1.0');
		expect(details).toMatchObject({id, os: 'linux', configDigest: id});
		expect(details.labels['purpose']).not.toContain('\u001B');
		expect(details.diffIds).toHaveLength(2);
		expect(details.history.map(({sizeBytes}) => sizeBytes)).toEqual([0, 3000, 2000]);
		expect(details.history[1]?.digest).toBe(details.diffIds[1]);
		expect(await engine.layersToPush('listed:1.0')).toEqual([
			{digest: details.diffIds[0], sizeBytes: 2000, exact: false},
			{digest: details.diffIds[1], sizeBytes: 3000, exact: false},
		]);
	});

	test('an image that is not there is IMAGE_NOT_FOUND', async () => {
		await expect(engine.inspect('nowhere:1')).rejects.toMatchObject({code: 'IMAGE_NOT_FOUND'});
		await expect(engine.remove('nowhere:1')).rejects.toMatchObject({code: 'IMAGE_NOT_FOUND'});
		await expect(drain(engine.push(parseReference('127.0.0.1:1/nowhere:1')))).rejects.toMatchObject(
			{code: 'IMAGE_NOT_FOUND'},
		);
	});

	test('a tag can be set and moved', async () => {
		const first = await makeImage(dockerd, {name: 'first:1'});
		const second = await makeImage(dockerd, {name: 'second:1'});
		await engine.tag('first:1', parseReference('moved:1'));
		expect((await engine.inspect('moved:1')).id).toBe(first);
		await engine.tag(second, parseReference('moved:1'));
		expect((await engine.inspect('moved:1')).id).toBe(second);
	});

	test('push and pull bring the same image back and count layers and bytes', async () => {
		await using registry = await startRegistry();
		const name = `${registry.host}/me/trip:1.0`;
		const id = await makeImage(dockerd, {
			name,
			layers: [{sizeBytes: 300_000}, {sizeBytes: 2_000_000}],
		});
		const pushed = await drain(engine.push(parseReference(name)));
		expect(pushed.outcome).toMatchObject({
			digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
			layersTotal: 2,
			layersReused: 0,
		});
		expect(pushed.outcome.bytesUploaded).toBeGreaterThanOrEqual(2_300_000);
		expect(transfers(pushed.events).filter(({state}) => state === 'done')).toHaveLength(2);
		expect(transfers(pushed.events).some(({state}) => state === 'active')).toBe(true);

		const again = await drain(engine.push(parseReference(name)));
		expect(again.outcome).toMatchObject({
			digest: pushed.outcome.digest,
			layersReused: 2,
			bytesUploaded: 0,
		});

		expect((await engine.remove(name)).deleted).toContain(id);
		const pulled = await drain(engine.pull(parseReference(name)));
		expect(pulled.outcome).toMatchObject({
			digest: pushed.outcome.digest,
			imageId: id,
			changed: true,
			layersReused: 0,
		});
		expect(pulled.outcome.bytesDownloaded).toBeGreaterThan(2_000_000);
		const current = await drain(engine.pull(parseReference(name)));
		expect(current.outcome).toMatchObject({imageId: id, changed: false});
		const byDigest = await drain(
			engine.pull(parseReference(`${registry.host}/me/trip@${pushed.outcome.digest}`)),
		);
		expect(byDigest.outcome).toMatchObject({imageId: id, digest: pushed.outcome.digest});

		// A second repository on the same registry gets the layers by mount.
		await engine.tag(id, parseReference(`${registry.host}/me/sibling:1`));
		const mounted = await drain(engine.push(parseReference(`${registry.host}/me/sibling:1`)));
		expect(mounted.outcome).toMatchObject({layersReused: 2, bytesUploaded: 0});
	});

	test('a login is sent with push and pull, and its absence or refusal is told apart', async () => {
		await using registry = await startRegistry({
			// Characters whose base64 differs between the two alphabets.
			auth: {basic: {username: 'ann', password: 'pa?>~ÿ~~>?'}},
		});
		const name = `${registry.host}/me/secret:1.0`;
		await makeImage(dockerd, {name});
		const credential = {
			kind: 'basic',
			username: 'ann',
			password: new Secret('pa?>~ÿ~~>?'),
		} as const;
		const wrong = {...credential, password: new Secret('wrong')};
		const reference = parseReference(name);
		await expect(drain(engine.push(reference))).rejects.toMatchObject({
			code: 'UNAUTHORIZED',
			hint: expect.stringContaining(`regbench login ${registry.host}`),
		});
		await expect(drain(engine.push(reference, {credential: wrong}))).rejects.toMatchObject({
			code: 'UNAUTHORIZED',
		});
		const {outcome} = await drain(engine.push(reference, {credential}));
		await expect(drain(engine.pull(reference))).rejects.toMatchObject({code: 'UNAUTHORIZED'});
		expect((await drain(engine.pull(reference, {credential}))).outcome.digest).toBe(outcome.digest);
	});

	test('failures of the registry are classified and leave the images as they were', async () => {
		await using registry = await startRegistry();
		await using proxy = await startFaultProxy({upstream: registry.url});
		const name = `${proxy.host}/me/fault:1.0`;
		await makeImage(dockerd, {name, layers: [{sizeBytes: 50_000}]});
		const reference = parseReference(name);
		const before = await engine.listImages();
		const refuse = (
			status: number,
			code: string,
			message: string,
			path = /\/blobs\/uploads/,
		): void => {
			proxy.faults.length = 0;
			proxy.faults.push({
				path,
				method: /POST|PUT/,
				respond: {
					status,
					headers: {'content-type': 'application/json'},
					body: JSON.stringify({errors: [{code, message}]}),
				},
			});
		};
		const push = async (): Promise<unknown> => drain(engine.push(reference));
		refuse(403, 'DENIED', 'permission_denied: write_package');
		await expect(push()).rejects.toMatchObject({code: 'UNAUTHORIZED'});
		await expect(
			drain(
				engine.push(reference, {
					credential: {kind: 'basic', username: 'ann', password: new Secret('x')},
				}),
			),
		).rejects.toMatchObject({code: 'FORBIDDEN'});
		refuse(429, 'TOOMANYREQUESTS', 'slow down');
		await expect(push()).rejects.toMatchObject({code: 'RATE_LIMITED', retryable: true});
		refuse(409, 'UNKNOWN', 'tag is immutable', /\/manifests\//);
		await expect(push()).rejects.toMatchObject({code: 'TAG_IMMUTABLE', retryable: false});
		proxy.faults.length = 0;
		await expect(
			drain(engine.pull(parseReference(`${proxy.host}/me/fault:none`))),
		).rejects.toMatchObject({code: 'TAG_NOT_FOUND'});
		expect(await engine.listImages()).toEqual(before);
	});

	test('a registry that is not there is REGISTRY_UNREACHABLE', async () => {
		const registry = await startRegistry();
		await registry[Symbol.asyncDispose]();
		const name = `${registry.host}/me/gone:1.0`;
		await expect(drain(engine.pull(parseReference(name)))).rejects.toMatchObject({
			code: 'REGISTRY_UNREACHABLE',
			retryable: true,
		});
	});

	test('a damaged layer is DIGEST_MISMATCH and the pull leaves nothing behind', async () => {
		await using registry = await startRegistry();
		await using proxy = await startFaultProxy({upstream: registry.url});
		const name = `${proxy.host}/me/damaged:1.0`;
		await makeImage(dockerd, {name, layers: [{sizeBytes: 100_000}]});
		await drain(engine.push(parseReference(name)));
		await engine.remove(name);
		proxy.faults.push({method: 'GET', path: /\/blobs\//, corruptResponseByte: 150});
		await expect(drain(engine.pull(parseReference(name)))).rejects.toMatchObject({
			code: 'DIGEST_MISMATCH',
		});
		await expect(engine.inspect(name)).rejects.toMatchObject({code: 'IMAGE_NOT_FOUND'});
	});

	test('an abort in mid-push ends the push in the daemon as well', async () => {
		await using registry = await startRegistry();
		await using proxy = await startFaultProxy({
			upstream: registry.url,
			faults: [{method: /PATCH|PUT/, path: /uploads/, bytesPerSecond: 100_000}],
		});
		const name = `${proxy.host}/me/slow:1.0`;
		await makeImage(dockerd, {name, layers: [{sizeBytes: 5_000_000}]});
		const abort = new AbortController();
		const seen: OperationEvent[] = [];
		const push = (async () => {
			for await (const event of engine.push(parseReference(name), {signal: abort.signal})) {
				seen.push(event);
				if (event.type === 'transfer' && event.state === 'active') abort.abort();
			}
		})();
		await expect(push).rejects.toMatchObject({code: 'CANCELLED'});
		await expect.poll(() => proxy.requests.at(-1)?.requestBytes).toBeLessThan(5_000_000);
		await expect(drain(engine.pull(parseReference(name)))).rejects.toMatchObject({
			code: 'TAG_NOT_FOUND',
		});
		expect((await engine.inspect(name)).references).toContain(name);
	});

	test('removing by reference untags until the last one, by ID removes all', async () => {
		const id = await makeImage(dockerd, {name: 'many:1'});
		await dockerd.docker('tag', 'many:1', 'many:2');
		await dockerd.docker('tag', 'many:1', '127.0.0.1:5000/other/many:1');
		const one = await engine.remove('many:2');
		expect(one).toEqual({untagged: ['many:2'], deleted: []});
		const all = await engine.remove(id);
		expect(all.untagged.toSorted()).toEqual(['127.0.0.1:5000/other/many:1', 'many:1']);
		expect(all.deleted).toContain(id);
		await expect(engine.inspect(id)).rejects.toMatchObject({code: 'IMAGE_NOT_FOUND'});
	});

	test('an image that a container holds is named with the container, and nothing is untagged', async () => {
		const id = await makeImage(dockerd, {name: 'held:1'});
		await dockerd.docker('tag', 'held:1', 'held:2');
		await dockerd.docker('create', '--name', 'holder', 'held:1', '/bin/true');
		expect(await engine.containersUsing(id)).toEqual([
			{id: expect.any(String), name: 'holder', running: false, imageId: id},
		]);
		await expect(engine.remove(id)).rejects.toMatchObject({
			code: 'IMAGE_IN_USE',
			message: expect.stringContaining('holder'),
		});
		expect((await engine.inspect(id)).references.toSorted()).toEqual(['held:1', 'held:2']);
		const forced = await engine.remove(id, {force: true});
		expect(forced.untagged).toEqual(expect.arrayContaining(['held:1', 'held:2']));
	});

	test('what another process does shows up as a change', async () => {
		const abort = new AbortController();
		await makeImage(dockerd, {name: 'watched:1'});
		const changes = engine.changes({signal: abort.signal})[Symbol.asyncIterator]();
		const next = changes.next();
		// The stream is open once the daemon has an event to tell; tagging is repeated until then.
		let told = false;
		void (async () => {
			await next;
			told = true;
		})();
		await expect
			.poll(async () => {
				await dockerd.docker('tag', 'watched:1', 'watched:2');
				return told;
			})
			.toBe(true);
		expect((await next).value).toEqual({type: 'images-changed'});
		const last = changes.next();
		abort.abort();
		await last;
		expect((await changes.next()).done).toBe(true);
	});

	test('an engine that goes away and comes back is told of, and works again', async () => {
		const abort = new AbortController();
		const types: string[] = [];
		const following = (async () => {
			for await (const {type} of engine.changes({signal: abort.signal})) types.push(type);
		})();
		try {
			await engine.listImages();
			await dockerd.stop();
			await expect.poll(() => types).toContain('disconnected');
			await expect(engine.listImages()).rejects.toMatchObject({code: 'ENGINE_UNREACHABLE'});
			await dockerd.start();
			await expect.poll(() => types, {timeout: 10_000}).toContain('connected');
			expect((await engine.listImages()).length).toBeGreaterThan(0);
		} finally {
			abort.abort();
			await following;
		}
	});
});
