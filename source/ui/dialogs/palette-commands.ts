/** What the palette offers: the commands of the table of keys, found by their words. Pure. */
import {go as findFuzzily} from 'fuzzysort';
import type {Intents} from '../../workbench/intents.ts';
import {topics} from '../../explain/topics.ts';
import {paneIds, type PaneId, type State} from '../../workbench/state.ts';
import {scopesOf} from '../key-dispatch.ts';
import {moves} from '../keymap-everywhere.ts';
import {whyBlocked, type KeyBinding, type Scope} from '../keymap.ts';

export type PaletteCommand = {
	readonly binding: KeyBinding;
	/** Why it cannot be done now. */
	readonly blocked?: string;
};

/** `:explain digest` and its like. */
const explanations: readonly KeyBinding[] = topics.map(({id, title}) => ({
	id: `explain.${id}`,
	keys: [],
	scope: 'everywhere',
	title: 'explain',
	help: `${id}: ${title}`,
	run: intents => intents.explainTopic(id),
}));

const movements = new Set(moves.map(({id}) => id));

/** The state as it is for commands: without the palette over it. */
function beneath(state: State): State {
	return {...state, dialog: undefined};
}

/**
 * The commands that match what was typed, best first; without a query those of where one is come first.
 * Where two panes have the same command, the one of the pane in use stands for both.
 */
export function paletteCommands(
	state: State,
	bindings: readonly KeyBinding[],
	query: string,
): readonly PaletteCommand[] {
	const commandState = beneath(state);
	const here = scopesOf(commandState);
	const offered = new Map<string, KeyBinding>();
	for (const scope of [...here, ...paneIds.filter(pane => !here.includes(pane))]) {
		for (const binding of bindings) {
			if (binding.scope !== scope || movements.has(binding.id) || binding.id === 'palette')
				continue;
			const words = `${binding.keys[0]} ${binding.title}`;
			if (!offered.has(words)) offered.set(words, binding);
		}
	}
	const candidates = [...offered.values(), ...explanations].map(binding => ({
		binding,
		text: `${binding.title} ${binding.help}`,
	}));
	const found =
		query.trim() === ''
			? candidates
			: findFuzzily(query.trim(), candidates, {
					keys: ['binding.title', 'text'],
					threshold: 0.3,
				}).map(result => result.obj);
	return found.map(({binding}) => {
		const blocked = whyBlocked(binding, focusedOn(commandState, binding.scope));
		return blocked === undefined ? {binding} : {binding, blocked};
	});
}

/** The row the cursor is on: it goes round at the end of the list. */
export function paletteIndex(cursor: number, total: number): number {
	return total === 0 ? -1 : cursor % total;
}

/** Closes the palette and does what was chosen, in the pane it belongs to. A blocked command does nothing. */
export function runPaletteCommand(
	{binding, blocked}: PaletteCommand,
	state: State,
	intents: Intents,
	rows: number,
): void {
	if (blocked !== undefined) return;
	intents.back();
	const pane = paneOf(binding.scope);
	const inUse = scopesOf(beneath(state)).includes(binding.scope);
	if (pane && !inUse) intents.focusPane(pane);
	binding.run(intents, {rows, state: focusedOn(beneath(state), binding.scope)});
}

function focusedOn(state: State, scope: Scope): State {
	const pane = paneOf(scope);
	return pane ? {...state, focus: pane} : state;
}

function paneOf(scope: Scope): PaneId | undefined {
	return paneIds.find(pane => pane === scope);
}
