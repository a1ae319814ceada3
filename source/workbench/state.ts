/**
 * Everything a running workbench knows, as plain data. It is changed in one place (reducer.ts), read
 * through selectors.ts, and drawn by ui/. No secret, no function and no class instance lives here.
 */
import type {LabProgress} from '../domain/lab.ts';
import type {AuthenticationFacts} from '../domain/authentication.ts';
import type {ErrorRecord} from '../domain/errors.ts';
import type {
	JobResult,
	OperationName,
	ProveResult,
	RunningContainer,
	TransferEvent,
} from '../domain/events.ts';
import type {ProbeAnswer} from '../domain/probe.ts';
import type {ImageDetails, LocalImage} from '../domain/image.ts';
import type {SafetyReport} from '../domain/safety.ts';
import type {SignatureReport} from '../domain/signatures.ts';
import type {RemoteDetails, RepositoryEntry, RepositoryFacts, TagEntry} from '../domain/remote.ts';
import type {Target} from '../domain/target.ts';
import type {ContainerState} from '../engine/containers.ts';
import type {EngineInfo} from '../engine/engine.ts';
import type {CheckRequest} from '../operations/check-image.ts';
import type {PlacedLayers} from '../operations/find-layers.ts';
import type {LayerReport} from '../operations/layer-reading.ts';
import type {LayerRequest} from '../operations/list-layers.ts';
import type {OperationRequest} from '../operations/request.ts';
import type {Dialog, TargetProposal} from './dialog.ts';
import type {Loadable} from './loadable.ts';

export const paneIds = ['images', 'tags', 'registries', 'log'] as const;
export type PaneId = (typeof paneIds)[number];

export type EngineState =
	| {readonly phase: 'connecting'}
	| {readonly phase: 'connected'; readonly info: EngineInfo; readonly notes: readonly string[]}
	/** Was there, went away; regbench keeps trying. The last known images stay on screen. */
	| {readonly phase: 'lost'; readonly info: EngineInfo; readonly reason: string}
	| {readonly phase: 'failed'; readonly error: ErrorRecord; readonly tried: readonly string[]};

/** How a target's registry stands: dot and words in the registries pane. */
export type LoginState =
	| {readonly phase: 'unknown'}
	| {readonly phase: 'checking'}
	/** A credential was found (and, when `checked`, the registry took it). */
	| {
			readonly phase: 'logged-in';
			readonly source: string;
			readonly username?: string;
			readonly checked: boolean;
	  }
	/** The registry answers; nothing to log in with was found. */
	| {readonly phase: 'anonymous'; readonly required: boolean}
	| {readonly phase: 'failed'; readonly error: ErrorRecord};

/** What a registry says of one tag. Whether that is a local image as well is derived (selectors.ts). */
export type RemoteTag =
	| {readonly phase: 'unknown'}
	| {readonly phase: 'checking'}
	| {
			readonly phase: 'known';
			readonly digest: string;
			/** Every ID by which an engine may know the same image: its manifest's digest, its config's. */
			readonly identities: readonly string[];
			/** RFC 3339, where the image says. */
			readonly createdAt?: string;
	  }
	| {readonly phase: 'absent'}
	| {readonly phase: 'failed'; readonly error: ErrorRecord};

/** How one tag stands on one target, seen from one local image. */
export type TagStatus =
	| {readonly phase: 'unknown'}
	| {readonly phase: 'checking'}
	/** `same`: the registry's digest is that of the local image. */
	| {
			readonly phase: 'known';
			readonly standing: 'same' | 'different';
			readonly digest: string;
			/** Which side was built later, where both tell. */
			readonly newer?: 'local' | 'remote';
	  }
	| {readonly phase: 'absent'}
	| {readonly phase: 'failed'; readonly error: ErrorRecord};

export type LogLevel = 'command' | 'info' | 'output' | 'progress' | 'success' | 'warning' | 'error';

