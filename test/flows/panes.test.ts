import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {pushImage} from '../../source/operations/push.ts';
import {drain, openWorld} from '../operations/operation-world.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {openTerminal, restored} from '../support/terminal.ts';
import {makeHome, targetOn} from './open-workbench.ts';

async function openDemo(options: Parameters<typeof openTerminal>[0] = {}) {
	const terminal = await openTerminal({args: ['--demo'], ...options});
	await terminal.waitFor('hello:1.1.0');
	await terminal.waitFor('● ghcr');
	return terminal;
}

describe('finding things', () => {
	test('a filter narrows the list as it is typed, is kept by Enter and cleared by Esc', async () => {
		await using terminal = await openDemo();
		await terminal.press('/');
		await terminal.waitFor('keep the filter');
		await terminal.type('web');
		await terminal.waitFor('1 of 1 (5 in all)');
		// What would be a command is text here.
		await terminal.type('q');
		await terminal.waitFor('webq');
		await terminal.press('backspace', 'enter');
		await terminal.waitFor('▸ web/api:2.3.1');
		await terminal.press('esc');
		await terminal.waitFor('of 5 ╯');
	});

	test('the palette finds a command by its name and runs it', async () => {
		await using terminal = await openDemo();
		await terminal.press(':');
		await terminal.type('help');
		await terminal.waitFor('Show all keys');
		await terminal.press('enter');
		await terminal.waitFor('To the next pane');
		await terminal.press('esc');
		await terminal.waitFor('1 of 5');
	});

	test('the help lists the keys and can be read to its end', async () => {
		await using terminal = await openDemo({columns: 80, rows: 24});
		await terminal.press('?');
		await terminal.waitFor('Give the image another name and tag');
		await terminal.press('G');
		await terminal.waitFor(screen => !screen.includes('Give the image another name and tag'));
		await terminal.press('q');
		await terminal.waitFor('1 of 5');
	});

	test('zoom, panes by number and Tab, details and explanations', async () => {
		await using terminal = await openDemo();
		await terminal.press('z');
		await terminal.waitFor(screen => !screen.includes('3 Registries'));
		await terminal.press('z');
		await terminal.waitFor('3 Registries');
		await terminal.press('enter');
		await terminal.waitFor('amd64');
		await terminal.press('esc');
		await terminal.waitFor('2 Tags');
		await terminal.press('3');
		await terminal.waitFor('a add');
		await terminal.press('tab');
		await terminal.waitFor('f follow  w wrap');
		await terminal.press('tab', 'e');
		await terminal.waitFor('An image is a read-only package');
		await terminal.press('esc', '2', 'e');
		await terminal.waitFor('A tag is a movable name');
	});
});

test('marked images are deleted together, after a question that names what goes', async () => {
	await using home = await makeHome();
	await home.run('tag', 'hello:1.0.0', 'hello:2.0.0');
	const terminal = await home.open();
	await terminal.press('2');
	await terminal.waitFor(/▸ 1\.0\.0/);
	await terminal.press('space', 'j', 'space', 'd');
	await terminal.waitFor('Untags 2 references');
	await terminal.waitFor('only copy');
	await terminal.press('n');
	await terminal.waitFor(screen => !screen.includes('Untags'));
	expect(await home.references()).toHaveLength(2);
	await terminal.press('d');
	await terminal.waitFor('Untags 2 references');
	await terminal.press('y');
	await terminal.waitFor('0 images');
	expect(await home.references()).toEqual([]);
});

test('a bulk push brings every tag of the image', async () => {
	await using home = await makeHome();
	const {url, host} = await home.startRegistry();
	await home.saveSettings({targets: [targetOn(host)]});
	await home.run('tag', 'hello:1.0.0', 'hello:2.0.0');
	const terminal = await home.open();
	await terminal.press('P');
	await terminal.waitFor('layers already there');
	await terminal.press('enter');
	await terminal.waitFor('Pushed 2 tags to ');
	const listed = (await (await fetch(`${url}/v2/hello/tags/list`)).json()) as {tags: string[]};
	expect(listed.tags).toEqual(['1.0.0', '2.0.0']);
});

