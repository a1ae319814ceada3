import type {Hash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {mkdir, open, rename, rm, stat, type FileHandle} from 'node:fs/promises';
import path from 'node:path';
import {digestOfHash, hashFor, type Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {syncFolder} from './atomic-file.ts';
import {throwIfCancelled, withFileErrors} from './file-errors.ts';
import {blobPath} from './layout-paths.ts';

export type AppendOptions = {
	readonly signal?: AbortSignal | undefined;
	/** Most bytes the blob may have in all; one more is `DIGEST_MISMATCH`. */
	readonly limitBytes?: number | undefined;
	/** Called with the bytes that the blob has so far, after every write. */
	readonly onProgress?: ((doneBytes: number) => void) | undefined;
};

/**
 * A blob on its way into the store: a temporary file and the hash of what is in it. Nothing of it
 * can be seen in the store before `commit`.
 */
export type BlobWriter = {
	/** Bytes it holds. */
	readonly offset: number;
	/** Appends everything the source gives. What came before a failure stays and counts in `offset`. */
	append(source: AsyncIterable<Uint8Array>, options?: AppendOptions): Promise<void>;
	/** Checks size and digest (`DIGEST_MISMATCH`), makes the bytes durable and the blob visible. */
	commit(expected: {readonly digest: Digest; readonly size?: number | undefined}): Promise<void>;
	/** Throws the bytes away. */
	discard(): Promise<void>;
	/** Keeps the bytes under another file name, to be continued later. */
	keepAs(file: string): Promise<void>;
};

// Small network chunks are joined up to this size: fewer calls, and hashing overlaps with writing.
const batchBytes = 1024 * 1024;

/** Begins a blob in `file`, or continues one that lies there: its bytes are hashed again first. */
export async function openBlobWriter(
	folder: string,
	file: string,
	algorithm: 'sha256' | 'sha512',
	signal?: AbortSignal,
): Promise<BlobWriter> {
	const like: Digest = `${algorithm}:`;
	const handle = await withFileErrors(file, () => open(file, 'a', 0o644));
	try {
		const {size} = await handle.stat();
		const hash = hashFor(like);
		if (size > 0) await feed(hash, file, signal);
		return new FileBlobWriter(folder, file, handle, hash, like, size);
	} catch (error) {
		await handle.close();
		throw error;
	}
}

async function feed(hash: Hash, file: string, signal?: AbortSignal): Promise<void> {
	await withFileErrors(file, async () => {
		for await (const chunk of createReadStream(file, {highWaterMark: batchBytes})) {
			throwIfCancelled(signal);
			hash.update(chunk as Buffer);
		}
	});
}

class FileBlobWriter implements BlobWriter {
	offset: number;
	readonly #folder: string;
	readonly #file: string;
	readonly #handle: FileHandle;
	readonly #like: Digest;
	#hash: Hash;

	constructor(
		folder: string,
		file: string,
		handle: FileHandle,
		hash: Hash,
		like: Digest,
		offset: number,
	) {
		this.#folder = folder;
		this.#file = file;
		this.#handle = handle;
		this.#hash = hash;
		this.#like = like;
		this.offset = offset;
	}

	async append(source: AsyncIterable<Uint8Array>, options: AppendOptions = {}): Promise<void> {
		const {signal, limitBytes = Number.POSITIVE_INFINITY, onProgress} = options;
		let batch: Uint8Array[] = [];
		let batched = 0;
		let received = this.offset;
		let writing: Promise<void> = Promise.resolve();
		const flush = async () => {
			const buffers = batch;
			const length = batched;
			batch = [];
			batched = 0;
			// One batch is on its way to the disk while the next is hashed: memory stays at two batches.
			await writing;
			if (length === 0) return;
			writing = this.#write(buffers, length).then(() => onProgress?.(this.offset));
			// A failure is thrown by the next await; until then it must not count as unhandled.
			writing.catch(() => {});
		};
		try {
			for await (const chunk of source) {
				throwIfCancelled(signal);
				received += chunk.byteLength;
				if (received > limitBytes) {
					throw new RegbenchError('DIGEST_MISMATCH', `More than ${limitBytes} bytes arrived`);
				}
				batch.push(chunk);
				batched += chunk.byteLength;
				if (batched >= batchBytes) await flush();
			}
			throwIfCancelled(signal);
		} finally {
			await flush();
			await writing;
		}
	}

	async #write(buffers: readonly Uint8Array[], length: number): Promise<void> {
		await withFileErrors(this.#file, async () => {
			const whole = this.#handle.writev([...buffers]);
			for (const buffer of buffers) this.#hash.update(buffer);
			const {bytesWritten} = await whole;
			if (bytesWritten < length) {
				const rest = Buffer.concat(buffers).subarray(bytesWritten);
				await this.#handle.appendFile(rest);
			}
			this.offset += length;
		}).catch(async error => {
			// The file may hold a part of the batch and the hash all of it: neither is to be gone on with.
			await this.#handle.truncate(0).catch(() => {});
			this.#hash = hashFor(this.#like);
			this.offset = 0;
			throw error;
		});
	}

	async commit(expected: {digest: Digest; size?: number | undefined}): Promise<void> {
		const {digest, size} = expected;
		const target = blobPath(this.#folder, digest);
		try {
			if (size !== undefined && size !== this.offset) {
				throw new RegbenchError(
					'DIGEST_MISMATCH',
					`${this.offset} bytes arrived instead of ${size} for ${digest}`,
				);
			}
			const found = await this.#digestLike(digest);
			if (found !== digest) {
				throw new RegbenchError('DIGEST_MISMATCH', `The bytes have ${found} instead of ${digest}`);
			}
			await withFileErrors(target, async () => {
				await this.#handle.sync();
				await this.#handle.close();
				await mkdir(path.dirname(target), {recursive: true});
				await rename(this.#file, target);
				await syncFolder(path.dirname(target));
			});
		} catch (error) {
			await this.discard();
			throw error;
		}
	}

	async #digestLike(digest: Digest): Promise<Digest> {
		if (digest.startsWith(this.#like)) return digestOfHash(this.#hash, digest);
		const hash = hashFor(digest);
		await feed(hash, this.#file);
		return digestOfHash(hash, digest);
	}

	async discard(): Promise<void> {
		await this.#handle.close().catch(() => {});
		await rm(this.#file, {force: true}).catch(() => {});
	}

	async keepAs(file: string): Promise<void> {
		await this.#handle.close().catch(() => {});
		if (this.offset === 0) {
			await rm(this.#file, {force: true});
			return;
		}
		await withFileErrors(file, async () => {
			// Of two cut downloads of one blob the longer is worth keeping.
			const other = await stat(file).catch(() => undefined);
			if (other && other.size > this.offset) await rm(this.#file, {force: true});
			else await rename(this.#file, file);
		});
	}
}
