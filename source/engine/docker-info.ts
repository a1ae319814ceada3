/** What kind of engine answers, and how it stores images. */
import {sanitise} from '../domain/sanitise.ts';
import type {DockerApi} from './docker-connect.ts';
import {routeTitle} from './engine-address.ts';
import type {EngineConnection, EnginePing} from './engine-connection.ts';
import type {EngineInfo} from './engine.ts';

/** Asks /info once: version for the header, image store for the meaning of image IDs. */
export async function readEngineInfo(
	api: DockerApi,
	connection: EngineConnection,
	ping: EnginePing,
	signal: AbortSignal | undefined,
): Promise<EngineInfo> {
	const answer = (await api.json({method: 'GET', path: '/info', signal})) as {
		ServerVersion?: unknown;
		DriverStatus?: unknown;
	} | null;
	const kind = ping.podman ? 'podman' : 'docker';
	const version = typeof answer?.ServerVersion === 'string' ? sanitise(answer.ServerVersion) : '';
	const short = /^\d+\.\d+/.exec(version)?.[0] ?? version;
	return {
		kind,
		title: short === '' ? kind : `${kind} ${short}`,
		route: routeTitle(connection.address),
		address: sanitise(connection.address.url),
		store: usesContainerd(answer?.DriverStatus) ? 'containerd' : 'graph-driver',
	};
}

function usesContainerd(driverStatus: unknown): boolean {
	return (
		Array.isArray(driverStatus) &&
		driverStatus.some(
			pair =>
				Array.isArray(pair) &&
				pair[0] === 'driver-type' &&
				String(pair[1]).startsWith('io.containerd.snapshotter'),
		)
	);
}
