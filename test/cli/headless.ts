/** Runs the built program without a terminal, on throw-away folders. */
import {spawn, type ChildProcess} from 'node:child_process';
import path from 'node:path';
import {CleanUp} from '../support/clean-up.ts';
import {repositoryRoot} from '../support/repository.ts';
import {tryProgram, type ProgramResult} from '../support/run-program.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

/** One line of `--json` output. */
export type JsonLine = {
	readonly [field: string]: unknown;
	readonly job: string;
	readonly references: readonly string[];
	readonly result: {readonly [field: string]: unknown};
};

export type Headless = {
	readonly folder: string;
	readonly configFolder: string;
	/** Runs a command on the embedded engine; `input` goes to its standard input. */
	run(
		words: readonly string[],
		options?: {readonly input?: string; readonly environment?: NodeJS.ProcessEnv},
	): Promise<ProgramResult>;
	/** The same with `--json`: its code and its lines. */
	json(...words: readonly string[]): Promise<{
		readonly code: number | null;
		readonly lines: readonly JsonLine[];
		readonly stderr: string;
	}>;
	/** Starts a command that is to be stopped from outside; it is killed in the end. */
	start(...words: readonly string[]): Running;
	[Symbol.asyncDispose](): Promise<void>;
};

export type Running = {
	readonly child: ChildProcess;
	/** The first line of standard output that matches. */
	line(pattern: RegExp): Promise<string>;
	readonly ended: Promise<ProgramResult>;
};

export async function openHeadless(): Promise<Headless> {
	const cleanUp = new CleanUp();
	const {path: folder} = cleanUp.use(await temporaryFolder());
	const configFolder = path.join(folder, 'config');
	const program = `${repositoryRoot}/dist/cli.js`;
	const globals = [
		'--engine',
		'embedded',
		'--config-dir',
		configFolder,
		'--data-dir',
		path.join(folder, 'data'),
	];
	// Nothing of this machine: no logins, no tokens.
	const surroundings = {
		HOME: folder,
		DOCKER_CONFIG: path.join(folder, 'docker'),
		GITHUB_TOKEN: undefined,
	};
	const run: Headless['run'] = (words, {input = '', environment = {}} = {}) =>
		tryProgram(process.execPath, [program, ...globals, ...words], {
			input,
			environment: {...surroundings, ...environment},
		});
	return {
		folder,
		configFolder,
		run,
		async json(...words) {
			const {code, stdout, stderr} = await run([...words, '--json']);
			return {code, stderr, lines: linesOf(stdout)};
		},
		start(...words) {
			const child = spawn(process.execPath, [program, ...globals, ...words], {
				stdio: ['pipe', 'pipe', 'pipe'],
				env: {...process.env, ...surroundings},
			});
			cleanUp.defer(async () => void child.kill('SIGKILL'));
			let stdout = '';
			let stderr = '';
			const watchers = new Set<() => void>();
			child.stdout.setEncoding('utf8').on('data', (text: string) => {
				stdout += text;
				for (const watcher of watchers) watcher();
			});
			child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
			const ended = new Promise<ProgramResult>(resolve => {
				child.once('close', code => resolve({code, stdout, stderr}));
			});
			const line = (pattern: RegExp) =>
				new Promise<string>((resolve, reject) => {
					const look = () => {
						const found = stdout
							.split('\n')
							.slice(0, -1)
							.find(text => pattern.test(text));
						if (found !== undefined) resolve(found);
					};
					watchers.add(look);
					look();
					void ended.then(result =>
						reject(new Error(`It ended without ${pattern}: ${JSON.stringify(result)}`)),
					);
				});
			return {child, ended, line};
		},
		[Symbol.asyncDispose]: () => cleanUp.run(),
	};
}

export function linesOf(stdout: string): readonly JsonLine[] {
	return stdout
		.split('\n')
		.filter(Boolean)
		.map(line => JSON.parse(line) as JsonLine);
}
