/** What is there to clean up: the images of the engine and the manifests of registries, as they are now. */
import type {Digest} from '../domain/digest.ts';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import {isIndexMediaType, parseConfig, parseManifest, type Manifest} from '../domain/manifest.ts';
import {parseReference} from '../domain/reference.ts';
import type {Target} from '../domain/target.ts';
import {inParallel} from '../engine/in-parallel.ts';
import {fallbackTag} from '../registry/referrers.ts';
import type {RemoteRepository} from '../registry/registry-client.ts';
import type {RetentionRule} from '../settings/schema.ts';
import type {CleanupPlan} from '../domain/cleanup.ts';
import type {OperationContext} from './context.ts';
import {localItems} from './look-for-local-cleanup.ts';
import {openSide} from './copy-side.ts';
import {planCleanup, type CleanupItem} from './plan-cleanup.ts';

const atOnce = 6;
const mostTags = 1000;
const mostRepositories = 500;
const mostUntagged = 2000;

type Context = Pick<OperationContext, 'engine' | 'registry' | 'credentials' | 'signal' | 'now'>;

export type CleanupScope = {
	/** Whether the engine's images are looked at. */
	readonly local: boolean;
	readonly targets: readonly Target[];
};

/** Looks at the scope and plans. Fails as every call of engine and registry; nothing is changed. */
export async function previewCleanup(
	{local, targets}: CleanupScope,
	rules: readonly RetentionRule[],
	context: Context,
): Promise<CleanupPlan> {
	const items: CleanupItem[] = local ? [...(await localItems(context))] : [];
	const repositories: Record<string, Record<string, string>> = {};
	const notes = new Set<string>();
	for (const target of targets) {
		for (const name of await repositoriesOf(target, context)) {
			const found = await remoteItems(name, rules, context);
			items.push(...found.items);
			repositories[name] = found.tags;
			for (const note of found.notes) notes.add(note);
		}
	}
	return planCleanup(items, rules, context.now(), repositories, [...notes]);
}

async function repositoriesOf(
	{host, namespace}: Target,
	{registry, signal}: Context,
): Promise<readonly string[]> {
	const names: string[] = [];
	for await (const page of registry.repositories(host, namespace, {signal})) {
		for (const {path} of page) names.push(`${host}/${path}`);
		if (names.length > mostRepositories) {
			throw new RegbenchError(
				'TOO_LARGE',
				`${host} lists more than ${mostRepositories} repositories`,
			);
		}
	}
	return names;
}

type Found = {
	readonly digest: Digest;
	readonly tags: string[];
	locked?: string;
	pushedAt?: string;
	manifest?: Manifest;
	createdAt?: string;
	sizeBytes: number;
	blobs: Record<string, number>;
};

type RepositoryItems = {
	readonly items: readonly CleanupItem[];
	readonly tags: Record<string, string>;
	readonly notes: readonly string[];
};

async function remoteItems(
	name: string,
	rules: readonly RetentionRule[],
	context: Context,
): Promise<RepositoryItems> {
	const {repository, guard} = await openSide(parseReference(`${name}:latest`), context);
	return guard(lookAtRepository(name, repository, rules, context));
}

async function lookAtRepository(
	name: string,
	repository: RemoteRepository,
	rules: readonly RetentionRule[],
	{signal, now}: Pick<Context, 'signal' | 'now'>,
): Promise<RepositoryItems> {
	const {tags, found} = await readDigests(repository, signal);
	const {untagged, notes} = await findUntagged(repository, found, signal);
	const all = [...found.values(), ...untagged];
	await inParallel(all, atOnce, (one, inner) => describe(repository, one, inner), signal);
	const canUntag =
		all.some(({tags: shared}) => shared.length > 1) &&
		(await repository.removal.canUntag({signal}));
	const parents = parentsOf(all);
	const items: CleanupItem[] = [];
	for (const one of all) items.push(itemOf(name, one, {repository, canUntag, parents, found}));

	// Only of what would go more is asked: each question is a request.
	const draft = planCleanup(items, rules, now());
	const goes = new Set(draft.entries.flatMap(({goes, id}) => (goes ? [id] : [])));
	const checked = new Map<string, CleanupItem>();
	await inParallel(
		items.filter(({id}) => goes.has(id)),
		atOnce,
		async (item, inner) => {
			checked.set(item.id, await askBefore(repository, item, tags, inner));
		},
		signal,
	);
	const judged = items.map(item => checked.get(item.id) ?? item);
	return {items: keepLastTagged(judged, repository, rules, now()), tags, notes};
}

