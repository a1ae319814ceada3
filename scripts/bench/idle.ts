/** What the workbench costs while nobody does anything. */
import {setTimeout as sleep} from 'node:timers/promises';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import type {RunningDockerd} from '../../test/support/start-dockerd.ts';
import type {Row} from './figures.ts';
import {isFullFrame, openProgram, processorMilliseconds, residentMegabytes} from './program.ts';

const watchMs = 12_000;

/** Bytes written, processor time and memory of an idle workbench on each engine. */
export async function measureIdle(dockerd: RunningDockerd | undefined): Promise<readonly Row[]> {
	await using home = await temporaryFolder();
	const places = [
		{name: 'embedded engine', args: ['--engine', 'embedded']},
		...(dockerd ? [{name: 'Docker engine, 200 images', args: ['--host', dockerd.host]}] : []),
	];
	const measured = await Promise.all(
		places.map(async ({name, args}) => [name, await watchIdle(home.path, args)] as const),
	);
	return measured.flatMap(([name, {bytes, percent, megabytes}]): Row[] => [
		{name: `idle output, ${name}`, figure: bytes, unit: 'bytes', limit: 0, detail: seconds},
		{name: `idle processor, ${name}`, figure: percent, unit: '%', limit: 0.5, detail: seconds},
		{name: `idle memory, ${name}`, figure: megabytes, unit: 'MB', limit: 130, detail: 'resident'},
	]);
}

const seconds = `in ${watchMs / 1000} s`;

async function watchIdle(home: string, args: readonly string[]) {
	const program = openProgram(home, args);
	try {
		await program.waitFor(isFullFrame);
		await program.quiet(2000);
		const [bytes, time] = [program.outputBytes(), processorMilliseconds(program.pid)];
		await sleep(watchMs);
		return {
			bytes: program.outputBytes() - bytes,
			percent: ((processorMilliseconds(program.pid) - time) / watchMs) * 100,
			megabytes: residentMegabytes(program.pid),
		};
	} finally {
		await program.close();
	}
}
