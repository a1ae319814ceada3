/** The dialogs of the workbench, as plain data: a union, of which one at most is open. */
import type {TopicId} from '../explain/topics.ts';
import type {GatheredFacts} from './explain-facts.ts';
import type {CleanupPlan} from '../domain/cleanup.ts';
import type {ProbeAnswer} from '../domain/probe.ts';
import type {ErrorRecord} from '../domain/errors.ts';
import type {ContainerUse} from '../domain/image.ts';
import type {RemoteRemovalPlan, RepositoryFacts} from '../domain/remote.ts';
import type {PolicyBreach, SafetyReport} from '../domain/safety.ts';
import type {SignatureReport} from '../domain/signatures.ts';
import type {Target} from '../domain/target.ts';
import type {RetentionRule} from '../settings/schema.ts';
import type {Loadable} from './loadable.ts';
import type {TagRow} from './tag-rows.ts';

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

/** What is said of an image's safety before it is pushed. */
export type PushSafety = {
	readonly report: SafetyReport;
	/** Rules of the settings that are known to be broken: the push will be refused. */
	readonly broken: readonly PolicyBreach[];
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
			/** By row key; what is known of it without reading its layers, or from when they were read. */
			readonly safety?: Readonly<Record<string, PushSafety>>;
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
	| RunDialog
	| CleanupDialog
	/** The round trip as a proof: through which registry. */
	| {
			readonly kind: 'prove';
			readonly source: string;
			/** Full references on targets. */
			readonly references: readonly string[];
			readonly choice: number;
			/** Why it is not run; undefined where the engine runs containers. */
			readonly notRun: string | undefined;
			/** A container that keeps the local copy from being deleted, once that is known. */
			readonly usedBy?: string;
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
			/** How often the registry has refused what was typed: each time the password begins anew. */
			readonly refusals?: number;
	  }
	| {readonly kind: 'remove-target'; readonly targetId: string}
	/** Who signed a tag on a registry, and signing it. */
	| {
			readonly kind: 'signatures';
			/** Full reference. */
			readonly reference: string;
			readonly targetId: string;
			/** The key file, as typed. */
			readonly value: string;
			readonly report: Loadable<SignatureReport>;
			/** Name of the private key that waits for its password. */
			readonly locked?: string;
	  }
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
			/** Where the repository is shown in a browser, as far as that follows from its name. */
			readonly page?: string;
			readonly facts: Loadable<RepositoryFacts | undefined>;
			/** Whether an anonymous pull works, tried for real. */
			readonly anonymous: Loadable<boolean>;
	  }
	| {readonly kind: 'save-log'; readonly path: string; readonly problem?: string}
	| {
			readonly kind: 'explain';
			/** What is explained, for the title. */
			readonly name: string;
			/** Pages, of which one is open. */
			readonly topics: readonly TopicId[];
			readonly page: number;
			/** What was read for it, beside what the state holds. */
			readonly gathered: GatheredFacts;
			readonly offset: number;
	  }
	/** Whether the tour is to begin anew. */
	| {readonly kind: 'reset-lab'}
	| {readonly kind: 'quit'; readonly running: number};

export const cleanupFields = ['keep', 'older', 'order', 'only', 'protect'] as const;
export type CleanupField = (typeof cleanupFields)[number];

/** What goes and what stays by the rules in the form. */
export type CleanupDialog = {
	readonly kind: 'cleanup';
	/** `undefined` is this machine. */
	readonly targetId: string | undefined;
	/** The field that is typed in; undefined while the list has the keys. */
	readonly field: CleanupField | undefined;
	readonly values: Readonly<Record<CleanupField, string>>;
	/** Saved rules that hold besides the one in the form, in the order in which they are asked. */
	readonly others: readonly RetentionRule[];
	readonly plan: Loadable<CleanupPlan>;
	/** Entries of the plan that the person took out, by `entryKey`. */
	readonly taken: readonly string[];
	readonly show: 'all' | 'goes' | 'stays';
	/** Among the rows that are shown. */
	readonly cursor: number;
	readonly problem?: string;
};

export const runFields = ['ports', 'environment', 'command', 'mounts', 'probe'] as const;
export type RunField = (typeof runFields)[number];

/** How an image is run, as people write it for `docker run`. */
export type RunDialog = {
	readonly kind: 'run';
	readonly reference: string;
	readonly field: RunField;
	readonly values: Readonly<Record<RunField, string>>;
	/** What the image does by itself. */
	readonly image: Loadable<{readonly command: string; readonly exposedPorts: readonly string[]}>;
	/** What it answered the last time. */
	readonly before?: ProbeAnswer;
	readonly problem?: string;
};

export type TargetProposal = {
	readonly target: Target;
	/** Why it is proposed: `gh login as octocat`. */
	readonly reason: string;
};
