import {spawn} from 'node:child_process';
import {findProgram} from './programs.ts';

export type ProgramOptions = {
	/** Written to standard input, which is empty otherwise. */
	readonly input?: string;
	readonly environment?: NodeJS.ProcessEnv;
	readonly folder?: string;
	readonly signal?: AbortSignal;
};

export type ProgramResult = {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
};

/** Runs a program to its end and reports how it went; a failure is a result, not an error. */
export async function tryProgram(
	program: string,
	args: readonly string[],
	{input = '', environment = {}, folder, signal}: ProgramOptions = {},
): Promise<ProgramResult> {
	const child = spawn(findProgram(program) ?? program, args, {
		stdio: ['pipe', 'pipe', 'pipe'],
		env: {...process.env, ...environment},
		...(folder === undefined ? {} : {cwd: folder}),
		...(signal === undefined ? {} : {signal}),
	});
	let stdout = '';
	let stderr = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
	child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
	// A program that never reads its input may close it before we have written it.
	child.stdin.on('error', () => {});
	child.stdin.end(input);
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', code => resolve({code, stdout, stderr}));
	});
}

/** Standard output, without the white space at its end; throws when the program fails. */
export async function runProgram(
	program: string,
	args: readonly string[],
	options: ProgramOptions = {},
): Promise<string> {
	const {code, stdout, stderr} = await tryProgram(program, args, options);
	if (code !== 0) {
		throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${stderr || stdout}`);
	}
	return stdout.trimEnd();
}
