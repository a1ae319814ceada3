/** Keys that work in every pane. */
import type {Movement} from '../workbench/intents.ts';
import {whyNotRun} from '../workbench/run-selectors.ts';
import {paneIds} from '../workbench/state.ts';
import type {KeyBinding} from './keymap.ts';

type Move = {
	readonly id: string;
	readonly keys: readonly string[];
	readonly title: string;
	readonly help: string;
	readonly movement: (rows: number) => Movement;
};

export const moves: readonly Move[] = [
	{
		id: 'down',
		keys: ['j', 'down'],
		title: 'down',
		help: 'One row down',
		movement: () => ({by: 'row', count: 1}),
	},
	{
		id: 'up',
		keys: ['k', 'up'],
		title: 'up',
		help: 'One row up',
		movement: () => ({by: 'row', count: -1}),
	},
	{
		id: 'first',
		keys: ['g', 'home'],
		title: 'first',
		help: 'To the first row',
		movement: () => ({by: 'edge', edge: 'first'}),
	},
	{
		id: 'last',
		keys: ['G', 'end'],
		title: 'last',
		help: 'To the last row',
		movement: () => ({by: 'edge', edge: 'last'}),
	},
	{
		id: 'page-down',
		keys: ['pagedown'],
		title: 'page down',
		help: 'One page down',
		movement: rows => ({by: 'page', count: 1, rows}),
	},
	{
		id: 'page-up',
		keys: ['pageup'],
		title: 'page up',
		help: 'One page up',
		movement: rows => ({by: 'page', count: -1, rows}),
	},
	{
		id: 'half-down',
		keys: ['ctrl+d'],
		title: 'half down',
		help: 'Half a page down',
		movement: rows => ({by: 'row', count: halfOf(rows)}),
	},
	{
		id: 'half-up',
		keys: ['ctrl+u'],
		title: 'half up',
		help: 'Half a page up',
		movement: rows => ({by: 'row', count: -halfOf(rows)}),
	},
];

function halfOf(rows: number): number {
	return Math.max(1, Math.floor(rows / 2));
}

export const everywhereKeys: readonly KeyBinding[] = [
	{
		id: 'filter',
		keys: ['/'],
		scope: 'everywhere',
		title: 'filter',
		help: 'Narrow the list down while you type',
		footer: true,
		run: intents => intents.startFilter(),
	},
	{
		id: 'help',
		keys: ['?'],
		scope: 'everywhere',
		title: 'help',
		help: 'Show all keys',
		footer: true,
		run: intents => intents.openHelp(),
	},
	{
		id: 'palette',
		keys: [':'],
		scope: 'everywhere',
		title: 'commands',
		help: 'Find any command by its name',
		footer: true,
		run: intents => intents.openPalette(),
	},
	{
		id: 'jobs',
		keys: ['J'],
		scope: 'everywhere',
		title: 'jobs',
		help: 'Show running and ended jobs',
		footer: true,
		run: intents => intents.openJobs(),
	},
	{
		id: 'runs',
		keys: ['U'],
		scope: 'everywhere',
		title: 'containers',
		help: 'Show the containers that were made here: stop, remove, open a shell',
		blocked: whyNotRun,
		run: intents => intents.openRuns(),
	},
	{
		id: 'zoom',
		keys: ['z'],
		scope: 'everywhere',
		title: 'zoom',
		help: 'Give the pane the whole screen, and back',
		footer: true,
		run: intents => intents.toggleZoom(),
	},
	{
		id: 'copy',
		keys: ['y'],
		scope: 'everywhere',
		title: 'copy',
		help: 'Copy the reference, digest or command under the cursor',
		footer: true,
		run: intents => intents.copy(),
	},
	{
		id: 'explain',
		keys: ['e'],
		scope: 'everywhere',
		title: 'explain',
		help: 'Say in plain words what is under the cursor, with the facts of this machine',
		footer: true,
		run: intents => intents.openExplain(),
	},
	{
		id: 'lab',
		keys: ['L'],
		scope: 'everywhere',
		title: 'lab',
		help: 'The guided tour: nine steps that tick themselves off when they have happened',
		run: intents => intents.openLab(),
	},
	{
		id: 'refresh',
		keys: ['R'],
		scope: 'everywhere',
		title: 'refresh',
		help: 'Ask engine and registries again',
		footer: true,
		run(intents, {state}) {
			if (state.overlay?.kind === 'remote') intents.reloadRemote();
			else if (state.overlay?.kind === 'layers') intents.reloadLayers();
			else intents.refresh();
		},
	},
	{
		id: 'quit',
		keys: ['q', 'ctrl+c'],
		scope: 'everywhere',
		title: 'quit',
		help: 'Leave; asks first while jobs run',
		footer: true,
		run: intents => intents.quit(),
	},
	{
		id: 'back',
		keys: ['esc'],
		scope: 'everywhere',
		title: 'back',
		help: 'Back: close what is open, clear filter and marks, leave zoom',
		run: intents => intents.back(),
	},
	{
		id: 'next-pane',
		keys: ['tab'],
		scope: 'everywhere',
		title: 'next pane',
		help: 'To the next pane',
		run: intents => intents.focusNextPane(1),
	},
	{
		id: 'previous-pane',
		keys: ['shift+tab'],
		scope: 'everywhere',
		title: 'previous pane',
		help: 'To the previous pane',
		run: intents => intents.focusNextPane(-1),
	},
	...paneIds.map((pane, index): KeyBinding => ({
		id: `pane-${index + 1}`,
		keys: [String(index + 1)],
		scope: 'everywhere',
		title: pane,
		help: `To the ${pane} pane`,
		run: intents => intents.focusPane(pane),
	})),
	...moves.map(({movement, ...move}): KeyBinding => ({
		...move,
		scope: 'everywhere',
		run: (intents, {rows}) => intents.move(movement(rows)),
	})),
];
