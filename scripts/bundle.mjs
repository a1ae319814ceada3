#!/usr/bin/env node
// Bundles source/cli.ts into dist/.
import {existsSync} from 'node:fs';
import {build} from 'esbuild';

if (existsSync('source/cli.ts')) {
	await build({
		entryPoints: ['source/cli.ts'],
		bundle: true,
		platform: 'node',
		format: 'esm',
		outdir: 'dist',
		logLevel: 'error',
	});
}
