import path from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {openTerminal} from '../support/terminal.ts';

test.each([
	[120, 40],
	[80, 24],
])(
	'the demo shows what a clean-up takes at %d×%d, and Enter alone does nothing',
	async (columns, rows) => {
		await using folder = await temporaryFolder();
		await using terminal = await openTerminal({
			args: ['--demo'],
			command: [process.execPath, path.resolve('dist/cli.js'), '--demo'],
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
		if (process.env['SHOW']) console.log(terminal.screen());
		expect(terminal.screen()).toMatch(/✗ hello:1\.0\.0/);
		await terminal.press('y');
		await terminal.waitFor(/[Cc]leaned up: \d/);
	},
);
