import {describe, expect, test} from 'vitest';
import {parseReference} from '../../source/domain/reference.ts';
import {planPush} from '../../source/operations/plan-push.ts';
import {pushImage, pushToAll} from '../../source/operations/push.ts';
import type {RegistryClient} from '../../source/registry/registry-client.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {
	callsOf,
	drain,
	fail,
	octocat,
	octocatLogin,
	openWorld,
	warningsOf,
} from './operation-world.ts';

const source = 'hello:1.0.0';

function stepsOf(events: Awaited<ReturnType<typeof drain>>['events']): readonly string[] {
	return events.flatMap(event => (event.type === 'step' ? [event.message] : []));
}

describe('the check after a push', () => {
	test('tells the digest that the registry has', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const reference = `${host}/hello:1.0.0`;
		const {events, result} = await drain(pushImage({source, reference}, world.context()));
		expect(stepsOf(events).at(-1)).toBe(
			`verified: the registry has ${result.digest.slice(7, 19)} under ${reference}`,
		);
	});

	test('costs one HEAD and no further token', async () => {
		await using world = await openWorld();
		const {url} = await world.startRegistry({authentication: 'ghcr', users: [octocat]});
		await using proxy = await startFaultProxy({upstream: url});
		await world.credentials.keep(proxy.host, octocatLogin);
		const reference = `${proxy.host}/octocat/hello:1.0.0`;
		await drain(pushImage({source, reference}, world.context()));
		const lines = proxy.requests.map(({method, path}) => `${method} ${path.split('?', 1)[0]}`);
		const put = lines.indexOf('PUT /v2/octocat/hello/manifests/1.0.0');
		expect(lines.slice(put + 1)).toEqual(['HEAD /v2/octocat/hello/manifests/1.0.0']);
	});

	test('is an error when the registry has something else there', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const reference = `${host}/hello:1.0.0`;
		const engine = {
			...callsOf(world.engine),
			async *push() {
				yield* world.engine.push(parseReference(reference), {});
				const nothing = {bytesTotal: 0, bytesUploaded: 0, layersTotal: 0, layersReused: 0};
				return {digest: `sha256:${'a'.repeat(64)}`, ...nothing};
			},
		};
		const {error} = await fail(pushImage({source, reference}, world.context({engine})));
		expect(error).toMatchObject({
			code: 'DIGEST_MISMATCH',
			message: expect.stringContaining(`was pushed as aaaaaaaaaaaa, but ${host} has`),
		});
		// What was pushed stays tagged: it is there, after all.
		expect(Object.keys(await world.references())).toContain(reference);
	});

	test('gives a digest to engines that tell none', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const reference = `${host}/hello:1.0.0`;
		const engine = {
			...callsOf(world.engine),
			async *push() {
				const outcome = yield* world.engine.push(parseReference(reference), {});
				return {...outcome, digest: ''};
			},
		};
		const {result} = await drain(pushImage({source, reference}, world.context({engine})));
		expect(result.digest).toBe(
			(await world.engine.inspect(source)).manifestDigest ?? result.digest,
		);
		expect(result.digest).toMatch(/^sha256:/);
	});

	test('is only a warning when the registry cannot be asked from here', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const reference = `${host}/hello:1.0.0`;
		const unreachable = {
			...world.registry,
			repository: (domain: string, path: string) => ({
				...world.registry.repository(domain, path),
				resolve: () => world.registry.repository('127.0.0.1:1', path).resolve('1.0.0'),
			}),
		} satisfies RegistryClient;
		const {events, result} = await drain(
			pushImage({source, reference}, world.context({registry: unreachable})),
		);
		expect(result.digest).toMatch(/^sha256:/);
		expect(warningsOf(events).at(-1)).toMatch(/^Pushed, but not verified from here: /);
	});

	test('asks nobody about localhost of an engine on another machine', async () => {
		await using world = await openWorld();
		const {url, host} = await world.startRegistry();
		await using proxy = await startFaultProxy({upstream: url});
		const reference = `${proxy.host}/hello:1.0.0`;
		const engine = {
			...callsOf(world.engine),
			info: async () => ({...(await world.engine.info()), address: 'ssh://lab-7'}),
		};
		const {events} = await drain(pushImage({source, reference}, world.context({engine})));
		expect(stepsOf(events).some(step => step.startsWith('verified'))).toBe(false);
		expect(warningsOf(events)).toEqual([]);
		expect(proxy.requests.at(-1)?.method).toBe('PUT');
		expect(await world.registry.repository(host, 'hello').resolve('1.0.0')).toBeDefined();
	});
});

describe('the preview of a push', () => {
	test('tells what can be linked from a sibling repository', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		await drain(pushImage({source, reference: `${host}/one/hello:1.0.0`}, world.context()));
		const destination = {source, reference: `${host}/two/hello:1.0.0`};
		const plan = await planPush(destination, world.context());
		expect(plan).toMatchObject({
			layersTotal: 3,
			layersPresent: 0,
			layersMountable: 3,
			bytesToUpload: 0,
			exact: true,
		});
		expect(plan.bytesMountable).toBeGreaterThan(0);
		const {result} = await drain(pushImage(destination, world.context()));
		expect(result).toMatchObject({bytesUploaded: 0, layersReused: 3});
	});

	test('counts nothing as linked on another registry', async () => {
		await using world = await openWorld();
		const [one, two] = [await world.startRegistry(), await world.startRegistry()];
		await drain(pushImage({source, reference: `${one.host}/hello:1.0.0`}, world.context()));
		const plan = await planPush({source, reference: `${two.host}/hello:1.0.0`}, world.context());
		expect(plan).toMatchObject({layersPresent: 0, layersMountable: 0, bytesMountable: 0});
	});
});

test('several tags of one image in one go send its layers once', async () => {
	await using world = await openWorld();
	const {url} = await world.startRegistry();
	await using proxy = await startFaultProxy({upstream: url});
	const destinations = ['1.0.0', '1.0', '1'].map(tag => ({
		source,
		reference: `${proxy.host}/hello:${tag}`,
	}));
	const {result} = await drain(pushToAll(destinations, world.context()));
	const pushes = result.operation === 'push-all' ? result.pushes : [];
	expect(pushes.map(({bytesUploaded}) => bytesUploaded > 0)).toEqual([true, false, false]);
	const uploads = proxy.requests.filter(
		({method, path}) => method === 'PUT' && /uploads/.test(path),
	);
	// Three layers and the config.
	expect(uploads).toHaveLength(4);
});
