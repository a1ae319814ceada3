/** How the tags of an image stand on two registries that take their time, as the tags pane finds it out. */
import type {LocalImage} from '../../source/domain/image.ts';
import {mediaTypes} from '../../source/domain/manifest.ts';
import type {Target} from '../../source/domain/target.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {createTagChecks} from '../../source/workbench/check-tags.ts';
import {createStore} from '../../source/workbench/create-store.ts';
import {initialState} from '../../source/workbench/reducer.ts';
import type {Workbench} from '../../source/workbench/workbench.ts';
import {serveHttp} from '../../test/support/serve-http.ts';
import {setTimeout as sleep} from 'node:timers/promises';
import {createHash} from 'node:crypto';
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
		times.push(await timeStatus([first.host, second.host]));
		requests = first.requests() + second.requests() - before;
	}
	return [
		{
			name: `status of ${tagCount} tags on 2 targets, ${latencyMs} ms away`,
			figure: median(times),
			unit: 'ms',
			limit: 3000,
			detail: `${requests} requests, at most 4 at a time`,
		},
	];
}

async function timeStatus(hosts: readonly string[]): Promise<number> {
	const registry = createRegistryClient({credentials: {find: async () => undefined}});
	const store = createStore(initialState({now: Date.now()}));
	const targets = hosts.map((host): Target => ({
		id: host,
		provider: 'generic',
		host,
		namespace: 'team',
	}));
	const image: LocalImage = {
		id: `sha256:${'a'.repeat(64)}`,
		references: Array.from({length: tagCount}, (_, index) => `app:1.${index}`),
		digests: [`${hosts[0]}/team/app@${manifestDigest}`],
		sizeBytes: 1,
		createdAt: new Date().toISOString(),
		dangling: false,
	};
	store.dispatch({type: 'targetsChanged', targets, defaultTargetId: hosts[0]});
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

const manifest = JSON.stringify({
	schemaVersion: 2,
	mediaType: mediaTypes.ociManifest,
	config: {mediaType: mediaTypes.ociConfig, digest: `sha256:${'b'.repeat(64)}`, size: 2},
	layers: [],
});
const manifestDigest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;

/** A registry that has the manifest under every tag and lets everybody wait. */
async function startSlowRegistry() {
	let count = 0;
	const server = await serveHttp((request, response) => {
		count += 1;
		void sleep(latencyMs).then(() => {
			const isManifest = request.url?.includes('/manifests/') ?? false;
			response.writeHead(200, {
				'content-type': isManifest ? mediaTypes.ociManifest : 'application/json',
				...(isManifest
					? {'docker-content-digest': manifestDigest, 'content-length': manifest.length}
					: {}),
			});
			response.end(request.method === 'HEAD' ? undefined : isManifest ? manifest : '{}');
		});
	});
	return {
		host: server.host,
		requests: () => count,
		[Symbol.asyncDispose]: () => server.stop(),
	};
}
