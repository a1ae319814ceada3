/** From a key to the frame that answers it. */
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {build} from 'esbuild';
import type * as BuildOptions from '../build-options.mjs';
import {repositoryRoot} from '../../test/support/repository.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {median, percentile, type Row} from './figures.ts';
import {openProgram} from './program.ts';

const keysPerRun = 120;
/** Some pass before the just-in-time compiler has seen all that a key sets in motion. */
const warmingKeys = 40;
const fewImages = 50;
const manyImages = 5000;

/** Idle and with 200 log lines a second, with few images and with 5,000. */
export async function measureKeys(): Promise<readonly Row[]> {
	await using folder = await temporaryFolder();
	const {buildOptions} = await loadBuildOptions();
	await build({
		...buildOptions,
		entryPoints: {'busy-workbench': 'scripts/bench/busy-workbench.ts'},
		outdir: folder.path,
		outExtension: {'.js': '.mjs'},
		metafile: false,
	});
	const script = path.join(folder.path, 'busy-workbench.mjs');
	const rows: Row[] = [];
	for (const [linesPerSecond, limit] of [
		[0, 16],
		[200, 33],
	] as const) {
		const state = linesPerSecond === 0 ? 'idle' : `${linesPerSecond} log lines/s`;
		const few: number[] = [];
		const many: number[] = [];
		// In turns, so that a busy machine slows both alike.
		for (let round = 0; round < 2; round++) {
			few.push(...(await timeKeys(folder.path, script, fewImages, linesPerSecond)));
			many.push(...(await timeKeys(folder.path, script, manyImages, linesPerSecond)));
		}
		const p95 = percentile(few, 95);
		rows.push(
			{name: `key to frame, ${state}`, figure: p95, unit: 'ms', limit, detail: detail(few)},
			{
				name: `5,000 images ÷ ${fewImages}, ${state}`,
				figure: median(many) / median(few),
				unit: '×',
				limit: 1.25,
				detail: `medians; ${detail(many)} and p95 ${percentile(many, 95).toFixed(1)} ms with 5,000`,
			},
		);
	}
	return rows;
}

/** Presses `j` at a person's pace; answers how long each took to move the cursor. */
async function timeKeys(home: string, script: string, count: number, linesPerSecond: number) {
	const program = openProgram(home, [String(count), String(linesPerSecond)], {script});
	const times: number[] = [];
	try {
		await program.waitFor(text => text.includes(placeOf(count)));
		// By then the log is longer than its pane, and scrolls.
		await sleep(1000);
		// Only the cursor's move writes its place anew; the log never touches that line.
		const place = placeOf(count);
		let current = 0;
		let direction = 1;
		for (let press = 0; press < warmingKeys + keysPerRun; press++) {
			if (current === count - 1) direction = -1;
			if (current === 0) direction = 1;
			current += direction;
			program.forget();
			const sent = performance.now();
			program.send(direction === 1 ? 'j' : 'k');
			const seen = await program.waitFor(text => text.includes(place));
			if (press >= warmingKeys) times.push(seen - sent);
			// Never in step with the frames of the log.
			await sleep(25 + Math.random() * 20);
		}
		return times;
	} finally {
		await program.close();
	}
}

function detail(times: readonly number[]): string {
	return `p95 of ${times.length} keys; median ${median(times).toFixed(1)} ms`;
}

/** By its place on disk, which it works out paths from; as a part of this bundle it would err. */
async function loadBuildOptions(): Promise<typeof BuildOptions> {
	return import(path.join(repositoryRoot, 'scripts/build-options.mjs'));
}

/** The end of the line that tells the cursor's place. */
function placeOf(count: number): string {
	return `of ${count.toLocaleString('en')} ╯`;
}
