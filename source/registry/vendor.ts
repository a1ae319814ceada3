/** The way to what a vendor serves beside the distribution API: own host and listed origins, nobody else. */
import {credentialUsername, type FoundCredential} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import {createFoundLogin} from './found-login.ts';
import {sameOrigin} from './hosts.ts';
import {firstContactTries} from './discovery.ts';
import type {HostSession} from './host-session.ts';
import {createLimiter} from './limiter.ts';
import type {Manifests} from './manifests.ts';
import {nextLink, parseJson} from './pages.ts';
import {refusal, type Subject} from './refusals.ts';
import type {CallOptions, CredentialSource} from './registry-client.ts';
import {withRetries} from './retry.ts';
import {parseScopes} from './scopes.ts';
import type {Transport} from './transport.ts';
import type {VendorAnswer, VendorApi, VendorRequest} from './vendor-api.ts';
import type {WireAnswer} from './wire-answer.ts';

export type VendorSurroundings = {
	readonly session: HostSession;
	/** The same registry, asked by nobody. */
	readonly anonymous: () => HostSession;
	readonly transport: Transport;
	readonly credentials: CredentialSource;
	readonly concurrency: number;
	readonly now: () => number;
	readonly manifests: (path: string) => Pick<Manifests, 'read'>;
};

const answerBytes = 8 * 1024 * 1024;
const rememberedAnswers = 64;

type Remembered = {
	readonly etag: string;
	readonly answer: VendorAnswer;
	/** What was sent to get it: somebody else's answer is nobody's business. */
	readonly authorization: string | undefined;
};

export function createVendorApi(surroundings: VendorSurroundings): VendorApi {
	const {session, transport, credentials, now} = surroundings;
	const {domain, provider, policy} = session;
	const places = createLimiter(surroundings.concurrency);
	/** Answers that came with an ETag, newest last: asked for again they cost nothing (GitHub). */
	const remembered = new Map<string, Remembered>();
	const logins = createFoundLogin(domain, credentials);
	/** Places that have answered: one that never did may be out of reach for good, as behind a mirror. */
	const answered = new Set<string>([domain]);

	/** To a vendor's origin, or to the registry without its tokens; with a refused login once more with another. */
	const direct = async (
		request: VendorRequest,
		url: URL,
		{signal}: CallOptions,
	): Promise<VendorAnswer> => {
		const takesLogin = request.as.kind === 'login' || request.loginBody !== undefined;
		const login = takesLogin ? await logins.get(undefined, signal) : undefined;
		const sent = await send(request, url, login, signal);
		if (sent.kind === 'unchanged' || sent.answer.status !== 401 || !login) {
			return settle(request, sent, login);
		}
		const other = await logins.insteadOf(login, undefined, signal);
		const again = other ? await send(request, url, other, signal) : sent;
		if (other) sent.answer.discard();
		// It may be replaced outside meanwhile: the next call looks anew.
		if (again.kind === 'answered' && again.answer.status === 401) await logins.release(undefined);
		return settle(request, again, other ?? login);
	};

	const send = async (
		request: VendorRequest,
		url: URL,
		login: FoundCredential | undefined,
		signal: AbortSignal | undefined,
	): Promise<Sent> => {
		const {method} = request;
		const key = `${request.as.kind} ${url.href}`;
		const body = bodyOf(request, url, login);
		const authorization = authorizationOf(request, login);
		const entry = method === 'GET' ? remembered.get(key) : undefined;
		const known = entry?.authorization === authorization ? entry : undefined;
		const release = await places.acquire(signal);
		try {
			const answer = await transport.send({
				method,
				url,
				headers: headersOf(request, known?.etag),
				authorization,
				...(body ? {body} : {}),
				signal,
			});
			if (answer.status !== 304 || !known) return {kind: 'answered', answer, key, authorization};
			answer.discard();
			return {kind: 'unchanged', result: known.answer};
		} finally {
			release();
		}
	};

	const settle = async (
		request: VendorRequest,
		sent: Sent,
		login: FoundCredential | undefined,
	): Promise<VendorAnswer> => {
		if (sent.kind === 'unchanged') return sent.result;
		const {answer, key, authorization} = sent;
		const {method} = request;
		if (!request.expect.includes(answer.status)) {
			throw await refused(answer, subjectOf(request, answer.url.host), login);
		}
		const result = await read(answer, method);
		const etag = answer.header('etag');
		if (method === 'GET' && etag !== undefined && etag.length < 200) {
			remember(key, {etag, answer: result, authorization});
		}
		return result;
	};

	const remember = (key: string, entry: Remembered) => {
		remembered.delete(key);
		remembered.set(key, entry);
		const [oldest] = remembered.keys();
		if (remembered.size > rememberedAnswers && oldest !== undefined) remembered.delete(oldest);
	};

	const read = async (answer: WireAnswer, method: string): Promise<VendorAnswer> => {
		const {status, url} = answer;
		const bytes = method === 'HEAD' ? Buffer.alloc(0) : await answer.bytes(answerBytes);
		if (method === 'HEAD') answer.discard();
		const json = parseJson(bytes);
		if (json === undefined && bytes.byteLength > 0 && method === 'GET' && status === 200) {
			throw new RegbenchError('PROTOCOL_ERROR', `${url.host} sent something that is not JSON`);
		}
		const link = nextLink(answer.header('link'));
		const next = link === undefined ? undefined : session.resolve(link, url);
		if (next && !sameOrigin(next, url)) {
			throw new RegbenchError('PROTOCOL_ERROR', `${url.host} continues its list on ${next.host}`);
		}
		return {status, json, header: answer.header, ...(next ? {next: next.href} : {})};
	};

	const refused = async (
		answer: WireAnswer,
		subject: Subject,
		login: FoundCredential | undefined,
	): Promise<RegbenchError> => {
		const identity = login
			? {source: login.source, username: credentialUsername(login.credential)}
			: {};
		const reset = Number(answer.header('x-ratelimit-reset'));
		const spent = answer.header('x-ratelimit-remaining') === '0';
		const error = await refusal(answer, subject, identity, now);
		if (!spent || answer.status !== 403) return error;
		// GitHub says 403 where others say 429.
		const waitMs = reset > 0 ? Math.max(0, reset * 1000 - now()) : undefined;
		return new RegbenchError('RATE_LIMITED', `${subject.domain} asks to slow down`, {
			status: 403,
			retryable: true,
			...(waitMs === undefined ? {} : {retryAfterMs: waitMs}),
			cause: error,
		});
	};

	const subjectOf = ({about, method}: VendorRequest, host: string): Subject => ({
		domain: host,
		provider,
		path: about?.path,
		reference: about?.reference,
		writes: !reads(method),
		...(method === 'DELETE' ? {deletes: true} : {}),
	});

	const once = async (request: VendorRequest, options: CallOptions): Promise<VendorAnswer> => {
		const {as, method, expect} = request;
		const {base} = await session.discovered(options);
		const url = addressOf(request.to, base, provider.vendorOrigins);
		const own = sameOrigin(url, base);
		if (as.kind !== 'registry' && as.kind !== 'anonymous') {
			if (own && request.loginBody) throw notThere(url);
			return direct(request, url, options);
		}
		// A token of the registry is nobody else's business.
		if (!own) throw notThere(url);
		const answer = await (as.kind === 'anonymous' ? surroundings.anonymous() : session).once(
			{
				method,
				to: url,
				headers: headersOf(request, undefined),
				...(request.body === undefined ? {} : {body: Buffer.from(JSON.stringify(request.body))}),
				scopes: parseScopes(as.scopes.join(' ')),
				subject: subjectOf(request, domain),
				expect,
			},
			options,
		);
		return read(answer, method);
	};

	return {
		async login({signal} = {}) {
			const login = await logins.get(undefined, signal);
			return login && {username: credentialUsername(login.credential)};
		},
		async manifest(path, digest, options = {}) {
			try {
				const {bytes} = await surroundings.manifests(path).read(digest, options);
				return parseJson(Buffer.from(bytes));
			} catch (error) {
				if (error instanceof RegbenchError && error.code === 'TAG_NOT_FOUND') return undefined;
				throw error;
			}
		},
		async request(request, options = {}) {
			if (!reads(request.method)) return once(request, options);
			const place = URL.canParse(request.to) ? new URL(request.to).origin : domain;
			const tries = answered.has(place) ? policy.tries : firstContactTries;
			try {
				const answer = await withRetries({...policy, tries}, domain, options, () =>
					once(request, options),
				);
				answered.add(place);
				return answer;
			} catch (error) {
				if (error instanceof RegbenchError && error.status !== undefined) answered.add(place);
				throw error;
			}
		},
	};
}

