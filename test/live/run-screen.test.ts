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
		await terminal.waitFor('page');
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
			await terminal.waitFor('Compared with before: HTTP 200');
			expect(terminal.screen()).toContain('SECRET_TOKEN');
			expect(terminal.screen()).not.toContain('hunter2');
			show(terminal);
			await terminal.press('ctrl-r');
			await terminal.waitFor(screen => !screen.includes('Compared with before'));
			await terminal.press('esc', 'q');
			expect((await terminal.exit).code).toBe(0);
		},
	);
});
