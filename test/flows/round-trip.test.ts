import {expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {Secret} from '../../source/domain/credential.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {openTerminal, restored} from '../support/terminal.ts';
import {makeHome, targetOn} from './open-workbench.ts';

test('on first start there is an image to play with, and every empty pane says what to press', async () => {
	await using home = await makeHome();
	const terminal = await home.open();
	await terminal.waitFor('embedded engine');
	await terminal.waitFor('1 image');
	expect(terminal.screen()).toMatch(/▸ hello/);
	// No registry yet: the pane names the key, and so does P.
	expect(terminal.screen()).toMatch(/a /);
	await terminal.press('P');
	await terminal.waitFor('No registry to push to yet: press 3, then a to add one.');
	await terminal.press('q');
	expect(await terminal.exit).toEqual({code: 0, state: restored});
	expect(await home.references()).toEqual(['hello:1.0.0']);
});

test('the whole round trip by keys: tag, push, delete, pull, re-pull', async () => {
	await using home = await makeHome();
	const {host} = await home.startRegistry();
	await home.saveSettings({targets: [targetOn(host, 'team')]});
	const [before] = await home.images();
	const client = createRegistryClient({credentials: createSessionCredentials()});
	const repository = client.repository(host, 'team/hello');
	const terminal = await home.open();
	await terminal.waitFor(/1\.0\.0 +[\da-f]{12} +✓ +–/);

	// t: the field is filled in for the target.
	await terminal.press('t');
	await terminal.waitFor(`${host}/team/hello:1.0.0`);
	await terminal.press('enter');
	await terminal.waitFor(`Tagged ${host}/team/hello:1.0.0`);
	expect(await home.references()).toEqual([`${host}/team/hello:1.0.0`, 'hello:1.0.0']);

	// P: shows what will be uploaded before anything is.
	await terminal.press('P');
	await terminal.waitFor('0 of 3 layers already there');
	expect(await repository.resolve('1.0.0')).toBeUndefined();
	await terminal.press('enter');
	await terminal.waitFor(`Pushed ${host}/team/hello:1.0.0`);
	await terminal.waitFor(/1\.0\.0 +[\da-f]{12} +✓ +✓/);
	const pushed = await repository.resolve('1.0.0');
	expect(pushed?.digest).toBe(before?.id);

	// d: names what goes, and Enter alone does not destroy.
	await terminal.press('d');
	await terminal.waitFor('Untags 2 references');
	await terminal.press('enter');
	await terminal.idle();
	expect(await home.references()).toHaveLength(2);
	await terminal.waitFor('Untags 2 references');
	await terminal.press('y');
	await terminal.waitFor('Deleted ');
	await terminal.waitFor('0 images');
	expect(await home.references()).toEqual([]);

	// p: brings it back.
	await terminal.press('p');
	await terminal.waitFor('Pull an image');
	await terminal.type(`${host}/team/hello:1.0.0`);
	await terminal.press('enter');
	await terminal.waitFor(`Pulled ${host}/team/hello:1.0.0`);
	const [pulled] = await home.images();
	expect(pulled?.id).toBe(before?.id);
	expect((await home.settings()).recentReferences).toEqual([`${host}/team/hello:1.0.0`]);

	// r: deletes, pulls and compares.
	await terminal.press('r');
	await terminal.waitFor('y re-pull');
	await terminal.press('y');
	await terminal.waitFor('Same image');
	await terminal.waitFor('same image:');
	expect((await home.images())[0]?.id).toBe(before?.id);

	const screen = terminal.screen();
	expect(screen).toContain('$ docker pull');
	await terminal.press('q');
	const {code, state} = await terminal.exit;
	expect({code, state}).toEqual({code: 0, state: restored});
	expect(terminal.screen()).toContain('regbench: 5 jobs done');
	await client.close();
});

test.each([
	[120, 40],
	[80, 24],
])(
	'the demo makes the round trip at %d×%d, on registries shaped as GHCR and ACR',
	async (columns, rows) => {
		await using terminal = await openTerminal({args: ['--demo'], columns, rows});
		await terminal.waitFor('hello');
		await terminal.waitFor('DEMO');
		await terminal.press('j');
		await terminal.waitFor(/▸ hello/);
		await terminal.press('tab');
		await terminal.waitFor(/▸ 1\.1\.0/);
		await terminal.press('P');
		await terminal.waitFor('layers already there');
		await terminal.press('j', 'space', 'enter');
		await terminal.press('4', 'z');
		await terminal.waitFor(
			screen => screen.split('✓ pushed').length > 2 || /pushed.*\n[^]*pushed/.test(screen),
		);
		await terminal.press('esc', '2');
		await terminal.waitFor(/▸ 1\.1\.0 +[\da-f]{12} +✓ +✓ +✓/);

		const login = {kind: 'basic', username: 'octocat', password: new Secret('demo')} as const;
		await terminal.press('3', 'z');
		await terminal.waitFor(/ghcr\.localhost:\d+\/octocat[^]*azurecr\.localhost:\d+/);
		const ports = [...terminal.screen().matchAll(/((?:ghcr|azurecr)\.localhost:\d+)/g)];
		const hosts = [...new Set(ports.map(match => match[1]!))].map(host =>
			host.startsWith('azurecr') ? `demoregistry.${host}` : host,
		);
		expect(hosts).toHaveLength(2);
		const credentials = createSessionCredentials(
			Object.fromEntries(hosts.map(host => [host, login])),
		);
		const client = createRegistryClient({credentials});
		for (const host of hosts) {
			const repository = client.repository(
				host,
				host.startsWith('ghcr') ? 'octocat/hello' : 'hello',
			);
			expect(await repository.resolve('1.1.0')).toBeDefined();
		}
		await client.close();

		await terminal.press('esc', '2', 'r');
		await terminal.waitFor('y re-pull');
		await terminal.press('y');
		await terminal.waitFor('Same image');
		await terminal.press('q');
		const {code, state} = await terminal.exit;
		expect({code, state}).toEqual({code: 0, state: restored});
	},
);
