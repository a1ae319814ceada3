/**
 * The one stream in which every operation reports. The log pane, the jobs view and `--json` are
 * three readers of the same events. All texts are sanitised by whoever yields them; none holds a secret.
 */
import type {AuthenticationFacts} from './authentication.ts';
import type {ErrorRecord} from './errors.ts';
import type {ProbeAnswer} from './probe.ts';

export type OperationName =
	| 'tag'
	| 'push'
	| 'pull'
	| 'repull'
	| 'remove'
	| 'copy'
	| 'remove-remote'
	| 'run'
	| 'stop'
	| 'prove'
	| 'cleanup'
	| 'sign'
	| 'login'
	| 'logout'
	| 'serve';

export type TransferState =
	/** Known, not begun. */
	| 'waiting'
	/** Bytes are moving. */
	| 'active'
	/** All bytes moved; the engine unpacks, or the registry confirms. */
	| 'finishing'
	| 'done'
	/** The other side had it already: nothing moved. */
	| 'exists'
	/** The registry linked it from a sibling repository: nothing moved. */
	| 'mounted';

/** Progress of one blob. `layer` is its digest or the engine's short layer id: the key of its row. */
export type TransferEvent = {
	readonly type: 'transfer';
	/** `copy`: from registry to registry, through this machine but not kept on it. */
	readonly direction: 'push' | 'pull' | 'copy';
	/** The full reference this transfer belongs to (of a copy its destination); tells two targets of one job apart. */
	readonly reference: string;
	readonly layer: string;
	readonly state: TransferState;
	readonly doneBytes: number;
	readonly totalBytes?: number;
};

/** What an operation yields while it works. */
export type OperationEvent =
	/** Something was begun or found out; `command` is the plain docker command that does the same. */
	| {
			readonly type: 'step';
			readonly message: string;
			readonly command?: string;
			/** How the registry was shown who asks, where the step is about that. */
			readonly authentication?: AuthenticationFacts;
	  }
	| TransferEvent
	/** What a container printed, in batches; of a flood the last lines, with the number of those left out. */
	| {
			readonly type: 'output';
			readonly stream: 'stdout' | 'stderr';
			readonly lines: readonly string[];
			readonly skipped: number;
	  }
	/** A container was started: what can be done with it from now on. */
	| {readonly type: 'container'; readonly container: RunningContainer}
	/** It answered, or did not. */
	| {readonly type: 'probed'; readonly answer: ProbeAnswer}
	/** Something to know that stops nothing: a retry, a `:latest`, a registry's Warning header. */
	| {readonly type: 'warned'; readonly message: string; readonly hint?: string};

export type PushResult = {
	readonly operation: 'push';
	readonly reference: string;
	readonly digest: string;
	readonly bytesTotal: number;
	readonly bytesUploaded: number;
	readonly layersReused: number;
	readonly layersTotal: number;
	readonly durationMs: number;
	readonly webUrl?: string;
};

export type PullResult = {
	readonly operation: 'pull';
	readonly reference: string;
	readonly digest: string;
	readonly imageId: string;
	readonly bytesDownloaded: number;
	readonly layersReused: number;
	readonly durationMs: number;
	/** False when the local copy already was what the registry has. */
	readonly changed: boolean;
};

export type TagResult = {
	readonly operation: 'tag';
	readonly source: string;
	readonly reference: string;
	readonly imageId: string;
	/** The image the reference pointed at before, when it was moved. */
	readonly movedFrom?: string;
};

export type RemoveResult = {
	readonly operation: 'remove';
	readonly untagged: readonly string[];
	readonly deleted: readonly string[];
	/** Bytes the engine no longer holds, as far as it tells. */
	readonly freedBytes: number;
};

export type RepullResult = {
	readonly operation: 'repull';
	readonly reference: string;
	readonly imageId: string;
	readonly digest: string;
	/** Whether image ID and digest are what they were before the delete. */
	readonly same: boolean;
	readonly before: {readonly imageId: string; readonly digest?: string};
	/** References of the image that were put back after the pull. */
	readonly restored: readonly string[];
	/** One line for each thing that is not as it was. */
	readonly differences: readonly string[];
	readonly durationMs: number;
};

export type CopyResult = {
	readonly operation: 'copy';
	/** Full references. */
	readonly source: string;
	readonly destination: string;
	/** Of what the destination's tag points at now: the same as at the source. */
	readonly digest: string;
	/** Bytes of all configs and layers, each counted once; those that nobody had to look at are not. */
	readonly bytesTotal: number;
	/** Bytes that went through this machine. */
	readonly bytesCopied: number;
	readonly blobsTotal: number;
	/** Blobs that the destination had. */
	readonly blobsReused: number;
	/** Blobs that the registry linked from the source's repository. */
	readonly blobsMounted: number;
	/** `linux/arm64/v8`; empty where it is no index. */
	readonly platforms: readonly string[];
	/** Signatures, SBOMs and attestations that were brought along. */
	readonly referrers: number;
	/** Digest that the destination's tag pointed at before, when that was another image. */
	readonly replaced?: string;
	readonly durationMs: number;
	readonly webUrl?: string;
};

