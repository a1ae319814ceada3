/** Keys of the layer view. */
import type {KeyBinding} from './keymap.ts';

export const layerKeys: readonly KeyBinding[] = [
	{
		id: 'layers.enter',
		keys: ['enter'],
		scope: 'layers',
		title: 'open',
		help: 'The files of a layer; opens and closes a folder',
		footer: true,
		run: intents => intents.enterLayers(),
	},
	{
		id: 'layers.wasted',
		keys: ['w'],
		scope: 'layers',
		title: 'hidden',
		help: 'Files that are stored and never seen: a later layer overwrites or removes them',
		footer: true,
		run: intents => intents.toggleWasted(),
	},
];
