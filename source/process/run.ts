/** Running child processes: no shell, a time limit, bounded output, and nothing left behind. */
import {spawn, type ChildProcess} from 'node:child_process';
import {basename} from 'node:path';
import {Secret} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import {findProgram, type Environment} from './find-program.ts';

export type ProgramRequest = {
	/** A name that is looked up on the environment's PATH, or an absolute path. */
	readonly command: string;
	/** Seen by every user of the machine: never a secret. */
	readonly args: readonly string[];
	/** Written to standard input, the only way for a secret to reach a program. */
	readonly input?: string | Secret;
	/** The whole environment of the program; this process's own when left out. */
	readonly environment?: Environment;
	readonly timeoutMs: number;
	/** Limit of standard output; standard error is cut at the same length. One MiB when left out. */
	readonly maxOutputBytes?: number;
	readonly signal?: AbortSignal | undefined;
};

export type ProgramOutcome = {
	/** -1 when the program was ended by a signal that did not come from here. */
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
};

export type RunProgram = (request: ProgramRequest) => Promise<ProgramOutcome>;

/** Why a program gave no outcome at all. */
export type ProgramFault = 'missing' | 'not-started' | 'timed-out' | 'too-much-output';

/** Which fault a `PROGRAM_FAILED` of {@link runProgram} stands for; undefined for any other error. */
export function programFault(thrown: unknown): ProgramFault | undefined {
	if (!(thrown instanceof RegbenchError) || thrown.code !== 'PROGRAM_FAILED') return undefined;
	return (thrown.cause as {readonly fault?: ProgramFault} | undefined)?.fault;
}

/** After SIGTERM a program has this long before it is killed. */
const graceMs = 500;
/** How long output may still come after the program has ended: a daemon it started may hold the pipe. */
const drainMs = 500;
const defaultOutputLimit = 1024 * 1024;

/**
 * Runs a program to its end; an exit code other than 0 is an outcome, not an error. Rejects with
 * `PROGRAM_FAILED` (see {@link programFault}), and with `CANCELLED` when the signal is aborted; the
 * program and its process group are ended before that. Errors hold neither arguments, input nor
 * output. The program gets a session of its own, so it cannot draw on the terminal by /dev/tty.
 */
export async function runProgram(request: ProgramRequest): Promise<ProgramOutcome> {
	const {signal, environment = process.env} = request;
	if (signal?.aborted) throw cancelled();
	const file = await findProgram(request.command, environment);
	if (file === undefined) throw failed('missing', request);
	if (signal?.aborted) throw cancelled();
	return new Promise((resolve, reject) => {
		let child: ChildProcess;
		try {
			child = start(file, request, environment);
		} catch (error) {
			reject(failed('not-started', request, error));
			return;
		}
		let stopReason: RegbenchError | undefined;
		let exitCode = -1;
		let afterwards: NodeJS.Timeout | undefined;

		const stop = (reason: RegbenchError) => {
			if (stopReason) return;
			stopReason = reason;
			clearTimeout(afterwards);
			killGroup(child, 'SIGTERM');
			afterwards = setTimeout(() => {
				killGroup(child, 'SIGKILL');
				settle();
			}, graceMs);
		};

		const limit = request.maxOutputBytes ?? defaultOutputLimit;
		const stdout = collect(child.stdout, limit, () => stop(failed('too-much-output', request)));
		const stderr = collect(child.stderr, limit, () => {});
		const timer = setTimeout(() => stop(failed('timed-out', request)), request.timeoutMs);
		const onAbort = () => stop(cancelled());
		signal?.addEventListener('abort', onAbort, {once: true});

		const settle = () => {
			clearTimeout(timer);
			clearTimeout(afterwards);
			signal?.removeEventListener('abort', onAbort);
			child.stdin?.destroy();
			child.stdout?.destroy();
			child.stderr?.destroy();
			if (stopReason) {
				// Members of the group that hold no pipe of ours get no longer grace than the program.
				if (process.platform !== 'win32') killGroup(child, 'SIGKILL');
				reject(stopReason);
			} else {
				resolve({exitCode, stdout: stdout(), stderr: stderr()});
			}
		};

		child.once('error', error => {
			// Raised also when a signal could not be sent; only a child without a pid never started.
			if (child.pid !== undefined) return;
			stopReason = failed('not-started', request, error);
			settle();
		});
		child.once('exit', code => {
			exitCode = code ?? -1;
			// While stopping, the rest of the group still has its grace.
			if (!stopReason) afterwards = setTimeout(settle, drainMs);
		});
		child.once('close', settle);
		// A program may end without reading its input: the broken pipe is no failure of its own.
		child.stdin?.on('error', () => {});
		child.stdin?.end(request.input instanceof Secret ? request.input.reveal() : request.input);
	});
}

function start(file: string, {args}: ProgramRequest, environment: Environment): ChildProcess {
	const options = {
		env: {...environment},
		stdio: 'pipe',
		// Its own process group, so that the whole of it can be ended.
		detached: process.platform !== 'win32',
		windowsHide: true,
	} as const;
	if (process.platform !== 'win32' || !/\.(?:cmd|bat)$/i.test(file)) {
		return spawn(file, args, options);
	}
	// Windows runs batch files (az.cmd) only through cmd.exe; plain words alone are safe there.
	if (!args.every(argument => /^[\w.:/=@-]+$/.test(argument))) {
		throw new Error('An argument cannot be handed to a batch file safely');
	}
	const line = [`"${file}"`, ...args].join(' ');
	return spawn('cmd.exe', ['/d', '/s', '/c', `"${line}"`], {
		...options,
		windowsVerbatimArguments: true,
	});
}

function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
	if (child.pid === undefined) return;
	if (process.platform === 'win32') {
		spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], {stdio: 'ignore'}).once(
			'error',
			() => child.kill(),
		);
		return;
	}
	try {
		process.kill(-child.pid, signal);
	} catch {
		// The whole group is gone already.
	}
}

/** Gathers a stream up to `limit` bytes; what comes beyond is dropped and told once. */
function collect(
	stream: NodeJS.ReadableStream | null,
	limit: number,
	onOverflow: () => void,
): () => string {
	const chunks: Buffer[] = [];
	let length = 0;
	stream?.on('data', (chunk: Buffer) => {
		const room = limit - length;
		if (room > 0) chunks.push(chunk.subarray(0, room));
		if (length <= limit && length + chunk.length > limit) onOverflow();
		length += chunk.length;
	});
	stream?.on('error', () => {});
	return () => Buffer.concat(chunks).toString('utf8');
}

const faultWords: Record<ProgramFault, string> = {
	missing: 'is not installed (not found on PATH)',
	'not-started': 'could not be started',
	'timed-out': 'took too long and was stopped',
	'too-much-output': 'wrote more than allowed and was stopped',
};

function failed(fault: ProgramFault, {command}: ProgramRequest, error?: unknown): RegbenchError {
	const program = basename(command);
	// Only the error's code is kept: its text and fields repeat the arguments.
	const reason = (error as NodeJS.ErrnoException | undefined)?.code;
	const message = `${program} ${faultWords[fault]}${reason ? ` (${reason})` : ''}`;
	return new RegbenchError('PROGRAM_FAILED', message, {
		retryable: fault === 'timed-out',
		cause: {fault, program},
	});
}

function cancelled(): RegbenchError {
	return new RegbenchError('CANCELLED', 'Cancelled');
}
