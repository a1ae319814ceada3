import {readdir, readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {CleanUp} from '../support/clean-up.ts';
import {makeWebImage} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {startRehearsal, type Rehearsal} from '../support/rehearsal.ts';
import {repositoryRoot} from '../support/repository.ts';
import {runProgram} from '../support/run-program.ts';
import {startDockerd, type RunningDockerd} from '../support/start-dockerd.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {openTerminal, type OpenTerminal} from '../support/terminal.ts';

const needs = ['dockerd', 'docker', 'docker-registry', 'busybox', 'openssl', 'world'] as const;

type Report = {
	readonly engine: string;
	readonly steps: ReadonlyArray<{
		readonly id: string;
		readonly outcome: string;
		readonly parts: ReadonlyArray<{readonly id: string; readonly evidence: readonly string[]}>;
	}>;
};

type Told = {
	readonly topic: string;
	readonly paragraphs: ReadonlyArray<{readonly kind: string; readonly text: string}>;
};

describeLive('the tour on a real engine', needs, () => {
	const cleanUp = new CleanUp();
	let folder: string;
	let rehearsal: Rehearsal;
	let dockerd: RunningDockerd;
	let environment: Record<string, string>;

	beforeAll(async () => {
		folder = cleanUp.use(await temporaryFolder()).path;
		rehearsal = cleanUp.use(await startRehearsal({acrName: 'coursereg'}));
		dockerd = cleanUp.use(await startDockerd({runsContainers: true}));
		environment = {
			DOCKER_HOST: dockerd.host,
			DOCKER_CONFIG: dockerd.configFolder,
			NODE_EXTRA_CA_CERTS: rehearsal.authorityFile,
			HOME: folder,
		};
		for (const [host, username, input] of [
			['ghcr.io', 'octocat', 'ghp_rehearsal'],
			['coursereg.azurecr.io', 'coursereg', 'admin-password'],
		] as const) {
			await dockerd.dockerWith(
				{input},
				...['login', host, '--username', username, '--password-stdin'],
			);
		}
	});
	afterAll(() => cleanUp.run());

	/** The daemon's own answer to a question with a template. */
	const ask = (...words: readonly string[]) => dockerd.docker(...words);
	const back = async (terminal: OpenTerminal) => {
		for (let presses = 0; presses < 4; presses++) await terminal.press('esc');
	};

	test('every step is done, running included, and the report has what this engine says', async () => {
		const page = '<h1>hello from the course</h1>';
		await makeWebImage(dockerd, {name: 'web:1.0.0', page, port: 8093});
		const imageId = await ask('image', 'inspect', '--format', '{{.Id}}', 'web:1.0.0');
		await using terminal = await openTerminal({
			args: ['--engine', 'docker', '--config-dir', path.join(folder, 'tour'), '--lab'],
			env: environment,
			cwd: folder,
		});
		const look = () => process.env['SHOW'] && console.log(terminal.screen());
		await terminal.waitFor('1 Investigate local storage');
		await terminal.press('esc');
		await terminal.waitFor('web:1.0.0');
		// Before its first push Docker knows no manifest digest of an image: it is said what is shown.
		await terminal.waitFor(/TAG +IMAGE ID/);
		expect(terminal.screen()).toContain(imageId.slice('sha256:'.length, 'sha256:'.length + 12));

		// 1: the folder that the daemon really has.
		const root = await ask('info', '--format', '{{.DockerRootDir}}');
		await terminal.press('e', 'tab');
		await terminal.waitFor(/The engine names \d+ folders/);
		expect(terminal.screen().replaceAll(/[\s│]/g, '')).toContain(`keepsitsdatain${root}`);
		look();
		await terminal.press('esc', 'l');
		await terminal.waitFor('lab 2/9');
		await back(terminal);

		// 2: the logins that docker keeps.
		await terminal.press('3');
		await terminal.waitFor('ghcr.io/octocat');
		// The first is where pushes go to when nothing else is said.
		await terminal.press('j');
		await terminal.waitFor(/▸ . ghcr\.io\/octocat/);
		await terminal.press('a');
		await terminal.waitFor(/is a target now/);
		await terminal.press('G', 'a');
		await terminal.waitFor(/● ghcr.*● acr/);
		await terminal.press('g', 'e', 'tab');
		await terminal.waitFor('logged in as octocat');
		await terminal.press('esc');
		await terminal.waitFor('lab 3/9');

		// 3
		await terminal.press('1', 't');
		await terminal.waitFor('ghcr.io/octocat/web:1.0.0');
		await terminal.press('enter');
		await terminal.waitFor('Tagged');
		await terminal.press('P');
		await terminal.waitFor(/to upload/);
		await terminal.press('enter');
		await terminal.waitFor('Pushed ghcr.io/octocat/web:1.0.0', 20_000);
		await terminal.press('3');
		await terminal.waitFor('lab 4/9');
		expect(terminal.screen()).toMatch(/TAG +DIGEST/);

		// 4: GitHub's own interface, which lists packages, is not there: the name is typed.
		await terminal.press('enter');
		await terminal.waitFor('─ghcr.io/octocat');
		await terminal.press('n');
		await terminal.type('web');
		await terminal.press('enter');
		await terminal.waitFor(/▸ 1\.0\.0 .*✓/);
		await terminal.waitFor('octocat › web');
		await terminal.press('v');
		await terminal.waitFor('refused: every pull needs a login');
		await terminal.waitFor('lab 5/9');
		look();
		await back(terminal);

		// 5
		await terminal.press('1', 'r');
		await terminal.waitFor('y re-pull');
		await terminal.press('y');
		await terminal.waitFor('Same image', 20_000);

		// 6: a container of the real engine is asked by HTTP.
		await terminal.press('u');
		await terminal.waitFor(/ports +\d+:8093/);
		await terminal.press('enter');
		await terminal.waitFor('web:1.0.0 works: HTTP 200 for / on 8093', 20_000);
		await terminal.waitFor('Run what was pulled, is done');
		look();
		await terminal.press('U');
		await terminal.waitFor(/regbench-web-.*running/);
		await terminal.press('d');
		await terminal.waitFor('No container was made here yet.', 20_000);
		await back(terminal);

		// 7
		await terminal.press('1', 's');
		await terminal.waitFor(/3 of 3 layers .* package/);
		await back(terminal);
		await terminal.press('L', 'enter');
		await terminal.waitFor('What signing proves');
		await terminal.press('tab');
		await terminal.waitFor('Secrets in images');
		await terminal.press('esc');
		await terminal.waitFor('lab 8/9');
		await back(terminal);

		// 8
		await terminal.press('1', 'P');
		await terminal.waitFor('coursereg.azurecr');
		await terminal.press('j', 'space', 'enter');
		await terminal.waitFor('Pushed web:1.0.0 to ghcr.io and coursereg.azurecr.io', 20_000);
		await terminal.press('1');
		await terminal.waitFor('lab 9/9');

		// 9
		await terminal.press('c');
		await terminal.waitFor('Clean up this machine');
		await terminal.waitFor('no rule is for it');
		await terminal.press('esc');
		await terminal.press('d');
		await terminal.waitFor(/Untags \d references/);
		await terminal.press('y');
		await terminal.press('L');
		await terminal.waitFor('All 9 steps are through', 20_000);
		look();
		await terminal.press('s');
		await terminal.waitFor(/saved to regbench-lab/);

		const file = (await readdir(folder)).find(name => name.endsWith('.json')) ?? '';
		const report = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as Report;
		expect(report.steps.filter(({outcome}) => outcome !== 'done')).toEqual([]);
		const evidence = (id: string) =>
			report.steps
				.flatMap(({parts}) => parts)
				.filter(part => part.id === id)
				.flatMap(part => part.evidence)
				.join('\n');
		expect(evidence('storage.disk')).toContain(root);
		expect(evidence('run.answer')).toContain('HTTP 200 for / on 8093');
		expect(evidence('run.answer')).toContain(page);
		expect(evidence('repull.same')).toContain(`image ID ${imageId}`);
		expect(evidence('acr.push')).toContain('the very digest that ghcr.io has');
		expect(evidence('security.check')).toContain('3 of 3 layers');
	}, 120_000);

	test('where the bytes are is what docker info and docker inspect say, and they are there', async () => {
		await makeWebImage(dockerd, {name: 'places:1', page: 'x'});
		const explained = async (word: string) => {
			const out = await runProgram(
				process.execPath,
				[
					...[`${repositoryRoot}/dist/cli.js`, 'explain', word, '--json', '--engine', 'docker'],
					...['--config-dir', path.join(folder, 'headless')],
				],
				{environment},
			);
			const told = out
				.split('\n')
				.filter(Boolean)
				.map(line => JSON.parse(line) as Told);
			return (topic: string) =>
				told
					.filter(entry => entry.topic === topic)
					.flatMap(({paragraphs}) => paragraphs)
					.filter(({kind}) => kind === 'fact')
					.map(({text}) => text)
					.join('\n');
		};
		const [root, driver] = (await ask('info', '--format', '{{.DockerRootDir}} {{.Driver}}')).split(
			' ',
		);
		const about = await explained('places:1');
		expect(about('disk')).toContain(
			`keeps its data in ${root}, with the storage driver ${driver}.`,
		);
		expect(about('disk')).toContain('That folder is on this machine');
		expect((await stat(root ?? '')).isDirectory()).toBe(true);

		// Topmost first; the rest is cut with a number.
		const data = JSON.parse(
			await ask('image', 'inspect', '--format', '{{json .GraphDriver.Data}}', 'places:1'),
		) as Readonly<Record<string, string>> | null;
		const folders = [data?.['UpperDir'], ...(data?.['LowerDir']?.split(':') ?? [])].filter(
			(folderName): folderName is string => folderName !== undefined,
		);
		for (const named of folders.slice(0, 2)) {
			expect(about('disk')).toContain(named);
			expect((await stat(named)).isDirectory()).toBe(true);
		}
		if (folders.length > 0) {
			expect(about('disk')).toContain(`The engine names ${folders.length} folders`);
		}

		const [id, layers] = (
			await ask('image', 'inspect', '--format', '{{.Id}} {{len .RootFS.Layers}}', 'places:1')
		).split(' ');
		expect(about('image')).toContain(id?.slice('sha256:'.length, 'sha256:'.length + 12));
		expect(about('image')).toContain(`It is made of ${layers} layers and one config.`);
		expect((await explained('disk'))('disk')).toContain(root);
	});
});
