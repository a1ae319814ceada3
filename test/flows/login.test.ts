import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {Secret} from '../../source/domain/credential.ts';
import {makeHome, targetOn} from './open-workbench.ts';

const password = 'correct-horse-battery';

test('a login is tried before it is kept, and its secret is nowhere to be found', async () => {
	await using home = await makeHome();
	const {host} = await home.startRegistry({
		authentication: 'basic',
		users: [{username: 'octocat', password: new Secret(password)}],
	});
	await home.saveSettings({targets: [targetOn(host)]});
	const terminal = await home.open({cwd: home.dataFolder});
	await terminal.waitFor(`○ ${host}`);

	await terminal.press('3', 'l');
	await terminal.waitFor('kept in memory until you quit');
	await terminal.type('octocat');
	await terminal.press('tab');
	await terminal.type('wrong-password-1');
	await terminal.press('enter');
	await terminal.waitFor(/refused/);
	// What was refused is gone: it is typed anew, then taken.
	await terminal.waitFor('stays hidden');
	await terminal.type(password);
	await terminal.press('enter');
	await terminal.waitFor(`logged in to ${host} as octocat`);
	await terminal.waitFor(`● ${host}`);
	// Where nothing can keep it, that is said.
	await terminal.waitFor('kept in memory only');

	await terminal.press('1', 'P');
	await terminal.waitFor('layers already there');
	await terminal.press('enter');
	await terminal.waitFor(`Pushed ${host}/hello:1.0.0`);

	await terminal.press('4', 's');
	await terminal.waitFor('Save the log');
	await terminal.press('enter');
	await terminal.waitFor('The log was saved');
	await terminal.press('3', 'o');
	await terminal.waitFor(`logged out of ${host}`);
	await terminal.waitFor(`○ ${host}`);
	await terminal.press('q');
	await terminal.exit;

	const texts = [
		terminal.output(),
		...(await filesBelow(home.configFolder)),
		...(await filesBelow(home.dataFolder)),
		...(await filesBelow(terminal.home)),
	];
	const forms = [password, 'wrong-password-1'].flatMap(secret => [
		secret,
		Buffer.from(`octocat:${secret}`).toString('base64'),
	]);
	for (const text of texts) for (const form of forms) expect(text.includes(form)).toBe(false);
});

test('a pasted token goes into the field as one piece, line end and all, and is masked', async () => {
	await using home = await makeHome();
	const {host} = await home.startRegistry({
		authentication: 'basic',
		users: [{username: 'octocat', password: new Secret(password)}],
	});
	await home.saveSettings({targets: [targetOn(host)]});
	const terminal = await home.open();
	await terminal.press('3', 'l');
	await terminal.waitFor('It is tried on the registry');
	terminal.paste('octocat');
	await terminal.waitFor('octocat');
	await terminal.press('tab');
	terminal.paste(`${password}\n`);
	await terminal.idle();
	expect(terminal.output()).not.toContain(password);
	await terminal.press('enter');
	await terminal.waitFor(`logged in to ${host} as octocat`);
});

async function filesBelow(folder: string): Promise<readonly string[]> {
	const entries = await readdir(folder, {recursive: true, withFileTypes: true});
	const files = entries.filter(entry => entry.isFile());
	return Promise.all(
		files.map(entry => readFile(path.join(entry.parentPath, entry.name), 'latin1')),
	);
}
