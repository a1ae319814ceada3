import {describe, expect, test} from 'vitest';
import {planPush} from '../../source/operations/plan-push.ts';
import {pushImage, pushToAll} from '../../source/operations/push.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {
	commandsOf,
	drain,
	fail,
	octocat,
	octocatLogin,
	openWorld,
	warningsOf,
} from './operation-world.ts';

describe('a push', () => {
	test('tags first, brings the bytes and tells all about it', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const reference = `${host}/team/hello:1.0.0`;
		const {events, result} = await drain(
			pushImage({source: 'hello:1.0.0', reference}, world.context()),
		);
		expect(commandsOf(events)).toEqual([
			`docker tag hello:1.0.0 ${reference}`,
			`docker push ${reference}`,
		]);
		expect(result).toEqual({
			operation: 'push',
			reference,
			digest: expect.stringMatching(/^sha256:[\da-f]{64}$/),
			bytesTotal: expect.any(Number),
			bytesUploaded: result.bytesTotal,
			layersTotal: 3,
			layersReused: 0,
			durationMs: expect.any(Number),
		});
		const remote = await world.registry.repository(host, 'team/hello').resolve('1.0.0');
		expect(remote?.digest).toBe(result.digest);
		expect(Object.keys(await world.references())).toContain(reference);
	});

	test('sends only what the registry lacks', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const push = async (version: string) => {
			const destination = {
				source: `hello:${version}`,
				reference: `${host}/hello:${version}`,
			};
			const {result} = await drain(pushImage(destination, world.context()));
			return result;
		};
		await push('1.0.0');
		const again = await push('1.0.0');
		expect(again).toMatchObject({bytesUploaded: 0, layersReused: 3});
		const newer = await push('1.1.0');
		expect(newer.layersReused).toBe(2);
		expect(newer.bytesUploaded).toBeLessThan(newer.bytesTotal / 2);
	});

	test('gives a quiet warning for :latest and pushes it all the same', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const {events} = await drain(
			pushImage({source: 'hello:latest', reference: `${host}/hello:latest`}, world.context()),
		);
		expect(warningsOf(events)[0]).toContain('"latest" is only a default name');
		const remote = await world.registry.repository(host, 'hello').resolve('latest');
		expect(remote).toBeDefined();
	});

	test('that fails takes back the tag it made', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry({authentication: 'basic', users: [octocat]});
		const before = await world.references();
		const {error} = await fail(
			pushImage({source: 'hello:1.0.0', reference: `${host}/hello:1.0.0`}, world.context()),
		);
		expect(error).toMatchObject({code: 'UNAUTHORIZED', retryable: false});
		expect(error.message).toContain('wants a login, and none was found');
		expect(error.hint).toContain(`regbench login ${host}`);
		expect(await world.references()).toEqual(before);
		expect(world.waits).toEqual([]);
	});

	test('that fails puts a moved tag back where it was', async () => {
		await using world = await openWorld();
		const {host, close} = await world.startRegistry();
		const reference = `${host}/hello:1`;
		await drain(pushImage({source: 'hello:1.0.0', reference}, world.context()));
		await close();
		const before = await world.references();
		const {error} = await fail(pushImage({source: 'hello:1.1.0', reference}, world.context()));
		expect(error.code).toBe('REGISTRY_UNREACHABLE');
		expect(await world.references()).toEqual(before);
	});

	test('that fails keeps a tag that was there before', async () => {
		await using world = await openWorld();
		const {host, close} = await world.startRegistry();
		const reference = `${host}/hello:1.0.0`;
		await drain(pushImage({source: 'hello:1.0.0', reference}, world.context()));
		await close();
		const before = await world.references();
		await fail(pushImage({source: reference, reference}, world.context()));
		expect(await world.references()).toEqual(before);
	});

	test('that is cancelled takes back the tag it made', async () => {
		await using world = await openWorld();
		const {url} = await world.startRegistry();
		await using proxy = await startFaultProxy({
			upstream: url,
			faults: [{method: /PATCH|PUT/, path: '/blobs/uploads/', bytesPerSecond: 20_000}],
		});
		const before = await world.references();
		const controller = new AbortController();
		const uploading = proxy.nextRequest({method: /PATCH|PUT/, path: '/blobs/uploads/'});
		const failing = fail(
			pushImage(
				{source: 'web/api:2.3.1', reference: `${proxy.host}/api:2.3.1`},
				world.context({signal: controller.signal}),
			),
		);
		await uploading;
		controller.abort();
		expect((await failing).error.code).toBe('CANCELLED');
		expect(await world.references()).toEqual(before);
	});

	test('names login and owner when they differ', async () => {
		await using world = await openWorld();
		const {port} = await world.startRegistry({authentication: 'ghcr', users: [octocat]});
		const host = `ghcr.localhost:${port}`;
		await world.credentials.keep(host, octocatLogin);
		const {error} = await fail(
			pushImage({source: 'hello:1.0.0', reference: `${host}/somebody/hello:1`}, world.context()),
		);
		expect(error.code).toBe('FORBIDDEN');
		expect(error.message).toContain('octocat');
		expect(`${error.message} ${error.hint}`).toContain('somebody');
	});

	test('refuses a digest', async () => {
		await using world = await openWorld('first');
		for (const reference of [`me/hello@sha256:${'a'.repeat(64)}`]) {
			const {error} = await fail(pushImage({source: 'hello:1.0.0', reference}, world.context()));
			expect(error.code).toBe('INVALID_REFERENCE');
		}
	});

	test('of an image that is not there fails before anything is tagged', async () => {
		await using world = await openWorld('first');
		const {host} = await world.startRegistry();
		const {error} = await fail(
			pushImage({source: 'nothing:1', reference: `${host}/nothing:1`}, world.context()),
		);
		expect(error.code).toBe('IMAGE_NOT_FOUND');
	});
});

