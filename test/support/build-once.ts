import type {TestProject} from 'vitest/node';
import {repositoryRoot} from './repository.ts';
import {tryProgram} from './run-program.ts';

declare module 'vitest' {
	// eslint-disable-next-line typescript/consistent-type-definitions -- merges with vitest's own
	interface ProvidedContext {
		/** Why dist/ is not what source/ says; empty when it is. */
		buildFailure: string;
	}
}

/** Before the first test: brings dist/ up to date, since whole-program tests run it. */
export async function setup(project: TestProject): Promise<void> {
	const {code, stderr} = await tryProgram(process.execPath, ['scripts/bundle.mjs', '--quiet'], {
		folder: repositoryRoot,
	});
	// Tests of single parts may go on; those of the whole program fail with these words.
	project.provide('buildFailure', code === 0 ? '' : `dist/ could not be built:\n${stderr}`);
}
