#!/usr/bin/env node
// Builds dist/ from source/cli.ts.
//   --quiet      nothing to say when all is well; skips the build when nothing changed
//   --report     sizes of the chunks and of the largest packages
//   --watch      builds again on every change
//   --licences   writes THIRD-PARTY-LICENSES.txt; with --check only compares
import {createHash} from 'node:crypto';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {buildOptions, root} from './build-options.mjs';

const flags = new Set(process.argv.slice(2));
const dist = path.join(root, 'dist');
const entry = path.join(dist, 'cli.js');
const stampFile = path.join(root, 'node_modules/.cache/regbench/build.txt');
const licencesFile = path.join(root, 'THIRD-PARTY-LICENSES.txt');

if (flags.has('--watch')) await watch();
else if (flags.has('--licences')) await writeLicences();
else await buildOnce();

async function buildOnce() {
	const fingerprint = fingerprintInputs();
	if (flags.has('--quiet') && existsSync(entry) && readStamp() === fingerprint) return;
	const result = await bundle();
	store(result.outputFiles);
	mkdirSync(path.dirname(stampFile), {recursive: true});
	writeFileSync(stampFile, fingerprint);
	if (flags.has('--report')) report(result.metafile);
}

async function bundle() {
	// Loaded late, because most calls find that there is nothing to do.
	const {build} = await import('esbuild');
	try {
		return await build({...buildOptions, write: false});
	} catch {
		// esbuild has printed what is wrong.
		process.exit(1);
	}
}

async function watch() {
	const {context} = await import('esbuild');
	const storing = {
		name: 'store',
		setup(build) {
			build.onEnd(({outputFiles, errors}) => {
				if (errors.length > 0) return;
				store(outputFiles);
				console.log(`${new Date().toLocaleTimeString()} built dist/`);
			});
		},
	};
	const running = await context({
		...buildOptions,
		write: false,
		plugins: [...buildOptions.plugins, storing],
	});
	await running.watch();
}

/**
 * Each file appears whole, the entry last, so that a program that starts or runs meanwhile never
 * meets half a build. Chunks have their hash as name; what the new entry does not use goes.
 */
function store(files) {
	mkdirSync(dist, {recursive: true});
	const ordered = files.toSorted((a, b) => Number(a.path === entry) - Number(b.path === entry));
	for (const {path: file, contents} of ordered) {
		const temporary = `${file}.${process.pid}.tmp`;
		const isEntry = file === entry;
		writeFileSync(temporary, isEntry ? withHashbang(contents) : contents);
		if (isEntry) chmodSync(temporary, 0o755);
		renameSync(temporary, file);
	}
	const wanted = new Set(files.map(file => path.basename(file.path)));
	for (const name of readdirSync(dist)) {
		if (!wanted.has(name) && !name.endsWith('.tmp'))
			rmSync(path.join(dist, name), {recursive: true});
	}
}

function withHashbang(contents) {
	const text = Buffer.from(contents).toString();
	return text.startsWith('#!') ? text : `#!/usr/bin/env node\n${text}`;
}

/** Changes whenever anything changes that the bundle is made of. */
function fingerprintInputs() {
	const hash = createHash('sha256').update(process.version);
	for (const file of ['package.json', 'package-lock.json'])
		hash.update(readFileSync(path.join(root, file)));
	for (const folder of ['source', 'scripts']) {
		const names = readdirSync(path.join(root, folder), {recursive: true}).toSorted();
		for (const name of names) {
			const {size, mtimeMs} = statSync(path.join(root, folder, name));
			hash.update(`${folder}/${name} ${size} ${mtimeMs}\n`);
		}
	}
	return hash.digest('hex');
}

function readStamp() {
	try {
		return readFileSync(stampFile, 'utf8');
	} catch {
		return undefined;
	}
}

async function writeLicences() {
	const {renderLicences} = await import('./licences.mjs');
	const {metafile} = await bundle();
	const text = renderLicences(metafile);
	if (!flags.has('--check')) {
		writeFileSync(licencesFile, text);
		return;
	}
	const isFresh = existsSync(licencesFile) && readFileSync(licencesFile, 'utf8') === text;
	if (isFresh) return;
	console.error('THIRD-PARTY-LICENSES.txt is stale: run npm run licences.');
	process.exitCode = 1;
}

function report({outputs}) {
	const packages = new Map();
	let total = 0;
	for (const [file, {bytes, inputs, entryPoint}] of Object.entries(outputs)) {
		total += bytes;
		console.log(`${kilobytes(bytes)}  ${file}${entryPoint ? `  ${entryPoint}` : ''}`);
		for (const [input, {bytesInOutput}] of Object.entries(inputs)) {
			const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? input.split('/')[0];
			packages.set(name, (packages.get(name) ?? 0) + bytesInOutput);
		}
	}
	console.log(`${kilobytes(total)}  in all, of which`);
	const largest = [...packages].toSorted((a, b) => b[1] - a[1]).slice(0, 12);
	for (const [name, bytes] of largest) console.log(`${kilobytes(bytes)}    ${name}`);
}

function kilobytes(bytes) {
	return `${(bytes / 1000).toFixed(1).padStart(8)} kB`;
}
