/** From the start of the process to the first whole frame, and to the first rows of images. */
import {spawn} from 'node:child_process';
import process from 'node:process';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import type {RunningDockerd} from '../../test/support/start-dockerd.ts';
import {ratioRow, type Row} from './figures.ts';
import {bareEnvironment, isFullFrame, openProgram} from './program.ts';

const rounds = 9;

/**
 * Starts as a person does, without arguments: where no engine is, which opens the embedded one, and,
 * where there can be one, with a Docker engine that holds 200 images.
 */
export async function measureStartUp(dockerd: RunningDockerd | undefined): Promise<readonly Row[]> {
	await using home = await temporaryFolder();
	const floor: number[] = [];
	const embedded: number[] = [];
	const docker: number[] = [];
	const rows: number[] = [];
	// The first round only warms the caches.
	for (let round = 0; round <= rounds; round++) {
		const bare = await timeNode(home.path);
		const own = await timeFrame(home.path, {}, undefined);
		const other = dockerd
			? await timeFrame(home.path, {DOCKER_HOST: dockerd.host}, '200 images')
			: undefined;
		if (round === 0) continue;
		floor.push(bare);
		embedded.push(own.frame);
		if (other) {
			docker.push(other.frame);
			rows.push(other.rows);
		}
	}
	const peer = {name: 'node -e 0', times: floor};
	const first = [ratioRow('first frame, embedded engine', 6, embedded, peer)];
	if (!dockerd) {
		const detail = 'needs dockerd, docker and root on Linux';
		return [
			...first,
			{name: 'first frame, Docker engine', unit: '×', limit: 6, detail},
			{name: 'rows of 200 images', unit: '×', limit: 2, detail},
		];
	}
	return [
		...first,
		ratioRow('first frame, Docker engine', 6, docker, peer),
		ratioRow('rows of 200 images', 2, rows, {name: 'first frame', times: docker}),
	];
}

async function timeNode(home: string): Promise<number> {
	const begun = performance.now();
	const child = spawn(process.execPath, ['-e', '0'], {
		stdio: 'ignore',
		env: bareEnvironment(home),
	});
	await new Promise(resolve => child.once('exit', resolve));
	return performance.now() - begun;
}

async function timeFrame(
	home: string,
	environment: Readonly<Record<string, string>>,
	marker: string | undefined,
) {
	const begun = performance.now();
	const program = openProgram(home, [], {environment});
	try {
		const frame = await program.waitFor(isFullFrame);
		// The header tells how many there are in the same frame that shows the first rows.
		const rows = marker ? await program.waitFor(text => text.includes(marker)) : frame;
		return {frame: frame - begun, rows: rows - begun};
	} finally {
		await program.close();
	}
}
