/** Holds the state: dispatch changes it, subscribers hear of it. */
import type {Action} from './actions.ts';
import {reduce} from './reducer.ts';
import type {State} from './state.ts';

export type Store = {
	getState(): State;
	dispatch(action: Action): void;
	/** Calls `listener` after each change; answers how to stop that. */
	subscribe(listener: () => void): () => void;
};

export function createStore(initial: State): Store {
	let state = initial;
	const listeners = new Set<() => void>();
	return {
		getState: () => state,
		dispatch(action) {
			const next = reduce(state, action);
			if (next === state) return;
			state = next;
			for (const listener of listeners) listener();
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}
