import {describe, expect, test} from 'vitest';
import {asciiSymbols, unicodeSymbols} from '../../source/ui/symbols.ts';
import {createTheme, type ThemeMode} from '../../source/ui/theme.ts';

describe('the mode', () => {
	const cases: ReadonlyArray<readonly [ThemeMode, Record<string, string>, string]> = [
		['auto', {}, 'dark'],
		['auto', {COLORFGBG: '0;15'}, 'light'],
		['auto', {COLORFGBG: '15;default;0'}, 'dark'],
		['light', {}, 'light'],
		['light', {NO_COLOR: '1'}, 'mono'],
		['auto', {NO_COLOR: ''}, 'dark'],
		['auto', {NO_COLOR: '1', FORCE_COLOR: '1'}, 'dark'],
		['dark', {FORCE_COLOR: '0'}, 'mono'],
		['auto', {TERM: 'dumb'}, 'mono'],
		['mono', {FORCE_COLOR: '3'}, 'mono'],
	];
	test.each(cases)('for the setting %s with %j is %s', (mode, environment, expected) => {
		expect(createTheme({mode, environment}).mode).toBe(expected);
	});
});

describe('the symbols', () => {
	test.each([
		[{LANG: 'de_DE.UTF-8'}, 'linux', unicodeSymbols],
		[{LANG: 'de_DE.utf8'}, 'linux', unicodeSymbols],
		[{LANG: 'C'}, 'linux', asciiSymbols],
		[{}, 'linux', asciiSymbols],
		[{}, 'darwin', unicodeSymbols],
		[{LC_ALL: 'C', LANG: 'de_DE.UTF-8'}, 'linux', asciiSymbols],
	] as const)('fit the locale %j on %s', (environment, platform, expected) => {
		expect(createTheme({mode: 'dark', environment, platform}).symbols).toBe(expected);
	});

	test('are ASCII when that is asked for', () => {
		const theme = createTheme({mode: 'dark', ascii: true, environment: {LANG: 'C.UTF-8'}});
		expect(Object.values(theme.symbols).join('')).toMatch(/^[ -~]*$/);
	});
});

test('without colours nothing is told by colour', () => {
	const theme = createTheme({mode: 'mono', environment: {}});
	expect(theme.paint('good', 'x')).toBe('x');
	expect(theme.paint('failure', 'x')).toBe('\u001B[1mx\u001B[22m');
	expect(theme.paint('focus', 'x')).not.toMatch(/\[3\dm/);
});
