#!/usr/bin/env node
// Runs a TypeScript script of this repository: node scripts/run.mjs scripts/generate-docs.ts --check
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {build} from 'esbuild';
import {root} from './build-options.mjs';

const [script, ...args] = process.argv.slice(2);
if (!script) {
	console.error('usage: node scripts/run.mjs SCRIPT.ts [ARGUMENT…]');
	process.exit(2);
}

// Inside the repository, so that packages are found without being bundled.
const cache = path.join(root, 'node_modules');
const folder = mkdtempSync(path.join(cache, '.run-'));
process.on('exit', () => rmSync(folder, {recursive: true, force: true}));
const outfile = path.join(folder, 'script.mjs');
try {
	await build({
		entryPoints: [script],
		outfile,
		bundle: true,
		packages: 'external',
		format: 'esm',
		platform: 'node',
		target: 'node20',
		sourcemap: 'inline',
		logLevel: 'warning',
	});
} catch {
	process.exit(1);
}

const child = spawn(process.execPath, ['--enable-source-maps', outfile, ...args], {
	stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
