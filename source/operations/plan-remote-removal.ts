/** What deleting on a registry takes away, found out before anything is deleted. */
import {shortDigest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {isIndexMediaType, parseManifest} from '../domain/manifest.ts';
import {formatPlatform, isAttestation} from '../domain/platform.ts';
import {formatReference, parseReference, tagOrDigest, type Reference} from '../domain/reference.ts';
import type {RemoteRemovalPlan} from '../domain/remote.ts';
import {fallbackTag} from '../registry/referrers.ts';
import type {CallOptions, RemoteRepository} from '../registry/registry-client.ts';
import type {OperationContext} from './context.ts';
import {openSide} from './copy-side.ts';
import {indexWith, readTags, tagsOn, type RepositoryTags} from './shared-tags.ts';

export type RemovalMode = 'untag' | 'manifest';

/**
 * Resolves the reference to a digest and finds every tag on it, its platforms and referrers, locks, and
 * whether it is part of a tagged index. Without `mode` the one is chosen that takes less away: `untag`
 * where the registry has it. With `untag` a registry that has none may still be made to lose the tag
 * alone, by way of an empty manifest; the plan says so. Fails with `TAG_NOT_FOUND` and as every registry call.
 */
export async function planRemoteRemoval(
	text: string,
	mode: RemovalMode | undefined,
	context: Pick<OperationContext, 'registry' | 'credentials' | 'signal'> &
		Pick<CallOptions, 'onNotice'>,
): Promise<RemoteRemovalPlan> {
	const {signal, onNotice} = context;
	const side = await openSide(parseReference(text), context, 'delete');
	return side.guard(plan(side.repository, parseReference(text), mode, {signal, onNotice}, signal));
}

async function plan(
	repository: RemoteRepository,
	reference: Reference,
	asked: RemovalMode | undefined,
	options: CallOptions,
	signal: AbortSignal,
): Promise<RemoteRemovalPlan> {
	const {removal} = repository;
	const found = await repository.resolve(tagOrDigest(reference), options);
	if (!found) {
		throw new RegbenchError('TAG_NOT_FOUND', `${formatReference(reference)} is not there`);
	}
	const {digest} = found;
	const byTag = reference.digest === undefined ? reference.tag : undefined;
	const [tags, canUntag] = await Promise.all([
		readTags(repository, {tag: byTag, at: found}, options, signal),
		byTag !== undefined && asked !== 'manifest' ? removal.canUntag(options) : false,
	]);
	const mode = asked ?? (canUntag ? 'untag' : 'manifest');
	const base = {
		reference: formatReference(reference),
		digest,
		confirmation: confirmationOf(reference),
	};
	if (mode === 'untag') {
		const goes = byTag === undefined ? [] : [byTag];
		const nothingElse = {...base, tags: goes, platforms: [], referrers: []};
		const why =
			byTag === undefined ? 'A digest cannot be untagged: name a tag.' : lockOn(tags, goes);
		if (why !== undefined) return {...nothingElse, mode: 'refused', reason: why};
		const way = untagWay(repository, canUntag);
		const last = way.byReplacement && (await lastTag(repository, digest, options));
		return {...nothingElse, ...(last ? {mode: 'refused', reason: last} : way)};
	}

	const isIndex = isIndexMediaType(found.mediaType);
	const knownTags = new Set(tags.entries.map(({tag}) => tag));
	const [platforms, referrers, partOf, preview] = await Promise.all([
		isIndex ? platformsOf(repository, digest, options) : [],
		repository.referrers(digest, {...options, knownTags}),
		isIndex ? undefined : indexWith(tags, digest, repository, options),
		removal.preview?.(digest, options),
	]);
	const goes = preview?.wholeRepository
		? [...knownTags]
		: [...new Set([...tagsOn(tags, digest), ...(preview?.tags ?? [])])];
	const whole = {
		...base,
		tags: goes,
		platforms,
		referrers,
		...(preview?.wholeRepository ? {wholeRepository: true} : {}),
	};
	const listTag = fallbackTag(digest);
	const listed = tags.digests.get(listTag)?.digest;
	// Under another tag as well it is more than a list: it would go with that tag.
	const list = listed && tagsOn(tags, listed).length === 1 ? listed : undefined;
	const refusal = preview?.refused ?? refusalOf({repository, tags, goes, partOf});
	if (refusal !== undefined) return {...whole, mode: 'refused', reason: refusal};
	const reason = [preview?.note ?? removal.note, remarkOn(tags, goes, list && listTag)]
		.filter(Boolean)
		.join(' ');
	return {
		...whole,
		mode,
		...(list === undefined ? {} : {referrersList: {tag: listTag, digest: list}}),
		...(reason === '' ? {} : {reason}),
	};
}

/** Only who asks to untag by name comes here without {@link Removal.canUntag}. */
function untagWay(
	{removal, domain}: RemoteRepository,
	canUntag: boolean,
): Pick<RemoteRemovalPlan, 'mode' | 'reason' | 'byReplacement'> {
	if (canUntag) return {mode: 'untag', ...noteOf(removal.note)};
	if (!removal.manifest) {
		return {mode: 'refused', reason: removal.note ?? `${domain} takes no single tag away.`};
	}
	return {
		mode: 'untag',
		byReplacement: true,
		reason: `${domain} takes no single tag away: the tag is put on an empty manifest, which is deleted then. The image stays untouched.`,
	};
}

/** The empty manifest that takes the tag over could not be deleted where it has the only tag there is. */
async function lastTag(
	{removal, domain, path}: RemoteRepository,
	digest: RemoteRemovalPlan['digest'],
	options: CallOptions,
): Promise<string | undefined> {
	const preview = await removal.preview?.(digest, options);
	if (!preview?.wholeRepository || (preview.tags?.length ?? 0) > 1) return undefined;
	return `It is the only tag of ${path}, and ${domain} keeps nothing without one: push another tag first, or delete the image with the whole package.`;
}

function noteOf(note: string | undefined): Pick<RemoteRemovalPlan, 'reason'> {
	return note === undefined ? {} : {reason: note};
}

function refusalOf({
	repository,
	tags,
	goes,
	partOf,
}: {
	readonly repository: RemoteRepository;
	readonly tags: RepositoryTags;
	readonly goes: readonly string[];
	readonly partOf: string | undefined;
}): string | undefined {
	const {removal, domain} = repository;
	if (!removal.manifest) return removal.note ?? `${domain} does not let images be deleted.`;
	if (partOf !== undefined) {
		return `It is one of the platforms of ${partOf}, which would be broken without it: delete ${partOf} first, or untag only.`;
	}
	return lockOn(tags, goes);
}

function lockOn({entries}: RepositoryTags, goes: readonly string[]): string | undefined {
	const entry = entries.find(({tag, locked}) => locked !== undefined && goes.includes(tag));
	return entry && `${entry.tag} is locked: ${entry.locked}`;
}

/** What a person should know beyond the list of what goes. */
function remarkOn(
	{entries, unchecked}: RepositoryTags,
	goes: readonly string[],
	listTag: string | undefined,
): string {
	const remarks = [];
	if (unchecked > 0) {
		remarks.push(
			`${unchecked} of ${entries.length} tags were not looked at: more of them may point at it and go as well.`,
		);
	}
	const left = entries.filter(({tag}) => !goes.includes(tag) && tag !== listTag);
	if (goes.length > 0 && left.length === 0) {
		remarks.push('No tag is left in the repository after it.');
	}
	if (listTag !== undefined) {
		remarks.push(`The list of what refers to it (${listTag.slice(0, 19)}…) goes as well.`);
	}
	return remarks.join(' ');
}

async function platformsOf(
	repository: RemoteRepository,
	digest: RemoteRemovalPlan['digest'],
	options: CallOptions,
): Promise<readonly string[]> {
	const manifest = parseManifest(await repository.manifest(digest, options));
	if (manifest.kind !== 'index') return [];
	return manifest.manifests
		.filter(entry => entry.platform !== undefined && !isAttestation(entry))
		.map(entry => formatPlatform(entry.platform!));
}

function confirmationOf({path, tag, digest}: Reference): string {
	return digest === undefined ? `${path}:${tag ?? 'latest'}` : `${path}@${shortDigest(digest)}`;
}
