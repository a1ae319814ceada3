/** An open road to an engine: the HTTP agent that keeps its connections, and the first question, /_ping. */
import {Agent, request, type IncomingMessage} from 'node:http';
import {sanitise} from '../domain/sanitise.ts';
import {RegbenchError} from '../domain/errors.ts';
import {parseEngineAddress, type EngineAddress, type EngineTransport} from './engine-address.ts';
import {connectionError} from './docker-errors.ts';
import {sshAgent} from './ssh-socket.ts';

export type EngineConnection = {
	readonly address: EngineAddress;
	readonly transport: EngineTransport;
	readonly agent: Agent;
	close(): void;
};

/** What /_ping tells in its headers. */
export type EnginePing = {
	/** Newest API the engine speaks: `1.41`. */
	readonly apiVersion?: string;
	/** True where Podman's compatible API answers. */
	readonly podman: boolean;
};

/** Prepares the connection without making it. Throws `USAGE` for an address that is none. */
export async function openConnection(address: EngineAddress): Promise<EngineConnection> {
	const transport = parseEngineAddress(address.url, address.tls !== undefined);
	const agent = await agentFor(address, transport);
	return {address, transport, agent, close: () => agent.destroy()};
}

async function agentFor(address: EngineAddress, transport: EngineTransport): Promise<Agent> {
	if (transport.kind === 'ssh') return sshAgent(transport);
	if (transport.kind === 'socket' || !transport.secure) return new Agent({keepAlive: true});
	const https = await import('node:https');
	const tls = address.tls;
	return new https.Agent({
		keepAlive: true,
		...(tls?.ca === undefined ? {} : {ca: tls.ca}),
		...(tls?.cert === undefined ? {} : {cert: tls.cert}),
		...(tls?.key === undefined ? {} : {key: tls.key.reveal()}),
		rejectUnauthorized: tls?.skipVerify !== true,
	});
}

/**
 * Asks whether an engine answers and what it speaks. Rejects with `ENGINE_UNREACHABLE`,
 * `ENGINE_DENIED`, `CERTIFICATE_UNTRUSTED` or `CANCELLED`; the message tells the reasons apart.
 */
export async function pingEngine(
	connection: EngineConnection,
	options: {readonly timeoutMs: number; readonly signal?: AbortSignal | undefined},
): Promise<EnginePing> {
	const limit = AbortSignal.timeout(options.timeoutMs);
	const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
	try {
		const response = await ask(connection, signal);
		const header = (name: string): string | undefined => {
			const value = response.headers[name];
			return typeof value === 'string' ? value : undefined;
		};
		const apiVersion = header('api-version');
		const podman = header('libpod-api-version') !== undefined;
		if (response.statusCode !== 200 || (apiVersion === undefined && !podman)) {
			throw new RegbenchError(
				'ENGINE_UNREACHABLE',
				`Something answers at ${sanitise(connection.address.url)}, but it is no container engine (HTTP ${response.statusCode})`,
			);
		}
		return {
			podman,
			...(apiVersion !== undefined && /^\d+\.\d+$/.test(apiVersion) ? {apiVersion} : {}),
		};
	} catch (error) {
		if (error instanceof RegbenchError) throw error;
		if (options.signal?.aborted === true) {
			throw new RegbenchError('CANCELLED', 'Cancelled', {cause: error});
		}
		if (limit.aborted) {
			throw new RegbenchError(
				'ENGINE_UNREACHABLE',
				`No answer from ${sanitise(connection.address.url)} within ${options.timeoutMs / 1000} s`,
				{
					hint: 'The engine may be starting or stuck: wait, or restart it.',
					retryable: true,
					cause: error,
				},
			);
		}
		throw connectionError(error, connection.address.url);
	}
}

async function ask(connection: EngineConnection, signal: AbortSignal): Promise<IncomingMessage> {
	const {transport, agent} = connection;
	// A tcp engine behind TLS needs the https module's request, which only sets other defaults.
	const send =
		transport.kind === 'tcp' && transport.secure ? (await import('node:https')).request : request;
	return new Promise((resolve, reject) => {
		const outgoing = send(
			{
				agent,
				path: '/_ping',
				method: 'GET',
				signal,
				// TLS takes the name to check from the Host header, so tcp keeps its own.
				...(transport.kind === 'tcp' ? {} : {headers: {host: 'docker'}}),
				...(transport.kind === 'socket' ? {socketPath: transport.path} : {}),
				// The same name as later requests have, so that the agent gives them this connection.
				...(transport.kind === 'ssh' ? {host: 'docker', port: 80} : {}),
				...(transport.kind === 'tcp' ? {host: transport.host, port: transport.port} : {}),
			},
			response => {
				// The body is read to its end so that the connection serves the next request too.
				response.resume();
				response.on('end', () => resolve(response));
				response.on('error', reject);
			},
		);
		outgoing.on('error', reject);
		outgoing.end();
	});
}
