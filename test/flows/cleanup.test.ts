import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {openTerminal} from '../support/terminal.ts';
import {makeHome} from './open-workbench.ts';

test.each([
	[120, 40],
	[80, 24],
])(
	'the demo shows what a clean-up takes at %d×%d, and Enter alone does nothing',
	async (columns, rows) => {
		await using folder = await temporaryFolder();
		await using terminal = await openTerminal({
			args: ['--demo'],
			columns,
			rows,
			cwd: folder.path,
		});
		await terminal.waitFor('hello');
		await terminal.waitFor('1.0.0');
		await terminal.press('c');
		await terminal.waitFor('Clean up this machine');
		await terminal.waitFor('no rule is for it');
		await terminal.press('tab');
		await terminal.type('1');
		await terminal.press('enter');
		await terminal.waitFor('beyond the newest 1');
		expect(terminal.screen()).toMatch(/✗ hello:1\.0\.0/);
		await terminal.press('y');
		await terminal.waitFor(/[Cc]leaned up: \d/);
	},
);

test('a row that Space takes out stays, and saved rules are told', async () => {
	await using home = await makeHome();
	await home.saveSettings({
		retention: [
			{repositories: 'tools/*', keepNewest: 5, olderThanDays: 90, protect: ['lts']},
			{repositories: '*', keepNewest: 0, protect: []},
		],
	});
	await using terminal = await home.open({columns: 80, rows: 24});
	await terminal.press('c');
	await terminal.waitFor('would go or lose a name');
	expect(terminal.screen()).toMatch(/saved too +tools\/\*: newest 5 by version stay, only older/);
	expect(terminal.screen()).toContain('never lts');
	await terminal.press('space');
	await terminal.waitFor('taken out by hand');
	await terminal.press('y');
	await terminal.waitFor('Nothing would go.');
	await terminal.press('space', 'y');
	await terminal.waitFor(/[Cc]leaned up: \d/);
	expect(await home.references()).toEqual([]);
	expect((await home.settings()).retention).toHaveLength(2);
});

test('f shows what goes or stays alone, and what Space took out is there afterwards', async () => {
	await using terminal = await openTerminal({args: ['--demo'], columns: 80, rows: 24});
	await terminal.waitFor('tools/backup');
	await terminal.press('c');
	await terminal.waitFor('no rule is for it');
	await terminal.press('tab');
	await terminal.type('0');
	await terminal.press('enter');
	await terminal.waitFor(/✗ hello:1\.0\.0 +unused/);
	await terminal.press('f');
	await terminal.waitFor('only what goes');
	await terminal.press('g');
	await terminal.waitFor(/▸ ✗/);
	const [, kept = ''] = /▸ ✗ (\S+)/.exec(terminal.screen()) ?? [];
	await terminal.press('space');
	await terminal.waitFor('taken out by hand');
	await terminal.press('f');
	await terminal.waitFor('only what stays');
	await terminal.waitFor(screen => !screen.includes('✗ hello'));
	await terminal.press('f');
	await terminal.waitFor(screen => !screen.includes('only what'));
	await terminal.press('y');
	await terminal.waitFor(/[Cc]leaned up: \d/);
	await terminal.waitFor(screen => !/│ ▸?\s+web\/api/.test(screen));
	expect(terminal.screen()).toContain(kept.replace(/:.*/, ''));
});

test('with --read-only a clean-up can be looked at and planned, and nothing goes', async () => {
	await using home = await makeHome();
	const before = await home.references();
	const file = path.join(home.dataFolder, 'plan.json');
	const planned = await home.run('cleanup', '--plan', file, '--keep', '0', '--read-only');
	expect(planned.code).toBe(0);
	expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
		entries: [{goes: true, reason: 'unused'}],
	});
	const refused = await home.run('cleanup', '--apply', file, '--read-only');
	expect(refused.code).toBe(1);
	expect(refused.stderr).toContain('--read-only');

	await using terminal = await home.open({args: ['--read-only']});
	await terminal.press('c');
	await terminal.waitFor('Clean up this machine');
	await terminal.press('tab');
	await terminal.type('0');
	await terminal.press('enter');
	await terminal.waitFor('1 of 1 image would go or lose a name');
	await terminal.press('space');
	await terminal.waitFor('taken out by hand');
	await terminal.press('space', 'f');
	await terminal.waitFor('only what goes');
	await terminal.press('y');
	await terminal.waitFor('--read-only');
	expect(await home.references()).toEqual(before);
	expect((await home.settings()).retention).toEqual([]);
	const applied = await home.run('cleanup', '--apply', file);
	expect(applied.code).toBe(0);
	expect(await home.references()).toEqual([]);
});
