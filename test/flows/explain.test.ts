import {expect, test} from 'vitest';
import {openTerminal} from '../support/terminal.ts';
import {makeHome} from './open-workbench.ts';

test.each([
	[120, 40],
	[80, 24],
])('e explains what is under the cursor with its facts at %d×%d', async (columns, rows) => {
	await using terminal = await openTerminal({args: ['--demo'], columns, rows});
	await terminal.waitFor('hello');
	await terminal.waitFor('1.0.0');
	await terminal.press('e');
	await terminal.waitFor('It is made of 5 layers and one config.');
	await terminal.press('tab');
	await terminal.waitFor('This image begins with its manifest');
	await terminal.press('e');
	await terminal.press('P');
	await terminal.waitFor(/to upload|nothing to|MB/);
	await terminal.press('enter');
	await terminal.waitFor(/Pushed /);
	await terminal.press('4', 'e');
	await terminal.waitFor('What was done last');
	await terminal.press('tab');
	await terminal.waitFor('Nothing was skipped');
	await terminal.press('tab');
	await terminal.waitFor(/1\. ghcr\.localhost:\d+ answered 401/);
	expect(terminal.screen()).toContain('octocat (demo login)');
	expect(terminal.screen()).toMatch(/repository:octocat\/\S+:pull,push/);
	await terminal.press('esc');
	await terminal.press(':');
	await terminal.type('explain digest');
	await terminal.press('enter');
	await terminal.waitFor('What a digest is, and what it proves');
});

test('explain as a command lists topics, tells one, and tells of an image', async () => {
	await using home = await makeHome();
	const list = await home.run('explain');
	expect(list).toMatchObject({code: 0, stdout: expect.stringContaining('Why :latest misleads')});
	const topic = await home.run('explain', 'disk');
	expect(topic.code).toBe(0);
	expect(topic.stdout).toContain('WHERE THE BYTES ARE ON DISK');
	expect(topic.stdout.replaceAll(/\s+/g, '')).toContain(`${home.dataFolder}/images`);
	const image = await home.run('explain', 'hello:1.0.0', '--json');
	const lines = image.stdout.trim().split('\n');
	const records = lines.map(line => JSON.parse(line) as {topic: string; paragraphs: unknown[]});
	expect(records.map(record => record.topic)).toContain('manifest');
	expect(image.stdout).not.toMatch(/\{[a-z]+\.[a-z]+\}/);
	const wrong = await home.run('explain', 'no such thing');
	expect(wrong).toMatchObject({code: 2, stderr: expect.stringContaining('There is no topic')});
	const mistyped = await home.run('explain', 'digset');
	expect(mistyped.code).toBe(2);
	expect(mistyped.stderr).toContain('There is neither a topic nor an image "digset"');
	expect(mistyped.stderr).toContain('digest');
});
