import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {sanitise, sanitiseLines} from '../../source/domain/sanitise.ts';

describe('one line', () => {
	test.each([
		['plain text stays', 'hello, world: 100 %', 'hello, world: 100 %'],
		['letters of any script stay', 'Grüße 名前 عربى', 'Grüße 名前 عربى'],
		['joined emoji stay whole', '\u{1F469}\u200D\u{1F4BB} ok', '\u{1F469}\u200D\u{1F4BB} ok'],
		['colours go', '\u001B[1;31mred\u001B[0m', 'red'],
		['private and long parameters go', '\u001B[?1049h\u001B[38;2;1;2;3mx\u001B[ q', 'x'],
		['cursor moves and clears go', 'a\u001B[2J\u001B[Hb', 'ab'],
		['a window title goes whole', 'a\u001B]0;evil title\u0007b', 'ab'],
		['a title closed by ST goes whole', 'a\u001B]2;evil\u001B\\b', 'ab'],
		[
			'a hyperlink leaves its text',
			'\u001B]8;;https://evil.example\u001B\\text\u001B]8;;\u001B\\',
			'text',
		],
		['clipboard writes go', '\u001B]52;c;ZXZpbA==\u0007x', 'x'],
		['device control strings go', 'a\u001BPq#0;2;0\u001B\\b', 'ab'],
		[
			'application and privacy strings go',
			'a\u001B_G1\u001B\\b\u001B^x\u001B\\c\u001BXy\u001B\\d',
			'abcd',
		],
		['8-bit CSI and OSC go', 'a\u009B31mb\u009D0;t\u009Cc\u0090q\u009Cd', 'abcd'],
		['an unclosed string ends with its line', 'a\u001B]0;evil\nb', 'a b'],
		['an unclosed CSI at the end goes', 'a\u001B[31', 'a'],
		['a lone escape goes', 'a\u001B', 'a'],
		['an escaped escape goes', 'a\u001B\u001B[31mb', 'ab'],
		['resets and charsets go', 'a\u001Bcb\u001B(0c\u001B#8d', 'abcd'],
		['bells, backspaces and deletes go', 'a\u0007b\u0008c\u007Fd\u0000e', 'abcde'],
		['line breaks and tabs become one blank', ' a\r\nb\n\n\tc\u2028d\u0085e ', 'a b c d e'],
		[
			'direction overrides go',
			'user\u202Etxt.exe\u202C \u2066x\u2069\u200F\u061C',
			'usertxt.exe x',
		],
		['zero-width characters go', 'a\u200Bb\uFEFFc\u2060d\u00ADe', 'abcde'],
		['hidden tag characters go', 'a\u{E0041}\u{E0042}b', 'ab'],
		['half characters go', 'a\uD800b\uDC00c', 'abc'],
		['halves do not join over what is taken out', '\uD83D\u0000\uDE00', ''],
		['nothing stays nothing', '', ''],
	])('%s', (_, text, expected) => {
		expect(sanitise(text)).toBe(expected);
	});

	test('is cut at a number of whole characters, with a mark', () => {
		expect(sanitise('abcdef', 6)).toBe('abcdef');
		expect(sanitise('abcdef', 4)).toBe('abc…');
		expect(sanitise('\u{1F600}\u{1F600}\u{1F600}', 3)).toBe('\u{1F600}\u{1F600}\u{1F600}');
		expect(sanitise('\u{1F600}\u{1F600}\u{1F600}', 2)).toBe('\u{1F600}…');
	});
});

test('several lines keep their indents and lose what is dangerous', () => {
	expect(sanitiseLines('a\r\n  b\u001B[31m\n\tc  \n\nd\n\n')).toEqual(['a', '  b', '  c', '', 'd']);
	expect(sanitiseLines('10%\r20%\r100%\n')).toEqual(['10%', '20%', '100%']);
	expect(sanitiseLines('')).toEqual([]);
	expect(sanitiseLines('\n\n')).toEqual([]);
});

describe('whatever comes in', () => {
	const hostile = fc
		.array(
			fc.oneof(
				fc.string({unit: 'binary'}),
				fc.constantFrom(
					'\u001B',
					'\u001B[',
					'\u001B]0;',
					'\u009B',
					'\u009D',
					'\u0090',
					'31m',
					'\u0007',
					'\u001B\\',
					'\u009C',
					'\n',
					'\uD83D',
					'\uDE00',
					'\u202E',
				),
			),
		)
		.map(parts => parts.join(''));

	test('no control, override or half character comes out, and doing it twice changes nothing', () => {
		fc.assert(
			fc.property(hostile, text => {
				const once = sanitise(text);
				expect(once).not.toMatch(
					/[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069\u200E\u200F\u2028\u2029]/u,
				);
				expect(sanitise(once)).toBe(once);
				for (const line of sanitiseLines(text)) {
					expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069\u2028\u2029]/u);
				}
			}),
			{numRuns: 2000},
		);
	});

	test('a megabyte of unfinished sequences takes no time', () => {
		const begun = performance.now();
		for (const piece of [
			'\u001B]',
			'\u001B[',
			'\u001B[0;',
			'\u0090',
			'\u001B',
			'\u001B]0;x\u001B',
		]) {
			sanitise(piece.repeat(300_000));
		}
		expect(performance.now() - begun).toBeLessThan(5000);
	});
});
