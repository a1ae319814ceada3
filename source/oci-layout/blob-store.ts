/** The blobs of an OCI image layout: files named after their content (image-layout.md). */
import {open, readdir, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {digestOfHash, hashFor, type Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {openBlobWriter, type AppendOptions, type BlobWriter} from './blob-writer.ts';
import {corrupt, isMissing, throwIfCancelled, withFileErrors} from './file-errors.ts';
import {claimPartial, cleanIngest, newIngestPath} from './ingest.ts';
import {blobPath, digestOfBlobName, partialPath} from './layout-paths.ts';

export type CallOptions = {readonly signal?: AbortSignal | undefined};

export type Expected = {
	readonly digest: Digest;
	/** In bytes; left out where it is not known beforehand. */
	readonly size?: number | undefined;
};

export type ReadOptions = CallOptions & {
	readonly fromByte?: number | undefined;
	/** The first byte not to read; default the end. */
	readonly toByte?: number | undefined;
	/** Checks the digest and ends with `LAYOUT_CORRUPT` when it is wrong; only for a whole read. */
	readonly verify?: boolean | undefined;
};

export type DownloadOptions = AppendOptions & {
	/** Called when all bytes have come; they are still to be checked and made durable. */
	readonly onReceived?: (() => void) | undefined;
};

/** Most bytes of a blob that is read into memory at once (manifests, configs). */
export const smallBlobBytes = 8 * 1024 * 1024;

const chunkBytes = 256 * 1024;

/**
 * Blobs on disk. All calls reject with a RegbenchError: `DISK_FULL`, `DIGEST_MISMATCH`,
 * `LAYOUT_CORRUPT`, `IMAGE_NOT_FOUND` for a blob that is not here, `CANCELLED`.
 */
export type BlobStore = {
	readonly folder: string;
	/** Size in bytes; undefined when the blob is not here. */
	size(digest: Digest): Promise<number | undefined>;
	/** Whether the blob is here, with the size expected of it. */
	has(expected: Expected): Promise<boolean>;
	/** The bytes as a stream; memory does not grow with the blob. */
	read(digest: Digest, options?: ReadOptions): AsyncGenerator<Uint8Array, void, undefined>;
	/** A small blob (at most {@link smallBlobBytes}) whole, its digest checked. */
	readSmall(digest: Digest, options?: CallOptions): Promise<Uint8Array>;
	/** Stores a blob; one that is here already is not written again. Resolves when it is durable. */
	put(
		expected: Expected,
		source: AsyncIterable<Uint8Array>,
		options?: AppendOptions,
	): Promise<'written' | 'exists'>;
	/** Stores a small blob from memory. A damaged file under its name is replaced. */
	putBytes(digest: Digest, bytes: Uint8Array, options?: CallOptions): Promise<'written' | 'exists'>;
	/**
	 * Stores a blob from a source that can start anywhere. When it is cut, what has come is kept and
	 * the next download of the same blob continues there, in this process or a later one.
	 */
	download(
		expected: {readonly digest: Digest; readonly size: number},
		open: (fromByte: number) => AsyncIterable<Uint8Array>,
		options?: DownloadOptions,
	): Promise<'written' | 'exists'>;
	/** Bytes of a cut download that the next one will not have to fetch. */
	partialSize(digest: Digest): Promise<number>;
	/** Begins a blob whose digest is told at the end only. */
	writer(): Promise<BlobWriter>;
	/** Removes a blob; the bytes that this freed. */
	remove(digest: Digest): Promise<number>;
	/** All blobs that are here; files that are none are passed over. */
	list(options?: CallOptions): AsyncGenerator<Digest, void, undefined>;
};

/** The blobs under `folder`; clears away what crashed writers left behind. */
export async function openBlobStore(folder: string): Promise<BlobStore> {
	await cleanIngest(folder);
	return new FileBlobStore(folder);
}

class FileBlobStore implements BlobStore {
	readonly folder: string;
	/** Blobs being brought by this process: a second caller waits for the first instead of doing it again. */
	readonly #underway = new Map<Digest, Promise<unknown>>();

	constructor(folder: string) {
		this.folder = folder;
	}

	async size(digest: Digest): Promise<number | undefined> {
		const file = blobPath(this.folder, digest);
		return withFileErrors(file, async () => {
			try {
				return (await stat(file)).size;
			} catch (error) {
				if (isMissing(error)) return undefined;
				throw error;
			}
		});
	}

	async has({digest, size}: Expected): Promise<boolean> {
		const found = await this.size(digest);
		return found !== undefined && (size === undefined || size < 0 || found === size);
	}

	async *read(
		digest: Digest,
		options: ReadOptions = {},
	): AsyncGenerator<Uint8Array, void, undefined> {
		const {fromByte = 0, toByte = Number.POSITIVE_INFINITY, verify = false, signal} = options;
		const file = blobPath(this.folder, digest);
		const handle = await openForReading(file, digest);
		const hash = verify && fromByte === 0 && toByte === Infinity ? hashFor(digest) : undefined;
		try {
			let position = fromByte;
			const next = async () => {
				const length = Math.min(chunkBytes, toByte - position);
				if (length <= 0) return undefined;
				const buffer = Buffer.allocUnsafeSlow(length);
				const {bytesRead} = await withFileErrors(file, () =>
					handle.read(buffer, 0, length, position),
				);
				position += bytesRead;
				return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
			};
			let ahead = next();
			try {
				for (;;) {
					throwIfCancelled(signal);
					const chunk = await ahead;
					if (!chunk) break;
					ahead = next();
					hash?.update(chunk);
					yield chunk;
				}
			} finally {
				await ahead.catch(() => {});
			}
		} finally {
			await handle.close();
		}
		if (hash && digestOfHash(hash, digest) !== digest) throw wrongContent(file);
	}

	async readSmall(digest: Digest, options: CallOptions = {}): Promise<Uint8Array> {
		const size = await this.size(digest);
		if (size !== undefined && size > smallBlobBytes) {
			throw new RegbenchError(
				'TOO_LARGE',
				`${digest} has ${size} bytes and is no manifest or config`,
			);
		}
		const chunks: Uint8Array[] = [];
		for await (const chunk of this.read(digest, {...options, verify: true})) chunks.push(chunk);
		return Buffer.concat(chunks);
	}

	async put(
		expected: Expected,
		source: AsyncIterable<Uint8Array>,
		options: AppendOptions = {},
	): Promise<'written' | 'exists'> {
		return this.#once(expected, options.signal, async () => {
			const writer = await this.#newWriter('put', expected.digest);
			try {
				await writer.append(source, {limitBytes: expected.size, ...options});
			} catch (error) {
				await writer.discard();
				throw error;
			}
			await writer.commit(expected);
		});
	}

	async putBytes(
		digest: Digest,
		bytes: Uint8Array,
		options: CallOptions = {},
	): Promise<'written' | 'exists'> {
		const there = await this.readSmall(digest).then(
			() => true,
			() => false,
		);
		if (there) return 'exists';
		await this.remove(digest);
		return this.put({digest, size: bytes.byteLength}, once(bytes), options);
	}

	async download(
		expected: {readonly digest: Digest; readonly size: number},
		open: (fromByte: number) => AsyncIterable<Uint8Array>,
		options: DownloadOptions = {},
	): Promise<'written' | 'exists'> {
		const {digest, size} = expected;
		return this.#once(expected, options.signal, async () => {
			const writer = await this.#resume(digest, size, options.signal);
			const isContinued = writer.offset > 0;
			try {
				await this.#fill(writer, expected, open, options);
			} catch (error) {
				// What was kept of a cut download may have been damaged on its way: all is fetched anew.
				if (!isContinued || !isMismatch(error)) throw error;
				await this.#fill(await this.#newWriter('put', digest), expected, open, options);
			}
		});
	}

	/** Brings what a writer lacks and commits it; keeps what has come when it is cut. */
	async #fill(
		writer: BlobWriter,
		expected: {readonly digest: Digest; readonly size: number},
		open: (fromByte: number) => AsyncIterable<Uint8Array>,
		options: DownloadOptions,
	): Promise<void> {
		const {digest, size} = expected;
		try {
			options.onProgress?.(writer.offset);
			if (writer.offset < size) {
				await writer.append(open(writer.offset), {limitBytes: size, ...options});
			}
			if (writer.offset < size) {
				throw new RegbenchError(
					'REGISTRY_UNREACHABLE',
					`${digest} ended after ${writer.offset} of ${size} bytes`,
					{retryable: true},
				);
			}
		} catch (error) {
			await (isMismatch(error)
				? writer.discard()
				: writer.keepAs(partialPath(this.folder, digest)));
			throw error;
		}
		options.onReceived?.();
		await writer.commit(expected);
	}

	async #resume(digest: Digest, size: number, signal?: AbortSignal): Promise<BlobWriter> {
		const writer = await this.#newWriter('download', digest, signal);
		if (writer.offset <= size) return writer;
		await writer.discard();
		return this.#newWriter('put', digest);
	}

	async #newWriter(
		purpose: 'put' | 'download',
		digest: Digest,
		signal?: AbortSignal,
	): Promise<BlobWriter> {
		const file = await newIngestPath(this.folder, `${purpose}-${digest.replace(':', '-')}`);
		if (purpose === 'download') await claimPartial(this.folder, digest, file);
		const algorithm = digest.startsWith('sha512:') ? 'sha512' : 'sha256';
		return openBlobWriter(this.folder, file, algorithm, signal);
	}

	async #once(
		expected: Expected,
		signal: AbortSignal | undefined,
		bring: () => Promise<void>,
	): Promise<'written' | 'exists'> {
		for (;;) {
			throwIfCancelled(signal);
			if (await this.has(expected)) return 'exists';
			const other = this.#underway.get(expected.digest);
			if (!other) break;
			// When the other fails this caller tries by itself.
			await untilCancelled(other, signal);
		}
		const work = bring();
		const settled = work.catch(() => {});
		this.#underway.set(expected.digest, settled);
		try {
			await work;
			return 'written';
		} finally {
			this.#underway.delete(expected.digest);
		}
	}

	async partialSize(digest: Digest): Promise<number> {
		return (await stat(partialPath(this.folder, digest)).catch(() => undefined))?.size ?? 0;
	}

	async writer(): Promise<BlobWriter> {
		return openBlobWriter(this.folder, await newIngestPath(this.folder, 'upload'), 'sha256');
	}

	async remove(digest: Digest): Promise<number> {
		const size = await this.size(digest);
		if (size === undefined) return 0;
		const file = blobPath(this.folder, digest);
		await withFileErrors(file, () => rm(file, {force: true}));
		return size;
	}

	async *list({signal}: CallOptions = {}): AsyncGenerator<Digest, void, undefined> {
		for (const algorithm of ['sha256', 'sha512']) {
			const folder = path.join(this.folder, 'blobs', algorithm);
			const names = await readdir(folder).catch(() => []);
			for (const name of names) {
				throwIfCancelled(signal);
				const digest = digestOfBlobName(algorithm, name);
				if (digest) yield digest;
			}
		}
	}
}

async function openForReading(file: string, digest: Digest) {
	return withFileErrors(file, async () => {
		try {
			return await open(file, 'r');
		} catch (error) {
			if (!isMissing(error)) throw error;
			throw new RegbenchError('IMAGE_NOT_FOUND', `${digest} is not in the image store`, {
				hint: 'The image is not here in full: pull it again.',
				cause: error,
			});
		}
	});
}

function isMismatch(error: unknown): boolean {
	return error instanceof RegbenchError && error.code === 'DIGEST_MISMATCH';
}

function wrongContent(file: string): RegbenchError {
	return corrupt(file, 'The content does not have the digest it is named after');
}

async function untilCancelled(work: Promise<unknown>, signal?: AbortSignal): Promise<void> {
	if (!signal) {
		await work;
		return;
	}
	const over = new AbortController();
	const cancelled = new Promise<void>(resolve => {
		signal.addEventListener('abort', () => resolve(), {once: true, signal: over.signal});
	});
	await Promise.race([work, cancelled]);
	over.abort();
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
	yield bytes;
}
