/** Scripts for `--play`: from a plain text to steps. The README has the language. Pure. */
import {RegbenchError} from '../../domain/errors.ts';
import {sanitise} from '../../domain/sanitise.ts';
import {keyBytes, keyNames} from './script-keys.ts';

export type Condition =
	| {readonly kind: 'text'; readonly text: string; readonly absent: boolean}
	| {readonly kind: 'pattern'; readonly pattern: RegExp; readonly absent: boolean}
	/** One more job has come to its end. */
	| {readonly kind: 'job'}
	/** No job is queued or running. */
	| {readonly kind: 'jobs'}
	/** No job, and nothing is drawn any more. */
	| {readonly kind: 'idle'};

export type Action =
	/** What the terminal sends, key by key. */
	| {readonly do: 'press'; readonly keys: readonly string[]}
	| {readonly do: 'wait'; readonly until: Condition; readonly withinMs: number}
	/** An empty text takes the caption away. */
	| {readonly do: 'caption'; readonly text: string}
	| {readonly do: 'pause'; readonly ms: number}
	/** From here on, between two keys. */
	| {readonly do: 'pace'; readonly ms: number}
	| {readonly do: 'picture'; readonly name: string; readonly description: string}
	| {readonly do: 'quit'};

/** A line of the script: its number, from 1, and its text. */
export type Step = Action & {readonly line: number; readonly source: string};

export type Script = {
	/** As errors name it. */
	readonly name: string;
	/** The smallest terminal it plays in. */
	readonly size?: {readonly columns: number; readonly rows: number};
	readonly steps: readonly Step[];
};

/** How long a `wait` waits that does not say it, in ms. */
export const defaultWithinMs = 10_000;

/** Longer than any demonstration, and well below what a timer can count. */
const longestMs = 3_600_000;

/** Reads a script. Throws `USAGE` with `NAME:LINE` of the first line that says nothing known. */
export function parseScript(text: string, name: string): Script {
	const steps: Step[] = [];
	let size: Script['size'];
	for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
		const source = (index === 0 ? raw.replace(/^\uFEFF/, '') : raw).trim();
		if (source === '' || source.startsWith('#')) continue;
		const line = index + 1;
		const [, verb = '', rest = ''] = /^(\S+)\s*(.*)$/su.exec(source) ?? [];
		try {
			if (steps.at(-1)?.do === 'quit') throw new Problem('nothing can follow quit');
			if (verb === 'size') size = readSize(rest);
			else steps.push({...readAction(verb, rest), line, source});
		} catch (problem) {
			if (!(problem instanceof Problem)) throw problem;
			throw new RegbenchError('USAGE', `${name}:${line}: ${problem.message}`, {
				hint: 'The README says what a script may say: regbench --play.',
			});
		}
	}
	return {name, steps, ...(size ? {size} : {})};
}

/** What is wrong with a line, on its way to the message that names the line. */
class Problem extends Error {}

function readAction(verb: string, rest: string): Action {
	switch (verb) {
		case 'key':
			return {do: 'press', keys: readKeys(rest)};
		case 'type':
			return {do: 'press', keys: [...readTyped(rest)]};
		case 'wait':
			return readWait(rest);
		case 'caption':
			return {do: 'caption', text: sanitise(rest)};
		case 'pause':
			return {do: 'pause', ms: readTime(rest)};
		case 'pace':
			return {do: 'pace', ms: readTime(rest)};
		case 'picture':
			return readPicture(rest);
		case 'quit':
			if (rest !== '') throw new Problem('quit stands alone');
			return {do: 'quit'};
		default:
			throw new Problem(
				`there is no ${quoted(verb)}; a line begins with key, type, wait, caption, pause, pace, picture, size or quit`,
			);
	}
}

function readKeys(rest: string): readonly string[] {
	const keys = rest.split(/\s+/).filter(Boolean);
	if (keys.length === 0) throw new Problem('key needs at least one key');
	return keys.map(key => {
		const bytes = keyBytes(key);
		if (bytes !== undefined) return bytes;
		throw new Problem(
			`there is no key ${quoted(key)}; it is one character, ctrl- and a letter, or ${keyNames.join(', ')}`,
		);
	});
}

function readTyped(rest: string): string {
	const text = rest.startsWith('"') ? readQuoted(rest) : rest;
	if (text === '') throw new Problem('type needs a text');
	if (/\p{Cc}/u.test(text)) throw new Problem('type takes no control characters: use key');
	return text;
}

function readWait(rest: string): Action {
	const [, asked = rest, within] = /^(.*)\s+within\s+(\S+)$/su.exec(rest) ?? [];
	const withinMs = within === undefined ? defaultWithinMs : readTime(within);
	return {do: 'wait', until: readCondition(asked.trim()), withinMs};
}

function readCondition(asked: string): Condition {
	if (asked === 'job' || asked === 'idle') return {kind: asked};
	if (asked === 'no jobs') return {kind: 'jobs'};
	const absent = /^no\s/.test(asked);
	const shown = absent ? asked.slice(2).trim() : asked;
	if (shown.startsWith('"')) {
		const text = readQuoted(shown);
		if (text === '') throw new Problem('an empty text is always there');
		return {kind: 'text', text, absent};
	}
	const [, body, flags] = /^\/(.+)\/([a-z]*)$/su.exec(shown) ?? [];
	if (body === undefined) {
		throw new Problem('wait needs "text", /pattern/, no "text", job, no jobs or idle');
	}
	try {
		// What remembers where it was would look at every other screen only.
		return {kind: 'pattern', pattern: new RegExp(body, flags?.replaceAll(/[gy]/g, '')), absent};
	} catch {
		throw new Problem(`${quoted(shown)} is no regular expression`);
	}
}

function readPicture(rest: string): Action {
	const [, name, description = ''] = /^([a-z\d]+(?:-[a-z\d]+)*)(?:\s+(.+))?$/su.exec(rest) ?? [];
	if (name === undefined) throw new Problem('picture needs a name of a–z, 0–9 and -');
	return {do: 'picture', name, description: sanitise(description)};
}

function readSize(rest: string): NonNullable<Script['size']> {
	const [, columns, rows] = /^(\d{1,4})x(\d{1,4})$/.exec(rest) ?? [];
	if (columns === undefined) throw new Problem('size needs columns and rows, as in 120x40');
	return {columns: Number(columns), rows: Number(rows)};
}

/** `1.5s`, `300ms`. */
function readTime(text: string): number {
	const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text) ?? [];
	if (number === undefined) throw new Problem(`${quoted(text)} is no time, as 500ms and 1.5s are`);
	const ms = Number(number) * (unit === 's' ? 1000 : 1);
	if (ms > longestMs) throw new Problem('an hour is the longest time');
	return ms;
}

/** A text between double quotes, written as in JSON. */
function readQuoted(text: string): string {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value === 'string') return value;
	} catch {
		// Told below.
	}
	throw new Problem(`${quoted(text)} is no text between double quotes`);
}

function quoted(text: string): string {
	return JSON.stringify(sanitise(text, 40));
}
