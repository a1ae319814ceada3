import {readdir, readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {repositoryRoot} from './support/repository.ts';
import {runProgram} from './support/run-program.ts';
import {temporaryFolder, type TemporaryFolder} from './support/temporary-folder.ts';

const megabyte = 1_000_000;
const npmFlags = ['--offline', '--no-audit', '--no-fund', '--loglevel=error'];

let folder: TemporaryFolder;
let place: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
	if (process.env.REGBENCH_BUILD_FAILURE) throw new Error(process.env.REGBENCH_BUILD_FAILURE);
	folder = await temporaryFolder();
	place = folder.path;
	environment = {HOME: place, npm_config_cache: path.join(place, 'npm-cache')};
	const packed = await runProgram(
		'npm',
		['pack', '--json', '--pack-destination', place, ...npmFlags],
		{folder: repositoryRoot, environment},
	);
	const [{filename}] = JSON.parse(packed) as [{filename: string}];
	await runProgram('npm', ['install', ...npmFlags, path.join(place, filename)], {
		folder: place,
		environment,
	});
}, 120_000);

afterAll(async () => {
	await folder?.[Symbol.asyncDispose]();
});

const npx = (...args: string[]) =>
	runProgram('npx', ['--no-install', 'regbench', ...args], {folder: place, environment});

test('the package brings at most the optional keychain and is light', async () => {
	const modules = path.join(place, 'node_modules');
	const installed = (await readdir(modules)).filter(name => !name.startsWith('.'));
	// Without a network, as here, npm leaves optional packages out and regbench works all the same.
	expect(['@napi-rs', 'regbench']).toEqual(expect.arrayContaining(installed));
	let bytes = 0;
	for (const entry of await readdir(modules, {recursive: true})) {
		bytes += (await stat(path.join(modules, entry))).size;
	}
	// The keychain's library for one platform takes 3.5 MB.
	expect(bytes).toBeLessThan(11 * megabyte);
});

test('the package holds the built program and papers, no sources and no tests', async () => {
	const names = await readdir(path.join(place, 'node_modules/regbench'), {recursive: true});
	const unexpected = names.filter(
		name =>
			!/^(dist|dist\/[\w-]+\.js|package\.json|README\.md|LICENSE|CHANGELOG\.md|THIRD-PARTY-LICENSES\.txt)$/.test(
				name,
			),
	);
	expect(unexpected).toEqual([]);
	expect(names).toEqual(
		expect.arrayContaining(['LICENSE', 'THIRD-PARTY-LICENSES.txt', 'dist/cli.js', 'package.json']),
	);
});

test('the installed program tells its version', async () => {
	const {version} = JSON.parse(await readFile(path.join(repositoryRoot, 'package.json'), 'utf8'));
	expect(await npx('--version')).toBe(version);
});

test('the installed program works without any engine', async () => {
	const data = path.join(place, 'data');
	const settings = path.join(place, 'settings');
	const lines = await npx(
		'images',
		'--json',
		'--engine=embedded',
		`--data-dir=${data}`,
		`--config-dir=${settings}`,
	);
	const [image] = lines.split('\n').map(line => JSON.parse(line) as {id: string});
	expect(image?.id).toMatch(/^sha256:[0-9a-f]{64}$/);
});
