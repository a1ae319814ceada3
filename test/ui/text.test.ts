import fc from 'fast-check';
import stringWidth from 'string-width';
import {describe, expect, test} from 'vitest';
import {clip, displayWidth, drawable, fit, wrap} from '../../source/ui/text.ts';

describe('fit', () => {
	const cases: ReadonlyArray<readonly [string, number, string]> = [
		['hello', 8, 'hello   '],
		['hello', 5, 'hello'],
		['hello world', 8, 'hello w…'],
		['hello', 1, '…'],
		['hello', 0, ''],
		['漢字の名前', 10, '漢字の名前'],
		['漢字の名前', 9, '漢字の名…'],
		['漢字の名前', 8, '漢字の… '],
		['é́clair', 6, 'é́clair'],
		['a🚀b', 4, 'a🚀b'],
		['a🚀b', 3, 'a… '],
	];
	test.each(cases)('puts %j into %i columns', (text, width, expected) => {
		expect(fit(text, width)).toBe(expected);
		expect(stringWidth(fit(text, width))).toBe(width);
	});

	test('aligns numbers to the right', () => {
		expect(fit('33 MB', 8, {align: 'right'})).toBe('   33 MB');
	});

	test('always fills exactly the width that was asked for', () => {
		fc.assert(
			fc.property(
				fc.string({unit: 'grapheme', maxLength: 40}),
				fc.integer({min: 0, max: 40}),
				(text, width) => {
					expect(stringWidth(fit(text, width))).toBe(width);
				},
			),
			{numRuns: 1000},
		);
	});

	test('fills the width whatever code points come, alone or joined', () => {
		fc.assert(
			fc.property(
				fc.string({unit: 'binary', maxLength: 20}),
				fc.integer({min: 1, max: 24}),
				(text, width) => {
					expect(stringWidth(fit(text, width))).toBe(width);
				},
			),
			{numRuns: 1000},
		);
	});
});

describe('drawable', () => {
	test.each([
		['escape sequences lose their escape', '\u001B[31mred', '[31mred'],
		['line breaks go', 'a\nb\r\nc', 'abc'],
		['direction overrides go', 'a\u202Eb', 'ab'],
		['zero-width characters go', 'a\u200Bb', 'ab'],
		['marks without a letter go', '\u0301a', 'a'],
	])('%s', (_, text, expected) => {
		expect(drawable(text)).toBe(expected);
	});
});

test('a text is clipped without being filled', () => {
	expect(clip('hello', 8)).toBe('hello');
	expect(clip('hello world', 8)).toBe('hello w…');
	expect(displayWidth(clip('漢字の名前', 6))).toBeLessThanOrEqual(6);
});

describe('wrap', () => {
	test('breaks at blanks, and inside words only where it must', () => {
		expect(wrap('Log in with l, or run az acr login', 12)).toEqual([
			'Log in with',
			'l, or run az',
			'acr login',
		]);
		expect(wrap('sha256:0123456789', 8)).toEqual(['sha256:0', '12345678', '9']);
	});

	test('no line is wider than asked', () => {
		fc.assert(
			fc.property(
				fc.string({unit: 'grapheme', maxLength: 80}),
				fc.integer({min: 2, max: 30}),
				(text, width) => {
					for (const line of wrap(text, width)) {
						expect(stringWidth(line)).toBeLessThanOrEqual(width);
					}
				},
			),
		);
	});
});
