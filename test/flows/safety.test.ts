import {expect, test} from 'vitest';
import {openTerminal} from '../support/terminal.ts';

test.each([
	[120, 40],
	[80, 24],
])('s shows what is risky and what nobody looked at, at %d×%d', async (columns, rows) => {
	await using terminal = await openTerminal({args: ['--demo'], columns, rows});
	await terminal.waitFor('1.0.0');
	await terminal.press('s');
	await terminal.waitFor('Safety');
	await terminal.waitFor('Not checked');
	await terminal.waitFor(/5 of 5 layers/);
	const found = terminal.screen();
	expect(found).toMatch(/critical +Github token.+deleted/i);
	expect(found).toMatch(/high .+env BACKUP_PASSWORD/);
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
	await terminal.waitFor('tools/backup');
	await terminal.press('enter');
	await terminal.waitFor(/▸ nightly/);
	await terminal.press('s');
	await terminal.waitFor(/5 of 5 layers/);
	await terminal.waitFor(/deleted/);
	await terminal.press('esc');
	await terminal.waitFor(/▸ nightly/);
});