describe('a push to several targets', () => {
	test('answers one result each, in the order asked', async () => {
		await using world = await openWorld();
		const [one, two] = [await world.startRegistry(), await world.startRegistry()];
		const destinations = [one, two].map(({host}) => ({
			source: 'hello:1.0.0',
			reference: `${host}/hello:1.0.0`,
		}));
		const {result} = await drain(pushToAll(destinations, world.context()));
		expect(result).toMatchObject({
			operation: 'push-all',
			pushes: destinations.map(({reference}) => ({reference})),
		});
	});

	test('goes on when one fails, and says at the end what was pushed', async () => {
		await using world = await openWorld();
		const closed = await world.startRegistry({authentication: 'basic', users: [octocat]});
		const open = await world.startRegistry();
		const destinations = [closed, open].map(({host}) => ({
			source: 'hello:1.0.0',
			reference: `${host}/hello:1.0.0`,
		}));
		const {events, error} = await fail(pushToAll(destinations, world.context()));
		expect(error.code).toBe('UNAUTHORIZED');
		expect(error.message).toContain('1 of 2 pushes failed');
		expect(error.hint).toContain(`Pushed: ${open.host}/hello:1.0.0`);
		expect(warningsOf(events).join()).toContain(closed.host);
		const names = Object.keys(await world.references());
		expect(names).toContain(`${open.host}/hello:1.0.0`);
		expect(names).not.toContain(`${closed.host}/hello:1.0.0`);
	});
});

