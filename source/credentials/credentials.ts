/** The port through which registries and operations ask for credentials and keep them. */
import type {Credential, FoundCredential, Secret} from '../domain/credential.ts';

export type CallOptions = {readonly signal?: AbortSignal | undefined};

export type FindOptions = CallOptions & {
	/** The repository: a login may be for one namespace or repository alone (podman's keys). */
	readonly path?: string | undefined;
	/**
	 * A login found before that the registry has refused meanwhile: nothing remembered counts, and
	 * tools that hand out logins are asked for a new one. The answer may be the same login again.
	 */
	readonly refused?: FoundCredential | undefined;
};

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
	/** `docker-credential-pass`, `system keychain`, or `memory` (until regbench ends). */
	readonly storedIn: string;
};

export type Credentials = {
	/** The first credential found for the host in the order of search; undefined means anonymous. */
	find(host: string, options?: FindOptions): Promise<FoundCredential | undefined>;

	/**
	 * The narrowest place with a login of its own that the repository is in: `quay.io/team`, or the
	 * host. Repositories of one place share what {@link find} answers.
	 */
	placeOf(host: string, path: string): Promise<string>;

	/**
	 * Where {@link keep} would keep a login, for telling it before the person types: the helper that
	 * docker is configured with, else the system's usual helper, else `system keychain`, else `memory`.
	 */
	keepsIn(host: string, options?: CallOptions): Promise<string>;

	/** Keeps a tested credential in the first of those places that takes it. */
	keep(host: string, credential: Credential, options?: CallOptions): Promise<StoreOutcome>;

	/** Forgets the host everywhere regbench may write; answers where it was removed from. */
	forget(host: string, options?: CallOptions): Promise<readonly string[]>;

	/** Logins of the host that {@link forget} leaves alone, each with what the person can do about it. */
	remaining(host: string, options?: CallOptions): Promise<readonly RemainingLogin[]>;

	/** Hosts with a login on this machine. Reads no secret into memory for longer than it must. */
	seenLogins(options?: CallOptions): Promise<readonly SeenLogin[]>;
};
