/**
 * Recordings as asciicast v2 (docs.asciinema.org/manual/asciicast/v2): a header, then one event a line.
 * Every event is in the file when it has happened, so that no way out can lose any.
 */
import {closeSync, fchmodSync, openSync, writeSync} from 'node:fs';
import {StringDecoder} from 'node:string_decoder';
import type {Secret} from '../../domain/credential.ts';
import {RegbenchError} from '../../domain/errors.ts';
import {sanitise} from '../../domain/sanitise.ts';
import {createMasking} from './masking.ts';

export type RecordingOptions = {
	readonly file: string;
	/** Replace what is there. */
	readonly overwrite: boolean;
	readonly columns: number;
	readonly rows: number;
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Ms since the epoch; the recording's own clock may not go back. */
	readonly now: number;
	/** Ms since whenever, never going back. */
	readonly clock: () => number;
};

export type Recording = {
	output(chunk: string | Uint8Array): void;
	resize(columns: number, rows: number): void;
	mark(label: string): void;
	/** Keeps a secret out of all that follows. */
	conceal(secret: Secret): void;
	/** May be called again. */
	close(): void;
	/** Why the recording is not whole, once something went wrong. */
	problem(): RegbenchError | undefined;
};

/** Texts for the clipboard (OSC 52): whoever plays the recording keeps his own. */
// eslint-disable-next-line no-control-regex
const clipboard = /\u001B\]52;[^\u0007\u001B]*(?:\u0007|\u001B\\)/g;

/** Throws `USAGE` where the file is there already or cannot be made. It can be read by its owner alone. */
export function openRecording(options: RecordingOptions): Recording {
	const {file, columns, rows, environment, clock} = options;
	const descriptor = openFile(options);
	const decoder = new StringDecoder('utf8');
	const masking = createMasking();
	const begun = clock();
	let problem: RegbenchError | undefined;
	let isOpen = true;

	const close = () => {
		if (!isOpen) return;
		write('o', masking.end());
		isOpen = false;
		closeSync(descriptor);
	};
	const writeLine = (value: unknown) => {
		if (!isOpen || problem) return;
		try {
			writeSync(descriptor, `${JSON.stringify(value)}\n`);
		} catch (error) {
			problem = failure(file, error);
		}
	};
	const write = (kind: 'o' | 'r' | 'm', data: string) => {
		if (data === '') return;
		writeLine([Math.round((clock() - begun) * 1000) / 1_000_000, kind, data]);
	};

	const {TERM, SHELL} = environment;
	writeLine({
		version: 2,
		width: columns,
		height: rows,
		timestamp: Math.floor(options.now / 1000),
		env: {...(TERM ? {TERM} : {}), ...(SHELL ? {SHELL} : {})},
	});
	return {
		output(chunk) {
			const text = typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
			// What the terminal gets: its driver begins each line at the left, also in raw mode.
			write('o', masking.push(text).replaceAll(clipboard, '').replaceAll(/\r?\n/g, '\r\n'));
		},
		resize: (newColumns, newRows) => write('r', `${newColumns}x${newRows}`),
		mark: label => write('m', sanitise(label)),
		conceal: masking.conceal,
		close,
		problem: () => problem,
	};
}

function openFile({file, overwrite}: RecordingOptions): number {
	try {
		const descriptor = openSync(file, overwrite ? 'w' : 'wx', 0o600);
		// A file that was there has kept its mode.
		if (overwrite) fchmodSync(descriptor, 0o600);
		return descriptor;
	} catch (error) {
		throw failure(file, error);
	}
}

function failure(file: string, cause: unknown): RegbenchError {
	const {code} = cause as NodeJS.ErrnoException;
	const exists = code === 'EEXIST';
	return new RegbenchError(
		'USAGE',
		`${sanitise(file)}: ${exists ? 'the file exists already' : `it cannot be written (${code})`}`,
		{
			hint: exists
				? 'Choose another name, or add --overwrite.'
				: 'Choose a file in a folder of yours.',
			cause,
		},
	);
}
