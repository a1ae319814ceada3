import {execFile} from 'node:child_process';
import path from 'node:path';
import {build} from 'esbuild';
import {afterAll, beforeAll, describe, expect, test, vi} from 'vitest';
import {buildOptions} from '../../scripts/build-options.mjs';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {openTerminal, restored, type TerminalOptions} from '../support/terminal.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let program: string;

beforeAll(async () => {
	folder = await temporaryFolder();
	program = path.join(folder.path, 'workbench-program.mjs');
	const {outdir: _, splitting: __, ...options} = buildOptions;
	await build({
		...options,
		entryPoints: ['test/fixtures/workbench-program.ts'],
		format: 'esm',
		platform: 'node',
		outfile: program,
	});
});

afterAll(async () => {
	await folder[Symbol.asyncDispose]();
});

async function open(options: Omit<TerminalOptions, 'command'> = {}) {
	const terminal = await openTerminal({...options, command: [process.execPath, program]});
	await terminal.waitFor('1 of 11');
	await terminal.waitFor('4 Log');
	return terminal;
}

describe('the terminal is as it was', () => {
	test('after q, and a line says what was done', async () => {
		await using terminal = await open();
		expect(await terminal.state()).toMatchObject({
			alternateScreen: true,
			cursorVisible: false,
			bracketedPaste: true,
			raw: true,
		});
		await terminal.press('q');
		expect(await terminal.exit).toEqual({code: 0, state: restored});
		expect(terminal.screen()).toContain('regbench: 2 jobs: 1 failed, 1 cancelled');
	});

	test('after Ctrl-C', async () => {
		await using terminal = await open();
		await terminal.press('ctrl-c');
		expect(await terminal.exit).toEqual({code: 0, state: restored});
	});

	test.each([
		['SIGTERM', 143],
		['SIGHUP', 129],
		['SIGINT', 130],
	] as const)('after %s, with exit code %i', async (signal, code) => {
		await using terminal = await open();
		terminal.signal(signal);
		expect(await terminal.exit).toEqual({code, state: restored});
	});

	test.each([
		['an error that nobody caught', 'R', 'something nobody caught'],
		['a promise that nobody caught', 'e', 'a promise nobody caught'],
		['an error while drawing', 'y', 'INTERNAL'],
	])('after %s, which is told then', async (_, key, text) => {
		await using terminal = await open();
		await terminal.press(key);
		expect(await terminal.exit).toEqual({code: 1, state: restored});
		expect(terminal.screen()).toContain(text);
		expect(terminal.screen()).toContain('Please report it');
	});

	test('in CI, too', async () => {
		await using terminal = await open({env: {CI: 'true'}});
		await terminal.press('q');
		expect(await terminal.exit).toEqual({code: 0, state: restored});
	});
});

test('Ctrl-Z gives the terminal back to the shell, and fg draws everything anew', async () => {
	// A shell with job control, as a person's, but without a prompt of its own.
	const shell =
		'set -m; "$0" "$1"; echo "shell again"; read -r line; fg; echo "shell at last"; read -r line';
	await using terminal = await openTerminal({
		command: ['/bin/bash', '-c', shell, process.execPath, program],
	});
	await terminal.waitFor('4 Log');
	await terminal.press('ctrl-z');
	await terminal.waitFor('shell again');
	expect(await terminal.state()).toEqual(restored);
	terminal.resize(100, 30);
	await terminal.press('enter');
	await terminal.waitFor(screen => screen.split('\n')[1]?.length === 100);
	await terminal.waitFor('4 Log');
	await terminal.press('z');
	await terminal.waitFor(screen => !screen.includes('4 Log'));
	await terminal.press('q');
	await terminal.waitFor('shell at last');
	expect(await terminal.state()).toEqual(restored);
});

test('Ctrl-Z where no shell could continue the process comes straight back', async () => {
	await using terminal = await open();
	await terminal.press('ctrl-z');
	await terminal.waitFor(screen => !screen.includes('4 Log'));
	await terminal.waitFor('4 Log');
	await terminal.press('z');
	await terminal.waitFor(screen => !screen.includes('4 Log'));
	await terminal.press('q');
	expect(await terminal.exit).toEqual({code: 0, state: restored});
});

test('resizing at any moment draws the new size, and too small a one says so', async () => {
	await using terminal = await open();
	for (const [columns, rows] of [
		[80, 24],
		[200, 60],
		[61, 16],
		[140, 30],
	] as const) {
		terminal.resize(columns, rows);
		await terminal.waitFor(screen => {
			const lines = screen.split('\n');
			return lines.length === rows && lines[1]?.length === columns && lines[1].endsWith('╮');
		});
		await terminal.idle(50);
		expect(terminal.screen().split('\n').at(-2)).toMatch(/^╰.*╯$/);
	}
	terminal.resize(50, 10);
	await terminal.waitFor('regbench needs 60×16, this is');
	terminal.resize(120, 40);
	await terminal.waitFor('4 Log');
});

test('pasted text presses no keys', async () => {
	await using terminal = await open();
	await vi.waitFor(async () =>
		expect(await terminal.state()).toMatchObject({bracketedPaste: true}),
	);
	terminal.paste('q\rq');
	await terminal.waitFor('Pasted text was left aside');
});

test('with a screen reader the panes are lists with a label, and nothing is drawn around them', async () => {
	await using terminal = await openTerminal({
		command: [process.execPath, program],
		env: {INK_SCREEN_READER: 'true'},
		rows: 60,
	});
	await terminal.waitFor('1 Images, 1 of 11, focused:');
	await terminal.waitFor(/selected: +hello:1\.0\.0/);
	expect(terminal.screen()).not.toMatch(/[│╭╯█]/);
	await terminal.press('q');
	expect(await terminal.exit).toEqual({code: 0, state: restored});
});

test('without a terminal nothing is drawn', async () => {
	const output = await new Promise<string>(resolve => {
		execFile(process.execPath, [program], (_, stdout, stderr) => resolve(stdout + stderr));
	});
	expect(output).toContain('needs a terminal');
	expect(output).not.toContain('\u001B[?1049h');
});

describe('while most of the program is still being loaded', () => {
	test('a signal ends it, and the terminal is as it was', async () => {
		await using terminal = await openTerminal({args: ['--demo']});
		await terminal.waitFor('connecting');
		terminal.signal('SIGTERM');
		expect(await terminal.exit).toEqual({code: 143, state: restored});
	});

	test('a key is kept until it can be heard, and not drawn into the screen', async () => {
		await using terminal = await openTerminal({args: ['--demo']});
		await terminal.waitFor('connecting');
		await terminal.press('?');
		await terminal.waitFor('Everywhere');
		expect(terminal.screen().split('\n')[0]).toMatch(/^ regbench {3}DEMO/);
		await terminal.press('q', 'q');
		await terminal.press('ctrl-c');
		expect(await terminal.exit).toMatchObject({state: restored});
	});
});
