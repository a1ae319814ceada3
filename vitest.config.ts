import {defineConfig} from 'vitest/config';
import {ClosingReporter} from './test/support/closing-reporter.ts';
import {completeNode20} from './test/support/node-20.ts';

completeNode20();

export default defineConfig({
	test: {
		include: ['test/**/*.test.{ts,tsx}'],
		globalSetup: ['test/support/build-once.ts'],
		reporters: ['default', new ClosingReporter()],
		pool: 'forks',
		// Engines and registries are work too: two files at a time fill two cores.
		maxWorkers: 2,
		// In CI a machine that is busy with something else shall not decide; what was tried twice is marked.
		retry: process.env.CI ? 1 : 0,
		testTimeout: 30_000,
		hookTimeout: 60_000,
		env: {NO_COLOR: '1', FORCE_COLOR: '0'},
	},
});
