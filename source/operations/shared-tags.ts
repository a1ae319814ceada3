/** Which tags of a repository point at one digest: what goes when that digest is deleted. */
import type {Digest} from '../domain/digest.ts';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import {isIndexMediaType, parseManifest, type Descriptor} from '../domain/manifest.ts';
import type {TagEntry} from '../domain/remote.ts';
import {inParallel} from '../engine/in-parallel.ts';
import type {CallOptions, RemoteRepository} from '../registry/registry-client.ts';

/** Where the listing brings no digests each tag costs a HEAD: more are not worth a person's wait. */
const mostLookedAt = 1000;
const lookedAtOnce = 6;
/** A registry that lists more is not believed: nobody deletes among so many by hand. */
const mostTags = 100_000;

export type RepositoryTags = {
	/** In the registry's order. */
	readonly entries: readonly TagEntry[];
	/** Digest and (where HEAD was asked) media type of each tag. */
	readonly digests: ReadonlyMap<string, {readonly digest: Digest; readonly mediaType?: string}>;
	/** Tags beyond the bound: where they point was not found out. */
	readonly unchecked: number;
};

/**
 * Reads all tags with where they point, by the registry's own API or a HEAD for each. What is known of one
 * tag is not asked again.
 */
export async function readTags(
	repository: RemoteRepository,
	known: {readonly tag: string | undefined; readonly at: Descriptor},
	options: CallOptions,
	signal: AbortSignal,
): Promise<RepositoryTags> {
	const entries: TagEntry[] = [];
	for await (const page of repository.tagEntries(options)) {
		for (const entry of page) entries.push(entry);
		if (entries.length > mostTags) throw tooManyTags(repository);
	}
	const digests = new Map<string, {digest: Digest; mediaType?: string}>();
	for (const {tag, digest} of entries) if (digest !== undefined) digests.set(tag, {digest});
	if (known.tag !== undefined) digests.set(known.tag, known.at);
	const unknown = entries.filter(({tag}) => !digests.has(tag));
	const asked = unknown.slice(0, mostLookedAt);
	await inParallel(
		asked,
		lookedAtOnce,
		async ({tag}, inner) => {
			const found = await repository.resolve(tag, {...options, signal: inner});
			if (found) digests.set(tag, {digest: found.digest, mediaType: found.mediaType});
		},
		signal,
	);
	return {entries, digests, unchecked: unknown.length - asked.length};
}

function tooManyTags({domain, path}: RemoteRepository): RegbenchError {
	return new RegbenchError('TOO_LARGE', `${domain}/${path} lists more than ${mostTags} tags`, {
		hint: 'Delete there with the tools of the registry itself.',
	});
}

/** Tags on the digest, sorted as the registry sorts them. */
export function tagsOn({entries, digests}: RepositoryTags, digest: Digest): readonly string[] {
	return entries.map(({tag}) => tag).filter(tag => digests.get(tag)?.digest === digest);
}

/** A tag whose index names the digest as one of its images, which would break without it. */
export async function indexWith(
	{digests}: RepositoryTags,
	child: Digest,
	repository: RemoteRepository,
	options: CallOptions,
): Promise<string | undefined> {
	const tagOf = new Map<Digest, string>();
	for (const [tag, {digest, mediaType}] of digests) {
		if (digest === child || (mediaType !== undefined && !isIndexMediaType(mediaType))) continue;
		if (!tagOf.has(digest)) tagOf.set(digest, tag);
	}
	let found: string | undefined;
	await inParallel(
		[...tagOf].slice(0, mostLookedAt),
		lookedAtOnce,
		async ([digest, tag], inner) => {
			if (found !== undefined) return;
			try {
				const manifest = parseManifest(
					await repository.manifest(digest, {...options, signal: inner}),
				);
				if (manifest.kind !== 'index') return;
				if (manifest.manifests.some(entry => entry.digest === child)) found ??= tag;
			} catch (thrown) {
				// What is no image index any client could read protects nothing; a lost connection may.
				const {code} = toRegbenchError(thrown);
				if (!['PROTOCOL_ERROR', 'UNSUPPORTED', 'TAG_NOT_FOUND', 'TOO_LARGE'].includes(code))
					throw thrown;
			}
		},
		options.signal ?? undefined,
	);
	return found;
}