test('the tag field refuses what the registry would, and repairs it by one key', async () => {
	await using home = await makeHome();
	await home.saveSettings({
		targets: [
			{
				id: 'ghcr.localhost:1/octocat',
				provider: 'ghcr',
				host: 'ghcr.localhost:1',
				namespace: 'octocat',
			},
		],
	});
	const terminal = await home.open();
	await terminal.press('t');
	await terminal.waitFor('ghcr.localhost:1/octocat/hello:1.0.0');
	await terminal.press('ctrl-u');
	await terminal.type('ghcr.localhost:1/OctoCat/Hello:1.0.0');
	await terminal.waitFor('press Ctrl-r to use');
	// Enter does nothing while the name is wrong.
	await terminal.press('enter');
	await terminal.idle();
	expect(await home.references()).toEqual(['hello:1.0.0']);
	await terminal.press('ctrl-r');
	await terminal.waitFor('name  ghcr.localhost:1/octocat/hello:1.0.0');
	await terminal.press('enter');
	await terminal.waitFor('Tagged ghcr.localhost:1/octocat/hello:1.0.0');
	expect(await home.references()).toEqual(['ghcr.localhost:1/octocat/hello:1.0.0', 'hello:1.0.0']);
});

test('a target is added by keys, repaired, made the default, and removed again', async () => {
	await using home = await makeHome();
	const {host} = await home.startRegistry();
	const terminal = await home.open();
	await terminal.press('3', 'a');
	await terminal.waitFor('Add a registry');
	await terminal.type(host);
	await terminal.press('tab');
	await terminal.type('Team');
	await terminal.press('enter');
	await terminal.waitFor('lower case');
	await terminal.press('ctrl-r');
	await terminal.waitFor(/team/);
	await terminal.press('enter');
	await terminal.waitFor(`${host}/team is a target now`);
	await terminal.waitFor(`● ${host}/team`);
	expect((await home.settings()).targets.map(({id}) => id)).toEqual([`${host}/team`]);

	await terminal.press('a');
	await terminal.waitFor('Add a registry');
	await terminal.type(host);
	await terminal.press('enter');
	await terminal.waitFor(`${host} is a target now`);
	await terminal.press('G', '*');
	await terminal.waitFor('is the default target now');
	await expect.poll(async () => (await home.settings()).defaultTargetId).toBe(host);

	await terminal.press('d');
	await terminal.waitFor('y remove');
	await terminal.press('enter');
	expect((await home.settings()).targets).toHaveLength(2);
	await terminal.press('y');
	await expect.poll(async () => (await home.settings()).targets.length).toBe(1);
	await terminal.waitFor(screen => !screen.includes(`● ${host} `));
});

test('a registry of its own is started by one key, pushed to, and stopped', async () => {
	await using home = await makeHome();
	const terminal = await home.open();
	await terminal.press('3', 's');
	await terminal.waitFor('A registry runs on 127.0.0.1:');
	const host = /A registry runs on (127\.0\.0\.1:\d+)/.exec(terminal.screen())?.[1] ?? '';
	await terminal.press('1', 'P');
	await terminal.waitFor('layers already there');
	await terminal.press('enter');
	await terminal.waitFor(`Pushed ${host}/hello:1.0.0`);
	expect((await fetch(`http://${host}/v2/hello/manifests/1.0.0`)).status).toBe(200);
	await terminal.press('3', 's');
	await terminal.waitFor('The embedded registry has stopped.');
	await expect(fetch(`http://${host}/v2/`)).rejects.toThrow();
	// Targets of this session are not kept.
	expect((await home.settings()).targets).toEqual([]);
});

