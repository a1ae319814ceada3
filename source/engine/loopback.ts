/** This machine's loopback, where containers publish their ports: what is free, and what answers. */
import {createHash} from 'node:crypto';
import {request, type IncomingMessage} from 'node:http';
import {connect, createServer} from 'node:net';
import type {ProbeAnswer} from '../domain/probe.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {PortMapping} from './containers.ts';

export type HttpAnswer = Omit<ProbeAnswer & {readonly kind: 'http'}, 'readyAfterMs'>;

const oneAnswerMs = 5000;
const longestBody = 1024 * 1024;
const longestExcerpt = 80;
const tcpSettleMs = 300;

/** Headers that tell what is served; dates and lengths would only differ. */
const toldHeaders = ['content-type', 'server', 'location', 'www-authenticate'] as const;

/** Whether nobody listens on the port of this machine's loopback. */
export async function isFreePort(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen({host: '127.0.0.1', port, exclusive: true}, () =>
			server.close(() => resolve(true)),
		);
	});
}

/**
 * GETs a path from a published port. Rejects with the socket's own error; its code is `ETIMEDOUT` when the
 * connection was taken and nothing came, and begins with `HPE_` when it was no HTTP.
 */
export async function askLoopback(
	port: PortMapping,
	path: string,
	signal: AbortSignal,
): Promise<HttpAnswer> {
	return new Promise<HttpAnswer>((resolve, reject) => {
		const limit = AbortSignal.any([signal, AbortSignal.timeout(oneAnswerMs)]);
		const outgoing = request(
			{
				host: '127.0.0.1',
				port: port.hostPort,
				path,
				method: 'GET',
				agent: false,
				signal: limit,
				// Not the host's port: it is another one each time, and some pages tell it.
				headers: {host: 'localhost', accept: '*/*', 'user-agent': 'regbench'},
			},
			response => {
				readBody(response).then(body => {
					resolve({
						kind: 'http',
						asked: `${sanitise(path, 200)} on ${port.containerPort}`,
						status: response.statusCode ?? 0,
						headers: headersOf(response),
						...body,
						bodyVaries: false,
					});
				}, fail);
			},
		);
		const fail = (error: unknown) => {
			const late = limit.aborted && !signal.aborted;
			reject(late ? Object.assign(new Error('no answer in time'), {code: 'ETIMEDOUT'}) : error);
		};
		outgoing.once('error', fail);
		outgoing.end();
	});
}

function headersOf(response: IncomingMessage): Readonly<Record<string, string>> {
	return Object.fromEntries(
		toldHeaders.flatMap(name => {
			const value = response.headers[name];
			return value === undefined ? [] : [[name, sanitise(String(value), 200)]];
		}),
	);
}

async function readBody(response: IncomingMessage) {
	const hash = createHash('sha256');
	let bodyBytes = 0;
	let truncated = false;
	let beginning = Buffer.alloc(0);
	for await (const chunk of response as AsyncIterable<Buffer>) {
		const part = chunk.subarray(0, longestBody - bodyBytes);
		hash.update(part);
		bodyBytes += part.length;
		if (beginning.length < 1024) beginning = Buffer.concat([beginning, part.subarray(0, 1024)]);
		if (part.length < chunk.length) {
			truncated = true;
			response.destroy();
			break;
		}
	}
	return {
		bodyDigest: `sha256:${hash.digest('hex')}`,
		bodyBytes,
		truncated,
		excerpt: excerptOf(beginning),
	};
}

/** How a body begins, where it is text. */
function excerptOf(bytes: Buffer): string {
	if (bytes.includes(0)) return '';
	return sanitise(bytes.toString('utf8').replace(/\s+/g, ' '), longestExcerpt);
}

/**
 * Whether a connection to a published port holds. A port forwarder takes every connection and drops it when
 * nobody listens behind it.
 */
export async function staysConnected(port: PortMapping, signal: AbortSignal): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect({host: '127.0.0.1', port: port.hostPort, signal});
		const answer = (works: boolean) => {
			clearTimeout(timer);
			socket.destroy();
			resolve(works);
		};
		const timer = setTimeout(() => answer(true), tcpSettleMs);
		socket.once('data', () => answer(true));
		socket.once('close', () => answer(false));
		socket.once('error', () => answer(false));
	});
}
