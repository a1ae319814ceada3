/** Pushing from an OCI layout: blobs first, then manifests from the leaves up, the tag last. */
import type {Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import type {OperationEvent} from '../domain/events.ts';
import type {Descriptor, RawManifest} from '../domain/manifest.ts';
import {formatReference, tryParseReference, type Reference} from '../domain/reference.ts';
import type {Link} from '../oci-layout/manifest-links.ts';
import type {ImageLayout} from '../oci-layout/open-layout.ts';
import {rememberCopy} from './embedded-copies.ts';
import type {TransferTools} from './embedded-pull.ts';
import {createBlobProgress} from './embedded-progress.ts';
import type {PushOutcome} from './engine.ts';
import {readImageTree, type ImageTree} from './image-tree.ts';
import {inParallel} from './in-parallel.ts';

/** Other repositories that are offered to a registry as a source of one blob. */
const mostMountSources = 3;

/** Sends what the reference points at, byte for byte; the tag appears when everything is there. */
export async function pushFromLayout(
	{layout, registry, concurrency}: TransferTools,
	reference: Reference,
	emit: (event: OperationEvent) => void,
	signal: AbortSignal,
): Promise<PushOutcome> {
	const fullName = formatReference(reference);
	const entry = await layout.find(fullName, {signal});
	if (entry === undefined) {
		throw new RegbenchError('IMAGE_NOT_FOUND', `No image here is called ${fullName}`);
	}
	const tree = await readLocalTree(layout, entry.descriptor, signal);
	const blobs = [...tree.layers, ...tree.configs];
	const hold = await layout.hold(
		[...tree.manifests, ...blobs].map(({digest}) => digest),
		{signal},
	);
	try {
		const siblings = await siblingRepositories(layout, reference, signal);
		const repository = registry.repository(reference.domain, reference.path);
		const onNotice = (notice: {message: string; hint?: string}): void => {
			emit({type: 'warned', ...notice});
		};
		const progress = createBlobProgress('push', fullName, emit);
		progress.announce(blobs);
		let bytesUploaded = 0;
		let layersReused = 0;

		const bring = async (blob: Link, signal: AbortSignal): Promise<void> => {
			if (blob.foreign && !(await layout.blobs.has(blob))) return;
			const outcome = await repository.uploadBlob(
				{
					digest: blob.digest,
					size: blob.size,
					open: fromByte =>
						layout.blobs.read(blob.digest, {fromByte, signal, verify: fromByte === 0}),
				},
				{
					signal,
					onNotice,
					mountFrom: siblings.get(blob.digest) ?? [],
					onProgress: done => progress.moving(blob, done),
				},
			);
			if (outcome === 'uploaded') bytesUploaded += blob.size;
			else if (blob.role === 'layer') layersReused += 1;
			progress.settled(
				blob,
				outcome === 'uploaded' ? 'done' : outcome,
				outcome === 'uploaded' ? blob.size : 0,
			);
		};
		await inParallel(blobs, concurrency, bring, signal);

		for (const manifest of tree.manifests) {
			const last = manifest.digest === tree.root.digest;
			const name = last && reference.tag !== undefined ? reference.tag : manifest.digest;
			await repository.putManifest(name, manifest, {signal, onNotice});
		}
		await rememberCopy(layout, fullName, signal);
		return {
			digest: tree.root.digest,
			bytesTotal: blobs.reduce((sum, {size}) => sum + size, 0),
			bytesUploaded,
			layersTotal: tree.layers.length,
			layersReused,
		};
	} finally {
		await hold.release();
	}
}

/** The tree of an image that is whole here; a branch that is missing is told of before anything is sent. */
async function readLocalTree(
	layout: ImageLayout,
	descriptor: Descriptor,
	signal: AbortSignal,
): Promise<ImageTree> {
	const load = async (link: Pick<Descriptor, 'digest' | 'mediaType'>): Promise<RawManifest> => ({
		bytes: await layout.blobs.readSmall(link.digest, {signal}),
		mediaType: link.mediaType,
		digest: link.digest,
	});
	const tree = await readImageTree(await load(descriptor), load, signal);
	for (const blob of [...tree.configs, ...tree.layers]) {
		if (!blob.foreign && !(await layout.blobs.has(blob))) {
			throw new RegbenchError(
				'LAYOUT_CORRUPT',
				`A part of the image is missing in ${layout.folder}: ${blob.digest}`,
			);
		}
	}
	return tree;
}

/** For each blob, paths of other repositories on the same registry that local references say hold it. */
async function siblingRepositories(
	layout: ImageLayout,
	reference: Reference,
	signal: AbortSignal,
): Promise<ReadonlyMap<Digest, readonly string[]>> {
	const holders = new Map<Digest, string[]>();
	const looked = new Set<string>();
	for (const entry of await layout.entries({signal})) {
		const other = entry.reference === undefined ? undefined : tryParseReference(entry.reference);
		if (other?.domain !== reference.domain || other.path === reference.path) continue;
		const key = `${other.path}@${entry.descriptor.digest}`;
		if (looked.has(key)) continue;
		looked.add(key);
		// A damaged neighbour only means that nothing can be mounted from it.
		const tree = await readLocalTree(layout, entry.descriptor, signal).catch(() => undefined);
		for (const {digest} of [...(tree?.layers ?? []), ...(tree?.configs ?? [])]) {
			const paths = holders.get(digest) ?? [];
			if (paths.length < mostMountSources && !paths.includes(other.path)) paths.push(other.path);
			holders.set(digest, paths);
		}
	}
	return holders;
}
