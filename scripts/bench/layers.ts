/** The layer view on an image of a gigabyte in 50,000 files: how soon it shows something, and what it takes. */
import path from 'node:path';
import {findProgram} from '../../test/support/programs.ts';
import type {RunningDockerd} from '../../test/support/start-dockerd.ts';
import {startRegistry} from '../../test/support/start-registry.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {timeCommand, timeRegbench} from './command.ts';
import {formatMilliseconds, type Row} from './figures.ts';
import {largeImage, makeLargeImage} from './large-image.ts';
import {bareEnvironment, isFullFrame, openProgram, residentMegabytes} from './program.ts';

const firstRowsLimit = 1000;
const memoryLimit = 150;
const lookEveryMs = 20;
const mostWaitMs = 120_000;
const name = 'bench/large:1';
const title = '1 GB, 50,000 files';

/** Through the real program, on the embedded engine and on Docker. */
export async function measureLayers(dockerd: RunningDockerd | undefined): Promise<readonly Row[]> {
	if (!findProgram('skopeo') || !findProgram('docker-registry')) {
		return rowsOf('embedded', undefined, 'needs skopeo and docker-registry');
	}
	await using home = await temporaryFolder();
	await using seeded = await startRegistry();
	const layout = path.join(home.path, 'layout');
	await makeLargeImage(layout, largeImage);
	const origin = `${seeded.host}/${name}`;
	await timeCommand(
		'skopeo',
		['copy', '--dest-tls-verify=false', `oci:${layout}:1`, `docker://${origin}`],
		bareEnvironment(home.path),
	);
	const data = ['--engine', 'embedded', '--data-dir', path.join(home.path, 'data')];
	// The engine makes its sample images at its first use.
	await timeRegbench(home.path, ['images', ...data]);
	await timeRegbench(home.path, ['pull', origin, ...data]);
	const rows = [...rowsOf('embedded', await look(home.path, data))];
	if (!dockerd) return [...rows, ...rowsOf('docker', undefined, 'needs dockerd')];
	await dockerd.docker('pull', '--quiet', origin);
	const docker = ['--engine', 'docker', '--host', dockerd.host];
	return [...rows, ...rowsOf('docker', await look(home.path, docker))];
}

type Look = {
	readonly rowsMs: number;
	readonly allMs: number;
	readonly idleMegabytes: number;
	readonly peakMegabytes: number;
};

/** Opens the layers of the large image and waits until they were all read. */
async function look(home: string, args: readonly string[]): Promise<Look> {
	const program = openProgram(home, args);
	try {
		await program.waitFor(isFullFrame);
		// Finds the image among the others.
		program.send('/large');
		await program.waitFor(text => text.includes('bench/large'));
		program.send('\r');
		await program.quiet(500);
		const idleMegabytes = residentMegabytes(program.pid);
		program.forget();
		const begun = performance.now();
		program.send('l');
		const rowsMs = (await program.waitFor(text => /COPY part-0/.test(text))) - begun;
		let peakMegabytes = idleMegabytes;
		const watch = setInterval(() => {
			peakMegabytes = Math.max(peakMegabytes, residentMegabytes(program.pid));
		}, lookEveryMs);
		try {
			// The last layer's waste is known when all were read.
			program.forget();
			const all = await program.waitFor(text => /8(?:\.0)? MB wasted/.test(text), mostWaitMs);
			return {rowsMs, allMs: all - begun, idleMegabytes, peakMegabytes};
		} finally {
			clearInterval(watch);
		}
	} finally {
		await program.close();
	}
}

function rowsOf(engine: string, found: Look | undefined, missing = ''): readonly Row[] {
	const all = found ? `all layers read after ${formatMilliseconds(found.allMs)}` : missing;
	const memory = found
		? `${found.peakMegabytes.toFixed(0)} MB at most, ${found.idleMegabytes.toFixed(0)} MB before`
		: missing;
	return [
		{
			name: `layers of ${title}, ${engine}: first rows`,
			unit: 'ms',
			limit: firstRowsLimit,
			detail: all,
			...(found ? {figure: found.rowsMs} : {}),
		},
		{
			name: `layers of ${title}, ${engine}: above idle`,
			unit: 'MB',
			limit: memoryLimit,
			detail: memory,
			...(found ? {figure: found.peakMegabytes - found.idleMegabytes} : {}),
		},
	];
}
