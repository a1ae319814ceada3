/** The conversation with one registry: finds out how to speak with it, then makes authorised calls. */
import type {AuthenticationFacts} from '../domain/authentication.ts';
import {RegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import {createAuthorizer, type Grant} from './authorizer.ts';
import {discover, type Discovery} from './discovery.ts';
import {chooseChallenge, parseChallenges} from './challenge.ts';
import {sameOrigin} from './hosts.ts';
import {createLimiter, type Limiter} from './limiter.ts';
import type {RegistryProvider} from './providers/provider.ts';
import {isRefusal, refusal, type Identity, type Subject} from './refusals.ts';
import type {CallOptions, CredentialSource} from './registry-client.ts';
import type {RequestBody} from './request-body.ts';
import {orCancelled, withRetries, type RetryPolicy} from './retry.ts';
import type {Scope} from './scopes.ts';
import type {Method, Transport} from './transport.ts';
import type {WireAnswer} from './wire-answer.ts';

export type Call = {
	readonly method: Method;
	/** A path below the registry, or an address that the registry has given. */
	readonly to: string | URL;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: RequestBody;
	readonly scopes: readonly Scope[];
	readonly subject: Subject;
	/** Statuses that are an answer; any other becomes an error. */
	readonly expect: readonly number[];
	/** Which limit it counts against while it runs; a download holds its place itself. */
	readonly lane?: 'upload' | 'unlimited';
};

export type HostSession = {
	readonly domain: string;
	readonly provider: RegistryProvider;
	readonly policy: RetryPolicy;
	/** Places for bodies that are read slowly; given back by the reader. */
	readonly downloads: Limiter;
	/** One authorised try. */
	once(call: Call, options: CallOptions): Promise<WireAnswer>;
	/** The same with retries; for idempotent calls. */
	call(call: Call, options: CallOptions): Promise<WireAnswer>;
	/** An address from the registry's own answer (Location, Link), resolved and checked. */
	resolve(location: string, from: URL): URL;
	discovered(options: CallOptions): Promise<Discovery>;
};

export type HostSessionOptions = {
	readonly domain: string;
	readonly provider: RegistryProvider;
	readonly transport: Transport;
	readonly credentials: CredentialSource;
	readonly concurrency: number;
	readonly policy: RetryPolicy;
	readonly now: () => number;
	/** Told how each token came about. */
	readonly onAuthentication?: ((facts: AuthenticationFacts) => void) | undefined;
};

type Sent = {readonly answer: WireAnswer; readonly identity: Identity};

export function createHostSession(options: HostSessionOptions): HostSession {
	const {domain, provider, transport, policy, now} = options;
	const control = createLimiter(options.concurrency);
	const uploads = createLimiter(options.concurrency);
	const warnings = new Set<string>();
	let discovery: Promise<Discovery> | undefined;
	let known: Discovery | undefined;

	const discovered = async (call: CallOptions): Promise<Discovery> => {
		// Shared between callers, so it runs without the signal of any of them.
		discovery ??= discover(
			{domain, provider, transport, policy, now},
			{onNotice: call.onNotice},
		).then(
			found => (known = found),
			(error: unknown) => {
				discovery = undefined;
				throw error;
			},
		);
		return orCancelled(discovery, call.signal);
	};

	const authorizer = createAuthorizer({
		domain,
		registry: () => known!.base,
		transport,
		credentials: options.credentials,
		tokenHost: provider.tokenHost,
		now,
		onAuthentication: options.onAuthentication,
	});

	const send = async (call: Call, url: URL, grant: Grant, {signal}: CallOptions) => {
		const lane = call.lane === 'upload' ? uploads : control;
		const release = call.lane === 'unlimited' ? undefined : await lane.acquire(signal);
		try {
			const {method, headers, body} = call;
			// An upload's address may be on another host, which brings its own signature.
			const authorization = sameOrigin(url, known!.base) ? grant.authorization : undefined;
			return await transport.send({method, url, headers, body, authorization, signal});
		} finally {
			release?.();
		}
	};

	/** Sends with the login; after a 401 once more with a fresh token. The answer may be a refusal. */
	const sendWithLogin = async (call: Call, url: URL, callOptions: CallOptions): Promise<Sent> => {
		const {base, challenge} = await discovered(callOptions);
		const grant = await authorizer.grant(challenge, call, callOptions);
		const answer = await send(call, url, grant, callOptions);
		if (answer.status !== 401) return {answer, identity: grant.identity};

		const latest = chooseChallenge(parseChallenges(answer.headerLines('www-authenticate')));
		if (latest && !challenge) discovery = Promise.resolve((known = {base, challenge: latest}));
		const renewed = await authorizer.renew(grant, latest ?? challenge, call, callOptions);
		if (!renewed) return {answer, identity: grant.identity};
		answer.discard();
		return {answer: await send(call, url, renewed, callOptions), identity: renewed.identity};
	};

	/** Sends with the login and, when that is refused, (reads only) without it. */
	const sendAuthorised = async (call: Call, callOptions: CallOptions): Promise<Sent> => {
		const {base} = await discovered(callOptions);
		const url = call.to instanceof URL ? call.to : new URL(call.to, base);
		let refused: RegbenchError;
		try {
			const sent = await sendWithLogin(call, url, callOptions);
			const {answer, identity} = sent;
			if (answer.status !== 401 && answer.status !== 403) return sent;
			refused = await refusal(answer, call.subject, identity, now);
		} catch (error) {
			if (!isRefusal(error)) throw error;
			refused = error;
		}

		const challenge = known?.challenge;
		const nobody = await authorizer
			.withoutLogin(challenge, call, callOptions)
			.catch(() => undefined);
		if (!nobody) throw refused;
		const answer = await send(call, url, nobody, callOptions);
		if (answer.status >= 400) {
			answer.discard();
			throw refused;
		}
		authorizer.readsWithoutLogin(call);
		return {answer, identity: nobody.identity};
	};

	/** Warning headers (distribution-spec "Warnings"), once for each text. */
	const warn = (answer: WireAnswer, {onNotice}: CallOptions) => {
		for (const line of answer.headerLines('warning')) {
			const text = /^299 \S+ "((?:[^"\\]|\\.)*)"/.exec(line.slice(0, 4096))?.[1];
			if (text === undefined || warnings.has(text) || warnings.size > 100) continue;
			warnings.add(text);
			onNotice?.({message: `${domain} warns: ${sanitise(text.replaceAll(/\\(.)/g, '$1'))}`});
		}
	};

	const once = async (call: Call, callOptions: CallOptions): Promise<WireAnswer> => {
		const {answer, identity} = await sendAuthorised(call, callOptions);
		warn(answer, callOptions);
		if (call.expect.includes(answer.status)) return answer;
		throw await refusal(answer, call.subject, identity, now);
	};

	return {
		domain,
		provider,
		policy,
		downloads: createLimiter(options.concurrency),
		once,
		call: (call, callOptions) =>
			withRetries(policy, domain, callOptions, () => once(call, callOptions)),
		discovered,
		resolve(location, from) {
			if (!URL.canParse(location, from.href)) {
				throw new RegbenchError('PROTOCOL_ERROR', `${domain} names an address that is none`);
			}
			const url = new URL(location, from);
			// Registries behind a TLS front sometimes believe they are spoken to without TLS.
			if (
				from.protocol === 'https:' &&
				url.protocol === 'http:' &&
				url.hostname === from.hostname
			) {
				url.protocol = 'https:';
			}
			if (from.protocol === 'https:' && url.protocol !== 'https:') {
				throw new RegbenchError('PROTOCOL_ERROR', `${domain} names an address without TLS`);
			}
			return url;
		},
	};
}
