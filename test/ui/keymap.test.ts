import {describe, expect, test} from 'vitest';
import {findOverlaps, keymap, keyName, keyOf, rebound, whyBlocked} from '../../source/ui/keymap.ts';
import {sampleState} from './sample-state.ts';

test('no two bindings of a scope want the same key', () => {
	expect(findOverlaps(keymap)).toEqual([]);
});

test('every binding has an id of its own, a title and a sentence of help', () => {
	expect(new Set(keymap.map(({id}) => id)).size).toBe(keymap.length);
	for (const {title, help} of keymap) {
		expect(title).toMatch(/^\S.{0,14}\S$/);
		expect(help).toMatch(/^[A-Z]/);
	}
});

test('a key that is bound in a pane hides the same key everywhere, which is meant only for these', () => {
	const everywhere = keymap.filter(({scope}) => scope === 'everywhere').flatMap(({keys}) => keys);
	const hidden = keymap
		.filter(({scope}) => ['images', 'tags', 'registries', 'log', 'jobs'].includes(scope))
		.flatMap(({id, keys}) =>
			keys.filter(key => everywhere.includes(key)).map(key => `${id} ${key}`),
		);
	expect(hidden).toEqual([]);
});

describe('own keys', () => {
	test('take the place of the default ones', () => {
		const bindings = rebound(keymap, {'images.push': ['ctrl+p'], nonsense: ['x']});
		expect(keyOf(bindings, 'images.push')).toBe('Ctrl-p');
		expect(keyOf(bindings, 'images.tag')).toBe('t');
		expect(bindings).toHaveLength(keymap.length);
	});

	test('switch a binding off when there are none', () => {
		expect(rebound(keymap, {quit: []}).find(({id}) => id === 'quit')?.keys).toEqual([]);
	});

	test('are told when they overlap', () => {
		const overlaps = findOverlaps(rebound(keymap, {'images.push': ['t']}));
		expect(overlaps).toEqual([{key: 't', first: 'images.tag', second: 'images.push'}]);
	});
});

test('with --read-only everything that changes something says why it is off', () => {
	const state = {...sampleState(), readOnly: true};
	const changing = keymap.filter(({changes}) => changes);
	expect(changing.length).toBeGreaterThan(15);
	for (const binding of changing) expect(whyBlocked(binding, state)).toContain('--read-only');
	for (const {dangerous, changes, scope} of keymap) {
		if (dangerous && !scope.startsWith('dialog:')) expect(changes).toBe(true);
	}
});

test('keys are written as people write them', () => {
	expect(['j', 'P', 'ctrl+d', 'shift+tab', 'enter', 'pageup', 'up', 'space'].map(keyName)).toEqual([
		'j',
		'P',
		'Ctrl-d',
		'Shift-Tab',
		'Enter',
		'PgUp',
		'↑',
		'Space',
	]);
});
