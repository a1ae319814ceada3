import {request as plainRequest, type IncomingMessage, type ServerResponse} from 'node:http';
import {request as secureRequest} from 'node:https';
import {setTimeout as sleep} from 'node:timers/promises';
import {passBody, PurposefulCut} from './byte-faults.ts';
import {serveHttp, type HttpServiceOptions} from './serve-http.ts';

/** Something that goes wrong with requests that match; several kinds may go together. */
export type Fault = {
	/** Which method, any by default. */
	readonly method?: string | RegExp;
	/** The host name that the client asked for, any by default. */
	readonly host?: string;
	/** Found in the path and query, any by default. */
	readonly path?: string | RegExp;
	/** How many requests it hits. Default: all. */
	readonly times?: number;
	/** How many matching requests go through unharmed first. Default 0. */
	readonly after?: number;
	/** Answers itself; the registry never sees the request. */
	readonly respond?: {
		readonly status: number;
		readonly headers?: Readonly<Record<string, string | string[]>>;
		readonly body?: string | Buffer;
	};
	/** Closes the connection in place of an answer. */
	readonly drop?: boolean;
	/** Waits before it does anything else. */
	readonly delayMs?: number;
	/** Waits for this before it does anything else. */
	readonly until?: Promise<unknown>;
	/** Breaks the connection when this many bytes of the body went up. */
	readonly cutRequestAfterBytes?: number;
	/** Breaks the connection when this many bytes of the body came down. */
	readonly cutResponseAfterBytes?: number;
	/** Ends the body after so many bytes as if that were all of it. */
	readonly truncateResponseTo?: number;
	/** Flips the bits of the byte at this offset of the body. */
	readonly corruptRequestByte?: number;
	readonly corruptResponseByte?: number;
	/** Slows bodies down, both ways. */
	readonly bytesPerSecond?: number;
};

export type ProxiedRequest = {
	/** The name the client asked for, without port. */
	readonly host: string;
	readonly method: string;
	/** Path and query. */
	readonly path: string;
	readonly headers: IncomingMessage['headers'];
	/** The fault it met. */
	readonly fault: Fault | undefined;
	/** Of the answer; undefined as long as there is none. */
	status: number | undefined;
	requestBytes: number;
	responseBytes: number;
};

