/**
 * Everything a running workbench knows, as plain data. It is changed in one place (reducer.ts), read
 * through selectors.ts, and drawn by ui/. No secret, no function and no class instance lives here.
 */
import type {ErrorRecord} from '../domain/errors.ts';
import type {JobResult, OperationName, RunningContainer, TransferEvent} from '../domain/events.ts';
import type {ProbeAnswer} from '../domain/probe.ts';
import type {ContainerUse, ImageDetails, LocalImage} from '../domain/image.ts';
import type {
	RemoteDetails,
	RemoteRemovalPlan,
	RepositoryEntry,
	RepositoryFacts,
	TagEntry,
} from '../domain/remote.ts';
import type {Target} from '../domain/target.ts';
import type {EngineInfo} from '../engine/engine.ts';
import type {OperationRequest} from '../operations/request.ts';

/** Something that is fetched: not asked for, on its way, there, or failed. */
export type Loadable<Value> =
	| {readonly phase: 'idle'}
	| {readonly phase: 'loading'}
	| {readonly phase: 'ready'; readonly value: Value}
	| {readonly phase: 'failed'; readonly error: ErrorRecord};

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
	readonly phase: 'queued' | 'running' | 'finished' | 'failed' | 'cancelled';
	/** ms since the epoch. */
	readonly queuedAt: number;
	readonly startedAt?: number;
	readonly endedAt?: number;
	/** Latest event of each layer, in order of appearance, keyed by `reference layer`. */
	readonly transfers: Readonly<Record<string, TransferEvent>>;
	readonly progress?: Progress;
	/** The last step's message. */
	readonly step?: string;
	/** The container it runs, and what that answered. */
	readonly container?: RunningContainer;
	readonly answer?: ProbeAnswer;
	readonly result?: JobResult;
	readonly error?: ErrorRecord;
};

/** A row of the tags pane: one tag of one repository name, wherever references with it point from. */
export type TagRow = {
	/** `name:tag`; identity of the row. */
	readonly key: string;
	/** Repository name without host and namespace of a known target: `hello`, `web/api`. */
	readonly name: string;
	readonly tag: string;
	/** Local references with this name and tag, familiar form; the first is the one operations start from. */
	readonly references: readonly string[];
	/** Full reference of this tag on each target, keyed by target id. */
	readonly remote: Readonly<Record<string, string>>;
};

/** What a push will move to one target. */
export type PushPlan = {
	readonly targetId: string;
	/** The full reference that will be pushed. */
	readonly reference: string;
	/** Whether it must be tagged first. */
	readonly tagsFirst: boolean;
	readonly layersTotal: number;
	readonly layersPresent: number;
	/** Layers that another repository of the registry has: linked, not sent. */
	readonly layersMountable?: number;
	/** Bytes to upload; `exact` false means unpacked sizes, an upper bound. */
	readonly bytesToUpload: number;
	readonly exact: boolean;
	/** What the tag points at on the registry now. */
	readonly replaces?: string;
	readonly warnings: readonly string[];
};

/** What a delete will take away. */
export type RemovePlan = {
	/** References or image IDs that will be handed to the engine. */
	readonly items: readonly string[];
	/** Familiar references that go. */
	readonly references: readonly string[];
	/** Images that go altogether. */
	readonly images: readonly string[];
	readonly freedBytes: number;
	readonly containers: readonly ContainerUse[];
	/** Registries known to hold the same bytes: what makes a pull possible again. */
	readonly copies: readonly string[];
};

/** What is wrong with a name, and the form that would be taken. */
export type NamedProblem = {readonly message: string; readonly repaired?: string};

export type TagCheck = {
	readonly problem?: NamedProblem;
	/** Where the tag exists already: `here → 39f039dca641 (same image)`. */
	readonly notes: readonly string[];
	readonly checking: boolean;
};

export type PaletteDialog = {
	readonly kind: 'palette';
	readonly query: string;
	readonly cursor: number;
};

