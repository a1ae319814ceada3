/** The one door to dockerode: requests to an engine with a negotiated version, errors narrowed to codes. */
import type {Agent} from 'node:http';
import type {Duplex, Readable} from 'node:stream';
import {RegbenchError} from '../domain/errors.ts';
import {connectionError, engineError, type EngineFault} from './docker-errors.ts';
import type {EngineConnection, EnginePing} from './engine-connection.ts';

/** Newest Engine API whose answers are known here. */
const newestApi = '1.51';

export type DockerRequest = {
	readonly method: 'GET' | 'POST' | 'DELETE';
	/** Without the version: `/images/json`. Names go in through {@link pathName}. */
	readonly path: string;
	readonly query?: Readonly<Record<string, string | number | boolean>>;
	readonly headers?: Readonly<Record<string, string>>;
	/** Sent as JSON. */
	readonly body?: object;
	readonly signal?: AbortSignal | undefined;
	/** For classifying a failure. */
	readonly fault?: EngineFault;
};

export type DockerApi = {
	/** The parsed answer. */
	json(request: DockerRequest): Promise<unknown>;
	/** The answer's body as it comes; destroying it ends the request and what it does in the engine. */
	stream(request: DockerRequest): Promise<Readable>;
	/** The connection itself, both ways, once the engine has given it over (HTTP 101). */
	upgrade(request: DockerRequest): Promise<Duplex>;
	/** A failure while a body was read, as the error it means. */
	broken(error: unknown, signal: AbortSignal | undefined): RegbenchError;
};

type DockerConstructor = new (options: Record<string, unknown>) => {readonly modem: unknown};

/** What of docker-modem is used here. */
type Modem = {
	dial(options: Record<string, unknown>, callback: (error: unknown, answer: unknown) => void): void;
};

/** dockerode, loaded on first use: it is heavy, and not needed where no engine is. */
export async function loadDockerode(): Promise<{readonly default: DockerConstructor}> {
	return import('dockerode');
}

/** Loads dockerode and joins it to an open connection. */
export async function connectDocker(
	connection: EngineConnection,
	ping: EnginePing,
): Promise<DockerApi> {
	const {default: Docker} = await loadDockerode();
	const options = modemOptions(connection, ping);
	const modem = withoutDockerEnvironment(() => new Docker(options).modem as Modem);
	const url = connection.address.url;

	const broken = (error: unknown, signal: AbortSignal | undefined): RegbenchError => {
		if (error instanceof RegbenchError) return error;
		if (signal?.aborted === true)
			return new RegbenchError('CANCELLED', 'Cancelled', {cause: error});
		return connectionError(error, url);
	};

	const dial = async (
		request: DockerRequest,
		mode: {readonly isStream?: boolean; readonly hijack?: boolean; readonly openStdin?: boolean},
	): Promise<unknown> => {
		if (request.signal?.aborted === true) throw new RegbenchError('CANCELLED', 'Cancelled');
		return new Promise((resolve, reject) => {
			modem.dial(
				{
					path: request.query === undefined ? request.path : `${request.path}?`,
					method: request.method,
					// An empty body: docker-modem would else repeat the query as JSON.
					options: {_query: request.query ?? {}, _body: request.body ?? {}},
					headers: {...request.headers},
					...mode,
					abortSignal: request.signal,
					statusCodes: {200: true, 201: true, 204: true, 304: true},
				},
				(error, answer) => {
					if (error === null || error === undefined) resolve(answer);
					else reject(answered(error, request) ?? broken(error, request.signal));
				},
			);
		});
	};

	return {
		json: async request => dial(request, {}),
		stream: async request => (await dial(request, {isStream: true})) as Readable,
		upgrade: async request =>
			(await dial(request, {isStream: true, hijack: true, openStdin: true})) as Duplex,
		broken,
	};
}

/** An image name or ID inside a path: slashes stay, everything that would end the path is encoded. */
export function pathName(name: string): string {
	return encodeURIComponent(name)
		.replaceAll('%2F', '/')
		.replaceAll('%3A', ':')
		.replaceAll('%40', '@');
}

function answered(error: unknown, request: DockerRequest): RegbenchError | undefined {
	const {statusCode, message} = error as {statusCode?: unknown; message?: unknown};
	if (typeof statusCode !== 'number') return undefined;
	const text = String(message)
		.replace(/^\(HTTP code \d+\) .*? - /s, '')
		.trim();
	return engineError(text === '' || text === 'null' ? `HTTP ${statusCode}` : text, {
		action: 'other',
		...request.fault,
		status: statusCode,
	});
}

function modemOptions(connection: EngineConnection, ping: EnginePing): Record<string, unknown> {
	const {transport} = connection;
	const agent: Agent = connection.agent;
	// Podman refuses no version; its own announcement is the safe one.
	const version =
		ping.apiVersion === undefined ? undefined : `v${lower(ping.apiVersion, newestApi)}`;
	const common = {agent, ...(version === undefined ? {} : {version})};
	switch (transport.kind) {
		case 'socket':
			return {...common, socketPath: transport.path};
		case 'ssh':
			// The agent makes the connection; the name only fills the Host header.
			return {...common, host: 'http://docker', port: 80, protocol: 'http'};
		case 'tcp': {
			const protocol = transport.secure ? 'https' : 'http';
			const name = transport.host.includes(':') ? `[${transport.host}]` : transport.host;
			return {...common, protocol, host: `${protocol}://${name}`, port: transport.port};
		}
	}
}

function lower(one: string, other: string): string {
	const [major = 0, minor = 0] = one.split('.').map(Number);
	const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
	return major < otherMajor || (major === otherMajor && minor < otherMinor) ? one : other;
}

/**
 * docker-modem lets DOCKER_HOST and its kin overrule what it is given; it is built with them out of
 * sight, in one synchronous step.
 */
function withoutDockerEnvironment<Value>(build: () => Value): Value {
	const host = process.env['DOCKER_HOST'];
	delete process.env['DOCKER_HOST'];
	try {
		return build();
	} finally {
		if (host !== undefined) process.env['DOCKER_HOST'] = host;
	}
}
