/** From the command line to a workbench or a command, and to an exit code. */
import {setMaxListeners} from 'node:events';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import type {Command} from './command.ts';
import {exitCodes} from './exit-codes.ts';
import type {Asked} from './flags.ts';
import {toGlobalOptions} from './global-options.ts';
import {createOutput} from './output.ts';
import {version} from './version.ts';

/** Does what the arguments ask for; resolves with the process's exit code and never rejects. */
export async function main(words: readonly string[]): Promise<number> {
	const streams = {out: process.stdout, error: process.stderr};
	let output = createOutput(streams, words.includes('--json'));
	// A reader such as head has what it wanted and goes away: that is no failure.
	process.stdout.on('error', () => {});
	try {
		const asked = await readArguments(words);
		if (asked.kind === 'text') {
			process.stdout.write(asked.text);
			return exitCodes.done;
		}
		output = createOutput(streams, asked.globals.json);
		if (asked.kind === 'workbench') {
			const {openWorkbench} = await import('./open-workbench.ts');
			return await openWorkbench(asked.globals, asked.stage);
		}
		return await runCommand(asked, output);
	} catch (thrown) {
		const error = toRegbenchError(thrown);
		output.failure(error);
		if (error.code === 'CANCELLED') return exitCodes.interrupted;
		return error.code === 'USAGE' || error.code === 'NOT_A_TERMINAL'
			? exitCodes.usedWrongly
			: exitCodes.failed;
	}
}

/** Without arguments there is nothing to parse, and the workbench opens sooner. */
async function readArguments(words: readonly string[]): Promise<Asked> {
	if (words.length === 0) return {kind: 'workbench', globals: toGlobalOptions({})};
	const {parseArguments} = await import('./flags.ts');
	const {loadCommand, loadCommands} = await import('./commands.ts');
	// The one that is named first is the one that is asked for; the others need not be loaded.
	const named = await loadCommand(words[0]);
	return parseArguments(words, named ? [named] : await loadCommands(), version);
}

async function runCommand(
	{command, words, options, globals}: Asked & {readonly kind: 'command'},
	output: ReturnType<typeof createOutput>,
): Promise<number> {
	if (globals.readOnly && isChange(command, words, options)) {
		throw new RegbenchError('READ_ONLY', `${command.name} changes things, and --read-only is on`);
	}
	const controller = new AbortController();
	// One transfer has a listener for each request and blob under way.
	setMaxListeners(0, controller.signal);
	const interrupt = () => controller.abort();
	process.once('SIGINT', interrupt);
	process.once('SIGTERM', interrupt);
	process.once('SIGHUP', interrupt);
	const {compose} = await import('./compose.ts');
	const parts = await compose(globals, controller.signal, message =>
		output.progress(`! ${message}`),
	);
	try {
		return await command.run({parts, output, signal: controller.signal, words, options});
	} finally {
		await parts.close();
	}
}

function isChange(
	{changes}: Command,
	words: readonly string[],
	options: Readonly<Record<string, unknown>>,
): boolean {
	return typeof changes === 'function' ? changes(words, options) : changes;
}
