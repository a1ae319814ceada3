import {chmod, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {inspect} from 'node:util';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {Secret} from '../../source/domain/credential.ts';
import {RegbenchError} from '../../source/domain/errors.ts';
import {findProgram} from '../../source/process/find-program.ts';
import {programFault, runProgram} from '../../source/process/run.ts';

let folder = '';
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'regbench-process-'));
});
afterEach(async () => {
	await rm(folder, {recursive: true, force: true});
});

async function script(name: string, body: string): Promise<string> {
	const file = join(folder, name);
	await writeFile(file, `#!/bin/sh\n${body}\n`);
	await chmod(file, 0o755);
	return file;
}

async function rejection(promise: Promise<unknown>): Promise<RegbenchError> {
	const thrown: unknown = await promise.then(
		() => new Error('it did not reject'),
		(error: unknown) => error,
	);
	if (thrown instanceof RegbenchError) return thrown;
	throw thrown;
}

async function readWhenThere(file: string): Promise<string> {
	return vi.waitFor(
		async () => {
			const text = await readFile(file, 'utf8');
			if (!text.endsWith('\n')) throw new Error('not written yet');
			return text.trim();
		},
		{timeout: 10_000, interval: 10},
	);
}

async function waitUntilGone(pid: number): Promise<void> {
	await vi.waitFor(
		async () => {
			const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
			// A zombie waits for init to collect it; it runs no more.
			if (state !== undefined && !/\) Z /.test(state)) throw new Error(`${pid} still runs`);
		},
		{timeout: 10_000, interval: 10},
	);
}

