/**
 * One HTTP request to a registry and its answer: limits on time and size, redirects by hand, no
 * credential over an origin's border. Knows nothing of tokens, retries or the distribution API.
 */
import type {ClientRequest, IncomingMessage} from 'node:http';
import {RegbenchError} from '../domain/errors.ts';
import type {Connector} from './agents.ts';
import {sendBody, type RequestBody} from './request-body.ts';
import {bareHostname, isLoopback, sameOrigin} from './hosts.ts';
import {cancelled, networkError, systemCode, timedOut} from './network-errors.ts';
import {wireAnswer, type WireAnswer} from './wire-answer.ts';
import {startWatchdog} from './watchdog.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type WireRequest = {
	readonly method: Method;
	readonly url: URL;
	readonly headers?: Readonly<Record<string, string>> | undefined;
	/** Value of the Authorization header; sent to the origin of `url` and nowhere else. */
	readonly authorization?: string | undefined;
	readonly body?: RequestBody | undefined;
	readonly signal?: AbortSignal | undefined;
};

export type Timeouts = {
	/** Name look-up, TCP and TLS. */
	readonly connectMs: number;
	/** Silence of the other side while it is its turn. */
	readonly idleMs: number;
	/** Silence after an upload's last byte: the registry hashes and stores it. */
	readonly commitMs: number;
	/** A whole answer that is read into memory. */
	readonly answerMs: number;
};

export const defaultTimeouts: Timeouts = {
	connectMs: 15_000,
	idleMs: 60_000,
	commitMs: 300_000,
	answerMs: 120_000,
};

/** What may be shown of a request: no header, and of the query only what is known to be harmless. */
export type RequestRecord = {
	readonly method: Method;
	readonly url: string;
	readonly status?: number;
};

export type TransportOptions = {
	readonly connector: Connector;
	readonly userAgent: string;
	/** `host` or `host:port` where http is allowed though it is not this machine. */
	readonly insecureHosts: ReadonlySet<string>;
	readonly timeouts: Timeouts;
	/** Called for every request that goes out, hops of a redirect included, once it is answered or has failed. */
	readonly onRequest?: ((record: RequestRecord) => void) | undefined;
};

export type Transport = {
	/** Rejects with a RegbenchError; an answer of any status resolves. */
	send(request: WireRequest): Promise<WireAnswer>;
	/** Whether http without TLS may be spoken with the address. */
	allowsPlain(url: URL): boolean;
	close(): void;
};

const maximumRedirects = 5;
/** Free sockets that the other side has closed meanwhile: each try uses up one. */
const maximumStaleSockets = 8;

export function createTransport(options: TransportOptions): Transport {
	const {connector, insecureHosts, timeouts} = options;

	const allowsPlain = (url: URL) =>
		isLoopback(bareHostname(url)) || insecureHosts.has(url.host) || insecureHosts.has(url.hostname);

	const send = async (request: WireRequest): Promise<WireAnswer> => {
		let {url, authorization} = request;
		for (let hop = 0; ; hop++) {
			if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowsPlain(url))) {
				throw new RegbenchError('PROTOCOL_ERROR', `${url.host} would be spoken to without TLS`, {
					hint: 'Only this machine and the insecureRegistries of the settings may be used over plain http.',
				});
			}

			const answer = await sendOnce({...request, url, authorization});
			const next = redirectOf(request, answer);
			if (!next) return answer;
			answer.discard();
			if (hop === maximumRedirects) {
				throw new RegbenchError('PROTOCOL_ERROR', `${request.url.host} redirects in circles`);
			}

			// A signed storage address and a second login exclude each other (S3 answers 400), and the
			// login is nobody else's business.
			if (!sameOrigin(next, url)) authorization = undefined;
			url = next;
		}
	};

	/** A free socket that turns out closed is no failure of the registry: the next one is taken. */
	const sendOnce = async (request: WireRequest): Promise<WireAnswer> => {
		for (let stale = 0; ; stale++) {
			try {
				const answer = await exchange(request);
				options.onRequest?.(recordOf(request, answer.status));
				return answer;
			} catch (error) {
				if (error instanceof StaleSocket && stale < maximumStaleSockets) continue;
				options.onRequest?.(recordOf(request));
				throw networkError(error instanceof StaleSocket ? error.cause : error, request.url.host);
			}
		}
	};

	const exchange = async (request: WireRequest): Promise<WireAnswer> => {
		const {url, method, body, signal} = request;
		if (signal?.aborted) throw cancelled();
		const {agent, request: open} = await connector.connect(url);
		const outgoing = open(url, {method, agent, headers: headersOf(request, options.userAgent)});
		// Small writes (a header, then the close of an upload) must not wait for each other.
		outgoing.setNoDelay(true);

		let incoming: IncomingMessage | undefined;
		// Destroying the request would end a body that is being read as if the other side had cut it.
		const abort = () => (incoming ?? outgoing).destroy(cancelled());
		signal?.addEventListener('abort', abort, {once: true});
		outgoing.once('close', () => signal?.removeEventListener('abort', abort));

		const watchdog = startWatchdog(timeouts.connectMs, waited =>
			outgoing.destroy(timedOut(url.host, waited)),
		);
		outgoing.once('close', watchdog.stop);
		whenConnected(outgoing, url, () => watchdog.touch(timeouts.idleMs));

		const answered = response(outgoing);
		try {
			const sent = sendBody(outgoing, body, {watchdog, answered, commitMs: timeouts.commitMs});
			[incoming] = await Promise.all([answered, sent]);
			watchdog.stop();
			return wireAnswer(incoming, outgoing, url, timeouts);
		} catch (error) {
			outgoing.destroy();
			const {reusedSocket} = outgoing;
			if (reusedSocket && !(body && 'open' in body) && isCut(error)) throw new StaleSocket(error);
			throw error;
		}
	};

	return {send, allowsPlain, close: () => connector.close()};
}

