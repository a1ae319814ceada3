import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {repositoryRoot} from '../support/repository.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {openTerminal, type OpenTerminal} from '../support/terminal.ts';
import {makeHome, targetOn} from './open-workbench.ts';

type Report = {
	readonly demo: boolean;
	readonly steps: ReadonlyArray<{
		readonly id: string;
		readonly outcome: string;
		readonly parts: ReadonlyArray<{readonly id: string; readonly evidence: readonly string[]}>;
	}>;
};

async function leave(terminal: OpenTerminal): Promise<void> {
	for (let presses = 0; presses < 4; presses++) await terminal.press('esc');
}

test.each([
	[120, 40],
	[80, 24],
])(
	'the tour is played on the demo from start to end and ends ticked at %d×%d',
	async (columns, rows) => {
		await using folder = await temporaryFolder();
		await using terminal = await openTerminal({
			command: [process.execPath, `${repositoryRoot}/dist/cli.js`, '--demo', '--lab'],
			columns,
			rows,
			cwd: folder.path,
		});
		const look = () => process.env['SHOW'] && console.log(terminal.screen());
		await terminal.waitFor('1 Investigate local storage');
		await terminal.press('esc');
		await terminal.waitFor('nightly');

		await terminal.press('e', 'tab');
		await terminal.waitFor('That names the config');
		await terminal.press('e', 'l');
		await terminal.waitFor('lab 2/9');
		await leave(terminal);

		await terminal.press('3', 'e', 'tab');
		await terminal.waitFor('logged in as octocat');
		await terminal.press('esc');
		await terminal.waitFor('lab 3/9');

		await terminal.press('1', 't');
		await terminal.waitFor('octocat/tools/backup:nightly');
		await terminal.press('enter');
		await terminal.waitFor('Tagged');
		await terminal.press('P');
		await terminal.waitFor(/3\.2 MB to|upload/);
		await terminal.press('enter');
		await terminal.waitFor('Pushed');
		await terminal.press('3');
		await terminal.waitFor('lab 4/9');

		await terminal.press('enter');
		await terminal.waitFor(/octocat\/tools\/backup .*private/);
		await terminal.press('v');
		await terminal.waitFor('refused: every pull needs a login');
		await terminal.waitFor('lab 5/9');
		look();
		await leave(terminal);

		await terminal.press('1', 'r');
		await terminal.waitFor(/[Rr]e-pull/);
		await terminal.press('y');
		await terminal.waitFor('Same image');
		await terminal.press('L');
		await terminal.waitFor('Not possible here.');
		look();
		await terminal.press('enter');
		await terminal.waitFor('Image and container');
		await terminal.press('esc');
		await terminal.waitFor('lab 7/9');
		await leave(terminal);

		await terminal.press('1', 's');
		await terminal.waitFor(/\d layers · .* package/);
		look();
		await leave(terminal);
		await terminal.press('L');
		await terminal.waitFor('what a signature proves');
		await terminal.press('enter');
		await terminal.waitFor('What signing proves');
		await terminal.press('tab');
		await terminal.waitFor('Secrets in images');
		await terminal.press('esc');
		await terminal.waitFor('lab 8/9');
		await leave(terminal);

		await terminal.press('1', 'P');
		await terminal.waitFor('coursereg.azurecr');
		await terminal.press('j', 'space');
		await terminal.press('enter');
		await terminal.waitFor(/Pushed tools\/backup:nightly to .*coursereg/);
		await terminal.press('1');
		await terminal.waitFor('lab 9/9');

		await terminal.press('c');
		await terminal.waitFor('Clean up this machine');
		await terminal.waitFor('no rule is for it');
		await terminal.press('tab');
		await terminal.type('1');
		await terminal.press('enter');
		await terminal.waitFor('beyond the newest 1');
		await terminal.press('y');
		await terminal.waitFor(/[Cc]leaned up: \d/);

		await terminal.press('L');
		await terminal.waitFor('All 9 steps are through');
		await terminal.waitFor('9 of 9 done');
		expect(terminal.screen()).not.toContain('lab 9/9');
		look();
		await terminal.press('s');
		await terminal.waitFor(/saved to regbench-lab/);
		const files = await readdir(folder.path);
		const textOf = async (ending: string) =>
			readFile(path.join(folder.path, files.find(name => name.endsWith(ending)) ?? ''), 'utf8');
		const report = JSON.parse(await textOf('.json')) as Report;
		expect(report.demo).toBe(true);
		expect(report.steps.map(({id, outcome}) => `${id} ${outcome}`)).toEqual([
			'storage done',
			'ghcr done',
			'push done',
			'visibility done',
			'repull done',
			'run explained',
			'security done',
			'acr done',
			'cleanup done',
		]);
		const evidence = report.steps.flatMap(({parts}) => parts.flatMap(part => part.evidence));
		expect(evidence.join('\n')).toMatch(/digest sha256:[0-9a-f]{64}/);
		expect(evidence.join('\n')).toContain('the very digest that ghcr.localhost');
		expect(evidence.join('\n')).toMatch(/5 of 5 layers and \d+ files? looked into/);
		const markdown = await textOf('.md');
		expect(markdown).toContain('**9 of 9 steps.**');
		expect(markdown).toContain('| 6. Run what was pulled | not possible here, explained |');

		await terminal.press('X');
		await terminal.waitFor('Begin the tour anew');
		await terminal.press('y');
		await terminal.waitFor('lab 1/9');
	},
);

test('the tour goes on where it was, and its hint can be switched off', async () => {
	await using home = await makeHome();
	const {host} = await home.startRegistry();
	await home.saveSettings({targets: [targetOn(host, 'team')]});
	{
		await using terminal = await home.open();
		expect(terminal.screen()).not.toContain('lab 1/9');
		await terminal.press('l');
		await terminal.waitFor(/1 of [2-9] ╯/);
		await terminal.press('esc', 'L');
		await terminal.waitFor('the guided tour');
		// What was done before it began does not count.
		await expect.poll(async () => (await home.settings()).lab?.ticks).toEqual({});
		await terminal.press('esc', 'l');
		await terminal.waitFor(/1 of [2-9] ╯/);
		await terminal.press('esc', 'L');
		await terminal.waitFor('1 of 2');
		await terminal.press('q');
		await terminal.exit;
	}
	const {lab} = await home.settings();
	expect(Object.keys(lab?.ticks ?? {})).toEqual(['storage.layers']);
	await using terminal = await home.open();
	await terminal.waitFor('lab 1/9');
	await terminal.press('L', 'h');
	await terminal.waitFor('not told any more');
	await terminal.press('esc');
	await terminal.waitFor('Images');
	expect(terminal.screen()).not.toContain('lab 1/9');
});
