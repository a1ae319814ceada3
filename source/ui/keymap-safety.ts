/** Keys of the safety view. */
import {selectSafety} from '../workbench/safety-selectors.ts';
import type {State} from '../workbench/state.ts';
import type {KeyBinding} from './keymap.ts';

function notReady(state: State): string | undefined {
	return selectSafety(state)?.report?.complete ? undefined : 'It is still being looked at.';
}

function noPackages(state: State): string | undefined {
	const waiting = notReady(state);
	if (waiting !== undefined) return waiting;
	return selectSafety(state)?.report?.inventory.length === 0
		? 'No package was found that OSV could be asked about.'
		: undefined;
}

export const safetyKeys: readonly KeyBinding[] = [
	{
		id: 'safety.save',
		keys: ['s'],
		scope: 'safety',
		title: 'save',
		help: 'Save the report as Markdown and JSON, and the packages as CycloneDX',
		footer: true,
		blocked: notReady,
		run: intents => intents.saveSafety(),
	},
	{
		id: 'safety.osv',
		keys: ['o'],
		scope: 'safety',
		title: 'ask OSV',
		help: 'Ask osv.dev about the packages: their names and versions leave this machine',
		footer: true,
		blocked: noPackages,
		run: intents => intents.askOsv(),
	},
];
