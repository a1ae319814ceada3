/** How the tags of an image stand on two registries that take their time, as the tags pane finds it out. */
import type {LocalImage} from '../../source/domain/image.ts';
import type {Target} from '../../source/domain/target.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {createTagChecks} from '../../source/workbench/check-tags.ts';
import {createStore} from '../../source/workbench/create-store.ts';
import {initialState} from '../../source/workbench/reducer.ts';
import type {Workbench} from '../../source/workbench/workbench.ts';
import {putImage} from '../../test/operations/remote-images.ts';
import {startTestRegistry} from '../../test/registry-server/registry-calls.ts';
import {startFaultProxy} from '../../test/support/fault-proxy.ts';
import {missingPrograms} from '../../test/support/programs.ts';
import {startRegistry} from '../../test/support/start-registry.ts';
import {median, type Row} from './figures.ts';

const tagCount = 200;
const latencyMs = 20;
const rounds = 3;

/** 200 tags on two targets, each answer 20 ms late: from nothing known to every tag known. */
export async function measureSyncStatus(): Promise<readonly Row[]> {
	await using first = await startSlowRegistry();
	await using second = await startSlowRegistry();
	const times: number[] = [];
	let requests = 0;
	for (let round = 0; round < rounds; round++) {
		const before = first.requests() + second.requests();
		times.push(await timeStatus([first, second]));
		requests = first.requests() + second.requests() - before;
	}
	return [
		{
			name: `status of ${tagCount} tags on 2 targets, ${latencyMs} ms away`,
			figure: median(times),
			unit: 'ms',
			limit: 3000,
			detail: `${requests} requests, at most 4 at a time to each`,
		},
	];
}

async function timeStatus(
	registries: readonly {readonly host: string; readonly digest: string}[],
): Promise<number> {
	const registry = createRegistryClient({credentials: {find: async () => undefined}});
	const store = createStore(initialState({now: Date.now()}));
	const targets = registries.map(({host}): Target => ({
		id: host,
		provider: 'generic',
		host,
		namespace: 'team',
	}));
	const image: LocalImage = {
		id: `sha256:${'a'.repeat(64)}`,
		references: Array.from({length: tagCount}, (_, index) => `app:${tagOf(index)}`),
		// Known to have come from the first; what the second has is read once, by its manifest and config.
		digests: [`${registries[0]!.host}/team/app@${registries[0]!.digest}`],
		sizeBytes: 1,
		createdAt: new Date().toISOString(),
		dangling: false,
	};
	store.dispatch({type: 'targetsChanged', targets, defaultTargetId: registries[0]!.host});
	store.dispatch({type: 'imagesLoaded', images: [image], now: Date.now()});
	const {signal} = new AbortController();
	// The checks of tags use these parts of a workbench and no others.
	const workbench = {store, registry, surroundings: {signal}} as unknown as Workbench;
	const begun = performance.now();
	await createTagChecks(workbench)(image);
	const took = performance.now() - begun;
	await registry.close();
	const known = Object.values(store.getState().remoteTags);
	if (known.length !== 2 * tagCount || known.some(({phase}) => phase !== 'known')) {
		throw new Error(`Only ${known.filter(({phase}) => phase === 'known').length} tags are known`);
	}
	return took;
}

/** A real registry with one image under every tag, behind a way that takes its time. */
async function startSlowRegistry() {
	const registry =
		missingPrograms(['docker-registry']).length === 0
			? await startRegistry()
			: await startTestRegistry();
	const client = createRegistryClient({credentials: {find: async () => undefined}});
	const repository = client.repository(registry.host, 'team/app');
	const {manifest} = await putImage(repository, tagOf(0));
	for (let index = 1; index < tagCount; index++) {
		await repository.putManifest(tagOf(index), manifest);
	}
	await client.close();
	const proxy = await startFaultProxy({upstream: registry.url, faults: [{delayMs: latencyMs}]});
	return {
		host: proxy.host,
		digest: manifest.digest,
		requests: () => proxy.requests.length,
		async [Symbol.asyncDispose]() {
			await proxy.stop();
			await registry[Symbol.asyncDispose]();
		},
	};
}

function tagOf(index: number): string {
	return `1.${index}`;
}
