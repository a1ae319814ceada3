/** From what the terminal sent to the binding that is meant. Pure. */
import type {Key} from 'ink';
import {selectLayers} from '../workbench/layer-selectors.ts';
import {selectRemote, selectRemoteLevel} from '../workbench/remote-selectors.ts';
import {selectSafety} from '../workbench/safety-selectors.ts';
import type {Dialog} from '../workbench/dialog.ts';
import type {State} from '../workbench/state.ts';
import type {KeyBinding, Scope} from './keymap.ts';

/** One key press. */
export type Stroke = {
	/** `j`, `P`, `ctrl+d`, `shift+tab`, `enter`, `esc`, `pageup`, `space`; empty when it is no key. */
	readonly name: string;
	/** As a text field wants it. */
	readonly input: string;
	readonly key: Key;
};

const plain: Key = {
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
};

const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});

/**
 * The strokes of one report from Ink, in order: over a slow line several keys arrive as one piece,
 * with Enter, Tab or control characters among them.
 */
export function strokesOf(input: string, key: Key): readonly Stroke[] {
	if (key.eventType === 'release') return [];
	const special = specialName(key);
	if (special !== undefined) return [{name: withModifiers(special, key), input, key}];
	if (key.ctrl || key.meta || key.super || key.hyper) {
		const name = input === ' ' ? 'space' : input.toLowerCase();
		return [{name: name === '' ? '' : `${key.ctrl ? 'ctrl' : 'alt'}+${name}`, input, key}];
	}
	return Array.from(segmenter.segment(input), ({segment}) =>
		segment === '\r\n' ? '\r' : segment,
	).map(characterStroke);
}

function specialName(key: Key): string | undefined {
	if (key.upArrow) return 'up';
	if (key.downArrow) return 'down';
	if (key.leftArrow) return 'left';
	if (key.rightArrow) return 'right';
	if (key.pageUp) return 'pageup';
	if (key.pageDown) return 'pagedown';
	if (key.home) return 'home';
	if (key.end) return 'end';
	if (key.return) return 'enter';
	if (key.escape) return 'esc';
	if (key.tab) return 'tab';
	if (key.backspace) return 'backspace';
	if (key.delete) return 'delete';
	return undefined;
}

function withModifiers(name: string, key: Key): string {
	// Ink tells Esc with the meta flag set, as it begins every Alt sequence.
	const modifiers = [
		key.ctrl ? 'ctrl+' : '',
		key.meta && name !== 'esc' ? 'alt+' : '',
		key.shift ? 'shift+' : '',
	];
	return modifiers.join('') + name;
}

/** A character as it stands in a chunk. */
function characterStroke(character: string): Stroke {
	switch (character) {
		case '\r':
		case '\n':
			return {name: 'enter', input: '', key: {...plain, return: true}};
		case '\t':
			return {name: 'tab', input: '', key: {...plain, tab: true}};
		case '\u{1B}':
			return {name: 'esc', input: '', key: {...plain, escape: true}};
		case '\u{7F}':
		case '\b':
			return {name: 'backspace', input: '', key: {...plain, backspace: true}};
		case ' ':
			return {name: 'space', input: ' ', key: plain};
		default:
			break;
	}
	const code = character.codePointAt(0) ?? 0;
	if (code < 0x20) {
		const letter = String.fromCodePoint(code + 0x60);
		return {name: `ctrl+${letter}`, input: letter, key: {...plain, ctrl: true}};
	}
	return {name: character, input: character, key: plain};
}

/** Enter, pressed alone. */
export const enterStroke: Stroke = characterStroke('\r');

/** Where a key is looked for, nearest first. The filter line takes its keys before this is asked. */
export function scopesOf(state: State): readonly Scope[] {
	const {dialog, overlay, focus} = state;
	if (dialog) return [`dialog:${dialog.kind}`, 'dialog'];
	// What is seen in detail is still the selected image: its keys work on.
	if (overlay?.kind === 'details') {
		const pane: Scope = focus === 'tags' ? 'tags' : 'images';
		return ['details', pane, 'everywhere'];
	}
	return overlay ? [overlay.kind, 'everywhere'] : [focus, 'everywhere'];
}

/** The binding a key means now. */
export function bindingFor(
	bindings: readonly KeyBinding[],
	state: State,
	name: string,
): KeyBinding | undefined {
	for (const scope of scopesOf(state)) {
		const found = bindings.find(binding => binding.scope === scope && binding.keys.includes(name));
		if (found) return found;
	}
	return undefined;
}

/** The filter that is being typed, as far as it is; undefined while none is. A dialog has the keyboard before it. */
export function filterBeingTyped(state: State): string | undefined {
	if (state.dialog) return undefined;
	if (state.filtering) return state.filters[state.filtering];
	const safety = selectSafety(state);
	if (safety?.filtering) return safety.filter;
	const layers = selectLayers(state);
	if (layers?.filtering) return layers.filter;
	const level = selectRemoteLevel(state);
	if (!selectRemote(state)?.filtering || !level || level.at === 'details') return undefined;
	return level.filter;
}

/** Whether the dialog wants something typed before it deletes: it does once it is known what would go. */
export function asksToConfirm({plan}: Dialog & {readonly kind: 'remove-remote'}): boolean {
	return plan.phase === 'ready' && plan.value.mode !== 'refused';
}

/** Name of the text field that has the keyboard; undefined when there is none. */
export function focusedField(state: State): string | undefined {
	const {dialog} = state;
	switch (dialog?.kind) {
		case 'tag':
			return dialog.sources.length > 1 ? undefined : 'tag';
		case 'palette':
		case 'save-log':
		case 'pull':
		case 'repository':
		case 'copy':
			return dialog.kind;
		case 'signatures':
			return dialog.locked === undefined ? 'signatures' : 'signatures:password';
		case 'remove-remote':
			return asksToConfirm(dialog) ? dialog.kind : undefined;
		case 'run':
			return `run:${dialog.field}`;
		case 'cleanup':
			return dialog.field === undefined ? undefined : `cleanup:${dialog.field}`;
		case 'target':
			return `target:${dialog.field}`;
		case 'login':
			return dialog.phase === 'editing' ? `login:${dialog.field}` : undefined;
		default:
			return undefined;
	}
}
