/** An OCI image layout on disk: blobs, the index with its names, and who may change it when. */
import {mkdir, readdir, readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import type {Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import type {Descriptor} from '../domain/manifest.ts';
import {writeFileAtomically} from './atomic-file.ts';
import {openBlobStore, type BlobStore, type CallOptions} from './blob-store.ts';
import {reachableFrom, removeOthers, type Collected} from './collect-garbage.ts';
import {corrupt, isMissing, throwIfCancelled, withFileErrors} from './file-errors.ts';
import {withLock} from './folder-lock.ts';
import {readHolds, writeHold} from './holds.ts';
import {
	asDescriptor,
	emptyIndex,
	entriesOf,
	entryOf,
	parseIndex,
	withReference,
	type IndexDocument,
	type LayoutEntry,
} from './layout-index.ts';
import {privatePath} from './layout-paths.ts';
import {watchFile} from './watch-file.ts';

export type {Collected} from './collect-garbage.ts';
export type {LayoutEntry} from './layout-index.ts';

export type OpenLayoutOptions = CallOptions & {
	/** How long a change waits for another process before `LAYOUT_LOCKED`. Default 10 000. */
	readonly lockTimeoutMs?: number;
};

/** A promise that blobs will not be collected; ends by `release`, by `await using`, or with the process. */
export type Hold = {
	release(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
};

/**
 * Changes are made under a lock that holds across processes and are atomic: after a crash the
 * layout is as it was before or after. Calls reject with a RegbenchError: `LAYOUT_LOCKED`,
 * `LAYOUT_CORRUPT` naming the file, `DISK_FULL`, `CANCELLED`, and what {@link BlobStore} says.
 */
export type ImageLayout = {
	readonly folder: string;
	readonly blobs: BlobStore;

	/** All entries of index.json, in its order. Their blobs need not be here (partial layouts are legal). */
	entries(options?: CallOptions): Promise<readonly LayoutEntry[]>;

	/** The entry under a full reference; undefined when there is none. */
	find(reference: string, options?: CallOptions): Promise<LayoutEntry | undefined>;

	/**
	 * Points a full reference at a manifest or index, moving it when it was taken. The image that
	 * loses its last reference by that stays as an entry without a name.
	 */
	tag(descriptor: Descriptor, reference: string, options?: CallOptions): Promise<void>;

	/** Enters a manifest or index without a name, unless it is entered already. */
	add(descriptor: Descriptor, options?: CallOptions): Promise<void>;

	/** Removes the entries under a full reference and returns them; the image stays nowhere else. */
	untag(reference: string, options?: CallOptions): Promise<readonly LayoutEntry[]>;

	/** Removes all entries with this digest, named or not, and returns them. */
	remove(digest: Digest, options?: CallOptions): Promise<readonly LayoutEntry[]>;

	/** Any other change: gives the entries' descriptors, takes the new ones. `edit` must not wait for anything. */
	change(
		edit: (descriptors: readonly Descriptor[]) => readonly Descriptor[],
		options?: CallOptions,
	): Promise<void>;

	/**
	 * Keeps blobs from being collected by any process while they are brought, before an entry leads
	 * to them. Take it before looking which of them are here.
	 */
	hold(digests: readonly Digest[], options?: CallOptions): Promise<Hold>;

	/** Removes blobs that no entry leads to and nobody holds. */
	collectGarbage(options?: CallOptions): Promise<Collected>;

	/** Yields after every change of the index, by this process or another, until the signal fires. */
	watch(options: {readonly signal: AbortSignal}): AsyncGenerator<void, void, undefined>;
};

/** Opens the layout in `folder`, which is made when it is not there, and clears away leftovers of crashes. */
export async function openLayout(
	folder: string,
	options: OpenLayoutOptions = {},
): Promise<ImageLayout> {
	throwIfCancelled(options.signal);
	const layout = new FolderLayout(folder, await openBlobStore(folder), options.lockTimeoutMs);
	await layout.prepare(options);
	return layout;
}

class FolderLayout implements ImageLayout {
	readonly folder: string;
	readonly blobs: BlobStore;
	readonly #indexFile: string;
	readonly #lockFile: string;
	readonly #lockTimeoutMs: number | undefined;

	constructor(folder: string, blobs: BlobStore, lockTimeoutMs: number | undefined) {
		this.folder = folder;
		this.blobs = blobs;
		this.#indexFile = path.join(folder, 'index.json');
		this.#lockFile = privatePath(folder, 'lock');
		this.#lockTimeoutMs = lockTimeoutMs;
	}

	async prepare(options: CallOptions): Promise<void> {
		const marker = path.join(this.folder, 'oci-layout');
		await withFileErrors(this.folder, () => mkdir(this.folder, {recursive: true}));
		const names = await withFileErrors(this.folder, () => readdir(this.folder));
		const leftovers = names.filter(name => /^(index\.json|oci-layout)\..+\.tmp$/.test(name));
		const complete = names.includes('oci-layout');
		if (!complete || leftovers.length > 0) {
			await this.#locked(options, async () => {
				// Whoever has the lock is the only writer: every temporary file here is a dead one's.
				for (const name of leftovers) await rm(path.join(this.folder, name), {force: true});
				if (complete) return;
				await mkdir(path.join(this.folder, 'blobs', 'sha256'), {recursive: true});
				if (!names.includes('index.json')) {
					await this.#readIndex().catch(async error => {
						if (!isMissing(error.cause)) throw error;
						await writeFileAtomically(this.#indexFile, serialise(emptyIndex));
					});
				}
				// Last, so that a layout that has the marker has an index too.
				await writeFileAtomically(marker, '{"imageLayoutVersion":"1.0.0"}');
			});
		}
		await checkMarker(marker);
		await this.#readIndex();
	}

	async entries({signal}: CallOptions = {}): Promise<readonly LayoutEntry[]> {
		throwIfCancelled(signal);
		return entriesOf(await this.#readIndex());
	}

	async find(reference: string, options: CallOptions = {}): Promise<LayoutEntry | undefined> {
		const entries = await this.entries(options);
		return entries.find(entry => entry.reference === reference);
	}

	async tag(descriptor: Descriptor, reference: string, options: CallOptions = {}): Promise<void> {
		await this.change(descriptors => {
			const named = withReference(descriptor, reference);
			const displaced = descriptors.filter(item => entryOf(item).reference === reference);
			const others = descriptors.filter(
				item => !displaced.includes(item) && !isNameless(item, descriptor.digest),
			);
			const orphans = displaced
				.filter(item => ![named, ...others].some(({digest}) => digest === item.digest))
				.map(item => withReference(item, undefined));
			return [...others, ...orphans, named];
		}, options);
	}

	async add(descriptor: Descriptor, options: CallOptions = {}): Promise<void> {
		await this.change(
			descriptors =>
				descriptors.some(({digest}) => digest === descriptor.digest)
					? descriptors
					: [...descriptors, withReference(descriptor, undefined)],
			options,
		);
	}

	async untag(reference: string, options: CallOptions = {}): Promise<readonly LayoutEntry[]> {
		return this.#take(item => entryOf(item).reference === reference, options);
	}

	async remove(digest: Digest, options: CallOptions = {}): Promise<readonly LayoutEntry[]> {
		return this.#take(item => item.digest === digest, options);
	}

	async #take(
		matches: (descriptor: Descriptor) => boolean,
		options: CallOptions,
	): Promise<readonly LayoutEntry[]> {
		let taken: readonly Descriptor[] = [];
		await this.change(descriptors => {
			taken = descriptors.filter(item => matches(item));
			return taken.length === 0 ? descriptors : descriptors.filter(item => !matches(item));
		}, options);
		return taken.map(descriptor => entryOf(descriptor));
	}

	async change(
		edit: (descriptors: readonly Descriptor[]) => readonly Descriptor[],
		options: CallOptions = {},
	): Promise<void> {
		await this.#locked(options, async () => {
			const index = await this.#readIndex();
			const before = entriesOf(index).map(({descriptor}) => descriptor);
			const after = edit(before);
			if (after === before) return;
			const foreign = index.manifests.filter(item => asDescriptor(item) === undefined);
			await writeFileAtomically(
				this.#indexFile,
				serialise({...index, manifests: [...foreign, ...after]}),
			);
		});
	}

	async hold(digests: readonly Digest[], options: CallOptions = {}): Promise<Hold> {
		const file = await this.#locked(options, () => writeHold(this.folder, digests));
		const release = () => withFileErrors(file, () => rm(file, {force: true}));
		return {release, [Symbol.asyncDispose]: release};
	}

	async collectGarbage(options: CallOptions = {}): Promise<Collected> {
		return this.#locked(options, async () => {
			const entries = entriesOf(await this.#readIndex());
			const roots = entries.map(({descriptor}) => descriptor);
			const keep = await reachableFrom(this.blobs, roots, options);
			for (const digest of await readHolds(this.folder)) keep.add(digest);
			return removeOthers(this.blobs, keep, options);
		});
	}

	watch(options: {readonly signal: AbortSignal}): AsyncGenerator<void, void, undefined> {
		return watchFile(this.#indexFile, options);
	}

	async #locked<Value>({signal}: CallOptions, work: () => Promise<Value>): Promise<Value> {
		return withLock(this.#lockFile, {signal, timeoutMs: this.#lockTimeoutMs}, work);
	}

	async #readIndex(): Promise<IndexDocument> {
		let text: string;
		try {
			text = await withFileErrors(this.#indexFile, () => readFile(this.#indexFile, 'utf8'));
		} catch (error) {
			if (!(error instanceof RegbenchError) || !isMissing(error.cause)) throw error;
			throw corrupt(this.#indexFile, 'The index is missing', error.cause);
		}
		return parseIndex(text, this.#indexFile);
	}
}

async function checkMarker(marker: string): Promise<void> {
	const text = await withFileErrors(marker, () => readFile(marker, 'utf8'));
	let version: unknown;
	try {
		version = (JSON.parse(text) as {imageLayoutVersion?: unknown} | null)?.imageLayoutVersion;
	} catch (error) {
		throw corrupt(marker, 'Not JSON', error);
	}
	if (typeof version !== 'string') throw corrupt(marker, 'No layout version');
	if (!version.startsWith('1.')) {
		throw new RegbenchError(
			'UNSUPPORTED',
			`A layout of a version regbench does not know: ${marker}`,
		);
	}
}

function isNameless(descriptor: Descriptor, digest: Digest): boolean {
	const {reference, tag} = entryOf(descriptor);
	return descriptor.digest === digest && reference === undefined && tag === undefined;
}

function serialise(index: IndexDocument): string {
	return JSON.stringify(index);
}
