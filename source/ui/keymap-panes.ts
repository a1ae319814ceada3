/** Keys of the four panes and of what opens over them. */
import {selectCurrentJob, selectCurrentTargetRow, selectJobRows} from '../workbench/selectors.ts';
import type {State} from '../workbench/state.ts';
import {whyNotRun} from '../workbench/run-selectors.ts';
import {labKeys} from './keymap-lab.ts';
import {layerKeys} from './keymap-layers.ts';
import {safetyKeys} from './keymap-safety.ts';
import {remoteKeys} from './keymap-remote.ts';
import {runKeys} from './keymap-run.ts';
import type {KeyBinding, Scope} from './keymap.ts';

function onProposal(state: State): string | undefined {
	return selectCurrentTargetRow(state)?.proposal === undefined
		? undefined
		: 'This registry is only proposed: add it first.';
}

function needsTarget(state: State): string | undefined {
	return selectCurrentTargetRow(state) ? onProposal(state) : 'There is no registry here yet.';
}

/** The same keys work on images and on tags. */
function imageKeys(scope: Scope & ('images' | 'tags')): readonly KeyBinding[] {
	const what = scope === 'images' ? 'image' : 'tag';
	return [
		{
			id: `${scope}.tag`,
			keys: ['t'],
			scope,
			title: 'tag',
			help: `Give the ${what} another name and tag`,
			footer: true,
			changes: true,
			run: intents => intents.openTag(),
		},
		{
			id: `${scope}.push`,
			keys: ['P'],
			scope,
			title: 'push',
			help: `Push the ${what} to one or several registries`,
			footer: true,
			changes: true,
			run: intents => intents.openPush(),
		},
		{
			id: `${scope}.pull`,
			keys: ['p'],
			scope,
			title: 'pull',
			help: 'Pull any reference from its registry',
			footer: true,
			changes: true,
			run: intents => intents.openPull(),
		},
		{
			id: `${scope}.copy`,
			keys: ['m'],
			scope,
			title: 'copy on',
			help: `Copy the ${what === 'image' ? "image's tag" : 'tag'} from one registry to another, without this machine`,
			changes: true,
			run: intents => intents.openCopy(),
		},
		{
			id: `${scope}.delete`,
			keys: ['d'],
			scope,
			title: 'delete',
			help:
				scope === 'images' ? 'Delete the local image with all its tags' : 'Remove the local tag',
			footer: true,
			dangerous: true,
			changes: true,
			run: intents => intents.openRemove(),
		},
		{
			id: `${scope}.repull`,
			keys: ['r'],
			scope,
			title: 're-pull',
			help: 'Delete the local copy, pull it again and compare',
			footer: true,
			dangerous: true,
			changes: true,
			run: intents => intents.openRepull(),
		},
		{
			id: `${scope}.run`,
			keys: ['u'],
			scope,
			title: 'run',
			help: 'Run it in a container, with its output in the log, and ask it whether it works',
			footer: true,
			changes: true,
			blocked: whyNotRun,
			run: intents => intents.openRun(),
		},
		{
			id: `${scope}.prove`,
			keys: ['v'],
			scope,
			title: 'prove',
			help: 'Prove the round trip: tag, push, run, delete, pull, run again, compare; with a report to hand in',
			footer: true,
			dangerous: true,
			changes: true,
			run: intents => intents.openProve(),
		},
		{
			id: `${scope}.cleanup`,
			keys: ['c'],
			scope,
			title: 'clean up',
			help: 'Old and unused images: what would go by rules, what stays and why',
			run: intents => intents.openCleanup(),
		},
		{
			id: `${scope}.open`,
			keys: ['enter'],
			scope,
			title: 'open',
			help: 'Show layers, history, configuration and labels',
			footer: true,
			run: intents => intents.openDetails(),
		},
		{
			id: `${scope}.layers`,
			keys: ['l'],
			scope,
			title: 'layers',
			help: 'Show where the megabytes are: layers, their files, and what is hidden in them',
			footer: true,
			run: intents => intents.openLayers(),
		},
		{
			id: `${scope}.safety`,
			keys: ['s'],
			scope,
			title: 'safety',
			help: 'Look for secrets, risky configuration and vulnerable packages in it',
			footer: true,
			run: intents => intents.openSafety(),
		},
		{
			id: `${scope}.mark`,
			keys: ['space'],
			scope,
			title: 'mark',
			help: 'Mark it; tag, push, delete and re-pull then work on all that is marked',
			footer: true,
			run: intents => intents.toggleMark(),
		},
	];
}

