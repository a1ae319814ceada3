/** What each repository of the embedded registry holds: tags, manifests, and which blobs may be seen in it. */
import {mkdir, open, readdir, readFile, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {isDigest, type Digest} from '../../domain/digest.ts';
import {writeFileAtomically} from '../../oci-layout/atomic-file.ts';
import {corrupt, withFileErrors} from '../../oci-layout/file-errors.ts';
import {isRepositoryName} from './route.ts';

export type TagRecord = {
	readonly digest: Digest;
	/** RFC 3339, as all times here. */
	readonly createdAt: string;
	readonly updatedAt: string;
};

export type ManifestRecord = {
	readonly mediaType: string;
	readonly size: number;
	readonly pushedAt: string;
	readonly subject?: Digest;
	readonly artifactType?: string;
	readonly annotations?: Readonly<Record<string, string>>;
};

export type RepositoryRecord = {
	readonly visibility: 'private' | 'public';
	readonly createdAt: string;
	readonly tags: ReadonlyMap<string, TagRecord>;
	readonly manifests: ReadonlyMap<Digest, ManifestRecord>;
};

/** A record that an update may change. */
export type RepositoryDraft = {
	visibility: 'private' | 'public';
	createdAt: string;
	tags: Map<string, TagRecord>;
	manifests: Map<Digest, ManifestRecord>;
};

export type RepositoryStore = {
	get(name: string): RepositoryRecord | undefined;
	/** Names of all repositories that something was pushed to, sorted. */
	names(): readonly string[];
	/** Changes a record, which is made when there is none; durable when it resolves. Updates of one name queue up. */
	update(name: string, edit: (draft: RepositoryDraft) => void): Promise<void>;
	hasBlob(name: string, digest: Digest): boolean;
	/** Lets the repository see a blob of the store. */
	linkBlob(name: string, digest: Digest): Promise<void>;
	unlinkBlob(name: string, digest: Digest): Promise<void>;
	/** Removes a repository with everything in it. */
	remove(name: string): Promise<void>;
	/** Every blob and manifest that some repository sees. */
	linked(): Set<Digest>;
	/**
	 * Takes blobs out of repositories that no manifest there took up for a day: pushes that were given
	 * up. `used` tells what the manifests of a record lead to.
	 */
	dropOrphans(
		used: (record: RepositoryRecord | undefined) => Promise<ReadonlySet<Digest>>,
	): Promise<void>;
};

type State = {record: RepositoryRecord | undefined; readonly blobs: Set<Digest>};

// No repository name has a component that begins with an underscore.
const recordName = '_repository.json';
const linksName = '_blobs';

/** Blobs that no manifest took up after a day are of pushes that were given up. */
const orphanLifetimeMs = 24 * 60 * 60 * 1000;

/** Reads the records under `folder`; `LAYOUT_CORRUPT` naming a record that cannot be understood. */
export async function openRepositoryStore(
	folder: string,
	visibility: 'private' | 'public',
): Promise<RepositoryStore> {
	const states = new Map<string, State>();
	await withFileErrors(folder, () => mkdir(folder, {recursive: true}));
	await load(folder, '', states);
	return new FolderRepositoryStore(folder, visibility, states);
}

class FolderRepositoryStore implements RepositoryStore {
	readonly #folder: string;
	readonly #visibility: 'private' | 'public';
	readonly #states: Map<string, State>;
	readonly #queues = new Map<string, Promise<void>>();

	constructor(folder: string, visibility: 'private' | 'public', states: Map<string, State>) {
		this.#folder = folder;
		this.#visibility = visibility;
		this.#states = states;
	}

	get(name: string): RepositoryRecord | undefined {
		return this.#states.get(name)?.record;
	}

	names(): readonly string[] {
		const named = [...this.#states].filter(([, {record}]) => record !== undefined);
		return named.map(([name]) => name).toSorted();
	}

	async update(name: string, edit: (draft: RepositoryDraft) => void): Promise<void> {
		await this.#inTurn(name, async () => {
			const state = this.#state(name);
			const draft: RepositoryDraft = {
				visibility: state.record?.visibility ?? this.#visibility,
				createdAt: state.record?.createdAt ?? new Date().toISOString(),
				tags: new Map(state.record?.tags),
				manifests: new Map(state.record?.manifests),
			};
			edit(draft);
			const folder = path.join(this.#folder, name);
			await withFileErrors(folder, () => mkdir(folder, {recursive: true}));
			await writeFileAtomically(
				path.join(folder, recordName),
				JSON.stringify({...draft, tags: [...draft.tags], manifests: [...draft.manifests]}),
			);
			state.record = draft;
		});
	}

	hasBlob(name: string, digest: Digest): boolean {
		return this.#states.get(name)?.blobs.has(digest) ?? false;
	}

	async linkBlob(name: string, digest: Digest): Promise<void> {
		if (this.hasBlob(name, digest)) return;
		const file = this.#linkFile(name, digest);
		await withFileErrors(file, async () => {
			await mkdir(path.dirname(file), {recursive: true});
			await (await open(file, 'w')).close();
		});
		this.#state(name).blobs.add(digest);
	}

	async unlinkBlob(name: string, digest: Digest): Promise<void> {
		const file = this.#linkFile(name, digest);
		await withFileErrors(file, () => rm(file, {force: true}));
		this.#states.get(name)?.blobs.delete(digest);
	}

	async remove(name: string): Promise<void> {
		await this.#inTurn(name, async () => {
			const folder = path.join(this.#folder, name);
			// Repositories below this one share its folder.
			await withFileErrors(folder, async () => {
				await rm(path.join(folder, recordName), {force: true});
				await rm(path.join(folder, linksName), {recursive: true, force: true});
			});
			this.#states.delete(name);
		});
	}

	linked(): Set<Digest> {
		const digests = new Set<Digest>();
		for (const {record, blobs} of this.#states.values()) {
			for (const digest of blobs) digests.add(digest);
			for (const digest of record?.manifests.keys() ?? []) digests.add(digest);
		}
		return digests;
	}

	async dropOrphans(
		used: (record: RepositoryRecord | undefined) => Promise<ReadonlySet<Digest>>,
	): Promise<void> {
		for (const [name, {record, blobs}] of this.#states) {
			const needed = await used(record);
			for (const digest of blobs) {
				if (needed.has(digest)) continue;
				const file = this.#linkFile(name, digest);
				const {mtimeMs} = await withFileErrors(file, () => stat(file));
				if (Date.now() - mtimeMs > orphanLifetimeMs) await this.unlinkBlob(name, digest);
			}
		}
	}

	#state(name: string): State {
		let state = this.#states.get(name);
		if (!state) {
			state = {record: undefined, blobs: new Set()};
			this.#states.set(name, state);
		}
		return state;
	}

	#linkFile(name: string, digest: Digest): string {
		return path.join(this.#folder, name, linksName, digest.replace(':', '-'));
	}

	async #inTurn(name: string, work: () => Promise<void>): Promise<void> {
		const turn = (this.#queues.get(name) ?? Promise.resolve()).then(work);
		const settled = turn.catch(() => {});
		this.#queues.set(name, settled);
		await turn.finally(() => {
			if (this.#queues.get(name) === settled) this.#queues.delete(name);
		});
	}
}