/** Internal: the request never reached anybody, because its kept-alive socket was closed. */
class StaleSocket extends Error {
	constructor(cause: unknown) {
		super('stale socket', {cause});
	}
}

function isCut(error: unknown): boolean {
	const code = systemCode(error);
	return code === 'ECONNRESET' || code === 'EPIPE';
}

function response(outgoing: ClientRequest): Promise<IncomingMessage> {
	const answered = new Promise<IncomingMessage>((resolve, reject) => {
		outgoing.once('response', resolve);
		// Stays for the whole life of the request: a late error must find a listener.
		outgoing.on('error', reject);
		outgoing.once('close', () => reject(cut()));
	});
	// The body may still be on its way when this rejects; whoever awaits it gets the error all the same.
	answered.catch(() => undefined);
	return answered;
}

function cut(): Error {
	return Object.assign(new Error('The connection was cut'), {code: 'ECONNRESET'});
}

function whenConnected(outgoing: ClientRequest, url: URL, connected: () => void): void {
	outgoing.once('socket', socket => {
		if (!socket.connecting) connected();
		else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
	});
}

function headersOf(request: WireRequest, userAgent: string): Record<string, string | number> {
	const {method, body, authorization} = request;
	const headers: Record<string, string | number> = {
		'user-agent': userAgent,
		// Blobs and manifests are hashed as they arrive: no coding may lie on top of them.
		'accept-encoding': 'identity',
		...request.headers,
	};
	if (authorization !== undefined) headers['authorization'] = authorization;
	if (body) headers['content-length'] = 'open' in body ? body.size : body.byteLength;
	else if (method === 'POST' || method === 'PUT' || method === 'PATCH') {
		headers['content-length'] = 0;
	}

	return headers;
}

/** Where to go on, if the answer is a redirect that this request may follow. */
function redirectOf(request: WireRequest, answer: WireAnswer): URL | undefined {
	const {status, url} = answer;
	if (![301, 302, 303, 307, 308].includes(status)) return undefined;
	const location = answer.header('location');
	if (location === undefined || !URL.canParse(location, url.href)) return undefined;
	const next = new URL(location, url);
	const readsOnly = request.method === 'GET' || request.method === 'HEAD';
	// What is sent may be a login or a layer: it goes to nobody but the one it was meant for.
	if (!readsOnly && !((status === 307 || status === 308) && sameOrigin(next, url)))
		return undefined;
	if (url.protocol === 'https:' && next.protocol !== 'https:') {
		answer.discard();
		throw new RegbenchError(
			'PROTOCOL_ERROR',
			`${url.host} redirects to ${next.host} without TLS; not followed`,
		);
	}

	return next;
}

const harmlessParameters = new Set(['n', 'last', 'digest', 'mount', 'from', 'service', 'scope']);

function recordOf({method, url}: WireRequest, status?: number): RequestRecord {
	const shown = new URL(url);
	shown.username = '';
	shown.password = '';
	for (const name of new Set(url.searchParams.keys())) {
		if (!harmlessParameters.has(name)) shown.searchParams.set(name, '…');
	}

	return {method, url: shown.href, ...(status === undefined ? {} : {status})};
}
