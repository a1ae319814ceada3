import {describe, test} from 'vitest';
import {dispensableMark, notRunMark} from './live-mark.ts';
import {areDispensable, missingPrograms, type Program} from './programs.ts';

export type {Program} from './programs.ts';

/**
 * A suite against real programs. Where one is missing its tests are skipped and the run says so
 * in one line; with REGBENCH_LIVE=required it fails instead, unless only newer programs are missing.
 */
export function describeLive(title: string, needs: readonly Program[], body: () => void): void {
	const missing = missingPrograms(needs);
	if (missing.length === 0) {
		describe(title, body);
		return;
	}
	const dispensable = areDispensable(missing);
	const reason = missing.join(', ') + (dispensable ? `, ${dispensableMark}` : '');
	if (process.env.REGBENCH_LIVE === 'required' && !dispensable) {
		describe(title, () => {
			test('has every program it needs', () => {
				throw new Error(`REGBENCH_LIVE=required, and missing here: ${reason}`);
			});
		});
		return;
	}
	describe.skip(`${title} (${notRunMark} ${reason})`, body);
}