/** Manifests without a tag, by the registry's own API; where it has none, that is said. */
async function findUntagged(
	repository: RemoteRepository,
	tagged: ReadonlyMap<string, Found>,
	signal: AbortSignal,
): Promise<{readonly untagged: readonly Found[]; readonly notes: readonly string[]}> {
	const {domain, path} = repository;
	const untagged = new Map<string, Found>();
	if (!repository.untaggedEntries) {
		return {
			untagged: [],
			notes: [`Manifests without a tag were not looked for: ${domain} does not list them`],
		};
	}
	try {
		for await (const page of repository.untaggedEntries({signal})) {
			for (const {digest, pushedAt, locked} of page) {
				if (tagged.has(digest)) continue;
				const found: Found = {digest, tags: [], sizeBytes: 0, blobs: {}};
				if (pushedAt !== undefined) found.pushedAt = pushedAt;
				if (locked !== undefined) found.locked = `it is ${locked}`;
				untagged.set(digest, found);
			}
			if (untagged.size > mostUntagged) {
				return {
					untagged: [],
					notes: [
						`Manifests without a tag stay: ${domain}/${path} has more than ${mostUntagged} of them`,
					],
				};
			}
		}
	} catch (thrown) {
		const {code, message} = toRegbenchError(thrown);
		if (code === 'CANCELLED') throw thrown;
		return {
			untagged: [],
			notes: [`Manifests without a tag were not looked for in ${domain}/${path}: ${message}`],
		};
	}
	return {untagged: [...untagged.values()], notes: []};
}

/** Where the last manifest with a tag cannot go by itself, the newest of those that would go stays. */
function keepLastTagged(
	items: readonly CleanupItem[],
	{removal}: RemoteRepository,
	rules: readonly RetentionRule[],
	now: number,
): readonly CleanupItem[] {
	const held = removal.lastTagged;
	if (held === undefined) return items;
	const {entries} = planCleanup(items, rules, now);
	const tagged = items.filter(({names}) => names.length > 0);
	const goes = new Set(entries.filter(entry => entry.goes).map(({id}) => id));
	if (tagged.some(({id}) => !goes.has(id))) return items;
	const [newest] = tagged.toSorted(
		(one, other) =>
			(Date.parse(other.createdAt ?? '') || 0) - (Date.parse(one.createdAt ?? '') || 0),
	);
	return items.map(item => (item === newest ? {...item, held} : item));
}

/** Every tag of a repository with its digest. */
export async function readDigests(
	repository: RemoteRepository,
	signal: AbortSignal,
): Promise<{readonly tags: Record<string, string>; readonly found: ReadonlyMap<string, Found>}> {
	const entries = [];
	for await (const page of repository.tagEntries({signal})) {
		entries.push(...page);
		if (entries.length > mostTags) {
			throw new RegbenchError(
				'TOO_LARGE',
				`${repository.domain}/${repository.path} has more than ${mostTags} tags`,
				{
					hint: 'Clean it up with the tools of the registry itself.',
				},
			);
		}
	}
	const digests = new Map<string, Digest>();
	await inParallel(
		entries,
		atOnce,
		async ({tag, digest}, inner) => {
			const known = digest ?? (await repository.resolve(tag, {signal: inner}))?.digest;
			if (known !== undefined) digests.set(tag, known);
		},
		signal,
	);
	const tags: Record<string, string> = {};
	const found = new Map<string, Found>();
	for (const {tag, locked, pushedAt} of entries) {
		const digest = digests.get(tag);
		if (digest === undefined) continue;
		tags[tag] = digest;
		const one: Found = found.get(digest) ?? {digest, tags: [], sizeBytes: 0, blobs: {}};
		one.tags.push(tag);
		if (locked !== undefined) one.locked = `${tag} is locked: ${locked}`;
		if (pushedAt !== undefined) one.pushedAt = pushedAt;
		found.set(digest, one);
	}
	return {tags, found};
}

