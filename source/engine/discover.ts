/** Which engine to use: the addresses docker's client would try, then the sockets engines are known by. */
import {RegbenchError, toRegbenchError, type ErrorCode} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import {
	currentContext,
	dockerConfigFolder,
	readContext,
	tlsFromEnvironment,
} from './docker-context.ts';
import type {EngineAddress} from './engine-address.ts';
import {
	openConnection,
	pingEngine,
	type EngineConnection,
	type EnginePing,
} from './engine-connection.ts';
import {knownSockets, type MachineFacts} from './known-sockets.ts';

export type EngineChoice = 'auto' | 'docker' | 'embedded';

export type DiscoverOptions = MachineFacts & {
	/** `--host`; the first to be tried, and the only one. */
	readonly host?: string | undefined;
	readonly signal?: AbortSignal | undefined;
};

/** One address and what it said. */
export type EngineAttempt = {
	readonly origin: string;
	readonly url: string;
	readonly answered: boolean;
	/** One sentence: what was found or why not. */
	readonly message: string;
	/** What to do; empty where it answered. */
	readonly hint: string;
	readonly code?: ErrorCode;
};

export type FoundEngine = {
	readonly connection: EngineConnection;
	readonly ping: EnginePing;
	readonly tried: readonly EngineAttempt[];
};

export type NoEngine = {
	readonly connection?: undefined;
	readonly tried: readonly EngineAttempt[];
};

/** A place to try. `explicit`: the person named it, so no other may be taken in its stead. */
type Candidate = {
	readonly origin: string;
	readonly explicit: boolean;
	readonly address?: EngineAddress;
	readonly problem?: RegbenchError;
};

const localTimeoutMs = 1500;
const remoteTimeoutMs = 2000;
const sshTimeoutMs = 12_000;

/**
 * The first engine that answers, in the order --host, DOCKER_HOST, DOCKER_CONTEXT, current context,
 * known sockets. All are asked at once and the order decides; nobody is waited for once it is
 * decided. An address the person named and that does not answer is an error: `ENGINE_UNREACHABLE`,
 * `ENGINE_DENIED`, `CERTIFICATE_UNTRUSTED` or `USAGE`. When none answers, what each said is in `tried`.
 */
export async function discoverEngine(options: DiscoverOptions): Promise<FoundEngine | NoEngine> {
	const stop = new AbortController();
	const signal =
		options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
	const probes = (await candidates(options)).map(candidate => ({
		candidate,
		result: probe(candidate, signal),
	}));
	const tried: EngineAttempt[] = [];
	let chosen: EngineConnection | undefined;
	try {
		for (const {candidate, result} of probes) {
			const probed = await result;
			tried.push(attemptOf(candidate, probed));
			if (probed.error === undefined) {
				chosen = probed.connection;
				return {connection: probed.connection, ping: probed.ping, tried};
			}
			if (probed.error.code === 'CANCELLED') throw probed.error;
			if (candidate.explicit) throw named(candidate, probed.error);
		}
		return {tried};
	} finally {
		stop.abort();
		for (const {result} of probes) void closeUnlessChosen(result, chosen);
	}
}

async function closeUnlessChosen(
	result: Promise<Probed>,
	chosen: EngineConnection | undefined,
): Promise<void> {
	const {connection} = await result;
	if (connection !== chosen) connection?.close();
}

/** Asks every address and waits for each: the whole picture, for doctor. */
export async function probeEngines(options: DiscoverOptions): Promise<readonly EngineAttempt[]> {
	const all = await candidates(options);
	return Promise.all(
		all.map(async candidate => {
			const probed = await probe(candidate, options.signal);
			probed.connection?.close();
			return attemptOf(candidate, probed);
		}),
	);
}

type Probed =
	| {readonly connection: EngineConnection; readonly ping: EnginePing; readonly error?: undefined}
	| {readonly connection?: undefined; readonly error: RegbenchError};

/** Never rejects. */
async function probe(candidate: Candidate, signal: AbortSignal | undefined): Promise<Probed> {
	if (candidate.address === undefined) {
		return {error: candidate.problem ?? new RegbenchError('ENGINE_UNREACHABLE', 'No address')};
	}
	let connection: EngineConnection | undefined;
	try {
		connection = await openConnection(candidate.address);
		const timeoutMs =
			connection.transport.kind === 'ssh'
				? sshTimeoutMs
				: connection.transport.kind === 'tcp'
					? remoteTimeoutMs
					: localTimeoutMs;
		return {connection, ping: await pingEngine(connection, {timeoutMs, signal})};
	} catch (error) {
		connection?.close();
		return {error: toRegbenchError(error)};
	}
}

async function candidates(options: DiscoverOptions): Promise<readonly Candidate[]> {
	const {environment} = options;
	const configFolder = dockerConfigFolder(environment, options.homeFolder);
	const hosts = [
		{url: options.host, origin: '--host'},
		{url: environment['DOCKER_HOST'], origin: 'DOCKER_HOST'},
	];
	for (const {url, origin} of hosts) {
		if (url !== undefined && url !== '') {
			return [
				await candidate(origin, true, async () => {
					const tls = /^(unix|npipe|ssh):|^\//.test(url)
						? undefined
						: await tlsFromEnvironment(environment, configFolder);
					return {url, origin, ...(tls === undefined ? {} : {tls})};
				}),
			];
		}
	}
	const chosenContext = environment['DOCKER_CONTEXT'] || undefined;
	const context = chosenContext ?? (await currentContext(configFolder));
	const found: Candidate[] = [];
	if (context !== undefined && context !== 'default') {
		const origin = `docker context "${sanitise(context)}"`;
		const fromContext = await candidate(origin, chosenContext !== undefined, async () =>
			readContext(configFolder, context, origin),
		);
		if (fromContext.explicit) return [fromContext];
		found.push(fromContext);
	}
	const seen = new Set(found.map(({address}) => address?.url));
	for (const address of await knownSockets(options)) {
		if (seen.has(address.url)) continue;
		seen.add(address.url);
		found.push({origin: address.origin, explicit: false, address});
	}
	return found;
}

async function candidate(
	origin: string,
	explicit: boolean,
	read: () => Promise<EngineAddress>,
): Promise<Candidate> {
	try {
		return {origin, explicit, address: await read()};
	} catch (error) {
		return {origin, explicit, problem: toRegbenchError(error)};
	}
}

function attemptOf(candidate: Candidate, {error}: Probed): EngineAttempt {
	const url = sanitise(candidate.address?.url ?? '');
	if (error === undefined) {
		return {origin: candidate.origin, url, answered: true, message: 'answers', hint: ''};
	}
	return {
		origin: candidate.origin,
		url,
		answered: false,
		message: error.message,
		hint: error.hint,
		code: error.code,
	};
}

function named(candidate: Candidate, error: RegbenchError): RegbenchError {
	return new RegbenchError(error.code, `${error.message} (from ${candidate.origin})`, {
		hint: error.hint,
		retryable: error.retryable,
		cause: error,
	});
}
