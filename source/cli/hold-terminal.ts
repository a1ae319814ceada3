/** Takes the terminal for the workbench, and gives it back by whatever road the workbench is left. */
import {RegbenchError} from '../domain/errors.ts';
import {exitCodes} from './exit-codes.ts';

/** How the workbench was left; with an error when that was the reason. */
export type Outcome = {readonly code: number; readonly error?: unknown};

export type HeldTerminal = {
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	/** Enters the alternate screen and shows the text, which fills it. */
	paint(text: string): void;
	/**
	 * Who draws from here on gets what is on screen, in the alternate screen, and gives that back itself;
	 * nothing where nothing was painted, or the terminal has another size by now.
	 */
	handOver(): string | undefined;
	/** Leaves by an error, unless there was a reason before. */
	fail(error: unknown): void;
	/** Calls back, once, when anything from outside ends the workbench; at once where it has happened. */
	onEnd(callback: () => void): void;
	outcome(): Outcome;
	/** The terminal as it was. May be called again. */
	release(): void;
};

const signals = {
	SIGINT: exitCodes.interrupted,
	SIGTERM: exitCodes.terminated,
	SIGHUP: exitCodes.hungUp,
} as const;

/** Asks the terminal to mark pasted text. */
const pasteMarks = '\u001B[?2004h';

const mainScreen = '\u001B[?1049l';

/** Main screen, visible cursor, no bracketed paste, no style: for when nothing else could see to it. */
const screenReset = `${mainScreen}\u001B[?25h\u001B[?2004l\u001B[0m`;

/** The alternate screen, blank, from its first column on, without a cursor. */
const blankScreen = '\u001B[?1049h\u001B[?25l\u001B[H\u001B[2J';

/** Rejects with `NOT_A_TERMINAL` unless keys can be read and a screen be drawn. */
export async function demandTerminal(
	stdin: NodeJS.ReadStream = process.stdin,
	stdout: NodeJS.WriteStream = process.stdout,
): Promise<void> {
	if (stdin.isTTY && stdout.isTTY) return;
	const {commandNames} = await import('./commands.ts');
	const missing = stdin.isTTY ? 'output' : 'input';
	throw new RegbenchError(
		'NOT_A_TERMINAL',
		`The workbench needs a terminal, and standard ${missing} is none`,
		{
			hint: `Run it in a terminal, or use a command: ${commandNames.join(', ')}.`,
		},
	);
}

/**
 * Reads keys unechoed from here on, so that none is drawn into the screen or, as Ctrl-Z does, stops a
 * process that holds the terminal. The caller has made sure that both streams are terminals.
 */
export function holdTerminal(
	stdin: NodeJS.ReadStream = process.stdin,
	stdout: NodeJS.WriteStream = process.stdout,
): HeldTerminal {
	let outcome: Outcome | undefined;
	let leave: (() => void) | undefined;
	let painted: {readonly text: string; readonly columns: number; readonly rows: number} | undefined;
	let isHeld = true;
	const end = (how: Outcome) => {
		outcome ??= how;
		leave?.();
	};
	const fail = (error: unknown) => end({code: exitCodes.failed, error});
	// A terminal that is gone takes no more output, and nobody is there to be told.
	const onLost = () => end({code: exitCodes.hungUp});
	const onSignal = (signal: NodeJS.Signals) => end({code: signals[signal as keyof typeof signals]});
	const guard = () => stdout.write(screenReset);

	for (const signal of Object.keys(signals)) process.on(signal, onSignal);
	process.on('uncaughtException', fail);
	process.on('unhandledRejection', fail);
	process.once('exit', guard);
	stdout.on('error', onLost);
	stdin.setRawMode(true);
	stdout.write(pasteMarks);
	return {
		stdin,
		stdout,
		paint(text) {
			const {columns, rows} = stdout;
			stdout.write(blankScreen + text.replaceAll('\n', '\r\n'));
			painted = {text, columns, rows};
		},
		handOver() {
			if (!painted) return undefined;
			const {text, columns, rows} = painted;
			painted = undefined;
			if (columns === stdout.columns && rows === stdout.rows) return text;
			stdout.write(mainScreen);
			return undefined;
		},
		fail(error) {
			outcome ??= {code: exitCodes.failed, error};
		},
		onEnd(callback) {
			leave = callback;
			if (outcome) callback();
		},
		outcome: () => outcome ?? {code: exitCodes.done},
		release() {
			if (!isHeld) return;
			isHeld = false;
			for (const signal of Object.keys(signals)) process.off(signal, onSignal);
			process.off('uncaughtException', fail);
			process.off('unhandledRejection', fail);
			process.off('exit', guard);
			if (painted) stdout.write(screenReset);
			stdout.off('error', onLost);
			releaseInput(stdin);
		},
	};
}

/** Ink has done so; where it could not even begin, the terminal must not stay raw. */
function releaseInput(stdin: NodeJS.ReadStream): void {
	try {
		if (stdin.isRaw) stdin.setRawMode(false);
	} catch {
		// The terminal is gone.
	}
}
