/** What is special about one registry product: data and a few small functions. One file each, see table.ts. */
import type {CredentialHints} from '../../credentials/credentials.ts';
import type {ProviderId} from '../../domain/target.ts';

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
	/** User name whose password is a refresh token, which is exchanged by POST (ACR). */
	readonly refreshTokenUsername?: string;
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
	/** Address of the page where the pushed package can be seen. */
	readonly webAddress?: (host: string, path: string, tag: string | undefined) => string | undefined;
	/** Sentence for a 403: who may write here. */
	readonly forbiddenHint: (facts: {
		readonly username?: string | undefined;
		readonly namespace: string;
	}) => string;
	readonly credentials: CredentialHints;
	readonly login: LoginGuide;
};
