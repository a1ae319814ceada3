/** Questions on a plain terminal, for commands without the workbench. */
import {createInterface} from 'node:readline/promises';
import {Writable} from 'node:stream';
import {Secret} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';

function demandTerminal(hint = 'Give --username and --password-stdin.'): void {
	if (process.stdin.isTTY) return;
	throw new RegbenchError('USAGE', 'There is no terminal to ask on', {hint});
}

/** One line, as typed. */
export async function askLine(question: string): Promise<string> {
	demandTerminal();
	const reader = createInterface({input: process.stdin, output: process.stderr});
	try {
		return (await reader.question(question)).trim();
	} finally {
		reader.close();
	}
}

/** One line that is not shown while it is typed; `hint` is what to do where there is no terminal. */
export async function askSecret(question: string, hint?: string): Promise<Secret> {
	demandTerminal(hint);
	process.stderr.write(question);
	const silent = new Writable({write: (_chunk, _encoding, done) => done()});
	const reader = createInterface({input: process.stdin, output: silent, terminal: true});
	try {
		return new Secret(await reader.question(''));
	} finally {
		reader.close();
		process.stderr.write('\n');
	}
}

const mostBytes = 64 * 1024;

/** All of standard input, up to 64 KiB. */
export async function readAll(): Promise<string> {
	let text = '';
	process.stdin.setEncoding('utf8');
	for await (const chunk of process.stdin as AsyncIterable<string>) {
		text += chunk;
		if (text.length > mostBytes) throw new RegbenchError('USAGE', 'Standard input is too long');
	}
	return text;
}
