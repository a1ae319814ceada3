import {afterAll, beforeAll, expect, test} from 'vitest';
import {makeWebImage} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {startDockerd, type RunningDockerd} from '../support/start-dockerd.ts';
import {temporaryFolder, type TemporaryFolder} from '../support/temporary-folder.ts';
import {openTerminal, type OpenTerminal} from '../support/terminal.ts';

describeLive('running images from the screen', ['dockerd', 'docker', 'busybox'], () => {
	let dockerd: RunningDockerd;
	let folder: TemporaryFolder;

	beforeAll(async () => {
		folder = await temporaryFolder();
		dockerd = await startDockerd({runsContainers: true});
	});

	afterAll(async () => {
		await dockerd?.[Symbol.asyncDispose]();
		await folder?.[Symbol.asyncDispose]();
	});

	async function open(columns: number, rows: number): Promise<OpenTerminal> {
		const terminal = await openTerminal({
			args: ['--host', dockerd.host, '--engine', 'docker', '--config-dir', folder.path],
			columns,
			rows,
		});
		await terminal.waitFor(/▸ \w+:1/);
		return terminal;
	}

	function show(terminal: OpenTerminal): void {
		if (process.env['SHOW']) console.log(terminal.screen());
	}

	test.each([
		[120, 40],
		[80, 24],
	])(
		'u runs, U lists, a shell has the terminal and gives it back, at %d×%d',
		async (columns, rows) => {
			await makeWebImage(dockerd, {name: 'page:1.0', page: 'hello from inside', port: 8090});
			await using terminal = await open(columns, rows);
			await terminal.press('u');
			await terminal.waitFor('Run page:1.0');
			await terminal.waitFor(/ports +\d+:8090/);
			show(terminal);
			await terminal.press('tab');
			await terminal.type('GREETING=hi SECRET_TOKEN=hunter2');
			await terminal.press('enter');
			await terminal.waitFor('HTTP 200');
			await terminal.waitFor('serving');
			show(terminal);
			await terminal.press('U');
			await terminal.waitFor('Containers');
			await terminal.waitFor(/regbench-page-.*running/);
			show(terminal);
			expect(terminal.screen()).not.toContain('hunter2');
			await terminal.press('enter');
			await terminal.waitFor('/ #');
			await terminal.type('echo "$GREETING there"');
			await terminal.press('enter');
			await terminal.waitFor('hi there');
			await terminal.type('exit');
			await terminal.press('enter');
			await terminal.waitFor('Containers');
			await terminal.waitFor(/The shell in regbench-page-\w+ ended with 0/);
			await terminal.press('p');
			await terminal.waitFor('answers exactly as before');
			await terminal.press('x');
			await terminal.waitFor(/exited \(\d+\)/);
			await terminal.press('d');
			await terminal.waitFor('No container was made here yet.');
			expect(await dockerd.docker('ps', '--all', '--quiet')).toBe('');
			// The answer was kept: the next run is compared with it.
			await terminal.press('esc', 'u');
			await terminal.waitFor('The answer is compared with the kept one: HTTP 200');
			expect(terminal.screen()).toContain('SECRET_TOKEN');
			expect(terminal.screen()).not.toContain('hunter2');
			show(terminal);
			await terminal.press('ctrl-r');
			await terminal.waitFor(screen => !screen.includes('The answer is compared'));
			await terminal.press('esc', 'q');
			expect((await terminal.exit).code).toBe(0);
		},
	);

	test('one that never listens, one that floods the log, one that ends at once: each ends in a clear word', async () => {
		const scripts = {
			deaf: 'while true; do sleep 1; done',
			flood: 'while true; do echo the same line again; done',
			short: "echo 'no such file' >&2; exit 3",
		};
		for (const [name, script] of Object.entries(scripts)) {
			await makeWebImage(dockerd, {name: `${name}:1.0`, page: '', port: 8095, script});
		}
		await using terminal = await open(120, 40);
		const run = async (name: string) => {
			await terminal.press('esc', '1', '/');
			await terminal.type(name);
			await terminal.press('enter');
			await terminal.waitFor(new RegExp(`▸ ${name}:1\\.0`));
			await terminal.press('u');
			await terminal.waitFor(/ports +\d+:8095/);
			await terminal.press('enter');
		};
		await run('deaf');
		await terminal.waitFor(/regbench-deaf-\w+ runs/);
		await run('short');
		await terminal.waitFor('│ no such file');
		await terminal.waitFor(/! regbench-short-\w+ ended with exit code 3 after .*: it failed/);
		show(terminal);
		await terminal.waitFor(/! deaf:1\.0 does not answer: nothing listens on its port/, 30_000);

		await run('flood');
		await terminal.waitFor('! flood:1.0 floods the log: only new lines are kept');
		show(terminal);
		await terminal.press('U');
		await terminal.waitFor(/a flood: \d+ lines were left out of the log/);
		show(terminal);
		// Nothing of it keeps anybody from the keys.
		await terminal.press('x');
		await terminal.waitFor(/exited \(137\)/, 20_000);
		await terminal.waitFor('it was killed');
		for (let left = 3; left > 0; left--) {
			await terminal.press('g');
			await terminal.waitFor(/▸ . regbench-\w+-\w+/);
			const [, name = ''] = /▸ . (regbench-\w+-\w+)/.exec(terminal.screen()) ?? [];
			await terminal.press('d');
			const row = new RegExp(`││[▸ ] . ${name} `);
			await terminal.waitFor(screen => !row.test(screen), 60_000);
		}
		await terminal.waitFor('No container was made here yet.');
		// What was done is still to be read.
		await terminal.press('esc', '4', 'z', 'g');
		await terminal.waitFor('Running deaf:1.0');
		await terminal.press('G');
		await terminal.waitFor(/ended with exit code 137 after .*: it was killed/);
		await terminal.press('esc', 'q');
		expect((await terminal.exit).code).toBe(0);
	}, 180_000);
});
