/**
 * Takes the terminal and paints the first screen, before most of the program is loaded: what this file
 * imports must stay light.
 */
import type {Settings} from '../settings/schema.ts';
import {firstScreen} from '../ui/first-screen.ts';
import {keymap, rebound, type KeyBinding} from '../ui/keymap.ts';
import type {Proportions} from '../ui/layout.ts';
import {createTheme, type Theme} from '../ui/theme.ts';
import {initialState} from '../workbench/reducer.ts';
import {demandTerminal, holdTerminal, type HeldTerminal} from './hold-terminal.ts';
import type {Stage} from './stage/open-stage.tsx';

/** A terminal that is held, and how to draw on it. */
export type OpenScreen = {
	readonly terminal: HeldTerminal;
	readonly theme: Theme;
	readonly bindings: readonly KeyBinding[];
	readonly proportions: Proportions;
	/** Whether a screen reader reads along: lines that stay, instead of a screen. */
	readonly isSpoken: boolean;
};

/** Rejects with `NOT_A_TERMINAL` before anything is drawn. The caller releases the terminal. */
export async function openScreen(
	settings: Pick<Settings, 'keys' | 'theme' | 'ascii' | 'layout'>,
	mode: {
		readonly demo?: boolean;
		readonly readOnly?: boolean;
		readonly stage?: Stage | undefined;
	} = {},
): Promise<OpenScreen> {
	await demandTerminal();
	const isSpoken = process.env['INK_SCREEN_READER'] === 'true';
	const drawn = createTheme({
		mode: settings.theme,
		// A screen reader is given words for the symbols: which characters a terminal has is no matter.
		ascii: isSpoken ? false : settings.ascii === 'auto' ? undefined : settings.ascii === 'always',
		environment: process.env,
		platform: process.platform,
	});
	const theme = isSpoken ? {...drawn, symbols: {...drawn.symbols, enter: 'Enter'}} : drawn;
	const bindings = rebound(keymap, settings.keys);
	const proportions = settings.layout;
	const {stage} = mode;
	const held = holdTerminal();
	const terminal = stage?.hold(held) ?? held;
	if (!isSpoken) {
		const {columns} = terminal.stdout;
		const rows = terminal.stdout.rows - (stage?.rows ?? 0);
		const state = initialState({now: Date.now(), ...mode});
		const text = firstScreen({theme, bindings, state, columns, rows, proportions});
		if (text !== '') terminal.paint(text + '\n'.repeat(stage?.rows ?? 0));
	}
	return {terminal, theme, bindings, proportions, isSpoken};
}
