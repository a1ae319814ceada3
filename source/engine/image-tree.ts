/** Everything an image consists of: its index, manifests, configs and layers, wherever they lie. */
import type {Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import type {Descriptor, RawManifest} from '../domain/manifest.ts';
import {linksOf, type Link} from '../oci-layout/manifest-links.ts';
import {inParallel} from './in-parallel.ts';

export type ImageTree = {
	/** What the reference points at: the manifest of one platform, or an index of several. */
	readonly root: RawManifest;
	/** All manifests and indexes, each after those it names: the order in which they are pushed. */
	readonly manifests: readonly RawManifest[];
	readonly configs: readonly Link[];
	/** Each layer blob once, base first within its manifest. */
	readonly layers: readonly Link[];
};

/** An index in an index in an index … has no use, and would never end if it were made to do harm. */
const deepest = 4;
const mostManifests = 500;

/**
 * Reads the tree below `root`; `load` gives a manifest by its descriptor, or undefined to leave
 * its branch out. Throws `PROTOCOL_ERROR` for a document that is none or a tree without end.
 */
export async function readImageTree(
	root: RawManifest,
	load: (
		descriptor: Pick<Descriptor, 'digest' | 'mediaType' | 'size'>,
	) => Promise<RawManifest | undefined>,
	signal?: AbortSignal,
): Promise<ImageTree> {
	const manifests = new Map<Digest, RawManifest>();
	const configs = new Map<Digest, Link>();
	const layers = new Map<Digest, Link>();
	const seen = new Set<Digest>();

	const visit = async (manifest: RawManifest, depth: number): Promise<void> => {
		seen.add(manifest.digest);
		if (depth > deepest || seen.size > mostManifests) {
			throw new RegbenchError(
				'PROTOCOL_ERROR',
				'The image index goes too deep or names too many images',
			);
		}
		const links = linksOf(manifest.bytes);
		if (links === undefined) {
			throw new RegbenchError('PROTOCOL_ERROR', `${manifest.digest} is no image manifest`);
		}
		const children = links.filter(({role, digest}) => role === 'manifest' && !seen.has(digest));
		const loaded = new Map<Digest, RawManifest>();
		await inParallel(
			children,
			4,
			async child => {
				const raw = await load(child);
				if (raw !== undefined) loaded.set(child.digest, raw);
			},
			signal,
		);
		for (const {digest} of children) {
			const child = loaded.get(digest);
			if (child !== undefined && !seen.has(digest)) await visit(child, depth + 1);
		}
		for (const link of links) {
			if (link.role === 'config') configs.set(link.digest, link);
			if (link.role === 'layer') layers.set(link.digest, link);
		}
		manifests.set(manifest.digest, manifest);
	};

	await visit(root, 0);
	return {
		root,
		manifests: [...manifests.values()],
		configs: [...configs.values()],
		layers: [...layers.values()],
	};
}
