/** Keys of the containers that were made here, and of a proof. */
import {selectCurrentRun} from '../workbench/run-selectors.ts';
import type {State} from '../workbench/state.ts';
import type {KeyBinding} from './keymap.ts';

function noRun(state: State): string | undefined {
	return selectCurrentRun(state) ? undefined : 'There is no container here.';
}

function notRunning(state: State): string | undefined {
	const run = selectCurrentRun(state);
	if (!run) return 'There is no container here.';
	return run.running ? undefined : 'This container has ended.';
}

export const runKeys: readonly KeyBinding[] = [
	{
		id: 'runs.stop',
		keys: ['x'],
		scope: 'runs',
		title: 'stop',
		help: 'Stop the container',
		footer: true,
		changes: true,
		blocked: notRunning,
		run: intents => intents.stopRun(),
	},
	{
		id: 'runs.shell',
		keys: ['enter'],
		scope: 'runs',
		title: 'shell',
		help: 'Open a shell in the container; regbench comes back when it ends',
		footer: true,
		changes: true,
		blocked: notRunning,
		run: intents => intents.openShell(),
	},
	{
		id: 'runs.probe',
		keys: ['p'],
		scope: 'runs',
		title: 'ask again',
		help: 'Ask the container once more, and compare with the answer that was kept',
		footer: true,
		blocked: notRunning,
		run: intents => intents.probeRun(),
	},
	{
		id: 'runs.remove',
		keys: ['d'],
		scope: 'runs',
		title: 'remove',
		help: 'Stop the container and take it away',
		footer: true,
		changes: true,
		blocked: noRun,
		run: intents => intents.removeRun(),
	},
	{
		id: 'runs.copy',
		keys: ['y'],
		scope: 'runs',
		title: 'copy command',
		help: 'Copy the docker run that does the same',
		footer: true,
		blocked: noRun,
		run: intents => intents.copy(),
	},
	{
		id: 'proof.save',
		keys: ['s'],
		scope: 'proof',
		title: 'save',
		help: 'Save the proof as Markdown and as JSON',
		footer: true,
		run: intents => intents.saveProof(),
	},
	{
		id: 'proof.close',
		keys: ['enter'],
		scope: 'proof',
		title: 'close',
		help: 'Close the proof',
		run: intents => intents.back(),
	},
];
