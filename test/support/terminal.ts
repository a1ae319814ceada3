import {createRequire} from 'node:module';
import {setTimeout as sleep} from 'node:timers/promises';
import type * as NodePty from '@lydell/node-pty';
import type * as Headless from '@xterm/headless';
import {readCursor, readScreen, readStyledLines, type StyledRun} from './screen.ts';
import {encodeKey} from './terminal-keys.ts';
import {repositoryRoot} from './repository.ts';
import {temporaryFolder} from './temporary-folder.ts';
import {isRaw, leadCommand, readProgramId, wasLeftRaw} from './terminal-leader.ts';

// Both are CommonJS, whose named exports an ES module does not see everywhere.
const require = createRequire(import.meta.url);

type Emulator = Headless.Terminal;

export type TerminalOptions = {
	/** Arguments of dist/cli.js. */
	readonly args?: readonly string[];
	/** Runs this in place of dist/cli.js. */
	readonly command?: readonly [string, ...string[]];
	/** Default 120 × 40. */
	readonly columns?: number;
	readonly rows?: number;
	/** On top of a bare environment (PATH, an empty HOME, TERM, LANG); undefined takes away. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	readonly cwd?: string;
	/** A slow line between program and terminal. */
	readonly bytesPerSecond?: number;
};

/** What a program may do to a terminal and has to undo. */
export type TerminalState = {
	readonly alternateScreen: boolean;
	readonly cursorVisible: boolean;
	readonly bracketedPaste: boolean;
	readonly mouse: boolean;
	/** Keys come one by one and unseen; false is how a shell wants it. */
	readonly raw: boolean;
};

/** How a restored terminal looks: `expect(await terminal.state()).toEqual(restored)`. */
export const restored: TerminalState = {
	alternateScreen: false,
	cursorVisible: true,
	bracketedPaste: false,
	mouse: false,
	raw: false,
};

export type ProgramExit = {
	/** As a shell counts: 128 and the signal's number when a signal ended it. */
	readonly code: number;
	/** The terminal as the program left it. */
	readonly state: TerminalState;
};

/** A text, a pattern, or a question about the screen's text. */
export type Expected = string | RegExp | ((screen: string) => boolean);

export type OpenTerminal = {
	readonly pid: number;
	/** The program's empty home folder. */
	readonly home: string;
	/** Key by key: one character, or a name such as `enter`, `esc`, `shift-tab`, `ctrl-c`, `pgdn`. */
	press(...keys: readonly string[]): Promise<void>;
	/** Character by character, as a person types. */
	type(text: string): Promise<void>;
	/** In one chunk, as a slow line delivers fast typing. */
	send(bytes: string): void;
	/** As the terminal pastes: marked as pasted when the program asked for that. */
	paste(text: string): void;
	/** Resolves as soon as the screen shows it; the error shows the screen. Default 10 s. */
	waitFor(expected: Expected, timeoutMs?: number): Promise<void>;
	/** Resolves when nothing was drawn, and no key sent, for this long. Default 150 ms. */
	idle(quietMs?: number): Promise<void>;
	/** What can be seen, row by row, without blanks at the ends of rows. */
	screen(): string;
	/** The same with colours and styles. */
	styledLines(): StyledRun[][];
	/** Zero-based. */
	cursor(): {readonly column: number; readonly row: number};
	state(): Promise<TerminalState>;
	/** Everything the program wrote, escape sequences included. */
	output(): string;
	/** How much the program wrote. */
	outputBytes(): number;
	resize(columns: number, rows: number): void;
	signal(name: NodeJS.Signals): void;
	/** The line breaks: the program gets SIGHUP and finds its terminal gone. */
	hangUp(): void;
	readonly exit: Promise<ProgramExit>;
	/** The terminal emulator, for scripts that draw what it shows. */
	readonly emulator: Emulator;
	[Symbol.asyncDispose](): Promise<void>;
};

