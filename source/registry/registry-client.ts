/** The port to registries: what operations, engines and the workbench may ask of one. */
import type {FoundCredential} from '../domain/credential.ts';
import type {Digest} from '../domain/digest.ts';
import type {Descriptor, RawManifest} from '../domain/manifest.ts';
import type {Credential} from '../domain/credential.ts';

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

	/** All tags, a page at a time. `TAG_NOT_FOUND` when the repository does not exist. */
	tags(options?: CallOptions): AsyncGenerator<readonly string[], void, undefined>;
};

export type LoginCheck = {
	/** The name the registry knows the login by, where it tells. */
	readonly username?: string;
};

export type RegistryClient = {
	repository(domain: string, path: string): RemoteRepository;

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

	/** Forgets cached tokens of a host (after login or logout). */
	forgetTokens(domain: string): void;

	close(): Promise<void>;
};

/** Where the client gets credentials from; the chain of credentials/ fits it. */
export type CredentialSource = {
	find(
		host: string,
		options?: {readonly signal?: AbortSignal | undefined},
	): Promise<FoundCredential | undefined>;
};