export type LogLine = {
	/** Ascending; identity of the line. */
	readonly id: number;
	/** RFC 3339. */
	readonly time: string;
	readonly level: LogLevel;
	/** Sanitised, one line. For `progress` a summary that is replaced while bytes move. */
	readonly text: string;
	readonly job?: string;
	/** What the line is about within its job: a newer progress line with the same group replaces it. */
	readonly group?: string;
	/** Numbers of a progress line; its bar is drawn from them. */
	readonly progress?: Progress;
};

export type Progress = {
	readonly direction: TransferEvent['direction'];
	readonly doneBytes: number;
	/** Absent while not all layers have told their size. */
	readonly totalBytes?: number;
	readonly bytesPerSecond: number;
	readonly layersDone: number;
	readonly layersTotal: number;
};

export type Job = {
	readonly id: string;
	readonly operation: OperationName;
	readonly subject: string;
	/** What was asked, so that it can be retried. */
	readonly request: OperationRequest;
	/** Shared by the jobs that one key press queued; their end is told in one sentence. */
	readonly group?: string;
	readonly phase: 'queued' | 'running' | 'finished' | 'failed' | 'cancelled';
	/** ms since the epoch. */
	readonly queuedAt: number;
	readonly startedAt?: number;
	readonly endedAt?: number;
	/** Latest event of each layer, in order of appearance, keyed by `reference layer`. */
	readonly transfers: Readonly<Record<string, TransferEvent>>;
	readonly progress?: Progress;
	/** How registries were shown who asks. */
	readonly authentications?: readonly AuthenticationFacts[];
	/** The last step's message. */
	readonly step?: string;
	/** The container it runs, and what that answered. */
	readonly container?: RunningContainer;
	readonly answer?: ProbeAnswer;
	/** Lines of its output that were left out, because there were too many at once. */
	readonly skippedLines?: number;
	readonly result?: JobResult;
	readonly error?: ErrorRecord;
};

/** A list that arrives page by page. */
export type Listing<Entry> = {
	readonly entries: readonly Entry[];
	readonly phase: 'loading' | 'complete' | 'failed';
	readonly error?: ErrorRecord;
};

export type TagSort = 'name' | 'time' | 'version';

/** One step into a registry: its repositories, a repository's tags, one tag in full. */
export type RemoteLevel =
	| {
			readonly at: 'repositories';
			readonly listing: Listing<RepositoryEntry>;
			/** What the registry allows this login, in words, where it tells. */
			readonly rateLimit?: string;
			readonly cursor: Cursor;
			readonly filter: string;
	  }
	| {
			readonly at: 'tags';
			readonly path: string;
			readonly listing: Listing<TagEntry>;
			/** Digests found out for tags whose listing did not bring them. */
			readonly digests: Readonly<Record<string, string>>;
			readonly facts: Loadable<RepositoryFacts | undefined>;
			readonly sort: TagSort;
			readonly cursor: Cursor;
			readonly filter: string;
	  }
	| {
			readonly at: 'details';
			readonly path: string;
			readonly tag: string;
			readonly details: Loadable<RemoteDetails>;
			readonly offset: number;
	  };

export type LayersOverlay = {
	readonly kind: 'layers';
	readonly request: LayerRequest;
	/** Grows while layers are read. */
	readonly report: LayerReport | undefined;
	readonly error?: ErrorRecord;
	/** Which targets have the layers, by target id; grows while they are asked. */
	readonly placed: Readonly<Record<string, PlacedLayers>>;
	/** Targets that are asked at all. */
	readonly places: readonly string[];
	readonly view: LayerView;
	/** Index of the layer whose files are shown. */
	readonly layer: number;
	/** Folders that are open. */
	readonly open: readonly string[];
	readonly sort: LayerSort;
	readonly filter: string;
	/** Whether the filter is being typed. */
	readonly filtering: boolean;
	readonly cursor: Cursor;
	/** What was open before. */
	readonly before: Overlay | undefined;
};