export const paneKeys: readonly KeyBinding[] = [
	...imageKeys('images'),
	...imageKeys('tags'),
	{
		id: 'registries.add',
		keys: ['a'],
		scope: 'registries',
		title: 'add',
		help: 'Add a registry to push to',
		footer: true,
		changes: true,
		run: intents => intents.openAddTarget(),
	},
	{
		id: 'registries.browse',
		keys: ['enter'],
		scope: 'registries',
		title: 'browse',
		help: 'Look into the registry: repositories, tags, one tag in full',
		footer: true,
		blocked: state =>
			selectCurrentTargetRow(state) ? undefined : 'There is no registry here yet.',
		run: intents => intents.openRemote(),
	},
	{
		id: 'registries.login',
		keys: ['l'],
		scope: 'registries',
		title: 'log in',
		help: 'Log in; the credential is tested before it is kept',
		footer: true,
		changes: true,
		blocked: needsTarget,
		run: intents => intents.openLogin(),
	},
	{
		id: 'registries.logout',
		keys: ['o'],
		scope: 'registries',
		title: 'log out',
		help: 'Forget the login that regbench keeps for the registry',
		footer: true,
		changes: true,
		blocked: needsTarget,
		run: intents => intents.logOut(),
	},
	{
		id: 'registries.default',
		keys: ['*'],
		scope: 'registries',
		title: 'default',
		help: 'Make it the one that tag and push start from',
		footer: true,
		changes: true,
		blocked: needsTarget,
		run: intents => intents.makeDefaultTarget(),
	},
	{
		id: 'registries.edit',
		keys: ['E'],
		scope: 'registries',
		title: 'edit',
		help: 'Change host or owner of the target',
		footer: true,
		changes: true,
		blocked: needsTarget,
		run: intents => intents.openEditTarget(),
	},
	{
		id: 'registries.remove',
		keys: ['d'],
		scope: 'registries',
		title: 'remove',
		help: 'Take the target off the list; nothing on the registry changes',
		footer: true,
		dangerous: true,
		changes: true,
		blocked: needsTarget,
		run: intents => intents.openRemoveTarget(),
	},
	{
		id: 'registries.cleanup',
		keys: ['c'],
		scope: 'registries',
		title: 'clean up',
		help: 'Old tags of the registry: what would go by rules, what stays and why',
		blocked: needsTarget,
		run: intents => intents.openCleanup(),
	},
	{
		id: 'registries.serve',
		keys: ['s'],
		scope: 'registries',
		title: 'start own',
		help: 'Start or stop a registry on this machine, for practice without an account',
		footer: true,
		changes: true,
		run: intents => intents.toggleEmbeddedRegistry(),
	},
	{
		id: 'log.follow',
		keys: ['f'],
		scope: 'log',
		title: 'follow',
		help: 'Stay at the newest line, or stay here',
		footer: true,
		run: intents => intents.toggleFollow(),
	},
	{
		id: 'log.wrap',
		keys: ['w'],
		scope: 'log',
		title: 'wrap',
		help: 'Break long lines, or cut them',
		footer: true,
		run: intents => intents.toggleWrap(),
	},
	{
		id: 'log.save',
		keys: ['s'],
		scope: 'log',
		title: 'save',
		help: 'Save the log to a file',
		footer: true,
		blocked: state => (state.log.lines.length === 0 ? 'The log is empty.' : undefined),
		run: intents => intents.openSaveLog(),
	},
	{
		id: 'log.clear',
		keys: ['c'],
		scope: 'log',
		title: 'clear',
		help: 'Empty the log',
		footer: true,
		run: intents => intents.clearLog(),
	},
];

function isActive(state: State): boolean {
	const phase = selectCurrentJob(state)?.phase;
	return phase === 'queued' || phase === 'running';
}

function notRetryable(state: State): string | undefined {
	const phase = selectCurrentJob(state)?.phase;
	return phase === 'failed' || phase === 'cancelled'
		? undefined
		: 'Only a job that failed or was cancelled can be retried.';
}

function noJobs(state: State): string | undefined {
	return selectJobRows(state).length === 0 ? 'There is no job.' : undefined;
}

export const overlayKeys: readonly KeyBinding[] = [
	{
		id: 'details.close',
		keys: ['enter'],
		scope: 'details',
		title: 'close',
		help: 'Close the details',
		run: intents => intents.back(),
	},
	{
		id: 'jobs.cancel',
		keys: ['x'],
		scope: 'jobs',
		title: 'cancel',
		help: 'Cancel the job',
		footer: true,
		blocked: state => (isActive(state) ? undefined : 'This job has ended already.'),
		run: intents => intents.cancelJob(),
	},
	{
		id: 'jobs.retry',
		keys: ['r', 'enter'],
		scope: 'jobs',
		title: 'retry',
		help: 'Run a failed or cancelled job again',
		footer: true,
		changes: true,
		blocked: notRetryable,
		run: intents => intents.retryJob(),
	},
	{
		id: 'jobs.clear',
		keys: ['c'],
		scope: 'jobs',
		title: 'clear ended',
		help: 'Take jobs that have ended off the list',
		footer: true,
		blocked: noJobs,
		run: intents => intents.clearEndedJobs(),
	},
	...labKeys,
	...layerKeys,
	...safetyKeys,
	...runKeys,
	...remoteKeys,
];
