/** A way through an HTTP proxy: CONNECT (RFC 9110, 9.3.6) for TLS, the full address in the request line without. */
import type {Agent, ClientRequest, RequestOptions, request} from 'node:http';
import type {AgentOptions} from 'node:https';
import type {Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import type {ConnectionOptions} from 'node:tls';
import {RegbenchError} from '../domain/errors.ts';

export type Way = {readonly agent: Agent; readonly request: typeof request};

type Target = ConnectionOptions & {readonly host?: string; readonly port?: number};

const connectMs = 15_000;

/** TLS to the registry inside a tunnel of the proxy: the proxy sees host and port, nothing else. */
export async function tunnelWay(proxy: URL, options: AgentOptions): Promise<Way> {
	const {Agent: SecureAgent, request: secureRequest} = await import('node:https');
	const {connect: connectTls} = await import('node:tls');
	const open = await opener(proxy);

	type Done = (error: Error | null, stream: Duplex) => void;
	const dial = async (target: Target, done: Done | undefined) => {
		const {host = '', port, servername} = target;
		let stream: Duplex;
		try {
			const socket = await open(`${host.includes(':') ? `[${host}]` : host}:${port}`);
			// The target's options hold the authorities and the name to check.
			stream = connectTls({...target, socket: socket as Socket, servername: servername ?? host});
		} catch (error) {
			done?.(error as Error, undefined as never);
			return;
		}
		done?.(null, stream);
	};

	class TunnelAgent extends SecureAgent {
		override createConnection(target: Target, done?: Done): undefined {
			void dial(target, done);
		}
	}

	return {agent: new TunnelAgent(options), request: secureRequest};
}

/** Without TLS the proxy is asked for the whole address. */
export async function forwardWay(proxy: URL, options: AgentOptions): Promise<Way> {
	const {agent, request: open} = await wayTo(proxy, options);
	const forward = (url: URL, given: RequestOptions): ClientRequest =>
		open({
			...given,
			agent,
			protocol: proxy.protocol,
			hostname: bare(proxy),
			port: portOf(proxy),
			path: `${url.origin}${url.pathname}${url.search}`,
			headers: {...(given.headers as object), host: url.host, ...authorization(proxy)},
		});
	return {agent, request: forward as typeof request};
}

async function opener(proxy: URL): Promise<(target: string) => Promise<Duplex>> {
	const {request: open} = await wayTo(proxy, undefined);
	return target =>
		new Promise((resolve, reject) => {
			const outgoing = open({
				protocol: proxy.protocol,
				hostname: bare(proxy),
				port: portOf(proxy),
				method: 'CONNECT',
				path: target,
				agent: false,
				headers: {host: target, ...authorization(proxy)},
				timeout: connectMs,
			});
			const fail = (reason: string, cause?: unknown) =>
				reject(
					new RegbenchError('REGISTRY_UNREACHABLE', `The proxy ${proxy.host} ${reason}`, {
						hint: 'Check HTTPS_PROXY; hosts that need no proxy belong into NO_PROXY.',
						retryable: cause !== undefined,
						cause,
					}),
				);
			outgoing.once('connect', ({statusCode}, socket, head) => {
				if (statusCode === 200 && head.byteLength === 0) resolve(socket);
				else {
					socket.destroy();
					if (statusCode === 407)
						fail('wants a login: put it into the address, http://USER:PASSWORD@HOST:PORT');
					else fail(`answered ${statusCode} for ${target}`);
				}
			});
			outgoing.once('timeout', () => outgoing.destroy(new Error('The proxy is silent')));
			outgoing.once('response', answer => {
				answer.destroy();
				fail('is none: it does not know CONNECT');
			});
			outgoing.on('error', error => fail('cannot be reached', error));
			outgoing.end();
		});
}

async function wayTo(proxy: URL, options: AgentOptions | undefined): Promise<Way> {
	const {Agent: PlainAgent, request: plain} = await import('node:http');
	if (proxy.protocol === 'http:') return {agent: new PlainAgent(options), request: plain};
	const {Agent: SecureAgent, request: secure} = await import('node:https');
	return {agent: new SecureAgent(options), request: secure};
}

function authorization({username, password}: URL): Record<string, string> {
	if (!username && !password) return {};
	const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	return {'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}`};
}

function bare({hostname}: URL): string {
	return hostname.replaceAll(/^\[|\]$/g, '');
}

function portOf({port, protocol}: URL): number {
	return Number(port) || (protocol === 'https:' ? 443 : 80);
}
