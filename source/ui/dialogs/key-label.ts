import {keyName} from '../keymap.ts';
import {unicodeSymbols} from '../symbols.ts';
import type {Theme} from '../theme.ts';

const arrowNames: Readonly<Record<string, string>> = {
	up: 'Up',
	down: 'Down',
	left: 'Left',
	right: 'Right',
};

/** A key as people write it, with the arrows in words where they cannot be drawn. */
export function keyLabel(key: string, theme: Theme): string {
	const canDraw = theme.symbols.down === unicodeSymbols.down;
	return (canDraw ? undefined : arrowNames[key]) ?? keyName(key);
}
