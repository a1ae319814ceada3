import {expect, test} from 'vitest';
import {openTerminal} from '../support/terminal.ts';

test.each([
	[120, 40],
	[80, 24],
])('l shows where the megabytes are at %d×%d', async (columns, rows) => {
	await using terminal = await openTerminal({args: ['--demo'], columns, rows});
	await terminal.waitFor('1.0.0');
	await terminal.press('l');
	await terminal.waitFor('Layers');
	await terminal.waitFor(/stored, .* unpacked/);
	await terminal.waitFor(/shared +with (?:hello|web)/);
	await terminal.waitFor(/registries +(?:✓|–) ghcr/);

	await terminal.press('enter');
	await terminal.waitFor(/Layer 1 of \d/);
	await terminal.waitFor('biggest first');
	await terminal.press('s');
	await terminal.waitFor('by path');
	await terminal.press(']');
	await terminal.waitFor(/Layer 2 of \d/);
	await terminal.press('/');
	await terminal.type('no such file');
	await terminal.waitFor('Nothing matches');
	await terminal.press('esc');
	await terminal.waitFor('New in this layer');
	await terminal.press('esc');
	await terminal.waitFor('diff ID');

	await terminal.press('b');
	await terminal.waitFor('Biggest files');
	await terminal.press('enter');
	await terminal.waitFor(/Layer \d of \d/);
	await terminal.press('w');
	await terminal.waitFor('Wasted files');
	await terminal.press('R');
	await terminal.waitFor(/stored, .* unpacked/);
	await terminal.press('esc');
	await terminal.waitFor('Log');
	expect(terminal.screen()).not.toContain('Layers');
});

test('the layers of a tag on a registry are read from there, and its targets are asked', async () => {
	await using terminal = await openTerminal({args: ['--demo'], columns: 120, rows: 40});
	await terminal.waitFor('▸ tools/backup');
	await terminal.press('P');
	await terminal.waitFor('to upload');
	await terminal.press('enter');
	await terminal.waitFor('Pushed ghcr.localhost');
	await terminal.press('3', 'g', 'enter');
	await terminal.waitFor(/││ ▸ octocat\/tools\/backup/);
	await terminal.press('enter');
	await terminal.waitFor(/▸ nightly +[\da-f]{12}/);
	await terminal.press('l');
	await terminal.waitFor(/stored, .* unpacked/);
	await terminal.waitFor(/✓ ghcr has it +– acr not there/);
	await terminal.press('esc');
	await terminal.waitFor(/▸ nightly +[\da-f]{12}/);
});
