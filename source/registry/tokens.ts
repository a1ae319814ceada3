/**
 * Bearer tokens: the GET of the distribution token spec, the POST of its OAuth2 form, and a cache in
 * which one token serves all calls whose rights it covers.
 */
import type {Credential} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import {isRecord, isRefusal, refusal, type Identity, type Subject} from './refusals.ts';
import {formatScope, rightsOf, type Scope} from './scopes.ts';
import type {Transport} from './transport.ts';
import type {WireAnswer} from './wire-answer.ts';

/** Everything a token depends on. */
export type TokenRequest = {
	readonly realm: URL;
	readonly service: string | undefined;
	/** The push target comes first: some services honour only the first scope. */
	readonly scopes: readonly Scope[];
	readonly credential: Exclude<Credential, {kind: 'bearer'}> | undefined;
	/** For the words of an error. */
	readonly identity: Identity;
	readonly subject: Subject;
};

export type TokenCache = {
	/** A token with the rights asked for; concurrent calls for the same one share a fetch. */
	get(request: TokenRequest): Promise<{readonly token: string; readonly cached: boolean}>;
	/** Forgets a token that was refused. */
	drop(token: string): void;
};

type Entry = {
	readonly owner: string;
	readonly rights: ReadonlySet<string>;
	readonly token: string;
	readonly renewAt: number;
};

const answerBytes = 1024 * 1024;
const clientId = 'regbench';
const unsaidLifetimeMs = 60_000;
const longestLifetimeMs = 24 * 3_600_000;

export function createTokenCache(transport: Transport, now: () => number): TokenCache {
	let entries: readonly Entry[] = [];
	const pending = new Map<string, Promise<{readonly token: string; readonly cached: boolean}>>();
	/** Refresh tokens that a service has handed out in exchange for the stored one. */
	const renewed = new Map<string, string>();
	const ownerOf = numberedOwners();

	const fetchInto = async (owner: string, rights: readonly string[], request: TokenRequest) => {
		const granted = await fetchToken(transport, request, renewed.get(owner), now).catch(
			(error: unknown) => {
				// A service may let the token it has handed out end before the stored one.
				if (!isRefusal(error) || !renewed.delete(owner)) throw error;
				return fetchToken(transport, request, undefined, now);
			},
		);
		if (granted.refreshToken !== undefined) renewed.set(owner, granted.refreshToken);
		const entry = {owner, rights: new Set(rights), token: granted.token, renewAt: granted.renewAt};
		entries = [...entries.filter(({renewAt}) => renewAt > now()), entry];
		return {token: granted.token, cached: false};
	};

	return {
		async get(request) {
			const owner = ownerOf(request);
			const rights = rightsOf(request.scopes);
			const entry = entries.find(
				candidate =>
					candidate.owner === owner &&
					candidate.renewAt > now() &&
					rights.every(right => candidate.rights.has(right)),
			);
			if (entry) return {token: entry.token, cached: true};

			const key = JSON.stringify([owner, ...rights]);
			const running =
				pending.get(key) ?? fetchInto(owner, rights, request).finally(() => pending.delete(key));
			pending.set(key, running);
			return running;
		},
		drop(token) {
			entries = entries.filter(entry => entry.token !== token);
		},
	};
}

/** Names realm, service and login in one text, without the secret in it: logins are numbered instead. */
function numberedOwners(): (request: TokenRequest) => string {
	const numbers = new WeakMap<Credential, number>();
	let count = 0;
	return ({realm, service, credential}) => {
		if (credential && !numbers.has(credential)) numbers.set(credential, ++count);
		return JSON.stringify([realm.href, service, credential ? numbers.get(credential) : 0]);
	};
}

type GrantedToken = {
	readonly token: string;
	readonly renewAt: number;
	readonly refreshToken: string | undefined;
};

/** Asks a token service once. `UNAUTHORIZED` or `FORBIDDEN` when it refuses the credential. */
export async function fetchToken(
	transport: Transport,
	request: TokenRequest,
	refreshToken: string | undefined,
	now: () => number,
): Promise<GrantedToken> {
	const answer = await askService(transport, request, refreshToken);
	if (answer.status !== 200) throw await refusedToken(answer, request, now);

	const host = request.realm.host;
	const body = parseToken(await answer.bytes(answerBytes), host);
	const lifetimeMs = lifetimeOf(body, now());
	// Ten seconds or a tenth before its end, but a short-lived token is still used at least once.
	const margin = Math.min(lifetimeMs / 2, Math.max(10_000, lifetimeMs / 10));
	return {
		token: body.token,
		renewAt: now() + lifetimeMs - margin,
		refreshToken:
			request.credential?.kind === 'identity-token' && typeof body.refresh_token === 'string'
				? body.refresh_token
				: undefined,
	};
}

