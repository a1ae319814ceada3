import {expect, test} from 'vitest';
import {openTerminal} from '../support/terminal.ts';

test.each([
	[120, 40],
	[80, 24],
])('l shows layers, their files and what is hidden at %d×%d', async (columns, rows) => {
	await using terminal = await openTerminal({args: ['--demo'], columns, rows});
	await terminal.waitFor('1.0.0');
	await terminal.press('l');
	await terminal.waitFor('Layers');
	await terminal.waitFor(/1 of \d/);
	await terminal.waitFor(/shared +(?:hello|web)/);
	await terminal.press('enter');
	await terminal.waitFor('Files of layer 1');
	await terminal.press('esc');
	await terminal.waitFor('diff ID');
	await terminal.press('w');
	await terminal.waitFor('Hidden files');
	await terminal.press('esc', 'esc');
	await terminal.waitFor('Log');
	expect(terminal.screen()).not.toContain('Hidden files');
});
