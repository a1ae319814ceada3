/** The sockets that container engines are known to listen on, in the order they are tried. */
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import type {EngineAddress} from './engine-address.ts';

export type MachineFacts = {
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly homeFolder: string;
	readonly platform: NodeJS.Platform;
	/** Numeric user id; undefined on Windows. */
	readonly userId?: number | undefined;
};

/** Every place an engine may listen at on such a machine; none of them is touched. */
export async function knownSockets(facts: MachineFacts): Promise<readonly EngineAddress[]> {
	if (facts.platform === 'win32') {
		return [
			pipe('docker_engine', 'Docker'),
			pipe('dockerDesktopLinuxEngine', 'Docker Desktop'),
			pipe('podman-machine-default', 'Podman machine'),
		];
	}
	const home = (...parts: string[]): string => path.join(facts.homeFolder, ...parts);
	const runtime =
		facts.environment['XDG_RUNTIME_DIR'] ||
		(facts.platform === 'linux' && facts.userId !== undefined
			? `/run/user/${facts.userId}`
			: undefined);
	const colima = facts.environment['COLIMA_HOME'] || home('.colima');
	const [colimaProfiles, limaInstances, podmanMachines] = await Promise.all([
		folders(colima),
		folders(home('.lima')),
		facts.platform === 'darwin'
			? folders(home('.local', 'share', 'containers', 'podman', 'machine'))
			: [],
	]);
	const addresses = [
		socket('/var/run/docker.sock', 'Docker'),
		...(runtime === undefined
			? []
			: [socket(path.join(runtime, 'docker.sock'), 'Docker rootless')]),
		socket(home('.docker', 'run', 'docker.sock'), 'Docker Desktop'),
		socket(home('.docker', 'desktop', 'docker.sock'), 'Docker Desktop'),
		socket(path.join(colima, 'default', 'docker.sock'), 'Colima'),
		...colimaProfiles
			.filter(name => name !== 'default' && !name.startsWith('_'))
			.map(name => socket(path.join(colima, name, 'docker.sock'), `Colima ${name}`)),
		socket(path.join(colima, 'docker.sock'), 'Colima'),
		socket(home('.rd', 'docker.sock'), 'Rancher Desktop'),
		socket(home('.orbstack', 'run', 'docker.sock'), 'OrbStack'),
		...limaInstances
			.filter(name => !name.startsWith('_'))
			.map(name => socket(home('.lima', name, 'sock', 'docker.sock'), `Lima ${name}`)),
		...(facts.platform === 'linux' ? [socket('/run/podman/podman.sock', 'Podman')] : []),
		...(runtime === undefined
			? []
			: [socket(path.join(runtime, 'podman', 'podman.sock'), 'Podman rootless')]),
		...podmanMachines.map(name =>
			socket(
				home('.local', 'share', 'containers', 'podman', 'machine', name, 'podman.sock'),
				'Podman machine',
			),
		),
	];
	return addresses;
}

function socket(file: string, origin: string): EngineAddress {
	return {url: `unix://${file}`, origin};
}

function pipe(name: string, origin: string): EngineAddress {
	return {url: `npipe:////./pipe/${name}`, origin};
}

async function folders(parent: string): Promise<readonly string[]> {
	try {
		const entries = await readdir(parent, {withFileTypes: true});
		return entries
			.filter(entry => entry.isDirectory())
			.map(entry => entry.name)
			.toSorted();
	} catch {
		return [];
	}
}