async function askService(
	transport: Transport,
	request: TokenRequest,
	refreshToken: string | undefined,
): Promise<WireAnswer> {
	const {credential, subject} = request;
	if (credential?.kind === 'identity-token') {
		return post(transport, request, refreshToken ?? credential.token.reveal());
	}

	if (credential !== undefined && credential.username === subject.provider.refreshTokenUsername) {
		const answer = await post(transport, request, credential.password.reveal());
		if (answer.status !== 404 && answer.status !== 405) return answer;
		answer.discard();
	}

	return get(transport, request);
}

/** Token spec, "Requesting a Token". */
async function get(transport: Transport, request: TokenRequest): Promise<WireAnswer> {
	const {service, credential} = request;
	const url = new URL(request.realm);
	if (service !== undefined) url.searchParams.set('service', service);
	for (const scope of scopesFor(request)) url.searchParams.append('scope', scope);
	url.searchParams.set('client_id', clientId);
	if (credential?.kind !== 'basic') return transport.send({method: 'GET', url});
	url.searchParams.set('account', credential.username);
	return transport.send({method: 'GET', url, authorization: basicAuthorization(credential)});
}

/** OAuth2 form of the token spec: the secret is in the body, so it is never redirected elsewhere. */
async function post(
	transport: Transport,
	request: TokenRequest,
	refreshToken: string,
): Promise<WireAnswer> {
	const {realm, service} = request;
	const scopes = scopesFor(request);
	const form = new URLSearchParams({
		grant_type: 'refresh_token',
		refresh_token: refreshToken,
		client_id: clientId,
	});
	if (service !== undefined) form.set('service', service);
	if (scopes.length > 0) form.set('scope', scopes.join(' '));
	return transport.send({
		method: 'POST',
		url: realm,
		headers: {'content-type': 'application/x-www-form-urlencoded'},
		body: Buffer.from(form.toString()),
	});
}

function scopesFor({scopes, subject}: TokenRequest): readonly string[] {
	const {tokenScope} = subject.provider;
	return tokenScope === undefined ? scopes.map(scope => formatScope(scope)) : [tokenScope];
}

/** The value of an Authorization header for user and password, RFC 7617. */
export function basicAuthorization(credential: Extract<Credential, {kind: 'basic'}>): string {
	const pair = `${credential.username}:${credential.password.reveal()}`;
	return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

async function refusedToken(
	answer: WireAnswer,
	{realm, subject, identity, credential}: TokenRequest,
	now: () => number,
): Promise<RegbenchError> {
	const error = await refusal(answer, subject, identity, now);
	const {status} = answer;
	const {retryable} = error;
	if (error.code === 'FORBIDDEN' && credential === undefined) {
		// GHCR's words for a private package and no login.
		const what = subject.path ?? 'this';
		return new RegbenchError('UNAUTHORIZED', `${subject.domain} wants a login for ${what}`, {
			status,
			cause: error,
		});
	}
	if (retryable || error.code === 'UNAUTHORIZED' || error.code === 'FORBIDDEN') return error;
	// OAuth2 says 400 `invalid_grant` for a refresh token that is expired or revoked (RFC 6749, 5.2).
	if (status === 400 && credential !== undefined) {
		return new RegbenchError(
			'UNAUTHORIZED',
			`${subject.domain} refused the login${identity.source ? ` (${identity.source})` : ''}`,
			{status, cause: error},
		);
	}
	return new RegbenchError(
		'PROTOCOL_ERROR',
		`The token service ${realm.host} of ${subject.domain} answered ${status}`,
		{status, cause: error},
	);
}

type TokenBody = {readonly token: string; readonly [key: string]: unknown};

function parseToken(bytes: Buffer, host: string): TokenBody {
	let body: unknown;
	try {
		body = JSON.parse(bytes.toString('utf8'));
	} catch {
		body = undefined;
	}

	if (isRecord(body)) {
		const token = [body['token'], body['access_token']].find(
			value => typeof value === 'string' && /^[\u0021-\u007E]+$/.test(value),
		);
		if (typeof token === 'string') return {...body, token};
	}
	throw new RegbenchError('PROTOCOL_ERROR', `The token service ${host} answered without a token`);
}

/** `expires_in`, else the JWT's own `exp` (ACR says no more than that), else 60 s as the spec has it. */
function lifetimeOf(body: TokenBody, nowMs: number): number {
	const {expires_in: seconds, token} = body;
	const end = jwtClaims(token)?.['exp'];
	const lifetime =
		typeof seconds === 'number'
			? seconds * 1000
			: typeof end === 'number'
				? end * 1000 - nowMs
				: unsaidLifetimeMs;
	return Math.min(longestLifetimeMs, Math.max(0, Number.isFinite(lifetime) ? lifetime : 0));
}

/** The claims of a JWT, unverified: good for a lifetime or a name, never for a decision on trust. */
export function jwtClaims(token: string): Record<string, unknown> | undefined {
	const [, payload] = token.split('.');
	if (!payload) return undefined;
	try {
		const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
		return isRecord(claims) ? claims : undefined;
	} catch {
		return undefined;
	}
}
