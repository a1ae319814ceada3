/**
 * Fills the marked sections of README.md from the program's own tables, so that neither can say
 * anything the other does not. `--check` changes nothing and fails when the file is not up to date.
 */
import {readFile, writeFile} from 'node:fs/promises';
import process from 'node:process';
import {format} from 'prettier';
import {loadCommands} from '../source/cli/commands.ts';
import {globalOptions} from '../source/cli/global-options.ts';
import {workbenchOptions} from '../source/cli/stage/stage-options.ts';
import {errorGuide} from '../source/domain/errors.ts';
import {fillSections} from './readme/fill-sections.ts';
import {providers} from '../source/registry/providers/table.ts';
import {defaultSettings} from '../source/settings/schema.ts';
import {keymap, keyName} from '../source/ui/keymap.ts';
import {
	commandsSection,
	errorsSection,
	keysSection,
	optionsSection,
	providersSection,
	settingsSection,
} from './readme/sections.ts';
import {settingsHelp} from './readme/settings-help.ts';

const file = 'README.md';

/** Where keys work, in the words of the help screen. */
const scopeTitles: Readonly<Record<string, string>> = {
	images: 'Images',
	tags: 'Tags',
	registries: 'Registries',
	log: 'Log',
	details: 'Details',
	jobs: 'Jobs',
	remote: 'Inside a registry',
	everywhere: 'Everywhere',
	dialog: 'Every dialog',
};

/** Keys of single dialogs are on the screen when they are needed. */
const bindings = keymap
	.filter(({scope}) => !scope.startsWith('dialog:'))
	.map(binding => ({...binding, keys: binding.keys.map(key => keyName(key))}));

const sections: Readonly<Record<string, string>> = {
	keys: keysSection(bindings, scopeTitles),
	commands: commandsSection(await loadCommands()),
	options: optionsSection(globalOptions),
	'workbench-options': optionsSection(workbenchOptions),
	errors: errorsSection(errorGuide),
	providers: providersSection(providers),
	settings: settingsSection(
		Object.entries(settingsHelp).map(([name, help]) => ({
			name,
			help,
			fallback: (defaultSettings as Readonly<Record<string, unknown>>)[name],
		})),
	),
};

const before = await readFile(file, 'utf8');
// Tables are padded as prettier likes them, so that an editor that formats on saving changes nothing.
const filled = Object.fromEntries(
	await Promise.all(
		Object.entries(sections).map(async ([name, content]) => [
			name,
			await format(content, {parser: 'markdown'}),
		]),
	),
) as Record<string, string>;
const after = fillSections(before, filled);

if (after === before) {
	console.log(`${file} is up to date.`);
} else if (process.argv.includes('--check')) {
	console.error(`${file} is not up to date: run npm run docs and commit the result.`);
	process.exitCode = 1;
} else {
	await writeFile(file, after);
	console.log(`${file} was brought up to date.`);
}
