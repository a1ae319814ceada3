/** Runs the workbench on a terminal, and gives the terminal back by whatever road it is left. */
import {render, type Instance} from 'ink';
import {RegbenchError, toErrorRecord} from '../domain/errors.ts';
import {sanitiseLines} from '../domain/sanitise.ts';
import type {Settings} from '../settings/schema.ts';
import {App, type LendTerminal} from '../ui/app.tsx';
import {keymap, rebound} from '../ui/keymap.ts';
import {createTheme} from '../ui/theme.ts';
import type {Store} from '../workbench/create-store.ts';
import type {Intents} from '../workbench/intents.ts';
import type {Job} from '../workbench/state.ts';
import {commands} from './commands.ts';
import {exitCodes} from './exit-codes.ts';
import {suspendProcess} from './suspend-process.ts';

export type WorkbenchScreen = {
	exit?: () => void;
	/** Takes the screen away while some work has the terminal, and draws it anew. */
	lend?: LendTerminal;
};

export type WorkbenchRun = {
	readonly store: Store;
	readonly intents: Intents;
	readonly settings: Pick<Settings, 'keys' | 'theme' | 'ascii' | 'layout'>;
	/** Gets its members while the workbench is on screen. */
	readonly screen: WorkbenchScreen;
	readonly stdin?: NodeJS.ReadStream;
	readonly stdout?: NodeJS.WriteStream;
	readonly stderr?: NodeJS.WritableStream;
	/** Called when the first frame is on its way to the terminal. */
	readonly onFirstFrame?: () => void;
};

/** Throws `NOT_A_TERMINAL` unless keys can be read and a screen be drawn. */
export function demandTerminal(
	stdin: NodeJS.ReadStream = process.stdin,
	stdout: NodeJS.WriteStream = process.stdout,
): void {
	if (stdin.isTTY && stdout.isTTY) return;
	const missing = stdin.isTTY ? 'output' : 'input';
	throw new RegbenchError(
		'NOT_A_TERMINAL',
		`The workbench needs a terminal, and standard ${missing} is none`,
		{
			hint: `Run it in a terminal, or use a command: ${commands.map(({name}) => name).join(', ')}.`,
		},
	);
}

/**
 * Draws until the person leaves; answers the exit code: 0, 1 after an error (told on standard error once
 * the screen is back), 128 + n after signal n. Throws `NOT_A_TERMINAL` before anything is drawn.
 */
export async function runWorkbench(run: WorkbenchRun): Promise<number> {
	const {stdin = process.stdin, stdout = process.stdout, stderr = process.stderr} = run;
	demandTerminal(stdin, stdout);
	const leaving = watchForEnd(stdout);
	const guard = () => stdout.write(screenReset);
	process.once('exit', guard);
	let instance: Instance | undefined;
	try {
		// Ink does this only after its first frame: a key pressed until then would be echoed into it, and
		// Ctrl-Z stop a process that still holds the terminal.
		stdin.setRawMode(true);
		stdout.write(pasteMarks);
		instance = draw(run, stdin, stdout);
		run.screen.exit = () => instance?.unmount();
		leaving.onEnd(() => instance?.unmount());
		run.onFirstFrame?.();
		await instance.waitUntilExit();
	} catch (error) {
		leaving.fail(error);
		instance?.unmount();
	} finally {
		delete run.screen.exit;
		delete run.screen.lend;
		leaving.stop();
		process.off('exit', guard);
		releaseInput(stdin);
	}
	const {code, error} = leaving.outcome();
	if (error !== undefined) stderr.write(errorText(error));
	else if (code !== exitCodes.hungUp) stdout.write(summaryText(run.store.getState().jobs));
	return code;
}

/** Asks the terminal to mark pasted text; Ink takes it back. */
const pasteMarks = '\u001B[?2004h';

/** Ink has done so; where it could not even begin, the terminal must not stay raw. */
function releaseInput(stdin: NodeJS.ReadStream): void {
	try {
		if (stdin.isRaw) stdin.setRawMode(false);
	} catch {
		// The terminal is gone.
	}
}

