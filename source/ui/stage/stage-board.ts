/** What is told to an audience beside the screen: a caption, and the keys that are pressed. */

export type PressedKey = {
	readonly label: string;
	/** How often in a row. */
	readonly times: number;
};

export type StageView = {readonly caption: string; readonly keys: readonly PressedKey[]};

export type StageBoard = {
	readonly get: () => StageView;
	readonly subscribe: (listener: () => void) => () => void;
	caption(text: string): void;
	/** A key by its label, or {@link typedText}. */
	press(label: string): void;
	close(): void;
};

/** Stands for whatever is typed into a field: the field shows what may be seen of it. */
export const typedText = '…';

/** Keys stay this long after the last of them. */
const fadeMs = 1500;

const mostKeys = 6;

/** An empty board. The keys go all at once, so that a board at rest is drawn once more and no oftener. */
export function createStageBoard(): StageBoard {
	const listeners = new Set<() => void>();
	let view: StageView = {caption: '', keys: []};
	let fading: NodeJS.Timeout | undefined;
	const change = (next: StageView) => {
		view = next;
		for (const listener of listeners) listener();
	};
	return {
		get: () => view,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		caption(text) {
			if (text !== view.caption) change({...view, caption: text});
		},
		press(label) {
			clearTimeout(fading);
			fading = setTimeout(() => change({...view, keys: []}), fadeMs);
			fading.unref();
			const last = view.keys.at(-1);
			if (last?.label !== label) {
				change({...view, keys: [...view.keys, {label, times: 1}].slice(-mostKeys)});
			} else if (label !== typedText) {
				change({...view, keys: [...view.keys.slice(0, -1), {label, times: last.times + 1}]});
			}
		},
		close: () => clearTimeout(fading),
	};
}
