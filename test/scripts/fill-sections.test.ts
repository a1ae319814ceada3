import {describe, expect, test} from 'vitest';
import {code, fillSections, table} from '../../scripts/readme/fill-sections.ts';
import {commandsSection, errorsSection, keysSection} from '../../scripts/readme/sections.ts';
import {errorGuide} from '../../source/domain/errors.ts';

const page = 'before\n<!-- generated:one -->\nold\n<!-- end -->\nafter\n';

describe('filling sections', () => {
	test('replaces what is between the marks, and nothing else', () => {
		const filled = fillSections(page, {one: 'new $& text'});
		expect(filled).toBe('before\n<!-- generated:one -->\n\nnew $& text\n\n<!-- end -->\nafter\n');
		expect(fillSections(filled, {one: 'new $& text'})).toBe(filled);
	});

	test.each([
		['a mark that names nothing', page, {}, 'There is no section one to generate'],
		['a section without a mark', page, {one: '', two: ''}, 'No marker for: two'],
		['a section that is there twice', page + page, {one: ''}, 'The section one is there twice'],
		[
			'a mark without an end',
			`<!-- generated:two -->\n${page}`,
			{one: '', two: ''},
			'The section two has no end',
		],
		[
			'a mark that is misspelt',
			`${page}<!-- generated: two-->\n<!-- end -->`,
			{one: ''},
			'A marker of a section is not written properly',
		],
	])('refuses %s', (_title, text, sections, message) => {
		expect(() => fillSections(text, sections)).toThrow(message);
	});
});

function binding(scope: string, key: string) {
	return {id: `${scope}.${key}`, keys: [key], scope, help: key};
}

describe('sections', () => {
	test('name every error', () => {
		const text = errorsSection(errorGuide);
		for (const name of Object.keys(errorGuide)) expect(text).toContain(`| \`${name}\` |`);
	});

	test('keep bars, line breaks and backticks from breaking a table', () => {
		expect(table(['a'], [['x | y\nz'], [code('`')]])).toBe(
			'| a |\n| --- |\n| x \\| y z |\n| `` ` `` |',
		);
	});

	test('show a command with its options', () => {
		const options = [{flags: '--to <target>', summary: 'where to', repeats: true}];
		const text = commandsSection([{name: 'push', usage: 'REF', summary: 'Push.', options}]);
		expect(text).toContain('| `regbench push REF` | Push. |');
		expect(text).toContain('| `push` | `--to <target>` | where to (may be repeated) |');
	});

	test('keep the keys of one place together', () => {
		const text = keysSection([binding('a', '1'), binding('b', '2'), binding('a', '3')], {
			b: 'Bees',
		});
		expect(text.split('\n').slice(2)).toEqual([
			'| a | `1` | 1 | `a.1` |',
			'| a | `3` | 3 | `a.3` |',
			'| Bees | `2` | 2 | `b.2` |',
		]);
	});
});
