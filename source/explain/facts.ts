/**
 * What is known of this machine and its registries when something is explained: plain values, gathered
 * by whoever asks. What was not read is absent, and nothing is said of it.
 */
import type {AuthenticationFacts} from '../domain/authentication.ts';
import type {ProviderId} from '../domain/target.ts';

export type EngineFacts = {
	readonly title: string;
	readonly address: string;
	/** `graph-driver`: unpacked layers. `containerd`: compressed blobs as well. `layout`: blobs as files. */
	readonly store: 'graph-driver' | 'containerd' | 'layout';
	/** `docker info`: Docker Root Dir. */
	readonly rootFolder?: string;
	/** `docker info`: Storage Driver. */
	readonly driver?: string;
	/** Where that folder is: on this machine, in a virtual machine's disk, or on another machine. */
	readonly place: 'here' | 'virtual-machine' | 'elsewhere';
	/** Name of that other machine, as it tells. */
	readonly machine?: string;
	readonly containersUnavailable?: string;
};

export type LayerFacts = {
	readonly digest: string;
	readonly sizeBytes?: number;
	/** Whether size and digest are those of the stored, compressed bytes. */
	readonly exact: boolean;
};

export type ImageFacts = {
	readonly id: string;
	readonly references: readonly string[];
	/** `repository@sha256:…` by which registries know it. */
	readonly digests: readonly string[];
	readonly sizeBytes: number;
	/** `linux/amd64`. */
	readonly platform?: string;
	readonly manifestDigest?: string;
	readonly configDigest?: string;
	/** Base first. */
	readonly layers?: readonly LayerFacts[];
	/** Folders that the engine names for its layers. */
	readonly folders?: readonly string[];
	readonly user?: string;
	readonly exposedPorts?: readonly string[];
	/** Containers that hold it, by name. */
	readonly containers?: readonly string[];
};

/** One tag or digest of a registry, as it was read. */
export type RemoteFacts = {
	readonly reference: string;
	readonly digest: string;
	readonly mediaType: string;
	/** `linux/arm64`, empty where it is a single manifest. */
	readonly platforms: readonly string[];
	readonly configDigest: string;
	readonly layers: readonly LayerFacts[];
	readonly sizeBytes: number;
	/** Signatures, SBOMs and attestations that refer to it. */
	readonly signatures: number;
	readonly otherReferrers: number;
};

export type StandingFacts = {
	readonly targetId: string;
	readonly standing: 'same' | 'different' | 'absent' | 'unknown';
	readonly digest?: string;
	readonly newer?: 'local' | 'remote';
	readonly problem?: string;
};

export type TagFacts = {
	/** `hello:1.0.0`. */
	readonly key: string;
	readonly tag: string;
	readonly references: readonly string[];
	readonly standings: readonly StandingFacts[];
};

export type TargetFacts = {
	readonly id: string;
	readonly provider: ProviderId;
	readonly host: string;
	readonly login:
		| {readonly phase: 'unknown'}
		| {readonly phase: 'logged-in'; readonly source: string; readonly username?: string}
		| {readonly phase: 'anonymous'; readonly required: boolean}
		| {readonly phase: 'failed'; readonly problem: string};
};

/** An operation that has ended, or the one that runs. */
export type OperationFacts = {
	readonly operation: string;
	readonly subject: string;
	readonly phase: 'queued' | 'running' | 'finished' | 'failed' | 'cancelled';
	/** What came of it, in lines. */
	readonly outcome: readonly string[];
	readonly authentications: readonly AuthenticationFacts[];
};

/** Layers of a push or a pull by what happened with them, from its events. */
export type TransferFacts = {
	readonly reference: string;
	readonly digest?: string;
	readonly bytesMoved: number;
	readonly bytesTotal?: number;
	/** Short digests of layers that moved, that the other side had, that the registry linked. */
	readonly moved: readonly string[];
	readonly present: readonly string[];
	readonly mounted: readonly string[];
	readonly durationMs: number;
};

export type VisibilityFacts = {
	readonly repository: string;
	readonly visibility?: string;
	/** Whether an anonymous pull worked, tried for real. */
	readonly anonymous?: boolean;
};

export type Facts = {
	/** Whether operations are remembered, as in the workbench: only then is "none yet" worth saying. */
	readonly session?: boolean;
	readonly engine?: EngineFacts;
	readonly totals?: {readonly count: number; readonly sizeBytes: number};
	readonly image?: ImageFacts;
	readonly remote?: RemoteFacts;
	readonly tag?: TagFacts;
	/** Every `:latest` whose image is known, here and on registries. */
	readonly latest: ReadonlyArray<{readonly reference: string; readonly image: string}>;
	readonly targets: readonly TargetFacts[];
	/** The registry under the cursor. */
	readonly target?: TargetFacts;
	/** `octocat/hello` on the registry that is looked into. */
	readonly repository?: string;
	readonly visibility?: VisibilityFacts;
	readonly last?: OperationFacts;
	readonly push?: TransferFacts;
	readonly pull?: TransferFacts;
	/** How the last login conversations went, newest last. */
	readonly authentications: readonly AuthenticationFacts[];
	/** The log line under the cursor. */
	readonly line?: string;
};

/** Nothing known. */
export const noFacts: Facts = {latest: [], targets: [], authentications: []};
