/** Engine API answers about containers, as plain values. Tolerant: every field may be missing or null. */
import {sanitise} from '../domain/sanitise.ts';
import type {ContainerState, PortMapping} from './containers.ts';
import {withAlgorithm} from './docker-images.ts';

type Answer = Readonly<Record<string, unknown>>;

const healths = ['starting', 'healthy', 'unhealthy'] as const;

/** `GET /containers/ID/json`. */
export function containerFrom(answer: unknown): ContainerState {
	const row = record(answer);
	const state = record(row['State']);
	const status = sanitise(text(state['Status']) || 'unknown');
	const running = state['Running'] === true;
	const hasEnded = !running && status !== 'created';
	// Podman said "Healthcheck" before version 4.
	const health = record(state['Health'] ?? state['Healthcheck']);
	const healthStatus = healths.find(known => known === health['Status']);
	const startedAt = text(state['StartedAt']);
	const problem = sanitise(text(state['Error']), 400);
	return {
		id: text(row['Id']),
		name: sanitise(text(row['Name']).replace(/^\//, '')),
		image: sanitise(text(record(row['Config'])['Image'])),
		imageId: withAlgorithm(text(row['Image'])),
		status,
		running,
		...(hasEnded && typeof state['ExitCode'] === 'number' ? {exitCode: state['ExitCode']} : {}),
		...(healthStatus === undefined
			? {}
			: {health: {status: healthStatus, output: lastOutput(health['Log'])}}),
		ports: portsFrom(record(row['NetworkSettings'])['Ports']),
		...(startedAt === '' || startedAt.startsWith('0001-') ? {} : {startedAt}),
		...(problem === '' ? {} : {problem}),
	};
}

/** IDs of `GET /containers/json`. */
export function idsFrom(answer: unknown): readonly string[] {
	return (Array.isArray(answer) ? answer : []).flatMap(row => {
		const id = text(record(row)['Id']);
		return id === '' ? [] : [id];
	});
}

/** Ports as inspecting tells them: `{"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "32768"}]}`. */
export function portsFrom(value: unknown): readonly PortMapping[] {
	return Object.entries(record(value)).flatMap(([key, bindings]) => {
		const [number = '', protocol = 'tcp'] = key.split('/');
		const containerPort = Number(number);
		if (protocol !== 'tcp' && protocol !== 'udp') return [];
		const hostPorts = (Array.isArray(bindings) ? bindings : []).map(binding =>
			Number(record(binding)['HostPort']),
		);
		// IPv4 and IPv6 are two bindings of one port.
		return [...new Set(hostPorts)]
			.filter(hostPort => hostPort > 0)
			.map(hostPort => ({containerPort, protocol, hostPort}));
	});
}

function lastOutput(log: unknown): string {
	const last: unknown = Array.isArray(log) ? log.at(-1) : undefined;
	return sanitise(text(record(last)['Output']), 200);
}

function record(value: unknown): Answer {
	return typeof value === 'object' && value !== null ? (value as Answer) : {};
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
