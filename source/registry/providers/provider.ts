/** What is special about one registry product: data and a few small functions. One file each, see table.ts. */
import type {CredentialHints} from '../../credentials/credentials.ts';
import type {Digest} from '../../domain/digest.ts';
import type {
	RepositoryEntry,
	RepositoryFacts,
	TagEntry,
	UntaggedEntry,
} from '../../domain/remote.ts';
import type {ProviderId} from '../../domain/target.ts';
import type {CallOptions, RemovalPreview, RemoveManifestOptions} from '../registry-client.ts';
import type {VendorApi} from '../vendor-api.ts';

/** What is wrong with a name for this registry, and the nearest name it would take. */
export type NameProblem = {
	readonly message: string;
	readonly repaired?: string;
};

export type LoginGuide = {
	/** Two or three lines for the login dialog: what to type, where it comes from. */
	readonly steps: readonly string[];
	/** Page where a token is made, with scopes preselected where the page takes them. */
	readonly tokenPage?: string;
	readonly scopes: readonly string[];
	readonly usernameLabel: string;
	readonly passwordLabel: string;
	/** User name that is always the same (ACR's token user), filled in beforehand. */
	readonly defaultUsername?: string;
};

export type ListRepositories = (
	api: VendorApi,
	place: {readonly domain: string; readonly namespace: string},
	options: CallOptions,
) => AsyncGenerator<readonly RepositoryEntry[], void, undefined>;

export type ListTagEntries = (
	api: VendorApi,
	place: RepositoryPlace,
	options: CallOptions,
) => AsyncGenerator<readonly TagEntry[], void, undefined>;

export type ListUntagged = (
	api: VendorApi,
	place: RepositoryPlace,
	options: CallOptions,
) => AsyncGenerator<readonly UntaggedEntry[], void, undefined>;

export type RepositoryPlace = {readonly domain: string; readonly path: string};

/** `distribution`: DELETE of the distribution API. A function: by the vendor's API. `no`: not there. */
export type ProviderRemoval = {
	readonly untag:
		| 'distribution'
		| 'no'
		| ((
				api: VendorApi,
				place: RepositoryPlace,
				tag: string,
				options: CallOptions,
		  ) => Promise<void>);
	readonly manifest:
		| 'distribution'
		| 'no'
		| ((
				api: VendorApi,
				place: RepositoryPlace,
				digest: Digest,
				options: RemoveManifestOptions,
		  ) => Promise<void>);
	/** What deleting a manifest would take along. */
	readonly preview?: (
		api: VendorApi,
		place: RepositoryPlace,
		digest: Digest,
		options: CallOptions,
	) => Promise<RemovalPreview>;
	/** Rights a token needs for DELETE of the distribution API. @default ['pull', 'delete'] */
	readonly actions?: readonly string[];
	/** Why the last manifest with a tag cannot go by itself, where that is so. */
	readonly lastTagged?: string;
	/** What is special about deleting here, in a sentence. */
	readonly note?: string;
};

/** What was refused, as it stands in a sentence before a name. */
export type Deed = 'read' | 'write to' | 'delete';

export type ForbiddenFacts = {
	/** @default 'write to' */
	readonly deed?: Deed | undefined;
	readonly username?: string | undefined;
	/** Where the login came from, in the words of its source: `gh login`. */
	readonly source?: string | undefined;
	/** The repository's path up to its last part. */
	readonly namespace: string;
};

export type RegistryProvider = {
	readonly id: ProviderId;
	/** As written in sentences: `GitHub Container Registry`. */
	readonly title: string;
	/** Column heading in the tags pane: `ghcr`. At most six characters. */
	readonly label: string;
	/** Exact host or dot-anchored suffix; never a substring. */
	readonly matches: (host: string) => boolean;
	/** Host that serves /v2/ for a reference domain (Docker Hub differs). */
	readonly apiHost: (domain: string) => string;
	/** Host of the token service, where it is known to be another one; a login sent elsewhere is announced. */
	readonly tokenHost?: string;
	/** What its token service takes as scope, where that is no scope of the distribution API (ECR Public: `aws`). */
	readonly tokenScope?: string;
	/** User name whose password is a refresh token, which is exchanged by POST (ACR). */
	readonly refreshTokenUsername?: string;
	/** How a blob is looked for: by the first byte where the registry may refuse HEAD though GET works. @default 'head' */
	readonly blobCheck?: 'head' | 'first-byte';
	/** Whether a target needs a namespace (an owner) below its host. */
	readonly namespaceRequired: boolean;
	/** What the namespace is called there: `owner`, `project`; absent where there is none. */
	readonly namespaceLabel?: string;
	/** Host as the person means it from what was typed: `coursereg` → `coursereg.azurecr.io`. */
	readonly completeHost?: (typed: string) => string;
	/** Checks the host itself, where the registry has rules for it; undefined when fine. */
	readonly checkHost?: (host: string) => NameProblem | undefined;
	/** Checks `namespace/repository` against the registry's rules; undefined when fine. */
	readonly checkPath: (path: string) => NameProblem | undefined;
	/** Checks a path against the rules of one host among the provider's. */
	readonly checkHostPath?: (host: string, path: string) => NameProblem | undefined;
	/** Sentence for a 404 at a push: how a repository is made there. */
	readonly missingHint?: (domain: string, path: string) => string;
	/** Address of the page where the pushed package can be seen. */
	readonly webAddress?: (host: string, path: string, tag: string | undefined) => string | undefined;
	/** Sentence for a 403: what the login needs here. Who it is and whose the repository is are said before it. */
	readonly forbiddenHint: (facts: ForbiddenFacts) => string;
	readonly credentials: CredentialHints;
	readonly login: LoginGuide;
	/** How repositories are listed: the v2 catalogue, the vendor's API, or not at all and why. */
	readonly repositories:
		| {readonly by: 'catalogue'}
		| {readonly by: 'vendor'; readonly list: ListRepositories}
		| {readonly by: 'name'; readonly reason: string};
	/** Lists tags with times and sizes by the vendor's API; the plain listing where absent. */
	readonly tagEntries?: ListTagEntries;
	/** Lists manifests without a tag by the vendor's API; they cannot be found where absent. */
	readonly untaggedEntries?: ListUntagged;
	/** Who can see a repository and where that is changed, by the vendor's API. */
	readonly facts?: (
		api: VendorApi,
		place: RepositoryPlace,
		options: CallOptions,
	) => Promise<RepositoryFacts>;
	/** What delete means here. */
	readonly removal: ProviderRemoval;
	/** Origins besides the registry's own that may be asked with its login: `https://api.github.com`. */
	readonly vendorOrigins: readonly string[];
	/** The rate limit of this login, in words, where the registry tells. */
	readonly rateLimit?: (api: VendorApi, options: CallOptions) => Promise<string | undefined>;
	/** How regbench's work with it was tested: against the real product's protocol, an imitation of its name and TLS, or a script. */
	readonly tested: 'live' | 'rehearsed' | 'scripted';
	/** What works there, for the README's table. */
	readonly summary: {readonly browse: string; readonly remove: string};
};
