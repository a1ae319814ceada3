/** Who may do what on the embedded registry: one authority for each way of logging in. */
import {createHash, timingSafeEqual} from 'node:crypto';
import type {IncomingHttpHeaders} from 'node:http';
import type {Secret} from '../../domain/credential.ts';
import type {Grant} from './access-token.ts';
import {refuse, type Reply} from './reply.ts';

export type RegistryUser = {
	readonly username: string;
	readonly password: Secret;
	/** A login that may pull only, as a token without the right to write packages. */
	readonly readOnly?: boolean;
};

export type Action = 'pull' | 'push' | 'delete' | 'metadata_read';

/** What a request wants to do; any one of `actions` is enough, the first is what a challenge asks for. */
export type Need =
	| {readonly kind: 'ping'}
	| {readonly kind: 'catalog'}
	| {readonly kind: 'repository'; readonly name: string; readonly actions: readonly Action[]};

export type AuthorityRequest = {
	readonly method: string;
	readonly path: string;
	readonly query: URLSearchParams;
	readonly headers: IncomingHttpHeaders;
	/** Scheme and host as the client named them, so that a realm is where its credentials go anyway. */
	readonly origin: string;
	/** The fields of a form body; `undefined` when it is none or too long. */
	readonly form: () => Promise<URLSearchParams | undefined>;
};

export type Admission =
	| {readonly admitted: true; readonly username?: string}
	| {readonly admitted: false; readonly reply: Reply};

export type Authority = {
	/** Lets a request in or says how to log in. */
	admit(request: AuthorityRequest, need: Need): Admission;
	/** Answers the authority's own endpoints (tokens); undefined for every other path. */
	answer(request: AuthorityRequest): Promise<Reply | undefined>;
	/** Whose token a request to the vendor's own API brings; absent where there is no such API. */
	readonly userOf?: (request: AuthorityRequest) => RegistryUser | undefined;
};

/** Lets everybody do everything. */
export const openAuthority: Authority = {
	admit: () => ({admitted: true}),
	answer: async () => undefined,
};

/** User and password with every request (RFC 7617). */
export function basicAuthority(users: readonly RegistryUser[]): Authority {
	return {
		admit({headers}, need) {
			const given = basicOf(headers.authorization);
			const user = given && findUser(users, given);
			if (!user) {
				return turnedAway('Basic realm="regbench"', 'authentication required');
			}
			if (user.readOnly && writes(need)) {
				return {admitted: false, reply: deniedReply(need)};
			}
			return {admitted: true, username: user.username};
		},
		answer: async () => undefined,
	};
}

/**
 * The login is known and may not do this. The detail matters: Docker takes a refusal in the usual words
 * without any for a passing one, and tries again for nearly a minute.
 */
export function deniedReply(need: Need): Reply {
	const detail =
		need.kind === 'repository'
			? need.actions.map(action => ({
					Type: 'repository',
					Class: '',
					Name: need.name,
					Action: action,
				}))
			: [];
	return refuse(403, 'DENIED', 'requested access to the resource is denied', {detail});
}

/** User and password of a Basic header. */
export function basicOf(
	header: string | undefined,
): {readonly username: string; readonly password: string} | undefined {
	const encoded = /^basic +(\S+)$/i.exec(header ?? '')?.[1];
	if (encoded === undefined) return undefined;
	const text = Buffer.from(encoded, 'base64').toString();
	const colon = text.indexOf(':');
	if (colon === -1) return undefined;
	return {username: text.slice(0, colon), password: text.slice(colon + 1)};
}

/** The token of a Bearer header. */
export function bearerOf(header: string | undefined): string | undefined {
	return /^bearer +(\S+)$/i.exec(header ?? '')?.[1];
}

/** The user whose name and password these are; names of logins do not mind upper case. */
export function findUser(
	users: readonly RegistryUser[],
	given: {readonly username: string; readonly password: string},
): RegistryUser | undefined {
	return users.find(
		({username, password}) =>
			username.toLowerCase() === given.username.toLowerCase() &&
			equalSecrets(password.reveal(), given.password),
	);
}

/** Compares without telling by its duration how much is equal. */
export function equalSecrets(left: string, right: string): boolean {
	return timingSafeEqual(hashOf(left), hashOf(right));
}

function hashOf(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}

/** A 401 with its challenge. */
export function turnedAway(challenge: string, message: string, detail?: unknown): Admission {
	const headers = {'WWW-Authenticate': challenge};
	return {admitted: false, reply: refuse(401, 'UNAUTHORIZED', message, {headers, detail})};
}

/** Whether the grants of a token cover what a request needs. */
export function covers(grants: readonly Grant[], need: Need): boolean {
	if (need.kind === 'ping') return true;
	const [type, name, wanted] =
		need.kind === 'catalog'
			? ['registry', 'catalog', ['*']]
			: ['repository', need.name, [...need.actions, '*']];
	return grants.some(
		grant =>
			grant.type === type &&
			grant.name === name &&
			grant.actions.some(action => wanted.includes(action)),
	);
}

/** The scope a challenge asks for. */
export function scopeOf(need: Need): string | undefined {
	if (need.kind === 'ping') return undefined;
	if (need.kind === 'catalog') return 'registry:catalog:*';
	const action = need.actions[0] === 'push' ? 'pull,push' : need.actions[0];
	return `repository:${need.name}:${action}`;
}

/** Whether a request wants to change something. */
export function writes(need: Need): boolean {
	return (
		need.kind === 'repository' &&
		need.actions.every(action => action === 'push' || action === 'delete')
	);
}
