import {readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {openRecording} from '../../../source/cli/stage/recording.ts';
import {Secret} from '../../../source/domain/credential.ts';
import {temporaryFolder} from '../../support/temporary-folder.ts';

async function record(more: Partial<Parameters<typeof openRecording>[0]> = {}) {
	const folder = await temporaryFolder();
	const file = path.join(folder.path, 'demo.cast');
	let time = 5000;
	const open = () =>
		openRecording({
			file,
			overwrite: false,
			columns: 80,
			rows: 24,
			environment: {TERM: 'xterm', SHELL: '/bin/sh', TOKEN: 'secret'},
			now: 1_700_000_000_500,
			clock: () => time,
			...more,
		});
	return {
		file,
		open,
		pass: (ms: number) => (time += ms),
		lines: async () =>
			(await readFile(file, 'utf8'))
				.trimEnd()
				.split('\n')
				.map(line => JSON.parse(line) as unknown),
		[Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
	};
}

test('a recording is an asciicast: a header without the environment, then events with their times', async () => {
	await using world = await record();
	const recording = world.open();
	recording.output('hello');
	world.pass(1500);
	recording.resize(100, 30);
	recording.mark('A caption\n');
	world.pass(1);
	// A character may be cut in two.
	recording.output(Uint8Array.of(0xe2, 0x9c));
	recording.output(Uint8Array.of(0x93));
	recording.output('one\ntwo\r\n');
	// It is all there before it is closed, so that no way out can lose any.
	const expected = [
		{
			version: 2,
			width: 80,
			height: 24,
			timestamp: 1_700_000_000,
			env: {TERM: 'xterm', SHELL: '/bin/sh'},
		},
		[0, 'o', 'hello'],
		[1.5, 'r', '100x30'],
		[1.5, 'm', 'A caption'],
		[1.501, 'o', '✓'],
		[1.501, 'o', 'one\r\ntwo\r\n'],
	];
	expect(await world.lines()).toEqual(expected);
	recording.close();
	recording.output('too late');
	expect(await world.lines()).toEqual(expected);
	expect((await stat(world.file)).mode & 0o777).toBe(0o600);
});

test('a secret is masked from when it is known, also across pieces', async () => {
	await using world = await record();
	const recording = world.open();
	recording.conceal(new Secret('correct horse'));
	recording.output('it is correct ');
	recording.resize(90, 24);
	recording.output('horse!');
	recording.output('corr');
	recording.close();
	const output = (await world.lines())
		.filter(line => Array.isArray(line) && line[1] === 'o')
		.map(line => (line as readonly string[])[2])
		.join('');
	expect(output).toBe('it is •••••••••••••!••••');
});

test('a text for the clipboard is not recorded', async () => {
	await using world = await record();
	const recording = world.open();
	recording.output('a\u001B]52;c;c2VjcmV0\u0007b');
	recording.close();
	expect(await world.lines()).toContainEqual([0, 'o', 'ab']);
});

test('a file that is there stays, unless it may be replaced', async () => {
	await using world = await record();
	await writeFile(world.file, 'mine', {mode: 0o644});
	expect(world.open).toThrow(/exists already/);
	expect(await readFile(world.file, 'utf8')).toBe('mine');
	await using other = await record({file: world.file, overwrite: true});
	other.open().close();
	expect(await readFile(world.file, 'utf8')).toMatch(/^\{"version":2/);
	expect((await stat(world.file)).mode & 0o777).toBe(0o600);
});

test('where it cannot be made, that is said at once', async () => {
	await using world = await record();
	await using other = await record({file: `${world.file}/x/y.cast`});
	expect(other.open).toThrow(/cannot be written \(ENOENT\)/);
});
