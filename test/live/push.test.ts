import {afterAll, beforeAll, expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {openEngine} from '../../source/engine/connect.ts';
import type {Engine} from '../../source/engine/engine.ts';
import type {OperationContext} from '../../source/operations/context.ts';
import {planPush} from '../../source/operations/plan-push.ts';
import {pushImage, pushToAll} from '../../source/operations/push.ts';
import {waitFor} from '../../source/operations/retry.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import type {RegistryClient} from '../../source/registry/registry-client.ts';
import {callsOf, drain} from '../operations/operation-world.ts';
import {putIndex} from '../operations/remote-images.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {makeImage} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {startDockerd, type RunningDockerd} from '../support/start-dockerd.ts';
import {startRegistry} from '../support/start-registry.ts';

describeLive('pushes of docker', ['dockerd', 'docker', 'docker-registry', 'world'], () => {
	let dockerd: RunningDockerd;
	let engine: Engine;
	let registry: RegistryClient;
	let context: OperationContext;

	beforeAll(async () => {
		dockerd = await startDockerd();
		const credentials = createSessionCredentials();
		registry = createRegistryClient({credentials});
		const {signal} = new AbortController();
		({engine} = await openEngine({
			choice: 'docker',
			host: dockerd.host,
			environment: {},
			homeFolder: '/nonexistent',
			platform: process.platform,
			userId: process.getuid?.(),
			signal,
			openEmbedded: async () => {
				throw new Error('docker was asked for');
			},
		}));
		context = {engine, registry, credentials, signal, now: Date.now, wait: waitFor};
	});

	afterAll(async () => {
		await engine?.close();
		await registry?.close();
		await dockerd?.[Symbol.asyncDispose]();
	});

	test('are verified, and several tags send the layers once', async () => {
		await using there = await startRegistry();
		await using proxy = await startFaultProxy({upstream: there.url});
		const source = 'app:1.0';
		await makeImage(dockerd, {name: source, layers: [{sizeBytes: 300_000}, {sizeBytes: 1000}]});
		const destinations = ['1.0', 'stable'].map(tag => ({
			source,
			reference: `${proxy.host}/team/app:${tag}`,
		}));
		const {events, result} = await drain(pushToAll(destinations, context));
		const pushes = result.operation === 'push-all' ? result.pushes : [];
		expect(pushes.map(({layersReused}) => layersReused)).toEqual([0, 2]);
		const [first] = pushes;
		expect((await registry.repository(there.host, 'team/app').resolve('1.0'))?.digest).toBe(
			first?.digest,
		);
		const verified = events.filter(
			event => event.type === 'step' && event.message.startsWith('verified: the registry has'),
		);
		expect(verified).toHaveLength(2);

		const sibling = {source, reference: `${proxy.host}/prod/app:1.0`};
		const plan = await planPush(sibling, context);
		expect(plan).toMatchObject({layersTotal: 2, layersPresent: 0, layersMountable: 2});
		const mounted = await drain(pushImage(sibling, context));
		expect(mounted.result.layersReused).toBe(2);
	});

	test('of a multi-platform image say before that one platform goes', async () => {
		await using from = await startRegistry();
		await using to = await startRegistry();
		await putIndex(registry.repository(from.host, 'multi'), '1.0');
		const source = `${from.host}/multi:1.0`;
		// Its layers are random bytes, which no engine unpacks; what it was pulled from is all that counts.
		const known: Engine = {
			...callsOf(engine),
			inspect: async name => ({
				...(await engine.inspect('app:1.0')),
				references: [name],
				digests: [
					`${from.host}/multi@${(await registry.repository(from.host, 'multi').resolve('1.0'))?.digest}`,
				],
			}),
			layersToPush: () => engine.layersToPush('app:1.0'),
		};
		const plan = await planPush(
			{source, reference: `${to.host}/multi:1.0`},
			{...context, engine: known},
		);
		expect(plan.warnings).toEqual([expect.stringContaining('2 platforms')]);
		expect(plan).toMatchObject({layersTotal: 1, exact: true});
	});
});
