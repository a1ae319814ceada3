/** Push and pull through the Docker engine, against docker's own client on the same daemon. */
import {makeImage} from '../../test/support/images.ts';
import type {RunningDockerd} from '../../test/support/start-dockerd.ts';
import {startRegistry} from '../../test/support/start-registry.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {timeCommand, timeRegbench} from './command.ts';
import {ratioRow, type Row} from './figures.ts';
import {bareEnvironment} from './program.ts';
import {openParts, type RunningParts} from './running-parts.ts';
import {inTurns, shapes, type Shape} from './shapes.ts';

const rounds = 3;
const limit = 1.05;

/** Whole processes and, for someone inside a running workbench, the operation alone. */
export async function measureDockerTransfers(
	dockerd: RunningDockerd | undefined,
): Promise<readonly Row[]> {
	if (!dockerd) {
		const detail = 'needs dockerd, docker, docker-registry and root on Linux';
		return shapes.flatMap(({name}) =>
			['push', 'pull'].map(verb => ({
				name: `Docker engine ${verb}, ${name}`,
				unit: '×',
				limit,
				detail,
			})),
		) as Row[];
	}
	await using home = await temporaryFolder();
	const running = await openParts(home.path, {engine: 'docker', host: dockerd.host});
	const rows: Row[] = [];
	try {
		for (const shape of shapes) {
			const image = `bench/${shape.key}:1`;
			await makeImage(dockerd, {name: image, layers: shape.layers});
			rows.push(...(await measurePushes(dockerd, running, shape, image)));
			rows.push(...(await measurePulls(dockerd, running, shape, image)));
		}
	} finally {
		await running.close();
	}
	return rows;
}

type Times = {
	readonly docker: number[];
	readonly whole: number[];
	readonly operation: number[];
};

const noTimes = (): Times => ({docker: [], whole: [], operation: []});

async function measurePushes(
	dockerd: RunningDockerd,
	running: RunningParts,
	shape: Shape,
	image: string,
) {
	await using home = await temporaryFolder();
	const times = noTimes();
	const {docker, regbench, workbench} = clients(dockerd, running, home.path, times);
	// A registry of its own for each push: the daemon links layers that a registry has had before.
	const toNewRegistry = async (push: (reference: string) => Promise<void>) => {
		await using registry = await startRegistry();
		const reference = `${registry.host}/${image}`;
		await dockerd.docker('tag', image, reference);
		await push(reference);
		await dockerd.docker('rmi', reference);
	};
	for (let round = 0; round < rounds; round++) {
		await inTurns(
			round,
			() => toNewRegistry(reference => docker('push', reference)),
			() => toNewRegistry(reference => regbench('push', reference)),
			() => toNewRegistry(workbench.push),
		);
	}
	return toRows(`Docker engine push, ${shape.name}`, 'docker push', times);
}

async function measurePulls(
	dockerd: RunningDockerd,
	running: RunningParts,
	shape: Shape,
	image: string,
) {
	await using home = await temporaryFolder();
	await using registry = await startRegistry();
	const reference = `${registry.host}/${image}`;
	await dockerd.docker('tag', image, reference);
	await dockerd.docker('push', reference);
	await dockerd.docker('rmi', reference, image);
	const times = noTimes();
	const {docker, regbench, workbench} = clients(dockerd, running, home.path, times);
	const afresh = async (pull: () => Promise<void>) => {
		await pull();
		await dockerd.docker('rmi', reference);
	};
	for (let round = 0; round < rounds; round++) {
		await inTurns(
			round,
			() => afresh(() => docker('pull', reference)),
			() => afresh(() => regbench('pull', reference)),
			() => afresh(() => workbench.pull(reference)),
		);
	}
	return toRows(`Docker engine pull, ${shape.name}`, 'docker pull', times);
}

function clients(dockerd: RunningDockerd, running: RunningParts, home: string, times: Times) {
	const environment = {
		...bareEnvironment(home),
		DOCKER_HOST: dockerd.host,
		DOCKER_CONFIG: dockerd.configFolder,
	};
	return {
		async docker(verb: string, reference: string) {
			const {wholeMs} = await timeCommand('docker', [verb, reference], environment);
			times.docker.push(wholeMs);
		},
		async regbench(verb: string, reference: string) {
			const args = [verb, reference, '--host', dockerd.host];
			const {wholeMs} = await timeRegbench(home, args);
			times.whole.push(wholeMs);
		},
		workbench: {
			async push(reference: string) {
				const destinations = [{source: reference, reference}];
				times.operation.push(await running.time({operation: 'push', destinations}));
			},
			async pull(reference: string) {
				times.operation.push(await running.time({operation: 'pull', reference}));
			},
		},
	};
}

function toRows(name: string, peerName: string, {docker, whole, operation}: Times): Row[] {
	const peer = {name: peerName, times: docker};
	return [
		ratioRow(`${name}, in the workbench`, limit, operation, peer),
		ratioRow(`${name}, whole process`, limit, whole, peer),
	];
}
