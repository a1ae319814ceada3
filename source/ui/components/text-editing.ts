/** Editing of one line of text as pure values: what a key does to a text and its cursor. */
import type {Key} from 'ink';

/** A text and the cursor in it, in UTF-16 units, always between two whole characters. */
export type EditState = {readonly text: string; readonly cursor: number};

type Place = 'left' | 'right' | 'word-left' | 'word-right' | 'start' | 'end';

export type Edit =
	| {readonly type: 'insert'; readonly text: string}
	| {readonly type: 'move'; readonly to: Place}
	/** Takes away what lies between the cursor and a place. */
	| {readonly type: 'erase'; readonly to: Place};

/** A longer text is cut when it is put in: no reference, path or token comes near it. */
export const longestText = 4096;

const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});

/** The characters as a person counts them: an emoji or a letter with its marks is one. */
export function graphemesOf(text: string): readonly string[] {
	return Array.from(segmenter.segment(text), part => part.segment);
}

/**
 * Text as one piece that may stand in a field: line breaks, tabs, escape sequences and other control
 * characters are taken out, as are the invisible ones that change direction.
 */
export function cleanText(text: string): string {
	return (
		text
			// eslint-disable-next-line no-control-regex -- these are what has to go
			.replaceAll(/\u{1B}(?:\[[0-?]*[ -/]*[@-~]|\][^\u{7}\u{1B}]*(?:\u{7}|\u{1B}\\)?|.)/gu, '')
			.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu, '')
	);
}

const controlMeanings: Readonly<Record<string, Edit>> = {
	a: {type: 'move', to: 'start'},
	e: {type: 'move', to: 'end'},
	b: {type: 'move', to: 'left'},
	f: {type: 'move', to: 'right'},
	d: {type: 'erase', to: 'right'},
	h: {type: 'erase', to: 'left'},
	u: {type: 'erase', to: 'start'},
	k: {type: 'erase', to: 'end'},
	w: {type: 'erase', to: 'word-left'},
};

const metaMeanings: Readonly<Record<string, Edit>> = {
	b: {type: 'move', to: 'word-left'},
	f: {type: 'move', to: 'word-right'},
	d: {type: 'erase', to: 'word-right'},
};

/**
 * What a key means inside a text field; undefined when it is none of the field's business (Enter,
 * Tab, Esc, up and down, other control keys). `input` and `key` are as Ink tells them.
 */
export function editFor(input: string, key: Key): Edit | undefined {
	if (key.eventType === 'release') return undefined;
	if (key.return || key.tab || key.escape || key.upArrow || key.downArrow) return undefined;
	if (key.backspace) return {type: 'erase', to: key.meta || key.ctrl ? 'word-left' : 'left'};
	if (key.delete) return {type: 'erase', to: 'right'};
	if (key.leftArrow) return {type: 'move', to: key.ctrl || key.meta ? 'word-left' : 'left'};
	if (key.rightArrow) return {type: 'move', to: key.ctrl || key.meta ? 'word-right' : 'right'};
	if (key.home) return {type: 'move', to: 'start'};
	if (key.end) return {type: 'move', to: 'end'};
	if (key.ctrl) return controlMeanings[input];
	if (key.meta) return metaMeanings[input];
	const text = cleanText(input);
	return text === '' ? undefined : {type: 'insert', text};
}

/** The text and cursor after an edit; the same object when nothing changes. */
export function applyEdit(state: EditState, edit: Edit): EditState {
	const {text, cursor} = state;
	if (edit.type === 'insert') {
		const room = Math.max(0, longestText - text.length);
		const added = cleanText(edit.text).slice(0, room);
		if (added === '') return state;
		return {
			text: text.slice(0, cursor) + added + text.slice(cursor),
			cursor: cursor + added.length,
		};
	}
	const place = placeOf(state, edit.to);
	if (place === cursor) return state;
	if (edit.type === 'move') return {text, cursor: place};
	const from = Math.min(place, cursor);
	return {text: text.slice(0, from) + text.slice(Math.max(place, cursor)), cursor: from};
}

function placeOf({text, cursor}: EditState, to: Place): number {
	switch (to) {
		case 'start':
			return 0;
		case 'end':
			return text.length;
		case 'left':
			return cursor - (graphemesOf(text.slice(0, cursor)).at(-1)?.length ?? 0);
		case 'right':
			return cursor + (graphemesOf(text.slice(cursor))[0]?.length ?? 0);
		case 'word-left':
			// A reference's parts are its words: one stroke takes a tag, the next the name before it.
			return text.slice(0, cursor).replace(/[^/:@.\s-]*[/:@.\s-]*$/u, '').length;
		case 'word-right':
			return cursor + (/^[/:@.\s-]*[^/:@.\s-]*/u.exec(text.slice(cursor))?.[0].length ?? 0);
	}
}
