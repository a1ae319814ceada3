/**
 * The port to where local images live. Docker-compatible daemons and the embedded OCI layout stand
 * behind it; operations and the workbench know nothing else of engines.
 */
import type {Credential} from '../domain/credential.ts';
import type {OperationEvent} from '../domain/events.ts';
import type {ContainerUse, ImageDetails, LocalImage} from '../domain/image.ts';
import type {Reference} from '../domain/reference.ts';
import type {ImageContents} from '../layers/image-contents.ts';
import type {Containers} from './containers.ts';

export type EngineKind = 'docker' | 'podman' | 'embedded';

/** Where a daemon keeps its images, as `docker info` tells. */
export type EngineStorage = {
	/** Docker Root Dir. */
	readonly folder?: string;
	/** Storage Driver. */
	readonly driver?: string;
	/** Whether that folder is on this machine, in a virtual machine of it, or on another machine. */
	readonly place: 'here' | 'virtual-machine' | 'elsewhere';
	/** The name that the daemon's machine gives itself. */
	readonly machine?: string;
};

export type EngineInfo = {
	readonly kind: EngineKind;
	/** Name and version for the header: `docker 28.2`, `podman 4.3`, `embedded`. */
	readonly title: string;
	/** How it is reached, for the header: `unix`, `tcp`, `ssh lab-7`, `layout`. */
	readonly route: string;
	/** The full address: socket path, URL or folder. */
	readonly address: string;
	/** `graph-driver`: image ID = config digest. `containerd`, `layout`: image ID = manifest or index digest. */
	readonly store: 'graph-driver' | 'containerd' | 'layout';
	/** Absent where the address is the folder itself. */
	readonly storage?: EngineStorage;
	/** Why containers cannot be run here; absent where they can. */
	readonly containersUnavailable?: string;
};

export type CallOptions = {readonly signal?: AbortSignal | undefined};

export type TransferOptions = CallOptions & {
	/** For the registry host of the reference; absent means anonymous. */
	readonly credential?: Credential | undefined;
};

export type PushOutcome = {
	/** Digest of the manifest (or index) that the registry now has under the tag. */
	readonly digest: string;
	readonly bytesTotal: number;
	readonly bytesUploaded: number;
	readonly layersTotal: number;
	/** Layers that were not sent because the registry had or mounted them. */
	readonly layersReused: number;
};

export type PullOutcome = {
	readonly digest: string;
	readonly imageId: string;
	readonly bytesDownloaded: number;
	readonly layersReused: number;
	readonly changed: boolean;
};

export type RemoveOutcome = {
	readonly untagged: readonly string[];
	readonly deleted: readonly string[];
};

export type PushPlanLayer = {
	/** Layer blob digest where known, otherwise the diff ID. */
	readonly digest: string;
	/** Compressed size where known (`exact`), otherwise the unpacked size. */
	readonly sizeBytes?: number;
	readonly exact: boolean;
};

/** Something about the engine's images changed, or the connection to it did. */
export type EngineChange =
	| {readonly type: 'images-changed'}
	| {readonly type: 'connected'}
	| {readonly type: 'disconnected'; readonly reason: string};

/**
 * Every call rejects with a RegbenchError; `ENGINE_UNREACHABLE` when nobody answers, `CANCELLED`
 * when the signal fired. No call changes anything when it rejects, unless the error says so.
 */
export type Engine = {
	info(options?: CallOptions): Promise<EngineInfo>;

	listImages(options?: CallOptions): Promise<readonly LocalImage[]>;

	/** By reference or ID; rejects with `IMAGE_NOT_FOUND`. */
	inspect(image: string, options?: CallOptions): Promise<ImageDetails>;

	/** Containers that hold the image with this ID; empty where the engine runs none. */
	containersUsing(imageId: string, options?: CallOptions): Promise<readonly ContainerUse[]>;

	/** All containers, running or not, in one call; absent where only {@link containersUsing} tells. */
	readonly allContainers?: (options?: CallOptions) => Promise<readonly ContainerUse[] | undefined>;

	/** Points `reference` (tagged) at an image given by reference or ID, moving it when it was taken. */
	tag(image: string, reference: Reference, options?: CallOptions): Promise<void>;

	/**
	 * Removes one reference (and the image with its last one), or, given an image ID, the image with
	 * all its references. Rejects with `IMAGE_IN_USE` naming the container unless `force`.
	 */
	remove(image: string, options?: CallOptions & {readonly force?: boolean}): Promise<RemoveOutcome>;

	/** The layers a push of the image would have to bring, base first; what is not known is left out. */
	layersToPush(image: string, options?: CallOptions): Promise<readonly PushPlanLayer[]>;

	/** The layers of an image as streams, each read once; nothing is kept. Rejects with `IMAGE_NOT_FOUND`. */
	contents(image: string, options?: CallOptions): Promise<ImageContents>;

	/** Sends what `reference` points at to its registry. Yields transfers; returns what happened. */
	push(
		reference: Reference,
		options?: TransferOptions,
	): AsyncGenerator<OperationEvent, PushOutcome, undefined>;

	/** Fetches `reference` (tag or digest) from its registry and points the local reference at it. */
	pull(
		reference: Reference,
		options?: TransferOptions,
	): AsyncGenerator<OperationEvent, PullOutcome, undefined>;

	/** Changes from now on, reconnecting by itself until the signal fires. */
	changes(options: {readonly signal: AbortSignal}): AsyncIterable<EngineChange>;

	/**
	 * What runs containers here; undefined where the engine runs none, and `info()` says why
	 * (`containersUnavailable`).
	 */
	containers(options?: CallOptions): Promise<Containers | undefined>;

	/** Releases sockets and locks. */
	close(): Promise<void>;
};