test('the jobs view shows a push under way, cancels it and runs it again', async () => {
	await using home = await makeHome();
	const {url} = await home.startRegistry();
	await using proxy = await startFaultProxy({
		upstream: url,
		faults: [{method: /PATCH|PUT/, path: '/blobs/uploads/', bytesPerSecond: 20_000}],
	});
	await home.saveSettings({targets: [targetOn(proxy.host)]});
	const terminal = await home.open();
	const uploading = proxy.nextRequest({method: /PATCH|PUT/, path: '/blobs/uploads/'});
	await terminal.press('P');
	await terminal.waitFor('layers already there');
	await terminal.press('enter');
	await uploading;
	await terminal.waitFor('1 job');
	await terminal.press('J');
	await terminal.waitFor('x cancel');
	await terminal.press('x');
	await terminal.waitFor(/cancelled/i);
	expect(await home.references()).toEqual(['hello:1.0.0']);

	proxy.faults.length = 0;
	await terminal.press('r');
	await terminal.waitFor(`Pushed ${proxy.host}/hello:1.0.0`);
	expect(await home.references()).toContain(`${proxy.host}/hello:1.0.0`);
	await terminal.press('c');
	await terminal.waitFor('No job has run yet');
});

test('leaving while jobs run asks first, and cancels them', async () => {
	await using home = await makeHome();
	const {url} = await home.startRegistry();
	await using proxy = await startFaultProxy({
		upstream: url,
		faults: [{method: /PATCH|PUT/, path: '/blobs/uploads/', bytesPerSecond: 20_000}],
	});
	await home.saveSettings({targets: [targetOn(proxy.host)]});
	const terminal = await home.open();
	const uploading = proxy.nextRequest({method: /PATCH|PUT/, path: '/blobs/uploads/'});
	await terminal.press('P');
	await terminal.waitFor('layers already there');
	await terminal.press('enter');
	await uploading;
	await terminal.press('q');
	await terminal.waitFor('y leave');
	await terminal.press('n');
	await terminal.waitFor(screen => !screen.includes('y leave'));
	await terminal.press('q');
	await terminal.waitFor('y leave');
	await terminal.press('y');
	expect(await terminal.exit).toEqual({code: 0, state: restored});
	expect(terminal.screen()).toContain('regbench: 1 job cancelled');
	expect(await home.references()).toEqual(['hello:1.0.0']);
});

test('a push that fails says what and what to do, and leaves everything as it was', async () => {
	await using home = await makeHome();
	const {host} = await home.startRegistry({
		authentication: 'basic',
		users: [{username: 'octocat', password: {reveal: () => 'x'} as never}],
	});
	await home.saveSettings({targets: [targetOn(host)]});
	const terminal = await home.open();
	await terminal.press('P');
	await terminal.waitFor(/wants a login/);
	await terminal.press('enter');
	await terminal.waitFor('UNAUTHORIZED');
	await terminal.waitFor('Log in first');
	expect(await home.references()).toEqual(['hello:1.0.0']);
	expect((await home.settings()).targets).toHaveLength(1);
});

test('the log is saved to a file, which is never overwritten', async () => {
	await using home = await makeHome();
	const terminal = await home.open({cwd: home.dataFolder});
	await terminal.press('4', 's');
	await terminal.waitFor('Save the log');
	await terminal.press('ctrl-u');
	await terminal.type('my.log');
	await terminal.press('enter');
	await terminal.waitFor('The log was saved to my.log');
	const text = await readFile(path.join(home.dataFolder, 'my.log'), 'utf8');
	expect(text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}info +/);
	await terminal.press('s');
	await terminal.waitFor('Save the log');
	await terminal.press('ctrl-u');
	await terminal.type('my.log');
	await terminal.press('enter');
	await terminal.waitFor('exists already');
	expect(await readFile(path.join(home.dataFolder, 'my.log'), 'utf8')).toBe(text);
});

test('a tag that is another image on the registry, or cannot be asked for, is marked so', async () => {
	await using home = await makeHome();
	await using world = await openWorld('all');
	const {host} = await home.startRegistry();
	// Somebody else pushed other bytes under the same name.
	const destination = {source: 'hello:1.1.0', reference: `${host}/hello:1.0.0`};
	await drain(pushImage(destination, world.context()));
	await home.saveSettings({targets: [targetOn(host), targetOn('127.0.0.1:1')]});
	const terminal = await home.open();
	await terminal.waitFor(/▸ 1\.0\.0 +[\da-f]{12} +✓ +≠\S? +\?/);
	await terminal.press('P');
	await terminal.waitFor(/replaces|points at|another image/i);
	await terminal.press('esc', 't');
	await terminal.waitFor('exists already');
});
