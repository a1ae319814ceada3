/** Manifests read by digest, kept for a short while: the bytes of a digest never change, but they may be deleted. */
import type {Digest} from '../domain/digest.ts';
import type {RawManifest} from '../domain/manifest.ts';

export type ManifestCache = {
	get(path: string, digest: Digest): RawManifest | undefined;
	add(path: string, manifest: RawManifest): void;
	/** Something was deleted in the repository. */
	forget(path: string): void;
};

const keptMs = 60_000;
const largestBytes = 8 * 1024 * 1024;

type Entry = {readonly manifest: RawManifest; readonly path: string; readonly until: number};

/** Holds at most 8 MiB; the oldest go first. */
export function createManifestCache(now: () => number): ManifestCache {
	const entries = new Map<string, Entry>();
	let size = 0;

	const drop = (key: string) => {
		size -= entries.get(key)?.manifest.bytes.byteLength ?? 0;
		entries.delete(key);
	};

	return {
		get(path, digest) {
			const key = keyOf(path, digest);
			const entry = entries.get(key);
			if (entry && entry.until <= now()) drop(key);
			return entry && entry.until > now() ? entry.manifest : undefined;
		},
		add(path, manifest) {
			const key = keyOf(path, manifest.digest);
			drop(key);
			entries.set(key, {manifest, path, until: now() + keptMs});
			size += manifest.bytes.byteLength;
			for (const oldest of entries.keys()) {
				if (size <= largestBytes) break;
				drop(oldest);
			}
		},
		forget(path) {
			for (const [key, entry] of entries) if (entry.path === path) drop(key);
		},
	};
}

function keyOf(path: string, digest: Digest): string {
	return `${path}@${digest}`;
}
