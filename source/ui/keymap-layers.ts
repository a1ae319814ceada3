/** Keys of the layer view. */
import {selectLayers} from '../workbench/layer-selectors.ts';
import type {State} from '../workbench/state.ts';
import type {KeyBinding} from './keymap.ts';

function notInFiles(state: State): string | undefined {
	return selectLayers(state)?.view === 'files' ? undefined : 'Open a layer with Enter first.';
}

function noStep(step: 1 | -1): (state: State) => string | undefined {
	return state => {
		const layers = selectLayers(state);
		if (layers?.report?.layers[layers.layer + step]) return notInFiles(state);
		return notInFiles(state) ?? `This is the ${step > 0 ? 'last' : 'first'} layer.`;
	};
}

export const layerKeys: readonly KeyBinding[] = [
	{
		id: 'layers.enter',
		keys: ['enter', 'right'],
		scope: 'layers',
		title: 'open',
		help: 'The files of a layer; opens and closes a folder; from a list to the file in its layer',
		footer: true,
		run: intents => intents.enterLayers(),
	},
	{
		id: 'layers.fold',
		keys: ['left'],
		scope: 'layers',
		title: 'fold',
		help: 'Close the folder, or go to the one above',
		blocked: notInFiles,
		run: intents => intents.foldLayers(),
	},
	{
		id: 'layers.largest',
		keys: ['b'],
		scope: 'layers',
		title: 'biggest',
		help: 'The biggest files of all layers, or back to the layers',
		footer: true,
		run: intents => intents.showLayers('largest'),
	},
	{
		id: 'layers.hidden',
		keys: ['w'],
		scope: 'layers',
		title: 'wasted',
		help: 'Files that are stored and never seen, for a later layer overwrites or removes them; or back',
		footer: true,
		run: intents => intents.showLayers('hidden'),
	},
	{
		id: 'layers.sort',
		keys: ['s'],
		scope: 'layers',
		title: 'sort',
		help: 'Biggest first, or by path',
		footer: true,
		blocked: state =>
			selectLayers(state)?.view === 'layers'
				? 'Layers stand in their order: open one to sort its files.'
				: undefined,
		run: intents => intents.toggleLayerSort(),
	},
	{
		id: 'layers.previous',
		keys: ['['],
		scope: 'layers',
		title: 'layer below',
		help: 'The files of the layer before this one',
		blocked: noStep(-1),
		run: intents => intents.stepLayer(-1),
	},
	{
		id: 'layers.next',
		keys: [']'],
		scope: 'layers',
		title: 'next layer',
		help: 'The files of the layer after this one',
		blocked: noStep(1),
		run: intents => intents.stepLayer(1),
	},
];
