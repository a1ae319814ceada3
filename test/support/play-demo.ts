/** Plays the demonstration scripts on the built program, and reads what was recorded. */
import {readdir, readFile, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import type * as Headless from '@xterm/headless';
import {parseScript} from '../../source/cli/stage/script.ts';
import {repositoryRoot} from './repository.ts';
import {readScreen, readStyledLines, type StyledRun} from './screen.ts';
import {temporaryFolder} from './temporary-folder.ts';
import {openTerminal} from './terminal.ts';

const {Terminal} = createRequire(import.meta.url)('@xterm/headless') as typeof Headless;

export const demoFolder = path.join(repositoryRoot, 'demos');

/** The names of all scripts, sorted. */
export async function demoNames(): Promise<readonly string[]> {
	const files = await readdir(demoFolder);
	return files.filter(file => file.endsWith('.keys')).toSorted();
}

export type CastHeader = {
	readonly version: 2;
	readonly width: number;
	readonly height: number;
	readonly timestamp: number;
	readonly env: Readonly<Record<string, string>>;
};

export type CastEvent = readonly [time: number, kind: 'o' | 'r' | 'm', data: string];

export type PlayedDemo = {
	readonly code: number;
	/** What was on the terminal in the end, the error of a script that failed among it. */
	readonly screen: string;
	readonly header: CastHeader;
	readonly events: readonly CastEvent[];
};

/** One script on `--demo`, in a terminal of the size it wants, without its pauses for readers. */
export async function playDemo(
	name: string,
	args: readonly string[] = [],
	timeoutMs = 60_000,
): Promise<PlayedDemo> {
	const text = await readFile(path.join(demoFolder, name), 'utf8');
	const {size = {columns: 120, rows: 40}} = parseScript(text, name);
	await using folder = await temporaryFolder();
	const script = path.join(folder.path, name);
	const cast = path.join(folder.path, 'demo.cast');
	await writeFile(script, text.replaceAll(/^pause .*$/gm, 'pause 50ms'));
	await using terminal = await openTerminal({
		args: ['--demo', '--play', script, '--record', cast, ...args],
		...size,
	});
	const timer = setTimeout(() => terminal.signal('SIGTERM'), timeoutMs);
	const {code} = await terminal.exit;
	clearTimeout(timer);
	return {code, screen: terminal.screen(), ...parseCast(await readFile(cast, 'utf8'))};
}

/** Reads a recording line by line; throws where a line is no JSON. */
export function parseCast(text: string): Pick<PlayedDemo, 'header' | 'events'> {
	const [header, ...events] = text
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line) as unknown);
	return {header: header as CastHeader, events: events as CastEvent[]};
}

export type Picture = {
	readonly label: string;
	readonly columns: number;
	readonly text: string;
	readonly lines: readonly StyledRun[][];
};

/** What was on screen at each of the recording's markers. */
export async function picturesOf({
	header,
	events,
}: Pick<PlayedDemo, 'header' | 'events'>): Promise<readonly Picture[]> {
	const {width: columns, height: rows} = header;
	const terminal = new Terminal({cols: columns, rows, allowProposedApi: true});
	const pictures: Picture[] = [];
	for (const [, kind, data] of events) {
		if (kind === 'o') await new Promise<void>(resolve => terminal.write(data, resolve));
		else if (kind === 'r') terminal.resize(...(data.split('x').map(Number) as [number, number]));
		else {
			const [text, lines] = [readScreen(terminal), readStyledLines(terminal)];
			pictures.push({label: data, columns: terminal.cols, text, lines});
		}
	}
	terminal.dispose();
	return pictures;
}