/** Main screen, visible cursor, no bracketed paste, no style: for when nothing else could see to it. */
const screenReset = '\u001B[?1049l\u001B[?25h\u001B[?2004l\u001B[0m';

function draw(run: WorkbenchRun, stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): Instance {
	const {store, intents, settings} = run;
	const isSpoken = process.env['INK_SCREEN_READER'] === 'true';
	const theme = createTheme({
		mode: settings.theme,
		ascii: settings.ascii === 'auto' ? undefined : settings.ascii === 'always',
		environment: process.env,
		platform: process.platform,
	});
	return render(
		<App
			store={store}
			intents={intents}
			theme={theme}
			bindings={rebound(keymap, settings.keys)}
			proportions={settings.layout}
			suspend={process.platform === 'win32' ? undefined : suspendProcess}
			onLend={lend => {
				run.screen.lend = lend;
			}}
		/>,
		{
			stdin,
			stdout,
			// Ink takes CI=true for a place without a terminal; that there is one is known here.
			interactive: true,
			alternateScreen: !isSpoken,
			incrementalRendering: true,
			// Lines of the log arrive in batches; this only bounds how long a key waits behind one of them.
			maxFps: 120,
			exitOnCtrlC: false,
			patchConsole: false,
			isScreenReaderEnabled: isSpoken,
		},
	);
}

type Outcome = {readonly code: number; readonly error?: unknown};

const signals = {
	SIGINT: exitCodes.interrupted,
	SIGTERM: exitCodes.terminated,
	SIGHUP: exitCodes.hungUp,
} as const;

/** Everything that ends the workbench from outside; the first of it decides the outcome. */
function watchForEnd(stdout: NodeJS.WriteStream) {
	let outcome: Outcome | undefined;
	let leave: (() => void) | undefined;
	const end = (how: Outcome) => {
		outcome ??= how;
		leave?.();
	};
	const fail = (error: unknown) => end({code: exitCodes.failed, error});
	// A terminal that is gone takes no more output, and nobody is there to be told.
	const onLost = () => end({code: exitCodes.hungUp});
	const onSignal = (signal: NodeJS.Signals) => end({code: signals[signal as keyof typeof signals]});

	for (const signal of Object.keys(signals)) process.on(signal, onSignal);
	process.on('uncaughtException', fail);
	process.on('unhandledRejection', fail);
	stdout.on('error', onLost);
	return {
		fail: (error: unknown) => {
			outcome ??= {code: exitCodes.failed, error};
		},
		onEnd(callback: () => void) {
			leave = callback;
			if (outcome) callback();
		},
		outcome: (): Outcome => outcome ?? {code: exitCodes.done},
		stop() {
			for (const signal of Object.keys(signals)) process.off(signal, onSignal);
			process.off('uncaughtException', fail);
			process.off('unhandledRejection', fail);
			stdout.off('error', onLost);
		},
	};
}

function errorText(error: unknown): string {
	const {code, message, hint} = toErrorRecord(error);
	const lines = [`regbench: ${message} (${code})`, `          ${hint}`];
	if (code === 'INTERNAL' && error instanceof Error) lines.push(error.stack ?? '');
	return `${lines.flatMap(line => sanitiseLines(line)).join('\n')}\n`;
}

/** One line on what was done; empty when nothing was. */
function summaryText(jobs: readonly Job[]): string {
	const count = (phase: Job['phase']) => jobs.filter(job => job.phase === phase).length;
	const parts = [
		[count('finished'), 'done'],
		[count('failed'), 'failed'],
		[count('cancelled') + count('running') + count('queued'), 'cancelled'],
	]
		.filter(([number]) => number !== 0)
		.map(([number, word]) => `${number} ${word}`);
	const total = `${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'}`;
	const [only] = parts;
	if (only === undefined) return '';
	if (parts.length === 1) return `regbench: ${total} ${only.replace(/^\d+ /, '')}\n`;
	return `regbench: ${total}: ${parts.join(', ')}\n`;
}
