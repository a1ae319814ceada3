/** Joins the terminal's keys and pastes to intents. */
import {useApp, useInput, usePaste} from 'ink';
import {useCallback, useEffect} from 'react';
import type {Store} from '../../workbench/create-store.ts';
import type {Intents} from '../../workbench/intents.ts';
import type {State} from '../../workbench/state.ts';
import {applyEdit, editFor, type Edit} from '../components/text-editing.ts';
import type {TextEntry} from '../components/text-entry.ts';
import {paletteCommands, paletteIndex, runPaletteCommand} from '../dialogs/palette-commands.ts';
import {
	bindingFor,
	enterStroke,
	filterBeingTyped,
	focusedField,
	strokesOf,
	type Stroke,
} from '../key-dispatch.ts';
import {whyBlocked, type KeyBinding} from '../keymap.ts';

export type KeyboardOptions = {
	readonly store: Store;
	readonly intents: Intents;
	readonly bindings: readonly KeyBinding[];
	readonly textEntry: TextEntry;
	/** Rows of a page where the keyboard is. */
	readonly pageRows: (state: State) => number;
	/** Stops the whole process until the person continues it; left out where that cannot be done. */
	readonly suspend?: (() => Promise<void>) | undefined;
	/** Told of every stroke and the state in which it acts. */
	readonly onStroke?: ((stroke: Stroke, state: State) => void) | undefined;
};

/** Listens to keys and pastes. Every stroke is judged by the state that the one before it left. */
export function useKeyboard(options: KeyboardOptions): void {
	const {suspendTerminal} = useApp();
	const {suspend} = options;
	const lendTerminal = useCallback(() => {
		if (suspend) void suspendTerminal(suspend);
	}, [suspend, suspendTerminal]);
	useInput((input, key) => {
		for (const stroke of strokesOf(input, key)) {
			options.onStroke?.(stroke, options.store.getState());
			if (stroke.name === 'ctrl+z') lendTerminal();
			else pressKey(options, stroke);
		}
	});
	usePaste(text => pasteText(options, text));
	useEffect(() => {
		// An Enter that had to wait until its field was drawn, and is none of the field's business.
		options.textEntry.onLateEnter(() => pressKey(options, enterStroke));
	});
}

/** Does what one key means now. */
export function pressKey(options: KeyboardOptions, stroke: Stroke): void {
	const {store, intents, bindings, textEntry} = options;
	const state = store.getState();
	if (state.notice) intents.clearNotice();
	if (filterBeingTyped(state) !== undefined) {
		pressFilterKey(options, state, stroke);
		return;
	}
	const field = focusedField(state);
	if (field !== undefined) {
		if (stroke.name === 'enter' && textEntry.submit(field)) return;
		if (state.dialog?.kind === 'palette' && stroke.name === 'enter') {
			runChosenCommand(options, state);
			return;
		}
		// A binding of the dialog itself comes before the field: Ctrl-r, Ctrl-n, Ctrl-c.
		const own = isText(stroke) ? undefined : bindingFor(bindings, state, stroke.name);
		if (own) runBinding(options, state, own);
		else textEntry.send(field, stroke.input, stroke.key);
		return;
	}
	const binding = bindingFor(bindings, state, stroke.name);
	if (binding) runBinding(options, state, binding);
}

function isText({input, key}: Stroke): boolean {
	return input !== '' && !key.ctrl && !key.meta && !key.escape && !key.tab && !key.return;
}

function runBinding(
	{store, intents, pageRows}: KeyboardOptions,
	state: State,
	binding: KeyBinding,
): void {
	const reason = whyBlocked(binding, state);
	if (reason === undefined) binding.run(intents, {rows: pageRows(state), state});
	else store.dispatch({type: 'noticeShown', notice: {level: 'warning', text: reason}});
}

function runChosenCommand(options: KeyboardOptions, state: State): void {
	const {dialog} = state;
	if (dialog?.kind !== 'palette') return;
	const commands = paletteCommands(state, options.bindings, dialog.query);
	const command = commands[paletteIndex(dialog.cursor, commands.length)];
	if (!command) return;
	if (command.blocked !== undefined) {
		options.store.dispatch({
			type: 'noticeShown',
			notice: {level: 'warning', text: command.blocked},
		});
		return;
	}
	runPaletteCommand(command, state, options.intents, options.pageRows(state));
}

/** Keys while a filter is typed: it is short, so the cursor stays at its end. */
function pressFilterKey(
	{intents, bindings, store}: KeyboardOptions,
	state: State,
	stroke: Stroke,
): void {
	switch (stroke.name) {
		case 'enter':
		case 'tab':
			intents.acceptFilter();
			return;
		case 'esc':
			intents.back();
			return;
		case 'ctrl+c':
			intents.quit();
			return;
		case 'up':
		case 'down':
		case 'pageup':
		case 'pagedown': {
			const binding = bindingFor(bindings, state, stroke.name);
			if (binding) binding.run(intents, {rows: 10, state});
			return;
		}
		case 'backspace':
			// At an empty filter it leaves, as it does in a pager.
			if (filterBeingTyped(state) === '') {
				intents.back();
				return;
			}
			break;
		default:
			break;
	}
	const edit = editFor(stroke.input, stroke.key);
	if (edit) changeFilter({intents, store}, edit);
}

function changeFilter(
	{intents, store}: Pick<KeyboardOptions, 'intents' | 'store'>,
	edit: Edit,
): void {
	const text = filterBeingTyped(store.getState()) ?? '';
	const next = applyEdit({text, cursor: text.length}, edit);
	if (next.text !== text) intents.changeFilter(next.text);
}

/** Pasted text goes to what is being typed in, as one piece; never to key handling. */
export function pasteText(options: KeyboardOptions, text: string): void {
	const {store, intents, textEntry} = options;
	const state = store.getState();
	const field = focusedField(state);
	if (field !== undefined) {
		textEntry.paste(field, text);
		return;
	}
	if (filterBeingTyped(state) !== undefined) {
		changeFilter({intents, store}, {type: 'insert', text});
		return;
	}
	store.dispatch({
		type: 'noticeShown',
		notice: {level: 'info', text: 'Pasted text was left aside: nothing is being typed here.'},
	});
}
