/** The port to registries: what operations, engines and the workbench may ask of one. */
import type {AuthenticationFacts} from '../domain/authentication.ts';
import type {Credential, FoundCredential} from '../domain/credential.ts';
import type {Digest} from '../domain/digest.ts';
import type {Descriptor, RawManifest} from '../domain/manifest.ts';
import type {
	Referrer,
	RepositoryEntry,
	RepositoryFacts,
	TagEntry,
	UntaggedEntry,
} from '../domain/remote.ts';
import type {VendorApi} from './vendor-api.ts';

/** Something worth a line in the log that is no failure: a retry with its wait, a Warning header. */
export type RegistryNotice = {readonly message: string; readonly hint?: string};

export type CallOptions = {
	readonly signal?: AbortSignal | undefined;
	readonly onNotice?: ((notice: RegistryNotice) => void) | undefined;
};

/** Where the bytes of a blob come from; `open` may be called again with a later start after a cut. */
export type BlobSource = {
	readonly digest: Digest;
	readonly size: number;
	readonly open: (fromByte: number) => AsyncIterable<Uint8Array>;
};

export type UploadOutcome = 'uploaded' | 'exists' | 'mounted';

/**
 * One repository on one registry. Every call rejects with a RegbenchError: `UNAUTHORIZED`,
 * `FORBIDDEN`, `TAG_NOT_FOUND`, `RATE_LIMITED`, `REGISTRY_UNREACHABLE`, `REGISTRY_ERROR`,
 * `CERTIFICATE_UNTRUSTED`, `PROTOCOL_ERROR`, `DIGEST_MISMATCH`, `TOO_LARGE`, `TIMED_OUT`, `CANCELLED`.
 * Transient failures are retried with backoff and told through `onNotice`.
 */
export type RemoteRepository = {
	readonly domain: string;
	readonly path: string;

	/** What a tag or digest points at now, by HEAD (GET where HEAD does not tell); undefined when absent. */
	resolve(tagOrDigest: string, options?: CallOptions): Promise<Descriptor | undefined>;

	/** The manifest bytes, digest-checked. `TAG_NOT_FOUND` when absent. */
	manifest(tagOrDigest: string, options?: CallOptions): Promise<RawManifest>;

	/** Puts exact bytes under a tag or digest; the digest that the registry has confirmed. */
	putManifest(tagOrDigest: string, manifest: RawManifest, options?: CallOptions): Promise<Digest>;

	/** Whether the repository holds the blob. */
	hasBlob(digest: Digest, options?: CallOptions): Promise<boolean>;

	/** The blob's bytes from `fromByte` on; resumes by Range after a cut, checks size and (from 0) digest. */
	readBlob(
		blob: Pick<Descriptor, 'digest' | 'size'>,
		options?: CallOptions & {
			readonly fromByte?: number;
			/** The reader compares the digest by itself: hashing twice is what a fast download would wait for. */
			readonly digestCheckedByReader?: boolean;
		},
	): AsyncIterable<Uint8Array>;

	/** Brings a blob: skipped when there, mounted from `mountFrom` where possible, uploaded otherwise. */
	uploadBlob(
		source: BlobSource,
		options?: CallOptions & {
			/** Paths of repositories on the same registry that hold the blob. */
			readonly mountFrom?: readonly string[];
			/** Bytes of this blob sent so far; may go back after a cut. */
			readonly onProgress?: (doneBytes: number) => void;
		},
	): Promise<UploadOutcome>;

	/**
	 * All tags with what the registry's own API tells of them, a page at a time; by the plain listing
	 * where it has none. `TAG_NOT_FOUND` when the repository does not exist.
	 */
	tagEntries(options?: CallOptions): AsyncGenerator<readonly TagEntry[], void, undefined>;

	/** Manifests without a tag, a page at a time; absent where the registry has no way to list them. */
	readonly untaggedEntries?: (
		options?: CallOptions,
	) => AsyncGenerator<readonly UntaggedEntry[], void, undefined>;

	/**
	 * Artifacts whose subject is the digest: by the referrers API, else by the fallback tag, and by
	 * cosign's tags. Empty when there are none.
	 */
	referrers(digest: Digest, options?: ReferrerOptions): Promise<readonly Referrer[]>;

	/** Whether somebody without any login can read it: asked for real, as nobody. */
	readableByAnyone(tagOrDigest: string, options?: CallOptions): Promise<boolean>;

	/** Who can see it, what it belongs to and where that is changed; undefined where no API tells. */
	facts(options?: CallOptions): Promise<RepositoryFacts | undefined>;

	/** How a tag or manifest is deleted here, by the provider's record. */
	readonly removal: Removal;

	/** All tags, a page at a time. `TAG_NOT_FOUND` when the repository does not exist. */
	tags(options?: CallOptions): AsyncGenerator<readonly string[], void, undefined>;
};

