import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {defaultSafety} from '../../source/settings/schema.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {openTerminal} from '../support/terminal.ts';
import {makeHome, targetOn} from './open-workbench.ts';

test.each([
	[120, 40],
	[80, 24],
])('s shows what is risky and what nobody looked at, at %d×%d', async (columns, rows) => {
	await using terminal = await openTerminal({args: ['--demo'], columns, rows});
	await terminal.waitFor('1.0.0');
	await terminal.press('s');
	await terminal.waitFor('Safety');
	await terminal.waitFor('Not checked');
	await terminal.waitFor('Not checked 3');
	const found = terminal.screen();
	expect(found).toMatch(/critical +Github token.+deleted/i);
	expect(found).toMatch(/high +Secret by its name +env BACKUP_PASSWORD/);
	expect(found).toContain('Runs as root');
	expect(found).not.toMatch(/made-up-for-practice|MadeUp4Practice/);
	await terminal.press('/');
	await terminal.type('binary');
	await terminal.waitFor(/1 of 1/);
	expect(terminal.screen()).not.toContain('Configuration');
	await terminal.press('enter', 'esc');
	await terminal.waitFor(/1 of \d/);
	await terminal.press('o');
	await terminal.waitFor('Vulnerabilities by OSV');
	await terminal.press('esc');
	await terminal.waitFor('Log');
	expect(terminal.screen()).not.toContain('Not checked');
});

test('a tag on a registry is looked at without pulling it', async () => {
	await using terminal = await openTerminal({args: ['--demo'], columns: 120, rows: 40});
	await terminal.waitFor('1.0.0');
	await terminal.press('P');
	await terminal.waitFor('to upload');
	await terminal.press('enter');
	await terminal.waitFor('✓ Pushed');
	await terminal.press('3', 'enter');
	// On the right: the image of that name is on the left.
	await terminal.waitFor(/││ ▸ octocat\/tools\/backup/);
	await terminal.press('enter');
	await terminal.waitFor(/▸ nightly +[\da-f]{12}/);
	await terminal.press('s');
	await terminal.waitFor(/5 of 5 layers/);
	await terminal.waitFor(/deleted/);
	await terminal.press('esc');
	await terminal.waitFor(/▸ nightly/);
});

describe('before a push', () => {
	test('it is said what is risky, and nothing is blocked', async () => {
		await using terminal = await openTerminal({args: ['--demo'], columns: 100, rows: 30});
		await terminal.waitFor('▸ tools/backup');
		await terminal.press('P');
		await terminal.waitFor('Safety: 1 high, 1 medium');
		await terminal.waitFor('to upload');
		await terminal.press('enter');
		await terminal.waitFor('Pushed ghcr.localhost');
	});

	test('a rule in the settings refuses it, on the screen and without', async () => {
		await using home = await makeHome();
		const {host} = await home.startRegistry();
		await home.saveSettings({
			targets: [targetOn(host, 'team')],
			safety: {...defaultSafety, blockPushOn: ['latest']},
		});
		await using terminal = await home.open({columns: 100, rows: 30});
		await terminal.waitFor('1.0.0');
		await home.run('tag', 'hello:1.0.0', 'hello:latest');
		await terminal.waitFor(/latest +[\da-f]{12}/);
		await terminal.press('2', 'G', 'P');
		await terminal.waitFor('It will be refused (latest)');
		await terminal.press('enter');
		await terminal.waitFor('was not pushed');
		const refused = await home.run('push', 'hello:latest', '--to', `${host}/team`);
		expect(refused.code).toBe(1);
		expect(refused.stderr).toContain('POLICY_BROKEN');
		const taken = await home.run('push', 'hello:1.0.0', '--to', `${host}/team`);
		expect(taken.code).toBe(0);
	});
});

test('check tells the same to scripts, writes its reports, and fails on a broken rule', async () => {
	await using home = await makeHome();
	await using folder = await temporaryFolder();
	const file = (name: string) => path.join(folder.path, name);
	const fine = await home.run(
		...['check', 'hello:1.0.0', '--block', 'secrets', '--block', 'latest'],
		...['--report', file('r.md'), '--report', file('r.json'), '--sbom', file('s.json')],
	);
	expect(fine.code).toBe(0);
	expect(fine.stdout).toContain('Looked at: 3 of 3 layers');
	expect(fine.stdout).toContain('Not checked: Vulnerabilities');
	expect(await readFile(file('r.md'), 'utf8')).toContain('# Safety of `hello:1.0.0`');
	expect(JSON.parse(await readFile(file('r.json'), 'utf8'))).toMatchObject({complete: true});
	expect(JSON.parse(await readFile(file('s.json'), 'utf8'))).toMatchObject({
		bomFormat: 'CycloneDX',
	});
	const broken = await home.run('check', 'hello:1.0.0', '--block', 'critical', '--json');
	expect(broken.code).toBe(1);
	expect(JSON.parse(broken.stdout)).toMatchObject({broken: [{rule: 'critical'}]});
	const wrong = await home.run('check', 'hello:1.0.0', '--block', 'everything');
	expect(wrong.code).toBe(2);
});
