/** What the intents work with: the store, the parts below, and the few things only the outside can do. */
import type {Credentials} from '../credentials/credentials.ts';
import type {Target} from '../domain/target.ts';
import type {ShellSession} from '../engine/containers.ts';
import type {Engine} from '../engine/engine.ts';
import type {JobQueue} from '../operations/queue.ts';
import type {OperationRequest} from '../operations/request.ts';
import type {RegistryClient} from '../registry/registry-client.ts';
import type {Settings} from '../settings/schema.ts';
import type {Store} from './create-store.ts';
import type {LogLevel, Notice} from './state.ts';

/** The part of the settings store that the workbench uses. */
export type SettingsPort = {
	get(): Settings;
	update(change: (current: Settings) => Settings): Promise<Settings>;
};

/** What only the outside can do for the workbench. */
export type Surroundings = {
	/** ms since the epoch. */
	readonly now: () => number;
	/** Puts text on the clipboard of the person's terminal. */
	readonly copyText: (text: string) => void;
	/** Writes a text file, refusing to overwrite one; rejects with a RegbenchError. */
	readonly saveText: (path: string, text: string) => Promise<void>;
	/**
	 * Gives the person's terminal, which has the size it is told, to a program until that ends; absent
	 * where there is no terminal to give.
	 */
	readonly lendTerminal?: (
		open: (size: {readonly columns: number; readonly rows: number}) => Promise<ShellSession>,
	) => Promise<void>;
	/** Leaves the workbench. */
	readonly exit: () => void;
	/** Starts the embedded registry on loopback. */
	readonly startRegistry: () => Promise<{
		readonly target: Target;
		readonly stop: () => Promise<void>;
	}>;
	/** Fires when the workbench ends. */
	readonly signal: AbortSignal;
};

export type Workbench = {
	readonly store: Store;
	readonly engine: Engine;
	readonly registry: RegistryClient;
	readonly credentials: Credentials;
	readonly settings: SettingsPort;
	readonly queue: JobQueue;
	readonly surroundings: Surroundings;
	/** Targets of this session only (a demo's, the embedded registry's): never saved. */
	readonly sessionTargets: Target[];
	/** Queues an operation and shows it. */
	run(request: OperationRequest): void;
	/** Queues operations that were asked for by one key press, and tells of their end in one sentence. */
	runTogether(requests: readonly OperationRequest[]): void;
	notify(level: Notice['level'], text: string): void;
	log(level: LogLevel, ...texts: readonly string[]): void;
	/** Asks the engine for its images and shows them; resolves when what it has now is shown. Never rejects. */
	reloadImages(): Promise<void>;
	/** Shows the saved targets and those of this session. */
	showTargets(): void;
};
