import type {IncomingMessage, ServerResponse} from 'node:http';
import {answerRequest} from './answer-request.ts';
import type {Authority} from './authority.ts';
import {contentLengthOf, readBody, type Exchange, type RegistryServices} from './exchange.ts';
import {refuse, sendReply, type Reply} from './reply.ts';

/** One request that was answered, for a log. Holds neither headers nor queries, hence no secret. */
export type RegistryEvent = {
	readonly type: 'request';
	readonly method: string;
	/** Percent-encoded, as it was sent; at most 300 characters. */
	readonly path: string;
	/** 0 when the client went away before it was answered. */
	readonly status: number;
	readonly bytesReceived: number;
	readonly bytesSent: number;
	readonly durationMs: number;
	readonly username?: string;
};

const formLimitBytes = 64 * 1024;
const pathLimit = 300;

/** Answers one HTTP request and tells of it; never throws. */
export async function handleRequest(
	request: IncomingMessage,
	response: ServerResponse,
	services: RegistryServices,
	authority: Authority,
	onEvent: ((event: RegistryEvent) => void) | undefined,
): Promise<void> {
	const startedAt = performance.now();
	const method = request.method ?? 'GET';
	const [rawPath = '/'] = (request.url ?? '/').split('?');
	let bytesReceived = 0;
	let bytesSent = 0;
	let username: string | undefined;
	const body = async function* (): AsyncGenerator<Uint8Array> {
		for await (const chunk of request) {
			bytesReceived += (chunk as Buffer).byteLength;
			yield chunk as Buffer;
		}
	};
	let answered = false;
	try {
		const exchange = exchangeFor(request, body(), authority, found => (username = found));
		const reply: Reply = exchange
			? await answerRequest(exchange, services, authority)
			: refuse(400, 'UNSUPPORTED', 'the address is not well-formed');
		await sendReply(reply, response, {
			withBody: method !== 'HEAD',
			onSent: bytes => (bytesSent += bytes),
		});
		answered = true;
	} catch {
		// The client went away, or the store failed in mid-answer: cut, so that nobody takes it for whole.
		response.destroy();
	}
	onEvent?.({
		type: 'request',
		method,
		path: rawPath.slice(0, pathLimit),
		status: answered ? response.statusCode : 0,
		bytesReceived,
		bytesSent,
		durationMs: Math.round(performance.now() - startedAt),
		...(username === undefined ? {} : {username}),
	});
}

function exchangeFor(
	request: IncomingMessage,
	body: AsyncIterable<Uint8Array>,
	authority: Authority,
	onUser: (username: string) => void,
): Exchange | undefined {
	const {headers, method = 'GET', socket} = request;
	const local = `${socket.localAddress ?? '127.0.0.1'}:${socket.localPort ?? 0}`;
	const given = headers.host ?? '';
	const origin = `http://${/^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d+)?$/.test(given) ? given : local}`;
	let url: URL;
	let decoded: string;
	try {
		url = new URL(request.url ?? '/', origin);
		decoded = decodeURIComponent(url.pathname);
	} catch {
		return undefined;
	}
	const exchange: Exchange = {
		method,
		path: decoded,
		query: url.searchParams,
		headers,
		origin,
		body,
		contentLength: contentLengthOf(request),
		form: async () => {
			const bytes = await readBody(body, formLimitBytes);
			return bytes && new URLSearchParams(Buffer.from(bytes).toString());
		},
		admit(need) {
			const admission = authority.admit(exchange, need);
			if (admission.admitted && admission.username !== undefined) onUser(admission.username);
			return admission;
		},
	};
	return exchange;
}
