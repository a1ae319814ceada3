import type {Key} from 'ink';
import {describe, expect, test} from 'vitest';
import {bindingFor, focusedField, scopesOf, strokesOf} from '../../source/ui/key-dispatch.ts';
import {keymap} from '../../source/ui/keymap.ts';
import type {Dialog} from '../../source/workbench/dialog.ts';
import {sampleState} from './sample-state.ts';

function keyWith(flags: Partial<Key> = {}): Key {
	return {
		upArrow: false,
		downArrow: false,
		leftArrow: false,
		rightArrow: false,
		pageDown: false,
		pageUp: false,
		home: false,
		end: false,
		return: false,
		escape: false,
		ctrl: false,
		shift: false,
		tab: false,
		backspace: false,
		delete: false,
		meta: false,
		super: false,
		hyper: false,
		capsLock: false,
		numLock: false,
		...flags,
	};
}

const dialogs: readonly Dialog[] = [
	{kind: 'save-log', path: 'x.log'},
	{kind: 'quit', running: 1},
	{
		kind: 'login',
		targetId: 'ghcr.io/octocat',
		host: 'ghcr.io',
		field: 'password',
		username: 'octocat',
		phase: 'editing',
	},
];

describe('strokes', () => {
	const cases: ReadonlyArray<readonly [string, Partial<Key>, readonly string[]]> = [
		['j', {}, ['j']],
		['P', {shift: true}, ['P']],
		['jjj', {}, ['j', 'j', 'j']],
		['ab\r', {}, ['a', 'b', 'enter']],
		['ab\tcd', {}, ['a', 'b', 'tab', 'c', 'd']],
		['a\r\nb', {}, ['a', 'enter', 'b']],
		[' ', {}, ['space']],
		['d', {ctrl: true}, ['ctrl+d']],
		['\u0004j', {}, ['ctrl+d', 'j']],
		['x\u007F', {}, ['x', 'backspace']],
		['', {return: true}, ['enter']],
		['', {escape: true, meta: true}, ['esc']],
		['', {tab: true, shift: true}, ['shift+tab']],
		['', {pageDown: true}, ['pagedown']],
		['', {upArrow: true}, ['up']],
		['3', {meta: true}, ['alt+3']],
		['é漢', {}, ['é', '漢']],
	];
	test.each(cases)('of %j with %j are %j', (input, flags, names) => {
		expect(strokesOf(input, keyWith(flags)).map(({name}) => name)).toEqual(names);
	});

	test('of a released key are none', () => {
		expect(strokesOf('j', keyWith({eventType: 'release'}))).toEqual([]);
	});
});

describe('a key means what the nearest scope says', () => {
	const details = {kind: 'details', image: 'x', details: {phase: 'loading'}, offset: 0} as const;
	const jobs = {kind: 'jobs', selected: undefined, offset: 0} as const;
	test.each([
		['t', sampleState(), 'images.tag'],
		['d', sampleState({type: 'paneFocused', pane: 'registries'}), 'registries.remove'],
		['t', sampleState({type: 'paneFocused', pane: 'log'}), undefined],
		['j', sampleState(), 'down'],
		['P', sampleState({type: 'overlayChanged', overlay: details}), 'images.push'],
		['x', sampleState({type: 'overlayChanged', overlay: jobs}), 'jobs.cancel'],
		['t', sampleState({type: 'overlayChanged', overlay: jobs}), undefined],
		['q', sampleState(), 'quit'],
		['y', sampleState({type: 'dialogChanged', dialog: {kind: 'quit', running: 1}}), 'quit.confirm'],
		[
			'esc',
			sampleState({type: 'dialogChanged', dialog: {kind: 'quit', running: 1}}),
			'dialog.cancel',
		],
		['P', sampleState({type: 'dialogChanged', dialog: {kind: 'quit', running: 1}}), undefined],
	])('%s', (name, state, id) => {
		expect(bindingFor(keymap, state, name)?.id).toBe(id);
	});
});

test('Enter never confirms what takes something away', () => {
	const confirming = keymap.filter(
		({dangerous, scope}) => dangerous && scope.startsWith('dialog:'),
	);
	expect(confirming.length).toBeGreaterThanOrEqual(3);
	// On a registry nothing comes back: there the name is typed, and Enter alone does nothing.
	const byName = confirming.filter(({scope}) => scope === 'dialog:remove-remote');
	expect(byName.map(({keys}) => keys)).toEqual([['enter']]);
	for (const {keys, scope} of confirming) {
		if (scope !== 'dialog:remove-remote') expect(keys).toEqual(['y']);
	}
});

test('the field that is typed in is known by name', () => {
	const fields = dialogs.map(dialog => focusedField(sampleState({type: 'dialogChanged', dialog})));
	expect(fields).toEqual(['save-log', undefined, 'login:password']);
});

test('a dialog hears its own keys and those of all dialogs, nothing else', () => {
	for (const dialog of dialogs) {
		expect(scopesOf(sampleState({type: 'dialogChanged', dialog}))).toEqual([
			`dialog:${dialog.kind}`,
			'dialog',
		]);
	}
});
