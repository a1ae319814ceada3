import {describe, expect, test} from 'vitest';
import {loadCommands} from '../../source/cli/commands.ts';
import {parseArguments} from '../../source/cli/flags.ts';
import {toErrorRecord} from '../../source/domain/errors.ts';

const commands = await loadCommands();

function helpOf(...words: readonly string[]): string {
	const asked = parseArguments([...words, '--help'], commands, '1.2.3');
	return asked.kind === 'text' ? asked.text : '';
}

function problemOf(...words: readonly string[]): {readonly message: string; readonly hint: string} {
	try {
		parseArguments(words, commands, '1.2.3');
	} catch (thrown) {
		return toErrorRecord(thrown);
	}
	throw new Error(`${words.join(' ')} was taken`);
}

describe('the help', () => {
	test.each([[[]], ...commands.map(({name}) => [[name]])])('of %j fits into 80 columns', words => {
		const lines = helpOf(...words).split('\n');
		expect(lines.filter(line => line.length > 80 || line.endsWith(' '))).toEqual([]);
	});
});

describe('what is used wrongly is named, with the right use', () => {
	test.each([
		[['push'], 'push is missing REF', 'Usage: regbench push REF'],
		[['tag', 'hello'], 'tag is missing NEW', 'Usage: regbench tag SOURCE NEW'],
		[['copy'], 'copy is missing SOURCE and DESTINATION', 'copy SOURCE DESTINATION'],
		[['images', 'all'], 'images does not know what to do with "all"', 'Usage: regbench images'],
		[['serve', '--auth', 'magic'], 'Allowed choices are none, basic, ghcr, acr', '--help'],
	])('%j', (words, message, hint) => {
		const problem = problemOf(...words);
		expect(problem.message).toContain(message);
		expect(problem.message).not.toMatch(/\.$/);
		expect(problem.hint).toContain(hint);
	});
});
