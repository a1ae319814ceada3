/** The command line: from the tables of commands and options to what was asked. */
import {Command as Parser, CommanderError, Option} from 'commander';
import {RegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {Command, CommandOption, GlobalOptions} from './command.ts';
import {globalOptions, toGlobalOptions} from './global-options.ts';
import {toStageOptions, workbenchOptions, type StageOptions} from './stage/stage-options.ts';

export type Asked =
	| {
			readonly kind: 'workbench';
			readonly globals: GlobalOptions;
			readonly stage?: StageOptions | undefined;
	  }
	| {
			readonly kind: 'command';
			readonly command: Command;
			readonly words: readonly string[];
			readonly options: Readonly<Record<string, unknown>>;
			readonly globals: GlobalOptions;
	  }
	/** Help or version, already in words. */
	| {readonly kind: 'text'; readonly text: string};

const introduction = [
	'A terminal workbench for container images and registries.',
	'',
	'Without a command it opens the workbench: local images, their tags, registries and a log, worked with single keys (press ? in it). With a command it does one thing and ends.',
].join('\n');

/** Reads the arguments after the program's name, which may ask for these commands. Throws `USAGE`. */
export function parseArguments(
	words: readonly string[],
	commands: readonly Command[],
	version: string,
): Asked {
	let asked: Asked | undefined;
	let text = '';
	const parser = new Parser('regbench')
		.description(introduction)
		.version(version, '-V, --version', 'print the version')
		.helpOption('-h, --help', 'show this help')
		.exitOverride()
		.allowExcessArguments()
		.configureHelp({
			subcommandTerm: subcommand => shortUsage(subcommand.name(), subcommand.usage()),
		})
		.configureOutput({
			writeOut: chunk => {
				text += chunk;
			},
			writeErr: () => {},
		});
	for (const option of [...workbenchOptions, ...globalOptions]) parser.addOption(toOption(option));
	parser.action(() => {
		const [unknown] = parser.args;
		if (unknown !== undefined) {
			throw new RegbenchError(
				'USAGE',
				`There is no command ${JSON.stringify(sanitise(unknown, 40))}`,
			);
		}
		const values = parser.opts();
		asked = {
			kind: 'workbench',
			globals: toGlobalOptions(values),
			stage: toStageOptions(values),
		};
	});
	for (const command of commands) addCommand(parser, command, found => (asked = found));
	try {
		parser.parse([...words], {from: 'user'});
	} catch (thrown) {
		if (!(thrown instanceof CommanderError)) throw thrown;
		if (thrown.exitCode === 0) return {kind: 'text', text: text.replaceAll(/ +$/gm, '')};
		throw new RegbenchError('USAGE', thrown.message.replaceAll(/^error: |\.$/g, ''), {
			cause: thrown,
		});
	}
	if (!asked) throw new RegbenchError('USAGE', 'Nothing was asked for');
	return asked;
}

/** In the list of commands a choice of words is shortened: a longer column would leave no room for the text. */
function shortUsage(name: string, usage: string): string {
	return `${name} ${usage.replace(/\[\w+(\|\w+)+\]/, '…')}`.trim();
}

function addCommand(parser: Parser, command: Command, found: (asked: Asked) => void): void {
	const subcommand = parser
		.command(command.name)
		.summary(command.summary)
		.description(command.summary)
		.argument('[words...]')
		.usage(command.usage === '' ? ' ' : command.usage)
		.exitOverride();
	for (const option of [...(command.options ?? []), ...globalOptions]) {
		subcommand.addOption(toOption(option));
	}
	subcommand.action((words: readonly string[], options: Readonly<Record<string, unknown>>) => {
		const [fewest, most] = command.words;
		if (words.length < fewest || words.length > most) {
			const names = command.usage.split(' ');
			const excess = JSON.stringify(sanitise(words[most] ?? '', 40));
			const problem =
				words.length < fewest
					? `is missing ${names.slice(words.length, fewest).join(' and ')}`
					: `does not know what to do with ${excess}`;
			throw new RegbenchError('USAGE', `${command.name} ${problem}`, {
				hint: `Usage: regbench ${command.name} ${command.usage}`.trim(),
			});
		}
		// Global options may stand before or after the command's name.
		const globals = toGlobalOptions({...parser.opts(), ...options});
		found({kind: 'command', command, words, options, globals});
	});
}

function toOption({flags, summary, choices, fallback, repeats}: CommandOption): Option {
	const option = new Option(flags, summary);
	if (choices) option.choices([...choices]);
	if (fallback !== undefined) option.default(fallback);
	if (repeats) {
		option.argParser((value: string, earlier: readonly string[] | undefined) => [
			...(earlier ?? []),
			value,
		]);
	}
	return option;
}
