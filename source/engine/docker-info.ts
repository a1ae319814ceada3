/** What kind of engine answers, and how it stores images. */
import {sanitise} from '../domain/sanitise.ts';
import type {DockerApi} from './docker-connect.ts';
import {routeTitle} from './engine-address.ts';
import type {EngineConnection, EnginePing} from './engine-connection.ts';
import type {EngineInfo, EngineStorage} from './engine.ts';

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
		DockerRootDir?: unknown;
		Driver?: unknown;
		OperatingSystem?: unknown;
		Name?: unknown;
	} | null;
	const kind = ping.podman ? 'podman' : 'docker';
	const version = typeof answer?.ServerVersion === 'string' ? sanitise(answer.ServerVersion) : '';
	const [folder, driver, machine] = [
		told(answer?.DockerRootDir),
		told(answer?.Driver),
		told(answer?.Name),
	];
	const short = /^\d+\.\d+/.exec(version)?.[0] ?? version;
	return {
		kind,
		title: short === '' ? kind : `${kind} ${short}`,
		route: routeTitle(connection.address),
		address: sanitise(connection.address.url),
		storage: {
			...(folder === undefined ? {} : {folder}),
			...(driver === undefined ? {} : {driver}),
			place: placeOf(connection.address.url, told(answer?.OperatingSystem) ?? ''),
			...(machine === undefined ? {} : {machine}),
		},
		store: usesContainerd(answer?.DriverStatus) ? 'containerd' : 'graph-driver',
	};
}

function told(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? sanitise(value, 400) : undefined;
}

/** Virtual machines that give out a socket here: their folders are inside of them. */
const machineSockets = /\/\.(?:docker\/(?:run|desktop)|colima|rd|orbstack|lima)\//;

function placeOf(address: string, operatingSystem: string): EngineStorage['place'] {
	if (!/^(?:unix|npipe):/.test(address)) return 'elsewhere';
	const isMachine =
		process.platform !== 'linux' ||
		/docker desktop/i.test(operatingSystem) ||
		machineSockets.test(address);
	return isMachine ? 'virtual-machine' : 'here';
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