describe('the preview of a push', () => {
	test('counts exactly the bytes that the push then sends', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const destination = (version: string) => ({
			source: `hello:${version}`,
			reference: `${host}/hello:${version}`,
		});
		const first = await planPush(destination('1.0.0'), world.context());
		expect(first).toMatchObject({layersTotal: 3, layersPresent: 0, exact: true, warnings: []});
		expect(first).not.toHaveProperty('replaces');
		await drain(pushImage(destination('1.0.0'), world.context()));
		const again = await planPush(destination('1.0.0'), world.context());
		expect(again).toMatchObject({layersPresent: 3, bytesToUpload: 0});
		const newer = await planPush(destination('1.1.0'), world.context());
		expect(newer).toMatchObject({layersTotal: 3, layersPresent: 2, exact: true});
		const layers = await world.engine.layersToPush('hello:1.1.0');
		expect(newer.bytesToUpload).toBe(layers.at(-1)?.sizeBytes);
		const {result} = await drain(pushImage(destination('1.1.0'), world.context()));
		// The config goes up as well, and is no layer.
		expect(result.bytesUploaded).toBeGreaterThanOrEqual(newer.bytesToUpload);
		expect(result.bytesUploaded - newer.bytesToUpload).toBeLessThan(10_000);
	});

	test('names what the tag points at when it will be replaced', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const reference = `${host}/hello:stable`;
		const {result} = await drain(pushImage({source: 'hello:1.0.0', reference}, world.context()));
		const plan = await planPush({source: 'hello:1.1.0', reference}, world.context());
		expect(plan.replaces).toBe(result.digest);
	});

	test('warns of :latest, changes nothing, and fails as a login does', async () => {
		await using world = await openWorld();
		const before = await world.references();
		const {host} = await world.startRegistry();
		const plan = await planPush(
			{source: 'hello:latest', reference: `${host}/hello:latest`},
			world.context(),
		);
		expect(plan.warnings).toHaveLength(1);
		const closed = await world.startRegistry({authentication: 'basic', users: [octocat]});
		await expect(
			planPush({source: 'hello:1.0.0', reference: `${closed.host}/hello:1`}, world.context()),
		).rejects.toMatchObject({code: 'UNAUTHORIZED'});
		expect(await world.references()).toEqual(before);
	});
});

describe('a passing fault', () => {
	test('is retried, told, and does not show in the result', async () => {
		await using world = await openWorld();
		const {url} = await world.startRegistry();
		await using proxy = await startFaultProxy({
			upstream: url,
			faults: [
				{
					method: 'PUT',
					path: '/manifests/',
					times: 3,
					respond: {status: 503, body: 'overloaded'},
				},
			],
		});
		const {events, result} = await drain(
			pushImage({source: 'hello:1.0.0', reference: `${proxy.host}/hello:1`}, world.context()),
		);
		expect(result.reference).toBe(`${proxy.host}/hello:1`);
		expect(warningsOf(events).length).toBeGreaterThan(0);
	});

	test('429 with Retry-After is waited for as long as was asked', async () => {
		await using world = await openWorld();
		const {url} = await world.startRegistry();
		await using proxy = await startFaultProxy({
			upstream: url,
			faults: [
				{
					path: '/manifests/',
					method: 'PUT',
					respond: {
						status: 429,
						headers: {'retry-after': '7'},
						body: JSON.stringify({errors: [{code: 'TOOMANYREQUESTS', message: 'slow down'}]}),
					},
				},
			],
		});
		const {events, error} = await fail(
			pushImage({source: 'hello:1.0.0', reference: `${proxy.host}/hello:1`}, world.context()),
		);
		expect(error.code).toBe('RATE_LIMITED');
		expect(warningsOf(events).join('\n')).toMatch(/7 s/);
	});

	test.each([401, 403, 404])('%d is not retried', async status => {
		await using world = await openWorld();
		const {url} = await world.startRegistry();
		await using proxy = await startFaultProxy({
			upstream: url,
			faults: [{method: 'POST', path: '/blobs/uploads/', respond: {status, body: '{}'}}],
		});
		await fail(
			pushImage({source: 'hello:1.0.0', reference: `${proxy.host}/hello:1`}, world.context()),
		);
		expect(world.waits).toEqual([]);
	});
});
