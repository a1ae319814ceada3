import {spawn} from 'node:child_process';
import {chmod, mkdir, readFile, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {build} from 'esbuild';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {openSettings} from '../../source/settings/settings.ts';
import {temporaryFolder, type TemporaryFolder} from '../support/temporary-folder.ts';

type Report = {outcomes: string[]; kept: number; notice?: string};

/** The user without rights. */
const nobody = 65_534;

let programs: TemporaryFolder;
let program: string;

beforeAll(async () => {
	programs = await temporaryFolder();
	await chmod(programs.path, 0o755);
	program = path.join(programs.path, 'settings-process.cjs');
	await build({
		entryPoints: [path.join(import.meta.dirname, 'settings-process.ts')],
		outfile: program,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'node20',
		logLevel: 'error',
	});
});

afterAll(async () => programs[Symbol.asyncDispose]());

/** Starts an instance; `go` lets it make its changes and resolves with its report. */
async function startInstance(
	folder: string,
	name: string,
	count: number,
	user?: number,
): Promise<{go(): Promise<Report>; kill(): void}> {
	const child = spawn(
		process.execPath,
		[program, folder, name, String(count), ...(user === undefined ? [] : [String(user)])],
		{
			stdio: ['pipe', 'pipe', 'inherit'],
		},
	);
	let output = '';
	const line = (number: number) =>
		new Promise<string>((resolve, reject) => {
			const look = () => {
				const text =
					output.split('\n').length > number ? output.split('\n')[number - 1] : undefined;
				if (text !== undefined) resolve(text);
			};
			child.stdout.on('data', look);
			child.once('error', reject);
			child.once('close', () => reject(new Error(`ended early: ${output}`)));
			look();
		});
	child.stdout.setEncoding('utf8');
	child.stdout.on('data', (text: string) => {
		output += text;
	});
	await line(1);
	return {
		async go() {
			child.stdin.write('go\n');
			return JSON.parse(await line(2)) as Report;
		},
		kill: () => child.kill('SIGKILL'),
	};
}

describe('several instances on one settings file', () => {
	test('two processes that save at the same time lose none of each other’s changes', async () => {
		await using folder = await temporaryFolder();
		const instances = await Promise.all([
			startInstance(folder.path, 'a', 15),
			startInstance(folder.path, 'b', 15),
		]);
		const reports = await Promise.all(instances.map(instance => instance.go()));
		expect(reports.flatMap(({outcomes}) => outcomes)).toEqual(Array(30).fill('saved'));
		const store = await openSettings({configFolder: folder.path});
		expect(store.notice).toBeUndefined();
		const expected = ['a', 'b'].flatMap(name =>
			Array.from({length: 15}, (_, index) => `${name}-${index}`),
		);
		expect(store.get().deniedProposals.toSorted()).toEqual(expected.toSorted());
		expect(await readdir(folder.path)).toEqual(['settings.json']);
	});

	test('an instance that was killed in mid-work leaves a whole file', async () => {
		await using folder = await temporaryFolder();
		const killed = await startInstance(folder.path, 'a', 100_000);
		const report = killed.go().catch(() => 'killed');
		const store = await openSettings({configFolder: folder.path});
		await expect
			.poll(() => readFile(store.path, 'utf8').catch(() => ''), {timeout: 20_000, interval: 5})
			.toContain('a-5');
		killed.kill();
		expect(await report).toBe('killed');
		const after = await openSettings({configFolder: folder.path});
		expect(after.notice).toBeUndefined();
		const before = after.get().deniedProposals.length;
		expect(before).toBeGreaterThan(5);
		await after.update(current => ({...current, theme: 'mono'}));
		expect(after.get().deniedProposals).toHaveLength(before);
	});

	test.skipIf(process.getuid?.() !== 0)(
		'a user who may not write the folder keeps the change for the session and the file stays',
		async () => {
			await using folder = await temporaryFolder();
			await chmod(folder.path, 0o755);
			const configFolder = path.join(folder.path, 'regbench');
			await mkdir(configFolder, {mode: 0o755});
			const file = path.join(configFolder, 'settings.json');
			await writeFile(file, '{"version":1,"theme":"mono"}', {mode: 0o644});
			const instance = await startInstance(configFolder, 'a', 1, nobody);
			expect(await instance.go()).toEqual({outcomes: ['SETTINGS_UNWRITABLE'], kept: 1});
			expect(await readFile(file, 'utf8')).toBe('{"version":1,"theme":"mono"}');
			expect(await readdir(configFolder)).toEqual(['settings.json']);
		},
	);

	test.skipIf(process.getuid?.() !== 0)(
		'a file that may not be read is named, and is not lost',
		async () => {
			await using folder = await temporaryFolder();
			await chmod(folder.path, 0o755);
			const configFolder = path.join(folder.path, 'regbench');
			await mkdir(configFolder, {mode: 0o755});
			const file = path.join(configFolder, 'settings.json');
			await writeFile(file, '{"version":1,"theme":"mono"}', {mode: 0o600});
			const instance = await startInstance(configFolder, 'a', 1, nobody);
			const report = await instance.go();
			expect(report.outcomes).toEqual(['SETTINGS_UNWRITABLE']);
			expect(report.notice).toContain('EACCES');
			expect(await readFile(file, 'utf8')).toBe('{"version":1,"theme":"mono"}');
		},
	);
});
