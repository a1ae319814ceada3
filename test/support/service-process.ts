import {spawn} from 'node:child_process';
import {findProgram} from './programs.ts';

export type ServiceExit = {readonly code: number | null; readonly signal: NodeJS.Signals | null};

/** A server process in a process group of its own. */
export type ServiceProcess = {
	readonly pid: number;
	readonly exited: Promise<ServiceExit>;
	/** Everything it printed so far, both streams. */
	output(): string;
	/** The first match in its output; rejects when the process ends or `timeoutMs` pass before. */
	waitForOutput(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
	/** Asks it to end, and kills the whole group when it has not after `graceMs`. */
	stop(graceMs?: number): Promise<void>;
	/** Ends the whole group at once, as a crash would. */
	kill(): Promise<void>;
};

export type ServiceOptions = {
	readonly environment?: NodeJS.ProcessEnv;
	readonly folder?: string;
};

const running = new Set<number>();
process.once('exit', () => {
	for (const pid of running) signalGroup(pid, 'SIGKILL');
});

/** Starts `program`; it dies with the test process, whatever way that ends. */
export function startService(
	program: string,
	args: readonly string[],
	{environment = {}, folder}: ServiceOptions = {},
): ServiceProcess {
	const file = findProgram(program) ?? program;
	// A killed test worker runs no exit handler, so the kernel is asked to do the same.
	const guard = process.platform === 'linux' ? findProgram('setpriv') : undefined;
	const command = guard ? [guard, '--pdeathsig', 'KILL', file, ...args] : [file, ...args];
	const child = spawn(command[0] ?? file, command.slice(1), {
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
		env: {...process.env, ...environment},
		...(folder === undefined ? {} : {cwd: folder}),
	});
	let text = '';
	let hasEnded = false;
	const listeners = new Set<() => void>();
	const collect = (chunk: Buffer) => {
		text += chunk.toString();
		for (const listener of listeners) listener();
	};
	child.stdout.on('data', collect);
	child.stderr.on('data', collect);
	const pid = child.pid ?? -1;
	if (pid > 0) running.add(pid);

	const exited = new Promise<ServiceExit>(resolve => {
		const end = (code: number | null, signal: NodeJS.Signals | null) => {
			hasEnded = true;
			running.delete(pid);
			resolve({code, signal});
			for (const listener of listeners) listener();
		};
		child.once('exit', end);
		child.once('error', error => {
			text += `\n${error.message}`;
			end(null, null);
		});
	});

	return {
		pid,
		exited,
		output: () => text,
		waitForOutput: (pattern, timeoutMs = 20_000) =>
			new Promise((resolve, reject) => {
				const finish = (act: () => void) => {
					clearTimeout(timer);
					listeners.delete(look);
					act();
				};
				const look = () => {
					const match = text.match(pattern);
					if (match) finish(() => resolve(match));
					else if (hasEnded)
						finish(() => reject(new Error(`${program} ended before it was ready:\n${text}`)));
				};
				const timer = setTimeout(
					() =>
						finish(() =>
							reject(new Error(`${program} did not print ${pattern} in ${timeoutMs} ms:\n${text}`)),
						),
					timeoutMs,
				);
				listeners.add(look);
				look();
			}),
		async stop(graceMs = 10_000) {
			if (!hasEnded) {
				signalGroup(pid, 'SIGTERM');
				const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
				await exited;
				clearTimeout(timer);
			}
			signalGroup(pid, 'SIGKILL');
		},
		async kill() {
			signalGroup(pid, 'SIGKILL');
			await exited;
		},
	};
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
	if (pid <= 0) return;
	try {
		process.kill(-pid, signal);
	} catch {
		// The group is gone already.
	}
}
