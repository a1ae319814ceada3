/** Takes the compression off a layer, told by its first bytes: media types lie, and engines store what they like. */
import {Readable, pipeline, type Transform} from 'node:stream';
import * as zlib from 'node:zlib';
import {RegbenchError} from '../domain/errors.ts';

export type Packing = 'plain' | 'gzip' | 'zstd';

export type Unpacked = {readonly packing: Packing; readonly bytes: AsyncIterable<Uint8Array>};

/** RFC 8878, 3.1.1.1.2: what a decoder should at least support is 8 MiB; `zstd --ultra` makes 128 MiB. */
const largestWindow = 128 * 1024 * 1024;
const chunkSize = 128 * 1024;

/**
 * The bytes as they were before they were packed. `UNSUPPORTED` for a packing that is known but cannot
 * be read; damage shows as an error of zlib while reading, see {@link isDamage}.
 */
export async function unpack(stored: AsyncIterable<Uint8Array>): Promise<Unpacked> {
	const {start, whole} = await beginningOf(stored);
	if (startsWith(start, 0x1f, 0x8b)) {
		return {packing: 'gzip', bytes: through(whole, zlib.createGunzip({chunkSize}))};
	}
	if (startsWith(start, 0x28, 0xb5, 0x2f, 0xfd)) return {packing: 'zstd', bytes: zstd(whole)};
	const other = unreadable(start);
	if (other === undefined) return {packing: 'plain', bytes: whole};
	await whole.return();
	throw new RegbenchError('UNSUPPORTED', `It is packed with ${other}, which regbench cannot read`);
}

/** Whether an error tells of bytes that cannot be unpacked. */
export function isDamage(error: unknown): boolean {
	const code = String((error as {code?: unknown} | null)?.code);
	return error instanceof ZstdDamage || /^(?:Z_|ZSTD_|ERR_ZLIB)/.test(code);
}

class ZstdDamage extends Error {}

function unreadable(start: Buffer): string | undefined {
	if (startsWith(start, 0xfd, 0x37, 0x7a, 0x58)) return 'xz';
	return start.toString('latin1', 0, 3) === 'BZh' ? 'bzip2' : undefined;
}

function startsWith(start: Buffer, ...magic: readonly number[]): boolean {
	return magic.every((byte, index) => start[index] === byte);
}

/** The first bytes, and all of them from the beginning on. */
async function beginningOf(
	stored: AsyncIterable<Uint8Array>,
): Promise<{start: Buffer; whole: AsyncGenerator<Uint8Array, void, undefined>}> {
	const source = stored[Symbol.asyncIterator]();
	const parts: Uint8Array[] = [];
	let length = 0;
	while (length < 4) {
		const next = await source.next();
		if (next.done) break;
		parts.push(next.value);
		length += next.value.byteLength;
	}
	const start = Buffer.concat(parts);
	const whole = (async function* () {
		try {
			if (start.byteLength > 0) yield start;
			for (;;) {
				const next = await source.next();
				if (next.done) return;
				yield next.value;
			}
		} finally {
			await source.return?.();
		}
	})();
	return {start, whole};
}

/** Ending the answer ends the source; its failure is the answer's. */
function through(
	source: AsyncIterable<Uint8Array>,
	transform: Transform,
): AsyncIterable<Uint8Array> {
	pipeline(Readable.from(source, {objectMode: false}), transform, () => undefined);
	return transform as AsyncIterable<Uint8Array>;
}

function zstd(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
	const {createZstdDecompress} = zlib as {
		createZstdDecompress?: (options: {chunkSize: number}) => Transform;
	};
	// Node has it from 22.15 on, and refuses windows beyond 128 MiB by itself.
	return createZstdDecompress
		? through(source, createZstdDecompress({chunkSize}))
		: zstdByLibrary(source);
}

/** Small pieces: a block of four bytes may stand for 128 KiB. */
const pieceBytes = 1024;

/** zstd where Node has none. */
export async function* zstdByLibrary(
	source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
	const {Decompress} = await import('fzstd');
	let ready: Uint8Array[] = [];
	const decompress = new Decompress(chunk => {
		// Its state is not part of its types; the window is what a hostile frame would make huge.
		const window = (decompress as unknown as {s?: {w?: Uint8Array}}).s?.w?.byteLength ?? 0;
		if (window > largestWindow + chunkSize) throw new ZstdDamage('window too large');
		if (chunk.byteLength > 0) ready.push(chunk);
	});
	const push = (piece: Uint8Array, isLast: boolean): readonly Uint8Array[] => {
		try {
			decompress.push(piece, isLast);
		} catch (error) {
			throw new ZstdDamage('zstd', {cause: error});
		}
		const pieces = ready;
		ready = [];
		return pieces;
	};
	for await (const chunk of source) {
		for (let at = 0; at < chunk.byteLength; at += pieceBytes) {
			// It keeps what it is given until a block is whole, and chunks may be parts of larger buffers.
			yield* push(chunk.slice(at, at + pieceBytes), false);
		}
	}
	yield* push(new Uint8Array(), true);
}
