import {writeFileSync} from 'node:fs';
import type {Reporter, TestModule, Vitest} from 'vitest/node';
import {dispensableMark, notRunMark} from './live-mark.ts';

/**
 * Says in one line which live file could not run and why, and ends the run with its three counts:
 * into the file named by REGBENCH_TEST_SUMMARY for `scripts/test.mjs`, else onto the screen.
 */
export class ClosingReporter implements Reporter {
	#vitest: Vitest | undefined;

	onInit(vitest: Vitest): void {
		this.#vitest = vitest;
	}

	onTestModuleEnd(module: TestModule): void {
		for (const suite of module.children.suites()) {
			const start = suite.name.indexOf(`(${notRunMark}`);
			if (start === -1) continue;
			const reason = suite.name.slice(start + 1, -1);
			this.#vitest?.logger.log(`skipped ${module.relativeModuleId}: ${reason}`);
			return;
		}
	}

	onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
		const counts = {passed: 0, failed: unhandledErrors.length, skipped: 0};
		let missed = 0;
		for (const module of modules) {
			// A file that cannot be loaded has no tests to count.
			if (module.errors().length > 0) counts.failed += 1;
			for (const test of module.children.allTests()) {
				const {state} = test.result();
				if (state !== 'pending') counts[state] += 1;
				if (state === 'skipped' && !test.fullName.includes(dispensableMark)) missed += 1;
			}
		}
		const required = process.env.REGBENCH_LIVE === 'required';
		if (counts.failed > 0 || (required && missed > 0)) process.exitCode = 1;
		const file = process.env.REGBENCH_TEST_SUMMARY;
		if (file) writeFileSync(file, JSON.stringify({...counts, missed}));
		else
			this.#vitest?.logger.log(
				`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
			);
	}
}
