/** Keys of the guided tour. */
import type {KeyBinding} from './keymap.ts';

export const labKeys: readonly KeyBinding[] = [
	{
		id: 'lab.explain',
		keys: ['enter'],
		scope: 'lab',
		title: 'explain',
		help: 'Explain the step; where it is not possible here, that stands for it',
		footer: true,
		run: intents => intents.explainStep(),
	},
	{
		id: 'lab.save',
		keys: ['s'],
		scope: 'lab',
		title: 'save report',
		help: 'Save what was done, with times and digests, as Markdown and as JSON',
		footer: true,
		run: intents => intents.saveLab(),
	},
	{
		id: 'lab.hint',
		keys: ['h'],
		scope: 'lab',
		title: 'hint',
		help: 'Tell the next step in the last line of the screen, or not',
		footer: true,
		run: intents => intents.toggleLabHint(),
	},
	{
		id: 'lab.reset',
		keys: ['X'],
		scope: 'lab',
		title: 'begin anew',
		help: 'Forget what was ticked off, and begin the tour anew',
		footer: true,
		dangerous: true,
		changes: true,
		run: intents => intents.openResetLab(),
	},
];