type Sent =
	/** What was answered before still holds. */
	| {readonly kind: 'unchanged'; readonly result: VendorAnswer}
	| {
			readonly kind: 'answered';
			readonly answer: WireAnswer;
			readonly key: string;
			readonly authorization: string | undefined;
	  };

function bodyOf(
	request: VendorRequest,
	url: URL,
	found: FoundCredential | undefined,
): Buffer | undefined {
	if (!request.loginBody) {
		return request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
	}
	const login = found?.credential;
	if (login?.kind !== 'basic') {
		throw new RegbenchError('UNAUTHORIZED', `${url.host} wants a login with user and password`);
	}
	const {username, password} = login;
	return Buffer.from(JSON.stringify(request.loginBody({username, secret: password.reveal()})));
}

function authorizationOf(
	{as}: VendorRequest,
	found: FoundCredential | undefined,
): string | undefined {
	if (as.kind === 'bearer') return `Bearer ${as.token}`;
	// An identity token is for the registry's token service alone.
	return as.kind === 'login' && found?.credential.kind === 'basic'
		? `Bearer ${found.credential.password.reveal()}`
		: undefined;
}

function reads(method: VendorRequest['method']): boolean {
	return method === 'GET' || method === 'HEAD';
}

function headersOf(request: VendorRequest, etag: string | undefined): Record<string, string> {
	const hasBody = request.body !== undefined || request.loginBody !== undefined;
	return {
		accept: 'application/json',
		...(hasBody ? {'content-type': 'application/json'} : {}),
		...(etag === undefined ? {} : {'if-none-match': etag}),
		...request.headers,
	};
}

/** A path on the registry, or a full address on it or on one of the vendor's origins. */
function addressOf(to: string, base: URL, vendorOrigins: readonly string[]): URL {
	if (!URL.canParse(to, base.href)) throw new RegbenchError('INTERNAL', 'A vendor address is none');
	const url = new URL(to, base);
	const allowed = sameOrigin(url, base) || vendorOrigins.includes(url.origin);
	if (!allowed || url.username || url.password) throw notThere(url);
	return url;
}

function notThere(url: URL): RegbenchError {
	return new RegbenchError('PROTOCOL_ERROR', `Nothing was sent to ${url.host}: not its login`);
}
