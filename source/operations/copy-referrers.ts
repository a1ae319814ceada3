/** Signatures, SBOMs and attestations of an image, brought along to where it is copied. */
import {digestOf, type Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {mediaTypes, type RawManifest} from '../domain/manifest.ts';
import type {Referrer} from '../domain/remote.ts';
import {readImageTree, type ImageTree} from '../engine/image-tree.ts';
import {linksOf} from '../oci-layout/manifest-links.ts';
import {fallbackTag} from '../registry/referrers.ts';
import type {CallOptions, RemoteRepository} from '../registry/registry-client.ts';
import {copyBlobs, type CopyWork} from './copy-blobs.ts';

/** A signature of an SBOM of an image … ends here. */
const deepest = 3;
/** More than any image has; a registry that names more is not followed. */
const mostReferrers = 200;

/**
 * Copies what refers to any manifest of the image, and what refers to that. Where the destination keeps
 * no list of referrers, the fallback tag of the distribution spec is written for it.
 */
export async function copyReferrers(
	{manifests}: ImageTree,
	work: CopyWork,
	signal: AbortSignal,
): Promise<{readonly count: number; readonly bytesCopied: number}> {
	const {source, options} = work;
	const done = new Set<string>();
	let bytesCopied = 0;
	let subjects: readonly Digest[] = manifests.map(({digest}) => digest);
	for (let depth = 0; depth < deepest && subjects.length > 0; depth++) {
		const next: Digest[] = [];
		for (const subject of subjects) {
			const found = await source.guard(source.repository.referrers(subject, {...options, signal}));
			for (const referrer of found) {
				const key = `${referrer.digest} ${referrer.tag ?? ''}`;
				if (done.has(key)) continue;
				if (done.size === mostReferrers) throw tooMany(source.reference.domain);
				done.add(key);
				bytesCopied += await copyReferrer(referrer, work, signal);
				next.push(referrer.digest);
			}
			await listReferrers(subject, found, work);
		}
		subjects = next;
	}
	return {count: done.size, bytesCopied};
}

async function copyReferrer(
	{digest, tag}: Referrer,
	work: CopyWork,
	signal: AbortSignal,
): Promise<number> {
	const {source, destination} = work;
	const options = {...work.options, signal};
	const load = ({digest}: {readonly digest: Digest}) => source.repository.manifest(digest, options);
	const tree = await source.guard(load({digest}).then(root => readImageTree(root, load, signal)));
	const tally = await copyBlobs([...tree.layers, ...tree.configs], work, signal);
	for (const manifest of tree.manifests) {
		const isRoot = manifest.digest === tree.root.digest;
		const name = isRoot && tag !== undefined ? tag : manifest.digest;
		await destination.guard(destination.repository.putManifest(name, manifest, options));
	}
	return tally.bytesCopied;
}

/** Writes the fallback tag where the destination does not list what was brought (distribution-spec "Referrers Tag Schema"). */
async function listReferrers(
	subject: Digest,
	found: readonly Referrer[],
	{destination, source, options}: CopyWork,
): Promise<void> {
	// Those under a tag of their own (cosign's) are found by it.
	const listed = found.filter(({tag}) => tag === undefined);
	if (listed.length === 0) return;
	const {repository} = destination;
	const known = await destination.guard(repository.referrers(subject, options));
	const missing = listed.filter(({digest}) => !known.some(other => other.digest === digest));
	if (missing.length === 0) return;
	const entries = [];
	for (const {digest, artifactType, annotations} of missing) {
		const manifest = await source.guard(source.repository.manifest(digest, options));
		entries.push({
			mediaType: manifest.mediaType,
			digest,
			size: manifest.bytes.byteLength,
			artifactType,
			...(Object.keys(annotations).length > 0 ? {annotations} : {}),
		});
	}
	const tag = fallbackTag(subject);
	const before = await destination.guard(readEntries(repository, tag, options));
	await destination.guard(repository.putManifest(tag, indexOf([...before, ...entries]), options));
}

async function readEntries(
	repository: RemoteRepository,
	tag: string,
	options: CallOptions,
): Promise<readonly unknown[]> {
	if (!(await repository.resolve(tag, options))) return [];
	const {bytes} = await repository.manifest(tag, options);
	if (!linksOf(bytes)?.every(({role}) => role === 'manifest')) return [];
	const {manifests} = JSON.parse(Buffer.from(bytes).toString('utf8')) as {manifests?: unknown[]};
	return manifests ?? [];
}

function indexOf(manifests: readonly unknown[]): RawManifest {
	const mediaType = mediaTypes.ociIndex;
	const bytes = Buffer.from(JSON.stringify({schemaVersion: 2, mediaType, manifests}));
	return {bytes, mediaType, digest: digestOf(bytes)};
}

function tooMany(domain: string): RegbenchError {
	return new RegbenchError(
		'PROTOCOL_ERROR',
		`${domain} names more than ${mostReferrers} referrers of one image`,
		{hint: 'Copy the image without them.'},
	);
}
