/** The port through which registries and operations ask for credentials and keep them. */
import type {Credential, FoundCredential, Secret} from '../domain/credential.ts';

export type CallOptions = {readonly signal?: AbortSignal | undefined};

/**
 * What is special about a host's credentials: part of a provider's record, read by the chain.
 * Adding a registry changes no code here.
 */
export type CredentialHints = {
	/** Extra environment variables that hold a token, tried in order after `REGBENCH_TOKEN_<HOST>`. */
	readonly environmentVariables: readonly string[];
	/** Keys in docker's config.json besides the host itself (Docker Hub's URL form). */
	readonly dockerConfigKeys: readonly string[];
	/** User name that goes with a bare token: fixed where the registry does not care, or asked of the tool. */
	readonly tokenUsername?: string;
	/** The registry's own command-line tool that can hand out a login. */
	readonly tool?: 'gh' | 'az' | 'aws' | 'aws-public' | 'gcloud';
};

/** A login that was seen on this machine without any secret being read: for proposing targets. */
export type SeenLogin = {
	readonly host: string;
	readonly source: string;
	readonly username?: string;
};

/** A login that regbench may use but not take away. */
export type RemainingLogin = {
	readonly source: string;
	/** What the person can do: `Run gh auth logout.` */
	readonly remedy: string;
};

/**
 * Gives an Azure registry's refresh token for an Entra access token (`POST /oauth2/exchange`). Asks
 * the registry, so it is handed in from above. `UNAUTHORIZED` or `FORBIDDEN` when it is refused.
 */
export type ExchangeEntraToken = (
	host: string,
	accessToken: Secret,
	options: CallOptions & {readonly tenant?: string},
) => Promise<Secret>;

export type StoreOutcome = {
	/** `docker-credential-pass`, `keychain`, or `memory` (until regbench ends). */
	readonly storedIn: string;
};

export type Credentials = {
	/** The first credential found for the host in the order of search; undefined means anonymous. */
	find(host: string, options?: CallOptions): Promise<FoundCredential | undefined>;

	/** Keeps a tested credential: in the configured credential helper where there is one, else in memory. */
	keep(host: string, credential: Credential, options?: CallOptions): Promise<StoreOutcome>;

	/** Forgets the host everywhere regbench may write; answers where it was removed from. */
	forget(host: string, options?: CallOptions): Promise<readonly string[]>;

	/** Logins of the host that {@link forget} leaves alone, each with what the person can do about it. */
	remaining(host: string, options?: CallOptions): Promise<readonly RemainingLogin[]>;

	/** Hosts with a login on this machine. Reads no secret into memory for longer than it must. */
	seenLogins(options?: CallOptions): Promise<readonly SeenLogin[]>;
};