async function load(root: string, name: string, states: Map<string, State>): Promise<void> {
	const folder = path.join(root, name);
	const entries = await withFileErrors(folder, () => readdir(folder, {withFileTypes: true}));
	let record: RepositoryRecord | undefined;
	const blobs = new Set<Digest>();
	for (const entry of entries) {
		const below = name === '' ? entry.name : `${name}/${entry.name}`;
		if (entry.name === recordName) record = await readRecord(path.join(folder, recordName));
		else if (entry.name === linksName) await readLinks(path.join(folder, linksName), blobs);
		else if (entry.name.endsWith('.tmp')) await rm(path.join(folder, entry.name), {force: true});
		else if (entry.isDirectory() && isRepositoryName(below)) await load(root, below, states);
	}
	if (name !== '' && (record || blobs.size > 0)) states.set(name, {record, blobs});
}

async function readRecord(file: string): Promise<RepositoryRecord> {
	const text = await withFileErrors(file, () => readFile(file, 'utf8'));
	try {
		const value = JSON.parse(text) as RepositoryDraft & {tags: unknown; manifests: unknown};
		return {
			visibility: value.visibility === 'public' ? 'public' : 'private',
			createdAt: String(value.createdAt),
			tags: new Map(value.tags as Iterable<[string, TagRecord]>),
			manifests: new Map(value.manifests as Iterable<[Digest, ManifestRecord]>),
		};
	} catch (error) {
		throw corrupt(file, 'Not a repository record', error);
	}
}

async function readLinks(folder: string, blobs: Set<Digest>): Promise<void> {
	for (const name of await withFileErrors(folder, () => readdir(folder))) {
		const digest = name.replace('-', ':');
		if (isDigest(digest)) blobs.add(digest);
	}
}
