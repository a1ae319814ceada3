/** The built program in a pseudo-terminal, timed by the bytes it writes. */
import {createRequire} from 'node:module';
import path from 'node:path';
import process from 'node:process';
import {stripVTControlCharacters} from 'node:util';
import {readFileSync} from 'node:fs';
import type * as NodePty from '@lydell/node-pty';
import {repositoryRoot} from '../../test/support/repository.ts';

// CommonJS, whose named exports an ES module does not see everywhere.
const require = createRequire(import.meta.url);

/** The built program. */
export const entry = path.join(repositoryRoot, 'dist/cli.js');

export type OpenProgram = {
	readonly pid: number;
	/** Everything it wrote so far, without escape sequences. */
	text(): string;
	outputBytes(): number;
	send(keys: string): void;
	/**
	 * Resolves with the time (ms, `performance.now`) at which the output made `isThere` true. Looks at
	 * what was written since `fromByte` of the text.
	 */
	waitFor(isThere: (text: string) => boolean, timeoutMs?: number): Promise<number>;
	/** From here on `waitFor` and `text` see only what is new. */
	forget(): void;
	/** Resolves when nothing was written for this long. */
	quiet(milliseconds: number): Promise<void>;
	close(): Promise<void>;
};

/** What a program of the benchmark may see: nothing of the person's logins, settings or engines. */
export function bareEnvironment(home: string): Record<string, string> {
	return {
		PATH: process.env['PATH'] ?? '',
		TMPDIR: process.env['TMPDIR'] ?? '/tmp',
		HOME: home,
		TERM: 'xterm-256color',
		COLORTERM: 'truecolor',
		LANG: 'C.UTF-8',
	};
}

export type ProgramOptions = {
	/** Default: the built program. */
	readonly script?: string;
	/** On top of the bare one. */
	readonly environment?: Readonly<Record<string, string>>;
};

/** Runs a script under this Node in a terminal of 120 × 40. */
export function openProgram(
	home: string,
	args: readonly string[],
	{script = entry, environment = {}}: ProgramOptions = {},
): OpenProgram {
	const {spawn} = require('@lydell/node-pty') as typeof NodePty;
	const pty = spawn(process.execPath, [script, ...args], {
		name: 'xterm-256color',
		cols: 120,
		rows: 40,
		cwd: home,
		encoding: null,
		env: {...bareEnvironment(home), ...environment},
	});
	let chunks: Buffer[] = [];
	let bytes = 0;
	let writtenAt = performance.now();
	let hasExited = false;
	const watchers = new Set<() => void>();
	const notify = () => {
		for (const watcher of watchers) watcher();
	};
	const exited = new Promise<void>(resolve => {
		pty.onExit(() => {
			hasExited = true;
			notify();
			resolve();
		});
	});
	pty.onData(data => {
		const chunk = data as unknown as Buffer;
		writtenAt = performance.now();
		chunks.push(chunk);
		bytes += chunk.length;
		notify();
	});
	const text = () => stripVTControlCharacters(Buffer.concat(chunks).toString());

	return {
		pid: pty.pid,
		text,
		outputBytes: () => bytes,
		send: keys => pty.write(keys),
		waitFor: (isThere, timeoutMs = 20_000) =>
			new Promise((resolve, reject) => {
				const finish = (act: () => void) => {
					clearTimeout(timer);
					watchers.delete(look);
					act();
				};
				const look = () => {
					if (isThere(text())) finish(() => resolve(writtenAt));
					else if (hasExited) finish(() => reject(new Error(`The program ended:\n${text()}`)));
				};
				const fail = () => reject(new Error(`Nothing came of it in time:\n${text().slice(-2000)}`));
				const timer = setTimeout(() => finish(fail), timeoutMs);
				watchers.add(look);
				look();
			}),
		forget() {
			chunks = [];
		},
		async quiet(milliseconds) {
			for (;;) {
				const rest = writtenAt + milliseconds - performance.now();
				if (rest <= 0) return;
				await new Promise(resolve => setTimeout(resolve, rest));
			}
		},
		async close() {
			if (!hasExited) pty.kill('SIGTERM');
			const timer = setTimeout(() => pty.kill('SIGKILL'), 5000);
			await exited;
			clearTimeout(timer);
		},
	};
}

/** Whether the text is a whole frame: four panes with their titles and borders. */
export function isFullFrame(text: string): boolean {
	const titles = ['Images', 'Tags', 'Registries', 'Log'];
	return titles.every(title => text.includes(title)) && text.split('╯').length > 4;
}

/** Memory the process holds right now. */
export function residentMegabytes(pid: number): number {
	const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
	return Number(match?.[1]) / 1000;
}

/** Processor time the process took so far, all threads. */
export function processorMilliseconds(pid: number): number {
	const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
	// The second field is the program's name in brackets, which may hold blanks.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const [user, system] = [Number(fields[11]), Number(fields[12])];
	return (user + system) * 10;
}
