/** What is there to clean up: the images of the engine and the manifests of registries, as they are now. */
import type {Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {isIndexMediaType, parseConfig, parseManifest, type Manifest} from '../domain/manifest.ts';
import {parseReference} from '../domain/reference.ts';
import type {Target} from '../domain/target.ts';
import {inParallel} from '../engine/in-parallel.ts';
import {fallbackTag} from '../registry/referrers.ts';
import type {RemoteRepository} from '../registry/registry-client.ts';
import type {RetentionRule} from '../settings/schema.ts';
import type {CleanupPlan} from '../domain/cleanup.ts';
import type {OperationContext} from './context.ts';
import {openSide} from './copy-side.ts';
import {planCleanup, type CleanupItem} from './plan-cleanup.ts';

const atOnce = 6;
const mostTags = 1000;
const mostRepositories = 500;

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
	for (const target of targets) {
		for (const name of await repositoriesOf(target, context)) {
			const found = await remoteItems(name, rules, context);
			items.push(...found.items);
			repositories[name] = found.tags;
		}
	}
	return planCleanup(items, rules, context.now(), repositories);
}

async function localItems({engine, signal}: Context): Promise<readonly CleanupItem[]> {
	const images = await engine.listImages({signal});
	const held = new Map<string, string>();
	await inParallel(
		images,
		atOnce,
		async ({id}, inner) => {
			const [use] = await engine.containersUsing(id, {signal: inner});
			if (use) held.set(id, `used by the container ${use.name || use.id.slice(0, 12)}`);
		},
		signal,
	);
	return images.map(image => {
		const used = held.get(image.id);
		return {
			place: 'local',
			id: image.id,
			names: image.references.map(name => ({name, ...localName(name)})),
			sizeBytes: image.sizeBytes,
			...(image.createdAt === undefined ? {} : {createdAt: image.createdAt}),
			...(used === undefined ? {} : {held: used}),
		};
	});
}

function localName(name: string): {readonly repository: string; readonly tag: string} {
	const {tag = 'latest'} = parseReference(name);
	return {repository: name.replace(/:[^:/]*$/, ''), tag};
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
};

async function remoteItems(
	name: string,
	rules: readonly RetentionRule[],
	context: Context,
): Promise<{readonly items: readonly CleanupItem[]; readonly tags: Record<string, string>}> {
	const {repository, guard} = await openSide(parseReference(`${name}:latest`), context);
	return guard(lookAtRepository(name, repository, rules, context));
}

async function lookAtRepository(
	name: string,
	repository: RemoteRepository,
	rules: readonly RetentionRule[],
	{signal, now}: Pick<Context, 'signal' | 'now'>,
) {
	const {tags, found} = await readDigests(repository, signal);
	const all = [...found.values()];
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
	return {items: items.map(item => checked.get(item.id) ?? item), tags};
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
		const one: Found = found.get(digest) ?? {digest, tags: [], sizeBytes: 0};
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
	const root = parseManifest(await repository.manifest(one.digest, {signal}));
	one.manifest = root;
	let first: Manifest | undefined = root;
	if (root.kind === 'index') {
		one.sizeBytes = root.manifests.reduce((sum, {size}) => sum + size, 0);
		const [child] = root.manifests.filter(({mediaType}) => !isIndexMediaType(mediaType));
		first = child && parseManifest(await repository.manifest(child.digest, {signal}));
	}
	if (first?.kind !== 'manifest') return;
	const {config, layers} = first;
	one.sizeBytes += [config, ...layers].reduce((sum, {size}) => sum + size, 0);
	if (one.pushedAt !== undefined || !/container\.image|config\.v1/.test(config.mediaType)) return;
	const chunks = [];
	for await (const chunk of repository.readBlob(config, {signal})) chunks.push(chunk);
	const {created} = parseConfig(Buffer.concat(chunks));
	if (created !== undefined) one.createdAt = created;
}

/** Tags of indexes by the digests of the images in them. */
function parentsOf(all: readonly Found[]): ReadonlyMap<string, string> {
	const parents = new Map<string, string>();
	for (const {manifest, tags} of all) {
		if (manifest?.kind !== 'index') continue;
		for (const {digest} of manifest.manifests) parents.set(digest, tags[0] ?? '');
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
	const {digest, tags, sizeBytes, manifest} = one;
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