export type RemoteRemoveResult = {
	readonly operation: 'remove-remote';
	/** Full reference as asked. */
	readonly reference: string;
	readonly digest: string;
	/** `untag`: the manifest is still there. `manifest`: it is gone with all its tags. */
	readonly mode: 'untag' | 'manifest';
	/** Tags that are gone. */
	readonly tags: readonly string[];
};

/** A container that regbench started. */
export type RunningContainer = {
	readonly id: string;
	readonly name: string;
	/** Full reference or ID of its image. */
	readonly reference: string;
	readonly imageId: string;
	/** The `docker run` that does the same. */
	readonly command: string;
	/** `127.0.0.1:32768 → 8080`, one a published port. */
	readonly ports: readonly string[];
	/** Where to look with a browser: the first published TCP port. */
	readonly url?: string;
};

export type RunResult = {
	readonly operation: 'run';
	readonly reference: string;
	readonly imageId: string;
	readonly container: RunningContainer;
	/** Absent while it runs on. */
	readonly exitCode?: number;
	/** Whether it was taken away again. */
	readonly removed: boolean;
	readonly answer?: ProbeAnswer;
	/** Against the answer that was kept: whether it works as before; absent where none was kept. */
	readonly worksAsBefore?: boolean;
	readonly differences: readonly string[];
	readonly durationMs: number;
};

export type StopResult = {
	readonly operation: 'stop';
	readonly name: string;
	readonly removed: boolean;
};

/** One step of a proof: what was done, how long it took, and what it showed. */
export type ProofStep = {
	readonly title: string;
	readonly outcome: 'done' | 'left-out' | 'failed';
	readonly detail: string;
	readonly durationMs: number;
	/** The plain command that does the same. */
	readonly command?: string;
};

/** The round trip, proved: what a person can hand in. */
export type ProveResult = {
	readonly operation: 'prove';
	readonly reference: string;
	readonly engine: string;
	/** RFC 3339. */
	readonly startedAt: string;
	readonly imageId: {readonly before: string; readonly after: string};
	readonly digest: {readonly pushed: string; readonly pulled: string};
	readonly layers: {
		readonly total: number;
		readonly reused: number;
		readonly sentBytes: number;
		readonly receivedBytes: number;
		/** Layers that were not received, because other images here hold them. */
		readonly kept?: number;
	};
	readonly probe: {readonly before?: ProbeAnswer; readonly after?: ProbeAnswer};
	/** Why it was not run; absent where it was. */
	readonly notRun?: string;
	readonly steps: readonly ProofStep[];
	/** One line for each thing that is not as it was. */
	readonly differences: readonly string[];
	readonly same: boolean;
	readonly durationMs: number;
	readonly webUrl?: string;
};

export type CleanupResult = {
	readonly operation: 'cleanup';
	/** Images and manifests that are gone altogether. */
	readonly removed: number;
	/** Every name that is gone. */
	readonly untagged: readonly string[];
	/** An upper bound where layers are shared with what stays. */
	readonly freedBytes: number;
	readonly durationMs: number;
};

export type SignResult = {
	readonly operation: 'sign';
	/** Full reference as asked. */
	readonly reference: string;
	/** What was signed. */
	readonly digest: string;
	/** Who signed: regbench itself, or the program it was handed to. */
	readonly by: 'regbench' | 'cosign' | 'notation';
	/** Digest of the public half of the key; absent where another program signed. */
	readonly keyId?: string;
	/** The tag that the signature is under; absent where another program chose. */
	readonly tag?: string;
};

export type LoginResult = {
	readonly operation: 'login';
	readonly host: string;
	readonly username?: string;
	/** Where the credential is kept now: a helper's name, or `memory`. */
	readonly storedIn: string;
};

export type LogoutResult = {
	readonly operation: 'logout';
	readonly host: string;
	readonly removedFrom: readonly string[];
};

/** A push to several targets: one result each, in the order asked. */
export type PushAllResult = {
	readonly operation: 'push-all';
	readonly pushes: readonly PushResult[];
};

export type JobResult =
	| PushResult
	| PushAllResult
	| PullResult
	| TagResult
	| RemoveResult
	| RepullResult
	| CopyResult
	| RemoteRemoveResult
	| RunResult
	| StopResult
	| ProveResult
	| CleanupResult
	| SignResult
	| LoginResult
	| LogoutResult;

/** An operation: a generator of events that returns its result. Aborting its signal makes it throw `CANCELLED`. */
export type Operation<Result extends JobResult = JobResult> = AsyncGenerator<
	OperationEvent,
	Result,
	undefined
>;

/** An event as the outside sees it: stamped with time (RFC 3339) and job, with exactly one last event. */
export type JobEvent = {readonly time: string; readonly job: string} & (
	| {
			readonly type: 'started';
			readonly operation: OperationName;
			/** What it works on, in words for a row: `hello:1.0.0 → ghcr.io/octocat`. */
			readonly subject: string;
	  }
	| OperationEvent
	| {readonly type: 'finished'; readonly result: JobResult}
	| {readonly type: 'failed'; readonly error: ErrorRecord}
	| {readonly type: 'cancelled'}
);
