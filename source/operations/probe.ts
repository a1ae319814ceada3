/** Asks a running container whether it does its work, and keeps the answer. */
import {setTimeout as delay} from 'node:timers/promises';
import {RegbenchError} from '../domain/errors.ts';
import type {ProbeAnswer} from '../domain/probe.ts';
import type {Containers, ContainerState, PortMapping} from '../engine/containers.ts';
import {askLoopback, staysConnected} from '../engine/loopback.ts';

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
		const first = await askLoopback(port, path ?? '/', signal);
		// A gateway inside that still waits for what is behind it.
		if ([502, 503, 504].includes(first.status)) return `it answers HTTP ${first.status}`;
		const second = await askLoopback(port, path ?? '/', signal);
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

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
	try {
		await delay(milliseconds, undefined, {signal});
	} catch (cause) {
		throw new RegbenchError('CANCELLED', 'Cancelled', {cause});
	}
}
