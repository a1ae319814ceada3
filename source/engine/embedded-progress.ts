/** Progress of blobs as events, few enough to be drawn. */
import type {OperationEvent, TransferEvent, TransferState} from '../domain/events.ts';
import type {Link} from '../oci-layout/manifest-links.ts';

/** About ten events a second for each blob: more is not seen and costs. */
const pauseMs = 100;

export type BlobProgress = {
	/** All blobs that will be looked at, before any of them moves. */
	announce(blobs: readonly Link[]): void;
	/** Bytes of a blob that are there so far; passed on now and then. */
	moving(blob: Link, doneBytes: number): void;
	/** The blob's last or next state; passed on always. */
	settled(blob: Link, state: TransferState, doneBytes: number): void;
};

/** Turns what happens to the layers of one transfer into events for `emit`. */
export function createBlobProgress(
	direction: TransferEvent['direction'],
	reference: string,
	emit: (event: OperationEvent) => void,
): BlobProgress {
	const lastAt = new Map<string, number>();
	const tell = (blob: Link, state: TransferState, doneBytes: number): void => {
		// Configs are a few kB; rows are for layers, as docker has it.
		if (blob.role !== 'layer') return;
		emit({
			type: 'transfer',
			direction,
			reference,
			layer: blob.digest,
			state,
			doneBytes,
			totalBytes: blob.size,
		});
	};
	return {
		announce(blobs) {
			for (const blob of blobs) tell(blob, 'waiting', 0);
		},
		moving(blob, doneBytes) {
			const now = performance.now();
			if (now - (lastAt.get(blob.digest) ?? Number.NEGATIVE_INFINITY) < pauseMs) return;
			lastAt.set(blob.digest, now);
			tell(blob, doneBytes >= blob.size ? 'finishing' : 'active', doneBytes);
		},
		settled: tell,
	};
}
