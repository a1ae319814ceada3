/** One layer as a stream of its entries: the one way in which layers are read. */
import {createHash} from 'node:crypto';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import {createByteReader} from './byte-reader.ts';
import {readTar, type TarKind} from './read-tar.ts';
import {isDamage, unpack, type Packing} from './unpack.ts';

export type LayerItem = {
	/**
	 * Relative to the image's root, without `.` and empty parts, sanitised; `..` stays as it is (see
	 * {@link leadsOutside}). To be shown and compared, never to be opened.
	 */
	readonly path: string;
	readonly kind: TarKind;
	/** Of links: where they lead, sanitised. */
	readonly target?: string;
	/** Permission bits, with setuid (0o4000) and setgid (0o2000). */
	readonly mode: number;
	/** Stored bytes of the content. */
	readonly sizeBytes: number;
	/** The content, on demand and once, until the next item is asked for. What is not read is passed over. */
	readonly content: AsyncIterable<Uint8Array>;
};

/** How far reading came. */
export type LayerOutcome = {
	/** Digest of the unpacked bytes; absent when they were not read to the end. */
	readonly diffId?: string;
	readonly packing?: Packing;
	readonly storedBytes: number;
	readonly unpackedBytes: number;
	/** Why reading ended early, in one sentence: damage, an unknown packing, a bomb. What came before counts. */
	readonly problem?: string;
};

export type OpenLayer = {
	/**
	 * The entries in archive order, once. A layer that cannot be read, or not to its end, ends them early
	 * and is told in {@link outcome}; only a failure of the source (network, engine) and `CANCELLED` are
	 * thrown. Leaving the loop closes the source.
	 */
	readonly items: () => AsyncGenerator<LayerItem, void, undefined>;
	/** Up to date at any time, complete when the items have ended. */
	readonly outcome: () => LayerOutcome;
};

export type LayerLimits = {
	/** Unpacked bytes that are read of one layer. */
	readonly unpackedBytes: number;
	/** How often a layer may be larger than what is stored, once it is beyond `ratioFromBytes`. */
	readonly ratio: number;
	readonly ratioFromBytes: number;
};

/** gzip makes zeros a thousand times smaller, zstd more; files that people make reach twenty. */
export const layerLimits: LayerLimits = {
	unpackedBytes: 64 * 1024 ** 3,
	ratio: 200,
	ratioFromBytes: 1024 ** 3,
};

export type OpenLayerOptions = {
	readonly signal?: AbortSignal | undefined;
	/** Reads on to the end after damage of the archive, so that its diff ID is told. */
	readonly identify?: boolean;
	readonly limits?: Partial<LayerLimits>;
};

/**
 * Opens a layer as it is stored: plain, gzip or zstd. Memory does not depend on its size: nothing is kept
 * but a chunk, and nothing is written. Use:
 *
 *     const layer = openLayer(stream.bytes, {signal});
 *     for await (const item of layer.items()) {
 *         if (item.kind === 'file') for await (const chunk of item.content) scan(item.path, chunk);
 *     }
 *     const {problem} = layer.outcome();
 *
 * The layers of an image come from `ImageContents.streams()` (image-contents.ts); which of its layers a
 * stream was is told by `layersHolding` there.
 */
export function openLayer(
	stored: AsyncIterable<Uint8Array>,
	{signal, identify = false, limits}: OpenLayerOptions = {},
): OpenLayer {
	const bounds = {...layerLimits, ...limits};
	const hash = createHash('sha256');
	let outcome: LayerOutcome = {storedBytes: 0, unpackedBytes: 0};
	let sourceFailed = false;
	/** Whether what was unpacked is what was packed. */
	let isWhole = true;

	const counted = async function* () {
		try {
			for await (const chunk of stored) {
				if (signal?.aborted) throw new RegbenchError('CANCELLED', 'Cancelled');
				outcome = {...outcome, storedBytes: outcome.storedBytes + chunk.byteLength};
				yield chunk;
			}
		} catch (error) {
			sourceFailed = true;
			throw error;
		}
	};
	const measured = async function* () {
		const {bytes, packing} = await unpack(counted());
		outcome = {...outcome, packing};
		for await (const chunk of bytes) {
			// Of a few stored bytes much can come: the source alone would not see that it was cancelled.
			if (signal?.aborted) throw new RegbenchError('CANCELLED', 'Cancelled');
			const unpackedBytes = outcome.unpackedBytes + chunk.byteLength;
			outcome = {...outcome, unpackedBytes};
			checkSize(outcome, bounds);
			hash.update(chunk);
			yield chunk;
		}
	};

	/** Takes note of what is wrong with the layer; throws what is wrong with anything else. */
	const note = (error: unknown): void => {
		const problem = problemOf(error, sourceFailed);
		// What follows from the first is no news.
		outcome = {problem, ...outcome};
		if (isDamage(error) || isBound(error)) isWhole = false;
	};
	const guarded = async function* (content: AsyncIterable<Uint8Array>) {
		try {
			yield* content;
		} catch (error) {
			note(error);
		}
	};

	return {
		async *items() {
			const reader = createByteReader(measured());
			try {
				try {
					for await (const {name, target, content, ...entry} of readTar(reader)) {
						const path = innerPath(name);
						if (path === '') continue;
						yield {
							...entry,
							path,
							content: guarded(content),
							...(target === undefined ? {} : {target: sanitise(target)}),
						};
					}
				} catch (error) {
					note(error);
				}
				if (outcome.problem !== undefined && !identify) return;
				// Behind the end of the archive there is padding: the digest is that of all of it.
				if (isWhole) await reader.drain();
				if (isWhole) outcome = {...outcome, diffId: `sha256:${hash.digest('hex')}`};
			} catch (error) {
				note(error);
			} finally {
				await reader.close();
			}
		},
		outcome: () => outcome,
	};
}

/** Whether a path has parts that would lead out of the image. Nothing follows them; it is worth a word. */
export function leadsOutside(path: string): boolean {
	return path === '..' || path.startsWith('../') || path.includes('/../') || path.endsWith('/..');
}

/** What goes wrong in the layer itself, in a sentence; throws everything else. */
function problemOf(error: unknown, sourceFailed: boolean): string {
	if (sourceFailed) throw toRegbenchError(error);
	if (isDamage(error)) return 'It is damaged: it cannot be unpacked to its end';
	if (error instanceof RegbenchError && error.code !== 'CANCELLED') return error.message;
	throw toRegbenchError(error);
}

class Bound extends RegbenchError {}

function isBound(error: unknown): boolean {
	return error instanceof Bound || (error instanceof RegbenchError && error.code === 'UNSUPPORTED');
}

function checkSize({storedBytes, unpackedBytes}: LayerOutcome, limits: LayerLimits): void {
	if (unpackedBytes > limits.unpackedBytes) {
		throw new Bound('TOO_LARGE', 'It unpacks to more than regbench reads of one layer');
	}
	if (unpackedBytes > limits.ratioFromBytes && unpackedBytes > limits.ratio * storedBytes) {
		throw new Bound(
			'TOO_LARGE',
			`It unpacks to more than ${limits.ratio} times its size: reading stopped there`,
		);
	}
}

/** Plain names, which nearly all are, stay as they are. */
const isPlain = /^\.{0,3}[\w@%+=:,-][\w@%+=:,.-]*(?:\/\.{0,3}[\w@%+=:,-][\w@%+=:,.-]*)*$/;

function innerPath(name: string): string {
	if (isPlain.test(name)) return name;
	return sanitise(
		name
			.split('/')
			.filter(part => part !== '' && part !== '.')
			.join('/'),
	);
}
