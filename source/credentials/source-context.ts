/** What every source of credentials is given, and what it answers. Inside of credentials/ only. */
import type {FoundCredential} from '../domain/credential.ts';
import type {Environment} from '../process/find-program.ts';
import type {RunProgram} from '../process/run.ts';
import type {CredentialHints, ExchangeEntraToken, SeenLogin} from './credentials.ts';
import type {Keyring} from './keyring.ts';

/** A source that could not be read; the search went on without it. Holds no secret. */
export type CredentialWarning = {
	readonly message: string;
	readonly hint: string;
	/** The host that was asked for, where it was about one. */
	readonly host?: string;
};

export type SourceContext = {
	readonly environment: Environment;
	readonly homeFolder: string;
	readonly platform: NodeJS.Platform;
	readonly run: RunProgram;
	readonly warn: (warning: CredentialWarning) => void;
	readonly hintsFor: (host: string) => CredentialHints;
	/** Hosts that are of interest whether or not a login names them. */
	readonly knownHosts: readonly string[];
	/** Where podman keeps logins of users without XDG_RUNTIME_DIR. */
	readonly podmanRunFolder: string;
	readonly now: () => number;
	/** The system's keychain, opened at its first use; undefined where there is none. */
	readonly keyring: () => Promise<Keyring | undefined>;
	/** The one question that only the registry can answer; absent where nobody can ask it. */
	readonly exchangeEntraToken?: ExchangeEntraToken | undefined;
};

export type Query = {
	readonly host: string;
	readonly hints: CredentialHints;
	/** Repository path, where the question is about one. */
	readonly path?: string | undefined;
	readonly signal?: AbortSignal | undefined;
};

export type Source = {
	find(query: Query): Promise<FoundCredential | undefined>;
	seen(signal?: AbortSignal): Promise<readonly SeenLogin[]>;
	/** How the person can take away a login that regbench leaves alone: `Run gh auth logout`. */
	readonly removal: (found: FoundCredential, host: string) => string | undefined;
	/** Drops what was remembered of a host. */
	readonly invalidate?: (host: string) => void;
};
