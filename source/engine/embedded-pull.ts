/** Pulling into an OCI layout: all platforms, every byte checked, the name moved last. */
import type {OperationEvent} from '../domain/events.ts';
import type {Descriptor} from '../domain/manifest.ts';
import {formatReference, tagOrDigest, type Reference} from '../domain/reference.ts';
import type {Link} from '../oci-layout/manifest-links.ts';
import type {ImageLayout} from '../oci-layout/open-layout.ts';
import type {RegistryClient} from '../registry/registry-client.ts';
import {rememberCopy} from './embedded-copies.ts';
import {createBlobProgress} from './embedded-progress.ts';
import type {PullOutcome} from './engine.ts';
import {readImageTree} from './image-tree.ts';
import {inParallel} from './in-parallel.ts';

export type TransferTools = {
	readonly layout: ImageLayout;
	readonly registry: RegistryClient;
	/** Blobs that move at once. */
	readonly concurrency: number;
};

/**
 * Brings the image and points the reference at it. The whole index is fetched with all its
 * platforms, so that a later push brings the same digest. What was fetched before a failure is
 * kept for the next try; the reference stays as it was.
 */
export async function pullIntoLayout(
	{layout, registry, concurrency}: TransferTools,
	reference: Reference,
	emit: (event: OperationEvent) => void,
	signal: AbortSignal,
): Promise<PullOutcome> {
	const fullName = formatReference(reference);
	const repository = registry.repository(reference.domain, reference.path);
	const onNotice = (notice: {message: string; hint?: string}): void => {
		emit({type: 'warned', ...notice});
	};
	const options = {signal, onNotice};
	const root = await repository.manifest(tagOrDigest(reference), options);
	const tree = await readImageTree(
		root,
		async ({digest}) => {
			const raw = await repository.manifest(digest, options);
			return raw;
		},
		signal,
	);
	const blobs = [...tree.layers, ...tree.configs];
	const hold = await layout.hold(
		[...tree.manifests, ...blobs].map(({digest}) => digest),
		{signal},
	);
	try {
		const progress = createBlobProgress('pull', fullName, emit);
		progress.announce(blobs);
		let bytesDownloaded = 0;
		let layersReused = 0;

		const bring = async (blob: Link, signal: AbortSignal, next: () => void): Promise<void> => {
			if (await layout.blobs.has(blob)) {
				if (blob.role === 'layer') layersReused += 1;
				progress.settled(blob, 'exists', 0);
				return;
			}
			// Layers with addresses of their own (Windows base layers) need not be on the registry.
			if (blob.foreign && !(await repository.hasBlob(blob.digest, {signal}))) return;
			const kept = await layout.blobs.partialSize(blob.digest);
			const outcome = await layout.blobs.download(
				blob,
				fromByte =>
					repository.readBlob(blob, {signal, onNotice, fromByte, digestCheckedByReader: true}),
				{
					signal,
					limitBytes: blob.size,
					onProgress: done => progress.moving(blob, done),
					// While the disk takes it in, the line can bring another.
					onReceived: next,
				},
			);
			if (outcome === 'written') bytesDownloaded += Math.max(0, blob.size - kept);
			progress.settled(blob, outcome === 'written' ? 'done' : 'exists', blob.size);
		};
		await inParallel(blobs, concurrency, bring, signal);

		for (const manifest of tree.manifests) {
			await layout.blobs.putBytes(manifest.digest, manifest.bytes, {signal});
		}
		const descriptor: Descriptor = {
			mediaType: root.mediaType,
			digest: root.digest,
			size: root.bytes.byteLength,
		};
		const before = await layout.find(fullName, {signal});
		if (before?.descriptor.digest !== root.digest) await layout.tag(descriptor, fullName, {signal});
		await rememberCopy(layout, fullName, signal);
		return {
			digest: root.digest,
			imageId: root.digest,
			bytesDownloaded,
			layersReused,
			changed: before?.descriptor.digest !== root.digest,
		};
	} finally {
		await hold.release();
	}
}