async function describe(
	repository: RemoteRepository,
	one: Found,
	signal: AbortSignal,
): Promise<void> {
	const raw = await repository.manifest(one.digest, {signal});
	const root = parseManifest(raw);
	one.manifest = root;
	one.blobs[one.digest] = raw.bytes.byteLength;
	let first: Manifest | undefined;
	if (root.kind === 'index') {
		for (const {digest, mediaType} of root.manifests) {
			if (isIndexMediaType(mediaType)) continue;
			const child = await manifestOrNothing(repository, digest, signal);
			if (!child) continue;
			first ??= child;
			// The manifests themselves stay behind where an index goes.
			addBlobs(one, child);
		}
	} else {
		first = root;
		addBlobs(one, root);
	}
	one.sizeBytes = Object.values(one.blobs).reduce((sum, size) => sum + size, 0);
	if (first?.kind !== 'manifest') return;
	const {config} = first;
	if (one.pushedAt !== undefined || !/container\.image|config\.v1/.test(config.mediaType)) return;
	const chunks = [];
	for await (const chunk of repository.readBlob(config, {signal})) chunks.push(chunk);
	const {created} = parseConfig(Buffer.concat(chunks));
	if (created !== undefined) one.createdAt = created;
}

/** Of an index whose platforms were not all brought along. */
async function manifestOrNothing(
	repository: RemoteRepository,
	digest: Digest,
	signal: AbortSignal,
): Promise<Manifest | undefined> {
	try {
		return parseManifest(await repository.manifest(digest, {signal}));
	} catch (error) {
		if (toRegbenchError(error).code === 'TAG_NOT_FOUND') return undefined;
		throw error;
	}
}

function addBlobs({blobs}: Found, manifest: Manifest): void {
	if (manifest.kind !== 'manifest') return;
	for (const {digest, size} of [manifest.config, ...manifest.layers]) blobs[digest] = size;
}

/** Tags of indexes by the digests of the images in them. */
function parentsOf(all: readonly Found[]): ReadonlyMap<string, string> {
	const parents = new Map<string, string>();
	for (const {manifest, tags} of all) {
		if (manifest?.kind !== 'index') continue;
		for (const {digest} of manifest.manifests)
			parents.set(digest, tags[0] ?? 'an index without a tag');
	}
	return parents;
}

function itemOf(
	name: string,
	one: Found,
	surroundings: {
		readonly repository: RemoteRepository;
		readonly canUntag: boolean;
		readonly parents: ReadonlyMap<string, string>;
		readonly found: ReadonlyMap<string, Found>;
	},
): CleanupItem {
	const {digest, tags, sizeBytes, manifest, blobs} = one;
	const {repository, canUntag, parents} = surroundings;
	const {removal, domain} = repository;
	const parent = parents.get(digest);
	const createdAt = one.pushedAt ?? one.createdAt;
	const held =
		one.locked ??
		(manifest?.subject || tags.some(isArtifactTag)
			? 'it belongs to an image, and goes with that'
			: parent !== undefined
				? `it is one of the platforms of ${parent}`
				: removal.manifest
					? undefined
					: (removal.note ?? `${domain} does not let images be deleted`));
	return {
		place: name,
		id: digest,
		names: tags.map(tag => ({name: tag, repository: name, tag})),
		sizeBytes,
		blobs,
		...(createdAt === undefined ? {} : {createdAt}),
		...(held === undefined ? {} : {held}),
		...(canUntag && removal.untag
			? {}
			: {
					allOrNothing: `it shares its digest with a tag that stays, and ${domain} takes no single tag away`,
				}),
	};
}

/** Of cosign, or the referrers tag schema. */
function isArtifactTag(tag: string): boolean {
	return /^sha256-[0-9a-f]{64}/.test(tag);
}

async function askBefore(
	repository: RemoteRepository,
	item: CleanupItem,
	tags: Readonly<Record<string, string>>,
	signal: AbortSignal,
): Promise<CleanupItem> {
	const digest = item.id as Digest;
	const [preview, referrers] = await Promise.all([
		repository.removal.preview?.(digest, {signal}),
		repository.referrers(digest, {signal, knownTags: new Set(Object.keys(tags))}),
	]);
	// What somebody gave a tag of its own stays; the list that stands in for the referrers API goes along.
	const named = new Set(
		Object.entries(tags).flatMap(([tag, at]) => (isArtifactTag(tag) ? [] : [at])),
	);
	const list = tags[fallbackTag(digest)] as Digest | undefined;
	const along = [...referrers.map(one => one.digest), ...(list === undefined ? [] : [list])];
	const own = new Set(item.names.map(({tag}) => tag));
	const other = preview?.tags?.find(tag => !own.has(tag));
	const held =
		preview?.refused ??
		(preview?.wholeRepository
			? 'only the whole repository could be deleted'
			: other === undefined
				? undefined
				: `${other} would go with it`);
	return {
		...item,
		referrers: [...new Set(along)].filter(one => !named.has(one)),
		...(held === undefined ? {} : {held}),
	};
}