describe('running a program', () => {
	test('gives exit code and both outputs apart, and treats a failure as an outcome', async () => {
		const command = await script('both', 'echo out; echo err >&2; exit 3');
		await expect(runProgram({command, args: [], timeoutMs: 10_000})).resolves.toEqual({
			exitCode: 3,
			stdout: 'out\n',
			stderr: 'err\n',
		});
	});

	test('hands over arguments as they are, with no shell in between', async () => {
		const command = await script('arguments', 'for word; do echo "[$word]"; done');
		const {stdout} = await runProgram({command, args: ['$HOME', 'a b', ';id'], timeoutMs: 10_000});
		expect(stdout).toBe('[$HOME]\n[a b]\n[;id]\n');
	});

	test('writes a secret to standard input only', async () => {
		const command = await script('reads', 'cat; tr "\\0" " " </proc/$$/cmdline >&2');
		const outcome = await runProgram({
			command,
			args: [],
			input: new Secret('s3cret'),
			timeoutMs: 10_000,
		});
		expect(outcome.stdout).toBe('s3cret');
		expect(outcome.stderr).not.toContain('s3cret');
	});

	test('does not fail when the program never reads its input', async () => {
		const command = await script('deaf', 'exit 0');
		const outcome = await runProgram({
			command,
			args: [],
			input: 'x'.repeat(5_000_000),
			timeoutMs: 10_000,
		});
		expect(outcome.exitCode).toBe(0);
	});

	test('gives the program exactly the environment it is told', async () => {
		const {stdout} = await runProgram({
			command: 'env',
			args: [],
			environment: {PATH: '/usr/bin:/bin', ONE: '1', NONE: undefined},
			timeoutMs: 10_000,
		});
		expect(stdout.trim().split('\n').toSorted()).toEqual(['ONE=1', 'PATH=/usr/bin:/bin']);
	});

	test('tells a missing program apart', async () => {
		const error = await rejection(
			runProgram({command: 'no-such-program', args: [], timeoutMs: 10_000}),
		);
		expect(error.code).toBe('PROGRAM_FAILED');
		expect(programFault(error)).toBe('missing');
		expect(error.message).toBe('no-such-program is not installed (not found on PATH)');
	});

	test('tells a program that cannot be started apart', async () => {
		const command = join(folder, 'broken');
		await writeFile(command, '#!/no/such/interpreter\n');
		await chmod(command, 0o755);
		const error = await rejection(runProgram({command, args: [], timeoutMs: 10_000}));
		expect(programFault(error)).toBe('not-started');
	});

	test('ends a program whose time is up', async () => {
		const error = await rejection(runProgram({command: 'sleep', args: ['300'], timeoutMs: 50}));
		expect(programFault(error)).toBe('timed-out');
		expect(error.message).toBe('sleep took too long and was stopped');
		expect(error.retryable).toBe(true);
	});

	test('ends the whole process group on abort, even one that ignores SIGTERM', async () => {
		const pids = join(folder, 'pids');
		const command = await script(
			'stubborn',
			`trap '' TERM\nsleep 300 &\necho "$$ $!" > '${pids}'\nwait; sleep 300`,
		);
		const controller = new AbortController();
		const running = rejection(
			runProgram({command, args: [], timeoutMs: 60_000, signal: controller.signal}),
		);
		const [own, child] = (await readWhenThere(pids)).split(' ').map(Number);
		controller.abort();
		expect((await running).code).toBe('CANCELLED');
		await waitUntilGone(own!);
		await waitUntilGone(child!);
	});

	test('starts nothing when the signal was aborted before', async () => {
		const mark = join(folder, 'mark');
		const command = await script('marks', `touch '${mark}'`);
		const error = await rejection(
			runProgram({command, args: [], timeoutMs: 10_000, signal: AbortSignal.abort()}),
		);
		expect(error.code).toBe('CANCELLED');
		await expect(readFile(mark)).rejects.toThrow('ENOENT');
	});

	test('stops a program that writes more than allowed', async () => {
		const error = await rejection(
			runProgram({command: 'yes', args: [], timeoutMs: 30_000, maxOutputBytes: 1000}),
		);
		expect(programFault(error)).toBe('too-much-output');
	});

	test('accepts exactly as much output as allowed, and only cuts standard error', async () => {
		const command = await script('exact', 'printf 12345; printf abcdefgh >&2');
		await expect(
			runProgram({command, args: [], timeoutMs: 10_000, maxOutputBytes: 5}),
		).resolves.toEqual({exitCode: 0, stdout: '12345', stderr: 'abcde'});
	});

	test('does not wait for a daemon that the program has left behind', async () => {
		const pids = join(folder, 'pids');
		const command = await script('daemon', `sleep 300 &\necho $! > '${pids}'\necho done`);
		const outcome = await runProgram({command, args: [], timeoutMs: 60_000});
		process.kill(Number(await readWhenThere(pids)));
		expect(outcome.stdout).toBe('done\n');
	});

	test('keeps arguments, input and output out of its errors', async () => {
		const command = await script('leaky', 'echo planted; cat; sleep 300');
		const errors = [
			await rejection(runProgram({command, args: ['planted'], input: 'planted', timeoutMs: 200})),
			await rejection(
				runProgram({command, args: ['planted'], timeoutMs: 10_000, maxOutputBytes: 3}),
			),
			await rejection(runProgram({command: 'missing', args: ['planted'], timeoutMs: 200})),
		];
		for (const error of errors) {
			expect(inspect(error, {depth: Infinity, showHidden: true})).not.toContain('planted');
		}
	});
});

describe('finding a program', () => {
	test('searches PATH in order and passes over folders and files that cannot be run', async () => {
		await mkdir(join(folder, 'one', 'tool'), {recursive: true});
		await mkdir(join(folder, 'two'));
		await mkdir(join(folder, 'three'));
		await writeFile(join(folder, 'two', 'tool'), '');
		await writeFile(join(folder, 'three', 'tool'), '');
		await chmod(join(folder, 'three', 'tool'), 0o755);
		const path = ['one', 'two', 'three'].map(name => join(folder, name)).join(':');
		await expect(findProgram('tool', {PATH: path})).resolves.toBe(join(folder, 'three', 'tool'));
	});

	test('finds nothing without PATH, for an empty name, or through a relative entry', async () => {
		await expect(findProgram('sh', {})).resolves.toBeUndefined();
		await expect(findProgram('', {PATH: '/bin'})).resolves.toBeUndefined();
		await expect(findProgram('package.json', {PATH: '.:'})).resolves.toBeUndefined();
	});

	test('checks a path that is given whole', async () => {
		await expect(findProgram('/bin/sh', {})).resolves.toBe('/bin/sh');
		await expect(findProgram('/bin/no-such-shell', {})).resolves.toBeUndefined();
	});
});
