import type {Key} from 'ink';
import {describe, expect, test} from 'vitest';
import {createTextEntry} from '../../source/ui/components/text-entry.ts';
import {pasteText, pressKey, type KeyboardOptions} from '../../source/ui/hooks/use-keyboard.ts';
import {strokesOf} from '../../source/ui/key-dispatch.ts';
import {keymap} from '../../source/ui/keymap.ts';
import {createStore} from '../../source/workbench/create-store.ts';
import type {Intents} from '../../source/workbench/intents.ts';
import type {State} from '../../source/workbench/state.ts';
import {sampleState} from './sample-state.ts';

/** A keyboard whose intents only write down that they were called; the filter's also change the state. */
function openKeyboard(state: State) {
	const store = createStore(state);
	const calls: string[] = [];
	const effects: Partial<Intents> = {
		startFilter: () => store.dispatch({type: 'filterStarted', pane: store.getState().focus}),
		changeFilter: value => store.dispatch({type: 'filterChanged', pane: 'images', value}),
		acceptFilter: () => store.dispatch({type: 'filterEnded'}),
		clearNotice: () => store.dispatch({type: 'noticeShown', notice: undefined}),
	};
	const intents = new Proxy({} as Intents, {
		get:
			(_, name: keyof Intents) =>
			(...values: readonly unknown[]) => {
				calls.push([name, ...values.map(value => JSON.stringify(value))].join(' '));
				(effects[name] as ((...inputs: readonly unknown[]) => void) | undefined)?.(...values);
			},
	});
	const options: KeyboardOptions = {
		store,
		intents,
		bindings: keymap,
		textEntry: createTextEntry(),
		pageRows: () => 10,
	};
	const plain = {} as Key;
	return {
		store,
		calls,
		options,
		send(input: string, flags: Partial<Key> = {}) {
			for (const stroke of strokesOf(input, {...plain, ...flags})) pressKey(options, stroke);
		},
	};
}

test('keys that arrive in one piece act one by one', () => {
	const keyboard = openKeyboard(sampleState());
	keyboard.send('jjk');
	expect(keyboard.calls).toEqual([
		'move {"by":"row","count":1}',
		'move {"by":"row","count":1}',
		'move {"by":"row","count":-1}',
	]);
});

test('a page is as long as the list on screen', () => {
	const keyboard = openKeyboard(sampleState());
	keyboard.send('', {pageDown: true});
	keyboard.send('d', {ctrl: true});
	expect(keyboard.calls).toEqual([
		'move {"by":"page","count":1,"rows":10}',
		'move {"by":"row","count":5}',
	]);
});

describe('the filter', () => {
	test('takes every printable key, also those that are bound, until Enter', () => {
		const keyboard = openKeyboard(sampleState());
		keyboard.send('/qP d\u007F\rj');
		expect(keyboard.store.getState().filters.images).toBe('qP ');
		expect(keyboard.store.getState().filtering).toBeUndefined();
		expect(keyboard.calls.at(-1)).toBe('move {"by":"row","count":1}');
		expect(keyboard.calls.join(' ')).not.toContain('quit');
	});

	test('takes pasted text without its line breaks', () => {
		const keyboard = openKeyboard(sampleState());
		keyboard.send('/');
		pasteText(keyboard.options, 'web\n/api\u001B[31m');
		expect(keyboard.store.getState().filters.images).toBe('web/api');
	});

	test('leaves the arrows to the list', () => {
		const keyboard = openKeyboard(sampleState());
		keyboard.send('/');
		keyboard.send('', {downArrow: true});
		expect(keyboard.calls.at(-1)).toBe('move {"by":"row","count":1}');
	});
});

describe('a text field', () => {
	const dialog = {kind: 'save-log', path: 'a'} as const;

	test('gets printable keys, and the dialog gets Enter and Esc', () => {
		const keyboard = openKeyboard(sampleState({type: 'dialogChanged', dialog}));
		const edits: unknown[] = [];
		keyboard.options.textEntry.attach('save-log', {
			receive: edit => edits.push(edit),
			submit: () => false,
		});
		keyboard.send('qj\r');
		keyboard.send('', {escape: true});
		expect(edits).toEqual([
			{type: 'insert', text: 'q'},
			{type: 'insert', text: 'j'},
		]);
		expect(keyboard.calls).toEqual(['submitSaveLog', 'back']);
	});

	test('that answers Enter itself keeps it', () => {
		const keyboard = openKeyboard(sampleState({type: 'dialogChanged', dialog}));
		keyboard.options.textEntry.attach('save-log', {receive: () => undefined, submit: () => true});
		keyboard.send('\r');
		expect(keyboard.calls).toEqual([]);
	});

	test('gets a paste as one piece', () => {
		const keyboard = openKeyboard(sampleState({type: 'dialogChanged', dialog}));
		const edits: unknown[] = [];
		keyboard.options.textEntry.attach('save-log', {
			receive: edit => edits.push(edit),
			submit: () => false,
		});
		pasteText(keyboard.options, 'q\rd y');
		expect(edits).toHaveLength(1);
		expect(keyboard.calls).toEqual([]);
	});
});

test('a paste that nothing is typed for does nothing, and says so', () => {
	const keyboard = openKeyboard(sampleState());
	pasteText(keyboard.options, 'qddy');
	expect(keyboard.calls).toEqual([]);
	expect(keyboard.store.getState().notice?.text).toContain('left aside');
});

test('a key that cannot act now says why, and the next key takes that away', () => {
	const keyboard = openKeyboard({
		...sampleState({type: 'paneFocused', pane: 'registries'}),
		targets: [],
	});
	keyboard.send('l');
	expect(keyboard.calls).toEqual([]);
	expect(keyboard.store.getState().notice?.text).toBe('There is no registry here yet.');
	keyboard.send('j');
	expect(keyboard.store.getState().notice).toBeUndefined();
});

test('with --read-only a key that changes something only says so', () => {
	const keyboard = openKeyboard({...sampleState(), readOnly: true});
	keyboard.send('d');
	expect(keyboard.calls).toEqual([]);
	expect(keyboard.store.getState().notice?.text).toContain('--read-only');
});

test('Ctrl-C quits from everywhere', () => {
	for (const state of [
		sampleState(),
		sampleState({type: 'filterStarted', pane: 'images'}),
		sampleState({type: 'dialogChanged', dialog: {kind: 'save-log', path: 'a'}}),
		sampleState({type: 'dialogChanged', dialog: {kind: 'quit', running: 1}}),
	]) {
		const keyboard = openKeyboard(state);
		keyboard.send('c', {ctrl: true});
		expect(keyboard.calls).toEqual(['quit']);
	}
});
