import {once} from 'node:events';
import type {Writable} from 'node:stream';
import {setTimeout as sleep} from 'node:timers/promises';

/** Ends a body in the middle, on purpose. */
export class PurposefulCut extends Error {}

export type ByteFaults = {
	readonly cutAfterBytes?: number | undefined;
	readonly truncateTo?: number | undefined;
	readonly corruptByte?: number | undefined;
	readonly bytesPerSecond?: number | undefined;
	/** Called with the bytes of each piece that goes through. */
	readonly count: (bytes: number) => void;
};

/**
 * Writes a body on, doing to its bytes what it was asked to. Throws PurposefulCut once everything
 * before the cut is written; never ends `target`.
 */
export async function passBody(
	source: AsyncIterable<Buffer>,
	target: Writable,
	faults: ByteFaults,
): Promise<void> {
	const {cutAfterBytes = Infinity, truncateTo = Infinity, bytesPerSecond, count} = faults;
	let position = 0;
	if (cutAfterBytes <= 0) throw new PurposefulCut('cut on purpose');
	for await (const chunk of source) {
		for (const piece of pieces(chunk, bytesPerSecond)) {
			const room = Math.max(Math.min(cutAfterBytes, truncateTo) - position, 0);
			const bytes = Buffer.from(piece.subarray(0, room));
			const offset = (faults.corruptByte ?? -1) - position;
			if (offset >= 0 && offset < bytes.length) bytes[offset] = (bytes[offset] ?? 0) ^ 0xff;
			position += bytes.length;
			count(bytes.length);
			if (bytes.length > 0 && !target.write(bytes)) await once(target, 'drain');
			if (position >= cutAfterBytes) throw new PurposefulCut('cut on purpose');
			if (bytesPerSecond !== undefined) await sleep((bytes.length / bytesPerSecond) * 1000);
		}
	}
}

/** A slow line trickles, it does not burst: about twenty pieces a second. */
function* pieces(chunk: Buffer, bytesPerSecond: number | undefined): Generator<Buffer> {
	const size = bytesPerSecond === undefined ? chunk.length : Math.ceil(bytesPerSecond / 20);
	for (let start = 0; start < chunk.length; start += size)
		yield chunk.subarray(start, start + size);
}
