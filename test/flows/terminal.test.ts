import {readFile} from 'node:fs/promises';
import {describe, expect, test} from 'vitest';
import {openTerminal, restored} from '../support/terminal.ts';
import {makeHome} from './open-workbench.ts';

async function openDemo(options: Parameters<typeof openTerminal>[0] = {}) {
	const terminal = await openTerminal({args: ['--demo'], ...options});
	await terminal.waitFor('hello:1.1.0');
	await terminal.waitFor(/\[?●\]? ghcr|\* ghcr/);
	return terminal;
}

describe('whatever way the workbench is left, the terminal is as it was', () => {
	test.each([
		['SIGTERM', 143],
		['SIGHUP', 129],
		['SIGINT', 130],
	] as const)('%s', async (signal, code) => {
		await using home = await makeHome();
		const terminal = await home.open();
		expect(await terminal.state()).toMatchObject({alternateScreen: true, raw: true});
		terminal.signal(signal);
		expect(await terminal.exit).toEqual({code, state: restored});
		expect(await home.references()).toEqual(['hello:1.0.0']);
	});

	test('Ctrl-C, also in a dialog', async () => {
		await using home = await makeHome();
		const terminal = await home.open();
		await terminal.press('p');
		await terminal.waitFor('Pull an image');
		await terminal.press('ctrl-c');
		expect(await terminal.exit).toEqual({code: 0, state: restored});
	});

	test('Ctrl-Z stops it on a restored terminal, and fg draws everything anew', async () => {
		await using terminal = await openTerminal({
			command: [
				'/bin/bash',
				'--norc',
				'-c',
				`set -m; "${process.execPath}" dist/cli.js --demo; echo "stopped: $?"; read -r _; fg >/dev/null; echo "ended: $?"`,
			],
			cwd: process.cwd(),
		});
		await terminal.waitFor('hello:1.1.0');
		await terminal.press('ctrl-z');
		await terminal.waitFor('stopped: 148');
		expect(await terminal.state()).toEqual(restored);
		await terminal.press('enter');
		await terminal.waitFor('hello:1.1.0');
		await terminal.waitFor(/3 Registries/);
		await terminal.press('j');
		await terminal.waitFor('▸ hello:1.1.0');
		await terminal.press('q');
		await terminal.waitFor('ended: 0');
		expect((await terminal.exit).state).toEqual(restored);
	});
});

describe('resizing', () => {
	test('a storm of sizes ends in a screen that is drawn for the last one', async () => {
		await using terminal = await openDemo();
		for (let round = 0; round < 40; round += 1) {
			terminal.resize(60 + ((round * 37) % 140), 16 + ((round * 13) % 45));
			await new Promise(resolve => setImmediate(resolve));
		}
		terminal.resize(100, 30);
		await terminal.waitFor(screen => {
			const lines = screen.split('\n');
			return lines.length === 30 && lines[1]?.length === 100 && lines[28]?.length === 100;
		});
		const screen = terminal.screen();
		expect(screen.match(/1 Images/g)).toHaveLength(1);
		expect(screen.match(/4 Log/g)).toHaveLength(1);
		await terminal.press('j');
		await terminal.waitFor('▸ hello:1.1.0');
	});

	test('a terminal that is too small is told so in one line, and works again when it grows', async () => {
		await using terminal = await openDemo();
		await terminal.press('j');
		await terminal.waitFor('▸ hello:1.1.0');
		terminal.resize(40, 10);
		await terminal.waitFor('60×16, this is 40×10');
		expect(terminal.screen().split('\n')).toHaveLength(1);
		terminal.resize(80, 24);
		await terminal.waitFor('▸ hello:1.1.0');
	});

	test('opened too small it says so, and q leaves', async () => {
		await using terminal = await openTerminal({args: ['--demo'], columns: 30, rows: 5});
		await terminal.waitFor(/60×16, is 30×5/);
		await terminal.press('q');
		expect(await terminal.exit).toEqual({code: 0, state: restored});
	});

	test('a very large terminal is filled', async () => {
		await using terminal = await openDemo({columns: 300, rows: 90});
		const lines = terminal.screen().split('\n');
		expect(lines).toHaveLength(90);
		expect(lines[1]).toHaveLength(300);
	});
});

