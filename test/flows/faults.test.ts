import {readdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {openTerminal, restored} from '../support/terminal.ts';
import {makeHome, targetOn} from './open-workbench.ts';

describe('settings', () => {
	test('that cannot be read are moved aside, named on screen, and replaced by defaults', async () => {
		await using home = await makeHome();
		await home.saveSettings({targets: [targetOn('localhost:5999')]});
		const [name = ''] = (await readdir(home.configFolder)).filter(file => file.endsWith('.json'));
		await writeFile(path.join(home.configFolder, name), '{"targets": [');
		const terminal = await home.open();
		await terminal.press('4', 'z');
		await terminal.waitFor(/could not be read|moved|unreadable/i);
		await terminal.press('q');
		expect(await terminal.exit).toEqual({code: 0, state: restored});
		const files = await readdir(home.configFolder);
		const aside = files.filter(file => file !== name && file.startsWith(name.split('.')[0] ?? ''));
		const texts = await Promise.all(
			aside.map(file => readFile(path.join(home.configFolder, file), 'utf8')),
		);
		expect(texts).toContain('{"targets": [');
	});

	test('changed by two instances at once keep both changes', async () => {
		await using home = await makeHome();
		const one = await home.open();
		const other = await home.open();
		for (const [terminal, host] of [
			[one, 'localhost:5991'],
			[other, 'localhost:5992'],
		] as const) {
			await terminal.press('3', 'a');
			await terminal.waitFor('Add a registry');
			await terminal.type(host);
			await terminal.press('enter');
			await terminal.waitFor(`${host} is a target now`);
		}
		const ids = (await home.settings()).targets.map(({id}) => id);
		expect(ids.toSorted()).toEqual(['localhost:5991', 'localhost:5992']);
	});

	test('that cannot be saved hold until the end, and that is said', async () => {
		await using home = await makeHome();
		// A file in the folder's place is in the way of everybody, root included.
		await writeFile(home.configFolder, 'in the way');
		const terminal = await home.open();
		await terminal.press('3', 'a');
		await terminal.waitFor('Add a registry');
		await terminal.type('localhost:5990');
		await terminal.press('enter');
		await terminal.waitFor('✗ localhost:5990');
		// The line at the bottom tells of what went wrong, not of what went well.
		await terminal.waitFor('! The settings could not be saved');
		await terminal.press('4', 'z');
		await terminal.waitFor(/the change holds until/);
		await terminal.press('q');
		expect(await terminal.exit).toEqual({code: 0, state: restored});
		expect(await readFile(home.configFolder, 'utf8')).toBe('in the way');
	});
});

describe('a damaged image store', () => {
	test('whose index is no JSON ends the command with a message and is left as it is', async () => {
		await using home = await makeHome();
		await home.images();
		const index = path.join(home.dataFolder, 'images', 'index.json');
		await writeFile(index, '{"manifests": [');
		const {code, stdout} = await home.run('images', '--json');
		expect(code).toBe(1);
		expect(JSON.parse(stdout)).toMatchObject({
			type: 'failed',
			error: {code: 'LAYOUT_CORRUPT', hint: expect.any(String)},
		});
		expect(await readFile(index, 'utf8')).toBe('{"manifests": [');
	});

	test('shows its error on screen, and q still leaves', async () => {
		await using home = await makeHome();
		await home.images();
		const index = path.join(home.dataFolder, 'images', 'index.json');
		await writeFile(index, '{"manifests": [');
		await using terminal = await openTerminal({args: [...home.args]});
		await terminal.waitFor(/damaged|corrupt|understood|JSON/i);
		await terminal.press('q');
		expect(await terminal.exit).toEqual({code: 0, state: restored});
	});

	test('with a corrupted blob refuses to push it, and keeps it', async () => {
		await using home = await makeHome();
		const {host, url} = await home.startRegistry();
		await home.images();
		const blobs = path.join(home.dataFolder, 'images', 'blobs', 'sha256');
		const sizes = await Promise.all(
			(await readdir(blobs)).map(async name => ({
				name,
				bytes: await readFile(path.join(blobs, name)),
			})),
		);
		const largest = sizes.toSorted((a, b) => b.bytes.length - a.bytes.length)[0]!;
		const damaged = Buffer.from(largest.bytes);
		damaged[1000] = (damaged[1000] ?? 0) ^ 0xff;
		await writeFile(path.join(blobs, largest.name), damaged);
		const {code, stdout} = await home.run('push', 'hello:1.0.0', '--to', host, '--json');
		expect(code).toBe(1);
		const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {error: {code: string}};
		expect(['LAYOUT_CORRUPT', 'DIGEST_MISMATCH']).toContain(last.error.code);
		expect((await fetch(`${url}/v2/hello/manifests/1.0.0`)).status).toBe(404);
		expect(await home.references()).toEqual(['hello:1.0.0']);
	});
});

test('a data folder that is a file ends in a message, with the terminal restored', async () => {
	await using home = await makeHome();
	await rm(home.dataFolder, {recursive: true});
	await writeFile(home.dataFolder, 'in the way');
	await using terminal = await openTerminal({args: [...home.args]});
	await terminal.waitFor(new RegExp('data'));
	await terminal.idle(500);
	await terminal.press('q');
	const {code, state} = await terminal.exit;
	expect({code, state}).toEqual({code: 0, state: restored});
	const {code: headless, stderr} = await home.run('images');
	expect(headless).toBe(1);
	expect(stderr).toMatch(/^regbench: .+\([A-Z_]+\)\n +\S/);
});

test('no engine at the address that was asked for is said, with what to do', async () => {
	await using home = await makeHome();
	await using terminal = await openTerminal({
		args: ['--host', 'unix:///nonexistent/docker.sock', '--config-dir', home.configFolder],
	});
	await terminal.waitFor('/nonexistent/docker.sock');
	await terminal.waitFor(/--engine embedded/);
	await terminal.press('q');
	expect(await terminal.exit).toEqual({code: 0, state: restored});
});

test('an error that nobody caught restores the terminal, is told, and exits with 1', async () => {
	await using home = await makeHome();
	// Something from outside that fails in the middle of the program, as a defect would.
	const trap = path.join(home.dataFolder, 'trap.cjs');
	await writeFile(
		trap,
		`process.on('SIGUSR2', () => { throw new Error('a defect \\u001b[31mwith colours'); });`,
	);
	await using terminal = await openTerminal({
		args: [...home.args],
		env: {NODE_OPTIONS: `--require ${trap}`},
	});
	await terminal.waitFor('hello');
	terminal.signal('SIGUSR2');
	expect(await terminal.exit).toEqual({code: 1, state: restored});
	expect(terminal.screen()).toContain('regbench: a defect');
	expect(terminal.screen()).toContain('(INTERNAL)');
	expect(terminal.screen()).toContain('Please report it');
});
