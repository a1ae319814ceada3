/** One layer read to its end: its files as a list, and the diff ID of what was read. */
import {createHash} from 'node:crypto';
import {Readable, pipeline, type Transform} from 'node:stream';
import * as zlib from 'node:zlib';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import {readTar, type TarKind} from './read-tar.ts';

export type LayerEntry = {
	/** Without leading `/` and `./`, sanitised; `..` stays as it is and marks the entry as outside. */
	readonly path: string;
	readonly kind: TarKind;
	readonly sizeBytes: number;
};

export type LayerContent = {
	/** Digest of the unpacked bytes as they were read. */
	readonly diffId: string;
	readonly entries: readonly LayerEntry[];
	/** Entries beyond {@link mostEntries}: counted, not listed. */
	readonly unlisted: number;
	readonly unpackedBytes: number;
};

/** Entries of one layer that are listed. */
export const mostEntries = 200_000;

/**
 * Reads stored bytes (plain, gzip, zstd; told by their first bytes). Memory grows with the number of
 * listed entries, never with their content. `UNSUPPORTED` for zstd where Node has none (before 22.15),
 * `PROTOCOL_ERROR` for a damaged archive, `CANCELLED`.
 */
export async function readLayer(
	bytes: AsyncIterable<Uint8Array>,
	options: {readonly signal?: AbortSignal | undefined} = {},
): Promise<LayerContent> {
	const hash = createHash('sha256');
	let unpackedBytes = 0;
	const measured = (async function* () {
		for await (const chunk of await unpacked(bytes)) {
			if (options.signal?.aborted) throw new RegbenchError('CANCELLED', 'Cancelled');
			hash.update(chunk);
			unpackedBytes += chunk.byteLength;
			yield chunk;
		}
	})();
	const entries: LayerEntry[] = [];
	let unlisted = 0;
	try {
		for await (const {name, kind, sizeBytes} of readTar(measured)) {
			const path = sanitise(name.replace(/^(?:\.?\/+)+/, '').replace(/\/+$/, ''));
			if (path === '' || path === '.') continue;
			if (entries.length < mostEntries) entries.push({path, kind, sizeBytes});
			else unlisted++;
		}
	} catch (error) {
		if (error instanceof RegbenchError) throw error;
		if (String((error as {code?: unknown}).code).startsWith('Z_')) {
			throw new RegbenchError('PROTOCOL_ERROR', 'The layer is damaged: it cannot be unpacked', {
				cause: error,
			});
		}
		throw toRegbenchError(error);
	}
	return {diffId: `sha256:${hash.digest('hex')}`, entries, unlisted, unpackedBytes};
}

async function unpacked(bytes: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
	const source = bytes[Symbol.asyncIterator]();
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
	const unpack = unpackerFor(start);
	if (unpack === undefined) return whole;
	pipeline(Readable.from(whole, {objectMode: false}), unpack, () => undefined);
	return unpack as AsyncIterable<Uint8Array>;
}

function unpackerFor(start: Buffer): Transform | undefined {
	if (start.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))) {
		return zlib.createGunzip();
	}
	if (!start.subarray(0, 4).equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))) return undefined;
	const {createZstdDecompress} = zlib as {createZstdDecompress?: () => Transform};
	if (createZstdDecompress) return createZstdDecompress();
	throw new RegbenchError(
		'UNSUPPORTED',
		'The layer is packed with zstd, which this Node cannot read',
		{
			hint: 'Node 22.15 or newer can.',
		},
	);
}
