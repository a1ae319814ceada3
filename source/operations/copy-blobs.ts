/** Bringing blobs from one registry to another, a few at once, without keeping them. */
import {RegbenchError} from '../domain/errors.ts';
import type {CopyResult, OperationEvent} from '../domain/events.ts';
import {createBlobProgress} from '../engine/embedded-progress.ts';
import {inParallel} from '../engine/in-parallel.ts';
import type {Link} from '../oci-layout/manifest-links.ts';
import type {CallOptions} from '../registry/registry-client.ts';
import type {CopySide} from './copy-side.ts';

/** Enough to fill a link while others wait to be stored; what the registry client allows for a host. */
const blobsAtOnce = 6;

export type CopyWork = {
	readonly source: CopySide;
	readonly destination: CopySide;
	readonly emit: (event: OperationEvent) => void;
	readonly options: CallOptions;
};

export type BlobTally = Pick<
	CopyResult,
	'bytesTotal' | 'bytesCopied' | 'blobsTotal' | 'blobsReused' | 'blobsMounted'
>;

/**
 * Brings each blob: skipped when there, mounted from the source's repository on the same registry,
 * else streamed. Content of other people's addresses (foreign layers) is left where it is.
 */
export async function copyBlobs(
	links: readonly Link[],
	{source, destination, emit, options}: CopyWork,
	signal: AbortSignal,
): Promise<BlobTally> {
	const blobs = uniqueBlobs(links);
	const {repository} = destination;
	const mountFrom =
		source.reference.domain === destination.reference.domain ? [source.reference.path] : [];
	const progress = createBlobProgress('copy', destination.name, emit);
	progress.announce(blobs);
	let bytesCopied = 0;
	let blobsReused = 0;
	let blobsMounted = 0;

	const bring = async (blob: Link, inner: AbortSignal): Promise<void> => {
		const call = {...options, signal: inner};
		let failure: unknown;
		const explain = (thrown: unknown) => (failure = source.explain(thrown));
		const open = (fromByte: number) =>
			lastHeldBack(source.repository.readBlob(blob, {...call, fromByte}), explain);
		const uploaded = repository.uploadBlob(
			{digest: blob.digest, size: blob.size, open},
			{...call, mountFrom, onProgress: done => progress.moving(blob, done)},
		);
		const outcome = await uploaded.catch((thrown: unknown) => {
			throw failure ?? destination.explain(thrown);
		});
		if (outcome === 'uploaded') bytesCopied += blob.size;
		if (outcome === 'exists') blobsReused += 1;
		if (outcome === 'mounted') blobsMounted += 1;
		const state = outcome === 'uploaded' ? 'done' : outcome;
		progress.settled(blob, state, outcome === 'uploaded' ? blob.size : 0);
	};
	await inParallel(blobs, blobsAtOnce, bring, signal);

	return {
		bytesTotal: blobs.reduce((sum, {size}) => sum + size, 0),
		bytesCopied,
		blobsTotal: blobs.length,
		blobsReused,
		blobsMounted,
	};
}

/** A config may be the same blob as a layer (`{}` of artifacts): no blob is brought twice. */
function uniqueBlobs(links: readonly Link[]): readonly Link[] {
	const unique = new Map<string, Link>();
	for (const link of links) {
		if (link.foreign || unique.has(link.digest)) continue;
		if (!Number.isSafeInteger(link.size) || link.size < 0) {
			throw new RegbenchError('PROTOCOL_ERROR', `The manifest tells no size for ${link.digest}`);
		}
		unique.set(link.digest, link);
	}
	return [...unique.values()];
}

/**
 * The same chunks, each when the next one has come. The reader checks the digest after the last
 * chunk: a registry that never gets that chunk cannot take damaged bytes for a whole blob. What goes
 * wrong is thrown as `explain` has it.
 */
async function* lastHeldBack(
	chunks: AsyncIterable<Uint8Array>,
	explain: (thrown: unknown) => unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
	let held: Uint8Array | undefined;
	try {
		for await (const chunk of chunks) {
			if (held !== undefined) yield held;
			held = chunk;
		}
	} catch (thrown) {
		throw explain(thrown);
	}
	if (held !== undefined) yield held;
}