/** Runs the built program in a real pseudo-terminal, with a terminal emulator to look at. */
export async function openTerminal(options: TerminalOptions = {}): Promise<OpenTerminal> {
	const {columns = 120, rows = 40, bytesPerSecond} = options;
	const buildFailure = process.env.REGBENCH_BUILD_FAILURE;
	if (buildFailure && !options.command) throw new Error(buildFailure);

	const home = await temporaryFolder();
	const {Terminal} = require('@xterm/headless') as typeof Headless;
	const {spawn} = require('@lydell/node-pty') as typeof NodePty;
	const emulator = new Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 1000});
	const cursorVisible = watchCursor(emulator);
	const notes = await temporaryFolder();
	const [program, ...args] = leadCommand(
		notes.path,
		options.command ?? [process.execPath, `${repositoryRoot}/dist/cli.js`, ...(options.args ?? [])],
	);
	const pty = spawn(program, args, {
		name: 'xterm-256color',
		cols: columns,
		rows,
		cwd: options.cwd ?? home.path,
		encoding: null,
		env: definedOnly({
			PATH: process.env.PATH,
			TMPDIR: process.env.TMPDIR,
			HOME: home.path,
			TERM: 'xterm-256color',
			LANG: 'C.UTF-8',
			...options.env,
		}),
	});
	const {ptsName} = pty as unknown as {readonly ptsName: string};
	const pid = await readProgramId(notes.path);

	const chunks: Buffer[] = [];
	let outputBytes = 0;
	let hasExited = false;
	let drawnAt = performance.now();
	const watchers = new Set<() => void>();
	// Between the marks of a synchronised update the screen is half of one frame and half of the next.
	const isWhole = () => hasExited || !emulator.modes.synchronizedOutputMode;
	const notify = () => {
		if (!isWhole()) return;
		for (const watcher of watchers) watcher();
	};
	const draw = (chunk: Buffer) => {
		chunks.push(chunk);
		outputBytes += chunk.length;
		emulator.write(chunk, () => {
			drawnAt = performance.now();
			notify();
		});
	};
	pty.onData(data => {
		const chunk = Buffer.from(data as unknown as Buffer);
		if (bytesPerSecond === undefined) draw(chunk);
		else trickle(pty, chunk, bytesPerSecond, draw);
	});
	// Answers to what programs ask of a terminal, such as its cursor position.
	emulator.onData(answer => {
		if (!hasExited) pty.write(answer);
	});

	const state = async (): Promise<TerminalState> => ({
		alternateScreen: emulator.buffer.active.type === 'alternate',
		cursorVisible: cursorVisible(),
		bracketedPaste: emulator.modes.bracketedPasteMode,
		mouse: emulator.modes.mouseTrackingMode !== 'none',
		raw: await (hasExited ? wasLeftRaw(notes.path) : isRaw(ptsName)),
	});
	const exit = new Promise<ProgramExit>(resolve => {
		pty.onExit(({exitCode}) => {
			hasExited = true;
			const finish = async () => {
				notify();
				resolve({code: exitCode, state: await state()});
			};
			// The last of the output is drawn before anybody looks.
			emulator.write('', () => void finish());
		});
	});
	const screen = () => readScreen(emulator);
	/**
	 * A person's next key comes after the program has answered the last one. Esc above all: programs
	 * tell it from the start of a sequence by the pause that follows.
	 */
	const nextDraw = (atMostMs: number) =>
		new Promise<void>(resolve => {
			const finish = () => {
				clearTimeout(timer);
				watchers.delete(finish);
				resolve();
			};
			const timer = setTimeout(finish, atMostMs);
			watchers.add(finish);
		});
	const send = (bytes: string) => {
		// Nothing can be called quiet before the program had time to answer.
		drawnAt = performance.now();
		if (!hasExited) pty.write(bytes);
	};

	const waitFor = (expected: Expected, timeoutMs = 10_000) =>
		new Promise<void>((resolve, reject) => {
			const finish = (problem?: string) => {
				clearTimeout(timer);
				watchers.delete(look);
				if (problem === undefined) resolve();
				else reject(new Error(`${problem} ${expected}\n\n${framed(screen(), emulator.cols)}`));
			};
			const look = () => {
				if (isWhole() && shows(screen(), expected)) finish();
				else if (hasExited) finish('The program ended and did not show');
			};
			const timer = setTimeout(() => finish(`After ${timeoutMs} ms there was no`), timeoutMs);
			watchers.add(look);
			look();
		});

	return {
		pid,
		home: home.path,
		emulator,
		exit,
		screen,
		send,
		waitFor,
		state,
		async press(...keys) {
			for (const key of keys) {
				const bytes = encodeKey(key);
				const answer = nextDraw(bytes === '\u001B' ? 200 : 20);
				send(bytes);
				await answer;
				// What was drawn may have answered an earlier key, and Esc needs its pause.
				if (bytes === '\u001B') await sleep(100);
			}
		},
		async type(text) {
			for (const character of text) {
				send(character);
				await sleep(0);
			}
		},
		paste: text => send(emulator.modes.bracketedPasteMode ? `\u001B[200~${text}\u001B[201~` : text),
		async idle(quietMs = 150) {
			for (;;) {
				const rest = drawnAt + quietMs - performance.now();
				if (rest <= 0 || hasExited) return;
				await sleep(rest);
			}
		},
		styledLines: () => readStyledLines(emulator),
		cursor: () => readCursor(emulator),
		output: () => Buffer.concat(chunks).toString(),
		outputBytes: () => outputBytes,
		resize(newColumns, newRows) {
			emulator.resize(newColumns, newRows);
			pty.resize(newColumns, newRows);
		},
		signal: name => process.kill(pid, name),
		hangUp() {
			(pty as unknown as {destroy(): void}).destroy();
		},
		async [Symbol.asyncDispose]() {
			if (!hasExited) {
				killSession(pty.pid);
				await exit;
			}
			emulator.dispose();
			await notes[Symbol.asyncDispose]();
			await home[Symbol.asyncDispose]();
		},
	};
}

function shows(screen: string, expected: Expected): boolean {
	if (typeof expected === 'string') return screen.includes(expected);
	return expected instanceof RegExp ? expected.test(screen) : expected(screen);
}

function framed(screen: string, columns: number): string {
	const edge = `+${'-'.repeat(columns)}`;
	return [edge, ...screen.split('\n').map(line => `|${line}`), edge].join('\n');
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
	);
}

/** The emulator keeps it to itself whether the cursor is shown, so its sequences are watched. */
function watchCursor(emulator: Emulator): () => boolean {
	let visible = true;
	for (const [final, becomes] of [
		['h', true],
		['l', false],
	] as const) {
		emulator.parser.registerCsiHandler({prefix: '?', final}, parameters => {
			if (parameters.includes(25)) visible = becomes;
			return false;
		});
	}
	return () => visible;
}

function trickle(
	pty: NodePty.IPty,
	chunk: Buffer,
	bytesPerSecond: number,
	draw: (chunk: Buffer) => void,
) {
	pty.pause();
	setTimeout(
		() => {
			draw(chunk);
			pty.resume();
		},
		(chunk.length / bytesPerSecond) * 1000,
	);
}

/** The program leads a session of its own, so its children end with it. */
function killSession(pid: number): void {
	for (const target of [-pid, pid]) {
		try {
			process.kill(target, 'SIGKILL');
		} catch {
			// It is gone already.
		}
	}
}
