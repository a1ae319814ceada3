import {stripVTControlCharacters} from 'node:util';
import {expect, test} from 'vitest';
import {initialState} from '../../source/workbench/reducer.ts';
import {firstScreen} from '../../source/ui/first-screen.ts';
import {keymap} from '../../source/ui/keymap.ts';
import {createTheme} from '../../source/ui/theme.ts';
import {displayWidth} from '../../source/ui/text.ts';
import {drawScreen} from './draw.tsx';

const state = initialState({now: 0, demo: true, readOnly: true});

function linesOf(columns: number, rows: number, ascii = false): readonly string[] {
	const theme = createTheme({mode: 'dark', ascii, environment: {LANG: 'C.UTF-8'}});
	return stripVTControlCharacters(
		firstScreen({theme, bindings: keymap, state, columns, rows}),
	).split('\n');
}

test.each([
	[80, 24, false],
	[120, 40, false],
	[201, 61, false],
	[60, 16, true],
] as const)(
	'what is painted before Ink is loaded stays where it is at %i×%i, ASCII: %s',
	(columns, rows, ascii) => {
		const painted = linesOf(columns, rows, ascii);
		const drawn = drawScreen(state, columns, rows, {ascii}).map(line =>
			stripVTControlCharacters(line),
		);
		expect(painted).toHaveLength(rows);
		const moved: string[] = [];
		for (const [row, line] of painted.entries()) {
			expect(displayWidth(line)).toBe(columns);
			for (const [column, character] of [...line].entries()) {
				if (character !== ' ' && character !== [...(drawn[row] ?? '')][column]) {
					moved.push(`${row}:${column} ${character}`);
				}
			}
		}
		expect(moved).toEqual([]);
	},
);

test('it has the frames, the names and the keys already', () => {
	const text = linesOf(120, 40).join('\n');
	for (const word of ['1 Images', '2 Tags', '3 Registries', '4 Log', 'connecting', '? help']) {
		expect(text).toContain(word);
	}
	expect(text.split('╯')).toHaveLength(5);
});

test('nothing is painted on a screen that is too small', () => {
	expect(linesOf(59, 24)).toEqual(['']);
});
