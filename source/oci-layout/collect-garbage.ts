import type {Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {mediaTypes} from '../domain/manifest.ts';
import {smallBlobBytes, type BlobStore, type CallOptions} from './blob-store.ts';
import {throwIfCancelled} from './file-errors.ts';
import {linksOf} from './manifest-links.ts';

export type Collected = {
	readonly removed: readonly Digest[];
	readonly freedBytes: number;
};

const manifestTypes: ReadonlySet<string> = new Set([
	mediaTypes.ociIndex,
	mediaTypes.ociManifest,
	mediaTypes.dockerIndex,
	mediaTypes.dockerManifest,
]);

export type Root = {readonly digest: Digest; readonly mediaType: string};

/**
 * Everything that can be reached from the roots: through indexes, manifests, subjects, configs and
 * layers. Blobs that are not here end their branch; a manifest with wrong content is
 * `LAYOUT_CORRUPT`, since what hangs on it cannot be known.
 */
export async function reachableFrom(
	blobs: BlobStore,
	roots: Iterable<Root>,
	{signal}: CallOptions = {},
): Promise<Set<Digest>> {
	const reached = new Set<Digest>();
	const open: Root[] = [...roots];
	for (let root = open.pop(); root; root = open.pop()) {
		throwIfCancelled(signal);
		if (reached.has(root.digest)) continue;
		reached.add(root.digest);
		const size = await blobs.size(root.digest);
		if (size === undefined || size > smallBlobBytes) continue;
		const links = linksOf(await blobs.readSmall(root.digest, {signal})) ?? [];
		for (const link of links) {
			// A subject is a manifest too, though its descriptor may carry any type.
			const isManifest = link.role === 'manifest' || link.role === 'subject';
			if (isManifest || manifestTypes.has(link.mediaType)) open.push(link);
			else reached.add(link.digest);
		}
	}
	return reached;
}

/** Removes every blob that is not to be kept. */
export async function removeOthers(
	blobs: BlobStore,
	keep: ReadonlySet<Digest>,
	{signal}: CallOptions = {},
): Promise<Collected> {
	const removed: Digest[] = [];
	let freedBytes = 0;
	for await (const digest of blobs.list({signal})) {
		if (keep.has(digest)) continue;
		try {
			freedBytes += await blobs.remove(digest);
			removed.push(digest);
		} catch (error) {
			// Windows refuses to remove what somebody reads; the next collection gets it.
			if (error instanceof RegbenchError && error.code === 'ENGINE_ERROR') continue;
			throw error;
		}
	}
	return {removed, freedBytes};
}
