import {repositoryRoot} from './repository.ts';
import {tryProgram} from './run-program.ts';

/** Before the first test: brings dist/ up to date, since whole-program tests run it. */
export async function setup(): Promise<void> {
	const {code, stderr} = await tryProgram(process.execPath, ['scripts/bundle.mjs', '--quiet'], {
		folder: repositoryRoot,
	});
	// Tests of single parts may go on; those of the whole program fail with these words.
	if (code !== 0) process.env.REGBENCH_BUILD_FAILURE = `dist/ could not be built:\n${stderr}`;
}