describe('input in pieces', () => {
	test('several keys in one chunk are several keys', async () => {
		await using terminal = await openDemo();
		terminal.send('jjj');
		await terminal.waitFor('▸ hello:1.0.0');
		terminal.send('kk');
		await terminal.waitFor('▸ hello:1.1.0');
	});

	test('text and Enter in one chunk are typed and accepted', async () => {
		await using terminal = await openDemo();
		terminal.send('/web\r');
		await terminal.waitFor('▸ web/api:2.3.1');
		terminal.send('\u001B');
		await terminal.waitFor('of 5 ╯');
		terminal.send('t\u0015hello:9\r');
		await terminal.waitFor('Tagged hello:9.');
	});

	test('text pasted outside of a field does nothing but say so', async () => {
		await using home = await makeHome();
		const terminal = await home.open();
		terminal.paste('dyq');
		await terminal.waitFor('Pasted text was left aside');
		expect(await home.references()).toEqual(['hello:1.0.0']);
	});

	test('text pasted into a field is one piece, on one line', async () => {
		await using terminal = await openDemo();
		await terminal.press('p');
		await terminal.waitFor('Pull an image');
		terminal.paste('ghcr.localhost:1/octocat/\nhello:q');
		await terminal.waitFor(/ghcr\.localhost:1\/octocat\/ ?hello:q/);
		await terminal.press('esc');
		await terminal.waitFor('1 of 5');
	});
});

describe('what a terminal can show', () => {
	test('with NO_COLOR there is no colour, and every mark is still there', async () => {
		await using terminal = await openDemo({env: {NO_COLOR: '1'}});
		await terminal.waitFor(/nightly +[\da-f]{12} +✓ +–/);
		const runs = terminal.styledLines().flat();
		expect(runs.filter(run => run.foreground !== undefined)).toEqual([]);
		expect(runs.filter(run => run.background !== undefined)).toEqual([]);
	});

	test('where the locale is not UTF-8 everything is drawn in ASCII', async () => {
		await using terminal = await openTerminal({
			args: ['--demo'],
			env: {LANG: 'C', LC_ALL: 'C'},
		});
		await terminal.waitFor('hello:1.1.0');
		await terminal.waitFor('ghcr');
		await terminal.idle();
		// eslint-disable-next-line no-control-regex
		expect(terminal.screen().match(/[^\n -~]/g)).toBeNull();
	});
});

test('with --read-only nothing can be changed, and the screen says why', async () => {
	await using home = await makeHome();
	await home.images();
	const terminal = await home.open({args: ['--read-only']});
	await terminal.waitFor(/read-only/i);
	for (const key of ['t', 'd', 'p']) {
		await terminal.press(key);
		await terminal.waitFor(/read-only/i);
		await terminal.idle();
		expect(terminal.screen()).toContain('3 Registries');
		expect(terminal.screen()).not.toMatch(/Tag hello|Pull an image|Untags/);
	}
	await terminal.press('e');
	await terminal.waitFor('An image is a read-only package');
	expect(await home.references()).toEqual(['hello:1.0.0']);
});

test('a slow line gets the same screen', async () => {
	await using terminal = await openTerminal({
		args: ['--demo'],
		columns: 80,
		rows: 24,
		bytesPerSecond: 6000,
	});
	await terminal.waitFor('hello:1.1.0', 20_000);
	terminal.send('jj');
	await terminal.waitFor('▸ web/api', 20_000);
	terminal.send('q');
	// The last of the output is lost on such a line when the program ends; raw mode is not.
	const {code, state} = await terminal.exit;
	expect([code, state.raw]).toEqual([0, false]);
});

test('the built program is what is tested', async () => {
	const {version} = JSON.parse(await readFile('package.json', 'utf8')) as {version: string};
	await using terminal = await openTerminal({args: ['--version']});
	await terminal.exit;
	expect(terminal.screen()).toBe(version);
});
