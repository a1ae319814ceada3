/** What every part of the screen is drawn with. */
import {createContext, useContext} from 'react';
import type {KeyBinding} from './keymap.ts';
import type {Theme} from './theme.ts';

export type UiContextValue = {
	readonly theme: Theme;
	/** The keymap, with the person's own keys in it. */
	readonly bindings: readonly KeyBinding[];
};

export const UiContext = createContext<UiContextValue | undefined>(undefined);

/** Theme and keys of the screen that is drawn. */
export function useUi(): UiContextValue {
	const value = useContext(UiContext);
	if (!value) throw new Error('UiContext is missing');
	return value;
}
