/**
 * The one table of keys. Key handling, footer, the help screen, the palette and the documentation all
 * read it, and the settings may rebind it by id.
 */
import type {Intents} from '../workbench/intents.ts';
import type {Dialog} from '../workbench/dialog.ts';
import type {Overlay, PaneId, State} from '../workbench/state.ts';
import {dialogKeys} from './keymap-dialogs.ts';
import {overlayKeys, paneKeys} from './keymap-panes.ts';
import {everywhereKeys} from './keymap-everywhere.ts';

export type Scope = 'everywhere' | PaneId | Overlay['kind'] | 'dialog' | `dialog:${Dialog['kind']}`;

/** What a binding is told besides the intents. */
export type KeyContext = {
	/** Rows of a page where the keyboard is. */
	readonly rows: number;
	readonly state: State;
};

export type KeyBinding = {
	/** Stable name, unique: what settings rebind. */
	readonly id: string;
	/** Names as key-dispatch.ts makes them: `j`, `P`, `ctrl+d`, `shift+tab`, `enter`, `esc`, `space`. */
	readonly keys: readonly string[];
	readonly scope: Scope;
	/** One or two words, for the footer. */
	readonly title: string;
	/** A sentence, for help and palette. */
	readonly help: string;
	/** Whether the footer shows it; it shows those first that stand first in the table. */
	readonly footer?: boolean;
	/** Takes something away: always asks first. */
	readonly dangerous?: boolean;
	/** Changes images, registries, logins or settings: `--read-only` forbids it. */
	readonly changes?: boolean;
	/** The sentence shown when it cannot be done now. */
	readonly blocked?: (state: State) => string | undefined;
	readonly run: (intents: Intents, context: KeyContext) => void;
};

export const keymap: readonly KeyBinding[] = [
	...paneKeys,
	...overlayKeys,
	...everywhereKeys,
	...dialogKeys,
];

/**
 * Other keys by binding id, as the settings have them; no keys at all switch a binding off. An id that is
 * not in the table is left aside.
 */
export type KeyOverrides = Readonly<Record<string, readonly string[]>>;

/** The table with some keys of the person's own. */
export function rebound(
	bindings: readonly KeyBinding[],
	overrides: KeyOverrides,
): readonly KeyBinding[] {
	return bindings.map(binding => {
		const keys = overrides[binding.id];
		return keys ? {...binding, keys} : binding;
	});
}

export type KeyOverlap = {readonly key: string; readonly first: string; readonly second: string};

/** Bindings of one scope that want the same key: the second would never be heard. */
export function findOverlaps(bindings: readonly KeyBinding[]): readonly KeyOverlap[] {
	const seen = new Map<string, string>();
	const overlaps: KeyOverlap[] = [];
	for (const {id, keys, scope} of bindings) {
		for (const key of keys) {
			const place = `${scope} ${key}`;
			const first = seen.get(place);
			if (first === undefined) seen.set(place, id);
			else overlaps.push({key, first, second: id});
		}
	}
	return overlaps;
}

/** Why a binding cannot be used now, in a sentence; undefined when it can. */
export function whyBlocked(binding: KeyBinding, state: State): string | undefined {
	if (binding.changes && state.readOnly) {
		return `${binding.title} is off: regbench was started with --read-only.`;
	}
	return binding.blocked?.(state);
}

const labels: Readonly<Record<string, string>> = {
	enter: 'Enter',
	esc: 'Esc',
	space: 'Space',
	tab: 'Tab',
	'shift+tab': 'Shift-Tab',
	up: '↑',
	down: '↓',
	left: '←',
	right: '→',
	pageup: 'PgUp',
	pagedown: 'PgDn',
	home: 'Home',
	end: 'End',
	backspace: 'Backspace',
	delete: 'Del',
};

/** A key as people write it: `Ctrl-d`, `PgUp`, `↑`. */
export function keyName(key: string): string {
	if (key.startsWith('ctrl+')) return `Ctrl-${labels[key.slice(5)] ?? key.slice(5)}`;
	return labels[key] ?? key;
}

/** The first key of a binding as people write it; a question mark where the id is unknown. */
export function keyOf(bindings: readonly KeyBinding[], id: string): string {
	const key = bindings.find(binding => binding.id === id)?.keys[0];
	return key === undefined ? '?' : keyName(key);
}
