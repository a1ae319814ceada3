/** The line below the screen for an audience. Pure. */
import type {State} from '../../workbench/state.ts';
import {keyLabel} from '../dialogs/key-label.ts';
import {filterBeingTyped, focusedField, type Stroke} from '../key-dispatch.ts';
import {composeEnds, type Cell} from '../rows/line.ts';
import {unicodeSymbols} from '../symbols.ts';
import type {Theme} from '../theme.ts';
import {typedText, type StageView} from './stage-board.ts';

/** The caption at its left end, the keys at its right. */
export function stageLine(theme: Theme, {caption, keys}: StageView, width: number): string {
	const left: Cell[] = caption === '' ? [] : [{text: ` ${caption} `, tone: 'badge'}];
	const ascii = theme.symbols.ellipsis !== unicodeSymbols.ellipsis;
	const caps = keys.flatMap(({label, times}): Cell[] => [
		{text: ' '},
		{text: ` ${label === typedText ? theme.symbols.ellipsis : label} `, tone: 'badge'},
		...(times > 1 ? [{text: `${ascii ? 'x' : '×'}${times}`, tone: 'quiet'} as const] : []),
	]);
	return composeEnds(theme, left, caps.length > 0 ? [...caps, {text: ' '}] : [], width);
}

/** How the audience is told of a stroke in this state; undefined when it is no key. Typed text is never in it. */
export function strokeLabel({name, input, key}: Stroke, state: State, theme: Theme) {
	if (name === '') return undefined;
	const isText = input !== '' && !key.ctrl && !key.meta && !key.escape && !key.tab && !key.return;
	const isTyping = focusedField(state) !== undefined || filterBeingTyped(state) !== undefined;
	return isText && isTyping ? typedText : keyLabel(name, theme);
}
