/** The last line of the screen: which keys do what here, or the latest notice. Pure. */
import {selectRemoteLevel} from '../../workbench/remote-selectors.ts';
import type {Notice, State} from '../../workbench/state.ts';
import {filterBeingTyped, scopesOf} from '../key-dispatch.ts';
import {keyName, whyBlocked, type KeyBinding} from '../keymap.ts';
import {displayWidth} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import {composeLine, type Cell} from './line.ts';

export type Hint = {
	readonly key: string;
	readonly title: string;
	readonly usable: boolean;
	/** It works everywhere, and so tells nothing about this place. */
	readonly general?: boolean;
};

/** Hints of what has the keyboard, most important first. */
export function footerHints(bindings: readonly KeyBinding[], state: State): readonly Hint[] {
	if (filterBeingTyped(state) !== undefined) {
		return [
			{key: 'Enter', title: 'keep the filter', usable: true},
			{key: 'Esc', title: 'clear it', usable: true},
		];
	}
	// A dialog shows its own.
	if (state.dialog) return [];
	const taken = new Set<string>();
	const hints: Hint[] = [];
	for (const scope of scopesOf(state)) {
		for (const binding of bindings) {
			const key = binding.keys[0];
			if (binding.scope !== scope || key === undefined || taken.has(key)) continue;
			for (const name of binding.keys) taken.add(name);
			if (!binding.footer || (binding.changes && state.readOnly)) continue;
			if (binding.id === 'filter' && !hasFilter(state)) continue;
			if (binding.id === 'remote.signatures' && !showsReferrers(state)) continue;
			hints.push({
				key: keyName(key),
				title: binding.title,
				usable: whyBlocked(binding, state) === undefined,
				general: scope === 'everywhere',
			});
		}
	}
	if (state.overlay) hints.unshift({key: 'Esc', title: 'back', usable: true});
	return hints;
}

/** A text to scroll through has nothing to narrow down. */
function hasFilter(state: State): boolean {
	if (!state.overlay || ['layers', 'safety'].includes(state.overlay.kind)) return true;
	return state.overlay.kind === 'remote' && selectRemoteLevel(state)?.at !== 'details';
}

/** Where what refers to a tag is on the screen; elsewhere other keys need the room. */
function showsReferrers(state: State): boolean {
	return selectRemoteLevel(state)?.at === 'details';
}

/** Always shown, however narrow the screen is: from there all else can be found. */
const indispensable = new Set(['help']);

/** The hints that fit, with help kept among them; what cannot be used now gives way to what can. */
export function hintCells(theme: Theme, hints: readonly Hint[], width: number): readonly Cell[] {
	const widthOf = ({key, title}: Hint) => displayWidth(shown(theme, key)) + displayWidth(title) + 3;
	let room = width - 1;
	const kept = new Set<Hint>();
	const keep = (candidates: readonly Hint[]) => {
		for (const hint of candidates) {
			// What stands behind the first that does not fit is less important still.
			if (widthOf(hint) > room) return;
			room -= widthOf(hint);
			kept.add(hint);
		}
	};
	keep(hints.filter(({title}) => indispensable.has(title)));
	const own = hints.filter(hint => !hint.general);
	keep(own.filter(({usable}) => usable));
	keep(own.filter(({usable}) => !usable));
	keep(hints.filter(hint => hint.general && !kept.has(hint)));
	const fitting = hints.filter(hint => kept.has(hint));
	return [
		{text: ' '},
		...fitting.flatMap(({key, title, usable}): Cell[] => [
			{text: shown(theme, key), tone: usable ? 'strong' : 'quiet'},
			{text: ` ${title}  `, tone: 'quiet'},
		]),
	];
}

function shown(theme: Theme, key: string): string {
	if (key === 'Enter') return theme.symbols.enter;
	if (theme.symbols.up === '^') return key.replace('↑', 'Up').replace('↓', 'Down');
	return key;
}

const noticeTones: Readonly<Record<Notice['level'], Tone | undefined>> = {
	info: undefined,
	success: 'good',
	warning: 'caution',
	error: 'failure',
};

/** The footer without its right end. */
export function footerLine(
	theme: Theme,
	facts: {readonly notice: Notice | undefined; readonly hints: readonly Hint[]},
	width: number,
): string {
	const {notice, hints} = facts;
	if (!notice) return composeLine(theme, hintCells(theme, hints, width), width);
	const {symbols} = theme;
	const symbol = {
		info: symbols.separator,
		success: symbols.success,
		warning: symbols.warning,
		error: symbols.failure,
	}[notice.level];
	const tone = noticeTones[notice.level];
	return composeLine(
		theme,
		[
			{text: ` ${symbol} `, tone},
			{text: notice.text, tone: notice.level === 'info' ? 'strong' : tone},
		],
		width,
	);
}