export type Dialog =
	| {readonly kind: 'help'; readonly offset: number}
	| PaletteDialog
	| {
			readonly kind: 'tag';
			readonly sources: readonly string[];
			/** New reference; with several sources, the repository they go to, each keeping its tag. */
			readonly value: string;
			readonly targetId: string | undefined;
			readonly check: TagCheck;
	  }
	| {
			readonly kind: 'push';
			readonly rows: readonly TagRow[];
			/** Targets to choose from; the cursor is on one, any number is chosen. */
			readonly targetIds: readonly string[];
			readonly cursor: number;
			readonly chosen: readonly string[];
			/** By `targetId rowKey`. */
			readonly plans: Readonly<Record<string, Loadable<PushPlan>>>;
	  }
	| {
			readonly kind: 'remove';
			readonly plan: Loadable<RemovePlan>;
			readonly force: boolean;
	  }
	| {
			readonly kind: 'repull';
			readonly references: readonly string[];
			readonly choice: number;
			readonly keepsNote: readonly string[];
	  }
	| {
			readonly kind: 'pull';
			readonly value: string;
			readonly recent: readonly string[];
			/** −1 is the input, otherwise a recent reference. */
			readonly cursor: number;
			readonly problem?: string;
	  }
	| {
			readonly kind: 'target';
			/** Id of the target being edited; absent when adding. */
			readonly editing?: string;
			readonly field: 'host' | 'namespace';
			readonly host: string;
			readonly namespace: string;
			/** Logins found on this machine that are no targets yet. */
			readonly proposals: readonly TargetProposal[];
			readonly cursor: number;
			readonly problem?: {readonly message: string; readonly repaired?: string};
	  }
	| {
			readonly kind: 'login';
			readonly targetId: string;
			readonly host: string;
			readonly field: 'username' | 'password';
			readonly username: string;
			readonly phase: 'editing' | 'checking';
			/** Where it will be kept: a credential helper's name, `system keychain`, `memory`; absent until known. */
			readonly keptIn?: string;
			readonly problem?: ErrorRecord;
	  }
	| {readonly kind: 'remove-target'; readonly targetId: string}
	/** The name of a repository, where its registry lists none. */
	| {
			readonly kind: 'repository';
			readonly host: string;
			readonly value: string;
			readonly problem?: NamedProblem;
	  }
	| {
			readonly kind: 'copy';
			/** Full reference on its registry. */
			readonly source: string;
			/** Where it goes, as typed. */
			readonly value: string;
			readonly targetId: string | undefined;
			readonly withReferrers: boolean;
			readonly check: TagCheck;
	  }
	| {
			readonly kind: 'remove-remote';
			readonly reference: string;
			/** What was asked for; the plan says what can be done. */
			readonly mode: 'untag' | 'manifest';
			readonly plan: Loadable<RemoteRemovalPlan>;
			/** What has been typed so far to confirm. */
			readonly value: string;
	  }
	/** Who can see a repository, and where that is changed. */
	| {
			readonly kind: 'visibility';
			readonly repository: string;
			readonly facts: Loadable<RepositoryFacts | undefined>;
			/** Whether an anonymous pull works, tried for real. */
			readonly anonymous: Loadable<boolean>;
	  }
	| {readonly kind: 'save-log'; readonly path: string; readonly problem?: string}
	| {
			readonly kind: 'explain';
			readonly title: string;
			readonly lines: readonly string[];
			readonly offset: number;
	  }
	| {readonly kind: 'quit'; readonly running: number};

export type TargetProposal = {
	readonly target: Target;
	/** Why it is proposed: `gh login as octocat`. */
	readonly reason: string;
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

/** What lies over the two right-hand panes. */
export type Overlay =
	| {
			readonly kind: 'details';
			readonly image: string;
			readonly details: Loadable<ImageDetails>;
			readonly offset: number;
	  }
	| {readonly kind: 'jobs'; readonly selected: string | undefined; readonly offset: number}
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
	readonly overlay: Overlay | undefined;
	readonly dialog: Dialog | undefined;
	/** One line in the footer, gone with the next key. */
	readonly notice: Notice | undefined;
	readonly readOnly: boolean;
	/** Whether this is `--demo`. */
	readonly demo: boolean;
	/** ms since the epoch, for relative times; moves once a minute and with every action that shows one. */
	readonly now: number;
};