export type SafetyOverlay = {
	readonly kind: 'safety';
	readonly request: CheckRequest;
	/** Grows while layers are read. */
	readonly report: SafetyReport | undefined;
	readonly error?: ErrorRecord;
	readonly filter: string;
	/** Whether it is being typed. */
	readonly filtering: boolean;
	readonly cursor: Cursor;
	/** What was open before. */
	readonly before: Overlay | undefined;
};
/** All layers, the files of one, the largest files of all, what later layers hide. */
export type LayerView = 'layers' | 'files' | 'largest' | 'hidden';
export type LayerSort = 'size' | 'path';

/** What lies over the two right-hand panes. */
export type Overlay =
	| {
			readonly kind: 'details';
			readonly image: string;
			readonly details: Loadable<ImageDetails>;
			readonly offset: number;
	  }
	| {readonly kind: 'jobs'; readonly selected: string | undefined; readonly offset: number}
	/** Containers that were made here. */
	| {
			readonly kind: 'runs';
			readonly listing: Loadable<readonly ContainerState[]>;
			readonly cursor: Cursor;
	  }
	/** The layers of an image, their files, and what is hidden in them. */
	| LayersOverlay
	/** How safe an image is. */
	| SafetyOverlay
	/** The guided tour. */
	| {readonly kind: 'lab'; readonly cursor: number}
	/** What a proof showed. */
	| {readonly kind: 'proof'; readonly proof: ProveResult; readonly offset: number}
	| {
			readonly kind: 'remote';
			readonly target: Target;
			/** The way in; the last is shown. Never empty. */
			readonly levels: readonly RemoteLevel[];
			/** Whether its filter is being typed. */
			readonly filtering: boolean;
	  };

export type Notice = {
	readonly level: 'info' | 'success' | 'warning' | 'error';
	readonly text: string;
};

/** Selection in a list: the identity, and where it was, for when the identity is gone. */
export type Cursor = {readonly key: string | undefined; readonly index: number};

export type State = {
	readonly engine: EngineState;
	readonly images: Loadable<readonly LocalImage[]>;
	readonly targets: readonly Target[];
	readonly defaultTargetId: string | undefined;
	/** By host. */
	readonly logins: Readonly<Record<string, LoginState>>;
	readonly proposals: readonly TargetProposal[];
	/** By full reference on a target. */
	readonly remoteTags: Readonly<Record<string, RemoteTag>>;
	readonly focus: PaneId;
	readonly zoomed: boolean;
	readonly cursors: Readonly<Record<PaneId, Cursor>>;
	/** Marked image IDs and tag row keys (`imageId name:tag`). */
	readonly marks: {readonly images: readonly string[]; readonly tags: readonly string[]};
	readonly filters: Readonly<Record<PaneId, string>>;
	/** The pane whose filter is being typed. */
	readonly filtering: PaneId | undefined;
	readonly log: {
		readonly lines: readonly LogLine[];
		readonly follow: boolean;
		readonly wrap: boolean;
	};
	readonly jobs: readonly Job[];
	/** What was found in local images, by their ID; the newest last. */
	readonly safety: Readonly<Record<string, SafetyReport>>;
	/** Who signed what on registries, by its digest, as far as it was checked; the newest last. */
	readonly signatures: Readonly<Record<string, SignatureReport>>;
	readonly overlay: Overlay | undefined;
	readonly dialog: Dialog | undefined;
	/** One line in the footer, gone with the next key. */
	readonly notice: Notice | undefined;
	/** The guided tour, once it was begun. */
	readonly lab: LabProgress | undefined;
	readonly readOnly: boolean;
	/** Whether this is `--demo`. */
	readonly demo: boolean;
	/** ms since the epoch, for relative times; moves once a minute and with every action that shows one. */
	readonly now: number;
};
