/** A clean-up as plain values: what was looked at, what goes, what stays and why. */
import type {Digest} from './digest.ts';

export const cleanupPlanVersion = 2;

/** One name (a tag) of something that is there. */
export type CleanupName = {
	/** Local: familiar reference. Registry: the tag alone. */
	readonly name: string;
	readonly goes: boolean;
	/** Why it goes or stays. */
	readonly reason: string;
};

/** One image on the engine, or one manifest in a repository of a registry. */
export type CleanupEntry = {
	/** `local`, or the repository: `ghcr.io/octocat/hello`. */
	readonly place: string;
	/** Image ID, or the manifest's digest. */
	readonly id: string;
	readonly names: readonly CleanupName[];
	/** Of an image without names: whether it goes. With names: whether all of it goes with them. */
	readonly goes: boolean;
	readonly reason: string;
	/** As listed: layers that it shares with others are in it. */
	readonly sizeBytes: number;
	/** Sizes of its blobs by digest, where they are known: what is shared is counted once by them. */
	readonly blobs?: Readonly<Record<string, number>>;
	/** Signatures, SBOMs and attestations that go with it. */
	readonly referrers: readonly Digest[];
};

/** Exactly what an apply does; refused when the world is no longer as it says. */
export type CleanupPlan = {
	readonly version: typeof cleanupPlanVersion;
	/** RFC 3339. */
	readonly createdAt: string;
	readonly entries: readonly CleanupEntry[];
	/** Every tag with its digest, of each repository of a registry that was looked at. */
	readonly repositories: Readonly<Record<string, Readonly<Record<string, string>>>>;
	/** Sizes of all that goes as they are listed: what is shared is in it several times. */
	readonly listedBytes: number;
	/** What nothing that stays holds, counted once where blobs are known, as listed elsewhere. */
	readonly freedBytes: number;
	/** What was not looked for, and why. */
	readonly notes: readonly string[];
	/** SHA-256 over the rest: a plan that was edited is not applied. */
	readonly fingerprint: string;
};

/** Whether an entry loses anything. */
export function isTouched(entry: CleanupEntry): boolean {
	return entry.goes || entry.names.some(({goes}) => goes);
}