export type RunningFaultProxy = {
	/** `127.0.0.1:PORT` */
	readonly host: string;
	readonly url: string;
	/** Tried in order, the first match is taken; may be changed at any time. */
	readonly faults: Fault[];
	/** Every request so far, the oldest first. */
	readonly requests: readonly ProxiedRequest[];
	/** The next request that matches, seen as soon as its head has arrived. */
	nextRequest(match?: Pick<Fault, 'host' | 'method' | 'path'>): Promise<ProxiedRequest>;
	/** Breaks every open connection. */
	cutAll(): void;
	stop(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
};

/** Puts a proxy with faults in front of a registry (or any HTTP server, https included). */
export async function startFaultProxy({
	upstream,
	faults: given = [],
	listen = {},
}: {
	/** `http://127.0.0.1:PORT`, or what answers with it for a host name and path. */
	readonly upstream: string | ((host: string, path: string) => string);
	readonly faults?: readonly Fault[];
	/** Where and how to listen. Default: http on a free loopback port. */
	readonly listen?: HttpServiceOptions;
}): Promise<RunningFaultProxy> {
	const faults = [...given];
	const hits = new Map<Fault, number>();
	const requests: ProxiedRequest[] = [];
	const waiting = new Set<(request: ProxiedRequest) => void>();

	const choose = (request: Asked): Fault | undefined => {
		for (const fault of faults) {
			if (!matches(fault, request)) continue;
			const hit = hits.get(fault) ?? 0;
			hits.set(fault, hit + 1);
			const before = fault.after ?? 0;
			if (hit >= before && hit < before + (fault.times ?? Infinity)) return fault;
		}
		return undefined;
	};

	const http = await serveHttp((request, response) => {
		const asked: Asked = {
			host: (request.headers.host ?? '').replace(/:\d+$/, ''),
			method: request.method ?? 'GET',
			path: request.url ?? '/',
		};
		const record: ProxiedRequest = {
			...asked,
			headers: request.headers,
			fault: choose(asked),
			status: undefined,
			requestBytes: 0,
			responseBytes: 0,
		};
		requests.push(record);
		for (const look of waiting) look(record);
		// The request forgets its socket once that is closed.
		const {socket} = request;
		const target = typeof upstream === 'string' ? upstream : upstream(asked.host, asked.path);
		pass(target, record, request, response).catch(() => socket.destroy());
	}, listen);

	return {
		host: http.host,
		url: `${listen.tls ? 'https' : 'http'}://${http.host}`,
		faults,
		requests,
		nextRequest: (match = {}) =>
			new Promise(resolve => {
				const look = (record: ProxiedRequest) => {
					if (!matches(match, record)) return;
					waiting.delete(look);
					resolve(record);
				};
				waiting.add(look);
			}),
		cutAll: http.cutAll,
		stop: http.stop,
		[Symbol.asyncDispose]: http.stop,
	};
}

type Asked = Pick<ProxiedRequest, 'host' | 'method' | 'path'>;

function matches({host, method, path}: Pick<Fault, 'host' | 'method' | 'path'>, asked: Asked) {
	return (
		(host === undefined || host === asked.host) &&
		(method === undefined ||
			(typeof method === 'string' ? method === asked.method : method.test(asked.method))) &&
		(path === undefined ||
			(typeof path === 'string' ? asked.path.includes(path) : path.test(asked.path)))
	);
}

async function pass(
	upstream: string,
	record: ProxiedRequest,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const fault = record.fault ?? {};
	const {socket} = request;
	const isSecure = 'encrypted' in socket;
	if (fault.delayMs !== undefined) await sleep(fault.delayMs);
	if (fault.until) await fault.until;
	if (fault.drop) {
		socket.destroy();
		return;
	}
	if (fault.respond) {
		const {status, headers = {}, body = ''} = fault.respond;
		record.status = status;
		response.writeHead(status, {'content-length': Buffer.byteLength(body), ...headers});
		response.end(request.method === 'HEAD' ? undefined : body);
		// Clients that are still sending must be able to read the answer.
		request.resume();
		return;
	}

	const target = new URL(record.path, upstream);
	const send = target.protocol === 'https:' ? secureRequest : plainRequest;
	const onward = send(target, {
		method: record.method,
		headers: {
			...request.headers,
			// By this a registry knows which address to put into Location.
			...(isSecure ? {'x-forwarded-proto': 'https'} : {}),
		},
		agent: false,
		rejectUnauthorized: false,
	});
	const cut = () => {
		onward.destroy();
		socket.destroy();
	};
	// A client that goes away takes its upstream request with it.
	response.once('close', () => {
		if (!response.writableFinished) onward.destroy();
	});

	const upwards = passBody(request, onward, {
		cutAfterBytes: fault.cutRequestAfterBytes,
		corruptByte: fault.corruptRequestByte,
		bytesPerSecond: fault.bytesPerSecond,
		count: bytes => (record.requestBytes += bytes),
	});
	upwards.then(
		() => onward.end(),
		error => {
			// An upstream that answers early closes its end; only the answer matters then.
			if (error instanceof PurposefulCut || !onward.destroyed) cut();
		},
	);

	const answer = await new Promise<IncomingMessage>((resolve, reject) => {
		onward.once('response', resolve);
		onward.once('error', reject);
	});
	onward.on('error', cut);
	record.status = answer.statusCode ?? 0;
	const headers = {...answer.headers};
	if (fault.truncateResponseTo !== undefined) delete headers['content-length'];
	response.writeHead(record.status, headers);
	try {
		await passBody(answer, response, {
			cutAfterBytes: fault.cutResponseAfterBytes,
			truncateTo: fault.truncateResponseTo,
			corruptByte: fault.corruptResponseByte,
			bytesPerSecond: fault.bytesPerSecond,
			count: bytes => (record.responseBytes += bytes),
		});
		response.end();
	} catch (error) {
		if (!(error instanceof PurposefulCut)) throw error;
		// What came before the cut shall still arrive, and nothing that looks like an end.
		response.flushHeaders();
		socket.end(cut);
	}
}
