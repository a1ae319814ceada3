/** The line below the screen for an audience. Pure. */
import type {State} from '../../workbench/state.ts';
import {keyLabel} from '../dialogs/key-label.ts';
import {filterBeingTyped, focusedField, type Stroke} from '../key-dispatch.ts';
import {cellWidth, composeEnds, type Cell} from '../rows/line.ts';
import {unicodeSymbols} from '../symbols.ts';
import type {Theme} from '../theme.ts';
import {typedText, type PressedKey, type StageView} from './stage-board.ts';

/** The caption at its left end, the keys at its right. */
export function stageLine(theme: Theme, {caption, keys}: StageView, width: number): string {
	const left: Cell[] = caption === '' ? [] : [{text: ` ${caption} `, tone: 'badge'}];
	// A caption is to be read; of the keys the last one is what just acted.
	let room = width - widthOf(left);
	const right: Cell[] = [];
	for (const key of keys.toReversed()) {
		const cap = keyCap(theme, key);
		room -= widthOf(cap);
		if (room < 0 && right.length > 0) break;
		right.unshift(...cap);
	}
	return composeEnds(theme, left, right, width);
}

function keyCap(theme: Theme, {label, times}: PressedKey): readonly Cell[] {
	const {ellipsis} = theme.symbols;
	const sign = ellipsis === unicodeSymbols.ellipsis ? '×' : 'x';
	return [
		{text: ' '},
		{text: ` ${label === typedText ? ellipsis : label} `, tone: 'badge'},
		...(times > 1 ? [{text: `${sign}${times}`, tone: 'quiet'} as const] : []),
	];
}

function widthOf(cells: readonly Cell[]): number {
	return cells.reduce((sum, cell) => sum + cellWidth(cell), 0);
}

/** How the audience is told of a stroke in this state; undefined when it is no key. Typed text is never in it. */
export function strokeLabel({name, input, key}: Stroke, state: State, theme: Theme) {
	if (name === '') return undefined;
	const isText = input !== '' && !key.ctrl && !key.meta && !key.escape && !key.tab && !key.return;
	const isTyping = focusedField(state) !== undefined || filterBeingTyped(state) !== undefined;
	return isText && isTyping ? typedText : keyLabel(name, theme);
}
