import {runProgram} from './run-program.ts';

/** Before the first test: dist/ is what source/ says, since whole-program tests run it. */
export async function setup(): Promise<void> {
	await runProgram(process.execPath, ['scripts/bundle.mjs', '--quiet'], {
		folder: new URL('../..', import.meta.url).pathname,
	});
}
