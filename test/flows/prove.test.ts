import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {openTerminal} from '../support/terminal.ts';
import {makeHome, targetOn} from './open-workbench.ts';

test.each([
	[120, 40],
	[80, 24],
])('the demo proves the round trip at %d×%d and saves a report', async (columns, rows) => {
	await using folder = await temporaryFolder();
	await using terminal = await openTerminal({
		args: ['--demo'],
		command: [process.execPath, path.resolve('dist/cli.js'), '--demo'],
		columns,
		rows,
		cwd: folder.path,
	});
	await terminal.waitFor('hello');
	await terminal.waitFor('1.0.0');
	await terminal.press('v');
	await terminal.waitFor('Through which registry?');
	await terminal.waitFor(/Not run:.*runs no/s);
	if (process.env['SHOW']) console.log(terminal.screen());
	await terminal.press('y');
	await terminal.waitFor('The same came back.');
	if (process.env['SHOW']) console.log(terminal.screen());
	await terminal.press('s');
	await terminal.waitFor(/saved to regbench-proof/);
	const files = await readdir(folder.path);
	const markdown = files.find(name => name.endsWith('.md')) ?? '';
	const json = files.find(name => name.endsWith('.json')) ?? '';
	const report = await readFile(path.join(folder.path, markdown), 'utf8');
	expect(report).toContain('**Proved: what was pulled is the same as what was pushed.**');
	expect(report).toContain('left out, The embedded engine keeps images and runs no containers');
	const proof = JSON.parse(await readFile(path.join(folder.path, json), 'utf8')) as {
		readonly same: boolean;
		readonly imageId: {readonly before: string; readonly after: string};
		readonly layers: {readonly receivedBytes: number};
	};
	expect(proof.same).toBe(true);
	expect(proof.imageId.after).toBe(proof.imageId.before);
	expect(proof.layers.receivedBytes).toBeGreaterThan(0);
	await terminal.press('esc');
	await terminal.waitFor('Images');
});

test('where nothing can be run, u says why', async () => {
	await using terminal = await openTerminal({args: ['--demo']});
	await terminal.waitFor('hello');
	await terminal.press('u');
	await terminal.waitFor('runs no containers');
});

test('prove as a command tells the same and writes its report', async () => {
	await using home = await makeHome();
	await using folder = await temporaryFolder();
	const {host} = await home.startRegistry();
	await home.saveSettings({targets: [targetOn(host, 'team')]});
	await home.run('images');
	const file = path.join(folder.path, 'proof.md');
	const {code, stdout, stderr} = await home.run(
		...['prove', 'hello:1.0.0', '--to', `${host}/team`, '--report', file],
	);
	expect(stdout + stderr).toContain(`${host}/team/hello:1.0.0 came back the same`);
	expect(code).toBe(0);
	expect(await readFile(file, 'utf8')).toMatch(/^# Round trip of .*team\/hello:1\.0\.0/);
	const run = await home.run('run', 'hello:1.0.0');
	expect(run).toMatchObject({code: 1, stderr: expect.stringContaining('UNSUPPORTED')});
	const used = await home.run('run', 'hello:1.0.0', '--port', 'no port');
	expect(used).toMatchObject({code: 2, stderr: expect.stringContaining('is no port')});
});
