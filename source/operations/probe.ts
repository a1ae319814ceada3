/** Asks a running container whether it does its work, and keeps the answer. */
import {createHash} from 'node:crypto';
import {request, type IncomingMessage} from 'node:http';
import {connect} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import {RegbenchError} from '../domain/errors.ts';
import type {ProbeAnswer} from '../domain/probe.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {Containers, ContainerState, PortMapping} from '../engine/containers.ts';

export type ProbeOptions = {
	/** What is asked for by HTTP; `/` where it is left out and a port is published. */
	readonly path?: string | undefined;
	readonly signal: AbortSignal;
	/** How long nothing may answer. Default 20 s. */
	readonly timeoutMs?: number;
	/** Whether one that cannot be asked is waited for until it ends, however long. */
	readonly waitsForEnd?: boolean;
	/** Why its ports cannot be reached from here; then its health alone tells. */
	readonly unreachable?: string | undefined;
};

const usualTimeoutMs = 20_000;
const betweenTriesMs = 100;
const restMs = 1000;
const oneAnswerMs = 5000;
const longestBody = 1024 * 1024;
const longestExcerpt = 80;
/** A port forwarder takes every connection and drops it when nobody listens behind it. */
const tcpSettleMs = 300;

/** Headers that tell what is served; dates and lengths would only differ. */
const toldHeaders = ['content-type', 'server', 'location', 'www-authenticate'] as const;

/**
 * Waits until the container answers, in this order: HTTP on its first published TCP port, a connection
 * to it where it speaks something else, its HEALTHCHECK, or how it ends. Never rejects for a container
 * that does not work: that is an answer as well. Rejects with `CANCELLED` and for engine failures.
 */
export async function probeContainer(
	containers: Containers,
	id: string,
	options: ProbeOptions,
): Promise<ProbeAnswer> {
	const {signal, timeoutMs = usualTimeoutMs} = options;
	const begun = Date.now();
	let reason = 'nothing listens on its port';
	for (;;) {
		const state = await containers.state(id, {signal});
		if (hasEnded(state)) {
			return {kind: 'exit', asked: 'its end', exitCode: state.exitCode ?? 0};
		}
		const port = options.unreachable === undefined ? firstTcpPort(state) : undefined;
		const tried = port
			? await tryPort(port, options.path, signal)
			: tryHealth(state, options.unreachable);
		const readyAfterMs = Date.now() - begun;
		if (typeof tried === 'object') return {...tried, readyAfterMs};
		reason = tried;
		const cannotBeAsked = !port && !state.health && options.waitsForEnd === true;
		if (readyAfterMs > timeoutMs && !cannotBeAsked) {
			const asked = port
				? `${options.path ?? '/'} on ${port.containerPort}`
				: state.health
					? 'HEALTHCHECK'
					: 'its end';
			return {kind: 'silent', asked, reason: `${reason} after ${Math.round(timeoutMs / 1000)} s`};
		}
		await pause(cannotBeAsked ? restMs : betweenTriesMs, signal);
	}
}

/** Why ports on loopback of the engine's machine are out of reach from here; undefined where they are not. */
export function whyOutOfReach(info: {
	readonly route: string;
	readonly address: string;
}): string | undefined {
	const {protocol, hostname} = addressOf(info.address);
	const far =
		protocol === 'ssh:' || (protocol === 'tcp:' && !/^(localhost|127\.|\[?::1\]?$)/.test(hostname));
	return far ? `its ports are on loopback of the engine's machine (${info.route})` : undefined;
}

function addressOf(address: string): {readonly protocol: string; readonly hostname: string} {
	try {
		return new URL(address);
	} catch {
		return {protocol: '', hostname: ''};
	}
}

function hasEnded(state: ContainerState): boolean {
	return !state.running && state.status !== 'created' && state.status !== 'restarting';
}

function firstTcpPort(state: ContainerState): PortMapping | undefined {
	return state.ports
		.filter(port => port.protocol === 'tcp')
		.toSorted((one, other) => one.containerPort - other.containerPort)[0];
}

type Answered =
	| Omit<ProbeAnswer & {readonly kind: 'http'}, 'readyAfterMs'>
	| Omit<ProbeAnswer & {readonly kind: 'tcp'}, 'readyAfterMs'>
	| Omit<ProbeAnswer & {readonly kind: 'health'}, 'readyAfterMs'>;

/** The answer, or why there is none yet. */
function tryHealth({health, ports}: ContainerState, unreachable: string | undefined) {
	if (!health) {
		return (
			unreachable ??
			(ports.length > 0
				? 'its ports are not TCP'
				: 'it publishes no port, has no HEALTHCHECK and did not end')
		);
	}
	if (health.status === 'starting') return 'its HEALTHCHECK did not pass';
	return {
		kind: 'health',
		asked: 'HEALTHCHECK',
		status: health.status,
		output: health.output,
	} as const;
}

async function tryPort(
	port: PortMapping,
	path: string | undefined,
	signal: AbortSignal,
): Promise<Answered | string> {
	try {
		const first = await ask(port, path ?? '/', signal);
		// A gateway inside that still waits for what is behind it.
		if ([502, 503, 504].includes(first.status)) return `it answers HTTP ${first.status}`;
		const second = await ask(port, path ?? '/', signal);
		return {...first, bodyVaries: first.bodyDigest !== second.bodyDigest};
	} catch (thrown) {
		if (signal.aborted) throw new RegbenchError('CANCELLED', 'Cancelled', {cause: thrown});
		const code = String((thrown as NodeJS.ErrnoException).code ?? '');
		// It answers, but not in HTTP.
		const spoke = code.startsWith('HPE_') || code === 'ETIMEDOUT';
		if (path === undefined && spoke && (await staysConnected(port, signal))) {
			return {kind: 'tcp', asked: String(port.containerPort)};
		}
		if (code === 'ETIMEDOUT') return 'it takes the connection and says nothing';
		return spoke ? 'it does not speak HTTP' : 'nothing listens on its port';
	}
}

async function ask(port: PortMapping, path: string, signal: AbortSignal) {
	return new Promise<Omit<ProbeAnswer & {readonly kind: 'http'}, 'readyAfterMs'>>(
		(resolve, reject) => {
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
		},
	);
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

async function staysConnected(port: PortMapping, signal: AbortSignal): Promise<boolean> {
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

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
	try {
		await delay(milliseconds, undefined, {signal});
	} catch (cause) {
		throw new RegbenchError('CANCELLED', 'Cancelled', {cause});
	}
}
