/** Keys of the view into a registry. */
import {
	selectRemoteLevel,
	selectRemoteReference,
	selectRemoteRepository,
} from '../workbench/remote-selectors.ts';
import type {State} from '../workbench/state.ts';
import type {KeyBinding} from './keymap.ts';

function needsTag(state: State): string | undefined {
	return selectRemoteReference(state) === undefined
		? 'Open a repository and choose a tag first.'
		: undefined;
}

function needsRepository(state: State): string | undefined {
	return selectRemoteRepository(state) === undefined ? 'Choose a repository first.' : undefined;
}

export const remoteKeys: readonly KeyBinding[] = [
	{
		id: 'remote.enter',
		keys: ['enter'],
		scope: 'remote',
		title: 'open',
		help: "One step in: a repository's tags, a tag in full",
		footer: true,
		blocked: state =>
			selectRemoteLevel(state)?.at === 'details' ? 'This is the innermost view.' : undefined,
		run: intents => intents.enterRemote(),
	},
	{
		id: 'remote.pull',
		keys: ['p'],
		scope: 'remote',
		title: 'pull',
		help: 'Pull the tag to this machine',
		footer: true,
		changes: true,
		blocked: needsTag,
		run: intents => intents.pullRemote(),
	},
	{
		id: 'remote.copy',
		keys: ['m'],
		scope: 'remote',
		title: 'copy on',
		help: 'Copy the tag to another place on this or another registry, with all its platforms',
		footer: true,
		changes: true,
		blocked: needsTag,
		run: intents => intents.openCopy(),
	},
	{
		id: 'remote.delete',
		keys: ['d'],
		scope: 'remote',
		title: 'delete',
		help: 'Take the tag, or the image with all its tags, off the registry',
		footer: true,
		dangerous: true,
		changes: true,
		blocked: needsTag,
		run: intents => intents.openRemoteRemove(),
	},
	{
		id: 'remote.layers',
		keys: ['l'],
		scope: 'remote',
		title: 'layers',
		help: 'Read the layers from the registry: their files, and what is hidden in them',
		footer: true,
		blocked: needsTag,
		run: intents => intents.openLayers(),
	},
	{
		id: 'remote.safety',
		keys: ['s'],
		scope: 'remote',
		title: 'safety',
		help: 'Look for secrets, risky configuration and vulnerable packages in the tag',
		footer: true,
		blocked: needsTag,
		run: intents => intents.openSafety(),
	},
	{
		id: 'remote.signatures',
		keys: ['S'],
		scope: 'remote',
		title: 'signers',
		help: 'Who signed the tag: verify with a public key, or sign it with a key of yours',
		footer: true,
		blocked: needsTag,
		run: intents => intents.openSignatures(),
	},
	{
		id: 'remote.sort',
		keys: ['o'],
		scope: 'remote',
		title: 'order',
		help: 'Order tags by version, by name, by time',
		footer: true,
		blocked: state =>
			selectRemoteLevel(state)?.at === 'tags' ? undefined : 'Only tags are sorted.',
		run: intents => intents.cycleRemoteSort(),
	},
	{
		id: 'remote.visibility',
		keys: ['v'],
		scope: 'remote',
		title: 'who sees it',
		help: 'Who can see the repository, tried without a login, and where that is changed',
		footer: true,
		blocked: needsRepository,
		run: intents => intents.openVisibility(),
	},
	{
		id: 'remote.name',
		keys: ['n'],
		scope: 'remote',
		title: 'by name',
		help: 'Open a repository by its name, where the registry lists none',
		footer: true,
		run: intents => intents.openRepositoryName(),
	},
];