export type ReferrerOptions = CallOptions & {
	/** Only artifacts of this type. */
	readonly artifactType?: string;
	/** All tags of the repository, where they are known: what is not among them is not asked for. */
	readonly knownTags?: ReadonlySet<string>;
};

export type RemoveManifestOptions = CallOptions & {
	/** The person has agreed that the whole repository goes, where {@link RemovalPreview} says so. */
	readonly wholeRepository?: boolean;
};

/** What a registry's own API tells of a deletion before it is done. */
export type RemovalPreview = {
	/** Every tag on the manifest; absent where the API does not tell. */
	readonly tags?: readonly string[];
	/** Why it would be refused, or would break something else. */
	readonly refused?: string;
	/** Nothing but the whole repository can be deleted. */
	readonly wholeRepository?: boolean;
	readonly note?: string;
};

/** What can be deleted in a repository, and how. `TAG_NOT_FOUND` when it is gone already. Absent functions mean that it cannot be done there. */
export type Removal = {
	/** Takes one tag away and leaves the manifest. `UNSUPPORTED` where the registry turns out not to. */
	readonly untag?: (tag: string, options?: CallOptions) => Promise<void>;
	/** Whether {@link untag} works here: known of the product, or found out by asking for a tag that is not there. */
	readonly canUntag: (options?: CallOptions) => Promise<boolean>;
	/** Deletes a manifest with every tag on it. */
	readonly manifest?: (digest: Digest, options?: RemoveManifestOptions) => Promise<void>;
	/** What deleting the manifest would take along, as far as the registry's own API tells. */
	readonly preview?: (digest: Digest, options?: CallOptions) => Promise<RemovalPreview>;
	/** Why the last manifest with a tag cannot go by itself, where that is so. */
	readonly lastTagged?: string;
	/** What is to be said of deleting here: why not, or what is special about it. */
	readonly note?: string;
};

export type LoginCheck = {
	/** The name the registry knows the login by, where it tells. */
	readonly username?: string;
};

export type RegistryClient = {
	repository(domain: string, path: string): RemoteRepository;

	/**
	 * The repositories of a host that the login may see, below a namespace where one is given, a page
	 * at a time. `UNSUPPORTED`, with what to do instead, where the registry lists none.
	 */
	repositories(
		domain: string,
		namespace: string,
		options?: CallOptions,
	): AsyncGenerator<readonly RepositoryEntry[], void, undefined>;

	/** The rate limit of the login, in words; undefined where the registry sets or tells none. */
	rateLimit(domain: string, options?: CallOptions): Promise<string | undefined>;

	/** Requests to the registry's vendor API with its own login, for what only one product has. */
	vendor(domain: string): VendorApi;

	/** Whether a v2 registry answers at the host, and how it wants logins. */
	ping(
		domain: string,
		options?: CallOptions,
	): Promise<{readonly authentication: 'none' | 'basic' | 'bearer'}>;

	/**
	 * Tries a credential against the registry without keeping it; rejects with `UNAUTHORIZED` when
	 * it is refused.
	 */
	checkLogin(domain: string, credential: Credential, options?: CallOptions): Promise<LoginCheck>;

	/** How it was shown who is asking there, as far as it was done here: the newest last, a few of them. */
	authentications(domain: string): readonly AuthenticationFacts[];

	/** Forgets cached tokens of a host (after login or logout). */
	forgetTokens(domain: string): void;

	close(): Promise<void>;
};

/** Where the client gets credentials from; the chain of credentials/ fits it. */
export type CredentialSource = {
	find(
		host: string,
		options?: {
			readonly signal?: AbortSignal | undefined;
			readonly path?: string | undefined;
			/** A login found before that was refused: another one is looked for. */
			readonly refused?: FoundCredential | undefined;
		},
	): Promise<FoundCredential | undefined>;
	/** The narrowest place with a login of its own that the repository is in; the host where left out. */
	placeOf?(host: string, path: string): Promise<string>;
};
