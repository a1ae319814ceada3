/** A workbench whose registries are tables in memory, and which remembers what they were asked. */
import {digestOf, type Digest} from '../../source/domain/digest.ts';
import {RegbenchError} from '../../source/domain/errors.ts';
import type {LocalImage} from '../../source/domain/image.ts';
import {mediaTypes} from '../../source/domain/manifest.ts';
import type {RepositoryEntry, RepositoryFacts, TagEntry} from '../../source/domain/remote.ts';
import type {Target} from '../../source/domain/target.ts';
import type {RegistryClient, RemoteRepository} from '../../source/registry/registry-client.ts';
import type {OperationRequest} from '../../source/operations/request.ts';
import {createStore, type Store} from '../../source/workbench/create-store.ts';
import {createRemoteChangeIntents} from '../../source/workbench/remote-change-intents.ts';
import {createNavigationIntents} from '../../source/workbench/navigation-intents.ts';
import {createRemoteIntents} from '../../source/workbench/remote-intents.ts';
import {initialState} from '../../source/workbench/reducer.ts';
import type {Workbench} from '../../source/workbench/workbench.ts';

export const now = Date.parse('2026-11-25T12:00:00Z');

export const ghcr: Target = {
	id: 'ghcr.io/octocat',
	provider: 'ghcr',
	host: 'ghcr.io',
	namespace: 'octocat',
};
export const acr: Target = {
	id: 'coursereg.azurecr.io',
	provider: 'acr',
	host: 'coursereg.azurecr.io',
	namespace: '',
};

export type FakeImage = {
	readonly digest: Digest;
	readonly configDigest: Digest;
	readonly bytes: ReadonlyMap<string, Uint8Array>;
};

/** A manifest of one layer; what is built at another time has other digests. */
export function fakeImage(created: string): FakeImage {
	const config = Buffer.from(JSON.stringify({created, os: 'linux', architecture: 'amd64'}));
	const layer = Buffer.from('a layer');
	const manifest = Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: mediaTypes.ociManifest,
			config: {
				mediaType: mediaTypes.ociConfig,
				digest: digestOf(config),
				size: config.byteLength,
			},
			layers: [
				{mediaType: mediaTypes.ociLayerGzip, digest: digestOf(layer), size: layer.byteLength},
			],
		}),
	);
	return {
		digest: digestOf(manifest),
		configDigest: digestOf(config),
		bytes: new Map([
			[digestOf(manifest), manifest],
			[digestOf(config), config],
		]),
	};
}

export type FakeRepository = {
	readonly tags: Readonly<Record<string, FakeImage>>;
	/** Pages of the listing; without it one page of all tags, without digests. */
	readonly pages?: () => AsyncGenerator<readonly TagEntry[], void, undefined>;
	readonly facts?: RepositoryFacts;
	readonly isPublic?: boolean;
};

export type RemoteWorld = {
	readonly store: Store;
	readonly workbench: Workbench;
	readonly remote: ReturnType<typeof createRemoteIntents>;
	readonly changes: ReturnType<typeof createRemoteChangeIntents>;
	readonly navigation: ReturnType<typeof createNavigationIntents>;
	/** `HEAD ghcr.io/octocat/hello:1.0.0`, in order. */
	readonly asked: string[];
	/** The most requests that were under way at once. */
	readonly mostAtOnce: () => number;
	readonly started: OperationRequest[];
	[Symbol.dispose](): void;
};

export function openRemoteWorld(options: {
	/** By `host/path`. */
	readonly repositories: Readonly<Record<string, FakeRepository>>;
	readonly targets?: readonly Target[];
	readonly images?: readonly LocalImage[];
	/** Answers wait for this, where a test counts what is under way. */
	readonly gate?: (request: string) => Promise<void>;
}): RemoteWorld {
	const {targets = [ghcr, acr], images = [], gate = async () => undefined} = options;
	const store = createStore(initialState({now}));
	store.dispatch({type: 'targetsChanged', targets, defaultTargetId: targets[0]?.id});
	store.dispatch({type: 'imagesLoaded', images, now});
	const asked: string[] = [];
	const started: OperationRequest[] = [];
	const end = new AbortController();
	let underWay = 0;
	let mostAtOnce = 0;

	const ask = async <Value>(what: string, answer: () => Value): Promise<Value> => {
		asked.push(what);
		mostAtOnce = Math.max(mostAtOnce, ++underWay);
		await gate(what);
		underWay--;
		return answer();
	};

	const repository = (domain: string, path: string): RemoteRepository => {
		const name = `${domain}/${path}`;
		const held = options.repositories[name];
		const find = (reference: string): FakeImage | undefined =>
			held?.tags[reference] ??
			Object.values(held?.tags ?? {}).find(({digest}) => digest === reference);
		const part: Partial<RemoteRepository> = {
			domain,
			path,
			resolve: reference =>
				ask(`HEAD ${name}:${reference}`, () => {
					const image = find(reference);
					return image && {mediaType: mediaTypes.ociManifest, digest: image.digest, size: 1};
				}),
			manifest: reference =>
				ask(`GET ${name}@${reference.slice(0, 19)}`, () => {
					const image = find(reference);
					if (!image) throw new RegbenchError('TAG_NOT_FOUND', `${name}:${reference}`);
					const {digest} = image;
					return {bytes: image.bytes.get(digest)!, mediaType: mediaTypes.ociManifest, digest};
				}),
			async *readBlob({digest}) {
				const image = Object.values(held?.tags ?? {}).find(({bytes}) => bytes.has(digest));
				yield await ask(`BLOB ${name}`, () => image!.bytes.get(digest)!);
			},
			referrers: async () => [],
			async *tagEntries() {
				asked.push(`LIST ${name}`);
				if (held?.pages) yield* held.pages();
				else yield Object.keys(held?.tags ?? {}).map(tag => ({tag}));
			},
			async *tags() {
				yield Object.keys(held?.tags ?? {});
			},
			facts: async () => held?.facts,
			readableByAnyone: async () => held?.isPublic === true,
			removal: {
				canUntag: async () => false,
				manifest: async () => undefined,
				note: 'Nothing comes back.',
			},
		};
		return part as RemoteRepository;
	};
	const registry: Partial<RegistryClient> = {
		repository,
		async *repositories(domain, namespace) {
			asked.push(`REPOSITORIES ${domain}/${namespace}`);
			const entries = Object.keys(options.repositories)
				.filter(name => name.startsWith(`${domain}/`))
				.map((name): RepositoryEntry => ({path: name.slice(domain.length + 1)}));
			if (entries.length === 0) {
				throw new RegbenchError('UNSUPPORTED', `${domain} lists no repositories`, {
					hint: 'Type the name.',
				});
			}
			yield entries;
		},
	};
	const workbench = {
		store,
		registry,
		credentials: {find: async () => undefined},
		surroundings: {now: () => now, signal: end.signal},
		run: (request: OperationRequest) => void started.push(request),
		notify: (level: 'info' | 'warning', text: string) =>
			store.dispatch({type: 'noticeShown', notice: {level, text}}),
	} as unknown as Workbench;
	return {
		store,
		workbench,
		remote: createRemoteIntents(workbench),
		changes: createRemoteChangeIntents(workbench),
		navigation: createNavigationIntents(workbench),
		asked,
		mostAtOnce: () => mostAtOnce,
		started,
		[Symbol.dispose]: () => end.abort(),
	};
}
