import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {createStageBoard, typedText} from '../../../source/ui/stage/stage-board.ts';
import {stageLine, strokeLabel} from '../../../source/ui/stage/stage-line.ts';
import {strokesOf} from '../../../source/ui/key-dispatch.ts';
import {createTheme} from '../../../source/ui/theme.ts';
import {initialState} from '../../../source/workbench/reducer.ts';
import type {State} from '../../../source/workbench/state.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const theme = createTheme({mode: 'mono', environment: {NO_COLOR: '1', LANG: 'C.UTF-8'}});
const plain = (text: string) => text.replaceAll(/\u001B\[\d*m/g, ''); // eslint-disable-line no-control-regex

test('repeated keys are folded, and all go at once after a moment', () => {
	const board = createStageBoard();
	let drawn = 0;
	board.subscribe(() => (drawn += 1));
	for (const key of ['j', 'j', 'j', 'P']) board.press(key);
	expect(plain(stageLine(theme, board.get(), 30))).toBe(' j ×3  P '.padStart(30));
	drawn = 0;
	vi.advanceTimersByTime(60_000);
	expect(board.get().keys).toEqual([]);
	expect(drawn).toBe(1);
});

test('the caption is at the left; of the keys there are as many of the last as fit beside it', () => {
	const board = createStageBoard();
	board.caption('A very long caption for so short a line');
	for (const key of ['j', 'k', 'Enter']) board.press(key);
	const line = plain(stageLine(theme, board.get(), 24));
	expect(line).toHaveLength(24);
	expect(line).toMatch(/^ A very long.*… {2}Enter $/);
});

test('what is typed into a field is never told, only that something is', () => {
	const state: State = initialState({now: 0});
	const inField: State = {
		...state,
		dialog: {
			kind: 'login',
			host: 'ghcr.io',
			phase: 'editing',
			field: 'password',
		} as unknown as NonNullable<State['dialog']>,
	};
	const key = {} as Parameters<typeof strokesOf>[1];
	const labels = (where: State) =>
		strokesOf('pP \r', key).map(stroke => strokeLabel(stroke, where, theme));
	expect(labels(state)).toEqual(['p', 'P', 'Space', 'Enter']);
	expect(labels(inField)).toEqual([typedText, typedText, typedText, 'Enter']);
	const board = createStageBoard();
	for (const label of labels(inField)) board.press(label ?? '');
	expect(board.get().keys).toEqual([
		{label: typedText, times: 1},
		{label: 'Enter', times: 1},
	]);
});
