/** Bytes of a stream taken in pieces of a wanted length; holds no more than one chunk and one piece. */
import {RegbenchError} from '../domain/errors.ts';

export type ByteReader = {
	/** Exactly so many bytes; undefined when the stream has ended before the first. */
	take(count: number): Promise<Uint8Array | undefined>;
	/** The next so many bytes as they come; `PROTOCOL_ERROR` when there are fewer. */
	pass(count: number): AsyncGenerator<Uint8Array, void, undefined>;
	/** Passes over so many bytes; `PROTOCOL_ERROR` when there are fewer. */
	skip(count: number): Promise<void>;
	/** Passes over all that is left. */
	drain(): Promise<void>;
	/** Ends the stream. */
	close(): Promise<void>;
};

export function createByteReader(bytes: AsyncIterable<Uint8Array>): ByteReader {
	const source = bytes[Symbol.asyncIterator]();
	let rest: Uint8Array = new Uint8Array();

	/** Up to so many bytes, at least one; undefined at the end. */
	const some = async (most: number): Promise<Uint8Array | undefined> => {
		while (rest.byteLength === 0) {
			const next = await source.next();
			if (next.done) return undefined;
			rest = next.value;
		}
		const part = rest.subarray(0, most);
		rest = rest.subarray(part.byteLength);
		return part;
	};

	return {
		async take(count) {
			// Nearly always the piece lies within one chunk.
			if (rest.byteLength >= count) {
				const piece = rest.subarray(0, count);
				rest = rest.subarray(count);
				return piece;
			}
			const parts: Uint8Array[] = [];
			let missing = count;
			while (missing > 0) {
				const part = await some(missing);
				if (part === undefined && parts.length === 0) return undefined;
				if (part === undefined) throw cutShort();
				parts.push(part);
				missing -= part.byteLength;
			}
			return parts.length === 1 ? parts[0] : Buffer.concat(parts);
		},
		async *pass(count) {
			let missing = count;
			while (missing > 0) {
				const part = await some(missing);
				if (part === undefined) throw cutShort();
				missing -= part.byteLength;
				yield part;
			}
		},
		async skip(count) {
			let missing = count;
			while (missing > 0) {
				const part = await some(missing);
				if (part === undefined) throw cutShort();
				missing -= part.byteLength;
			}
		},
		async drain() {
			while ((await some(Number.MAX_SAFE_INTEGER)) !== undefined);
		},
		async close() {
			await source.return?.();
		},
	};
}

function cutShort(): RegbenchError {
	return new RegbenchError('PROTOCOL_ERROR', 'The archive ends in the middle of an entry');
}
