/** The dialogs of a few lines: confirming, saving the log, leaving. */
import type {Dialog} from '../../workbench/dialog.ts';
import {selectActiveJobs, selectLogLines} from '../../workbench/selectors.ts';
import {count} from './counting.ts';
import type {DialogContext} from './dialog-context.ts';
import {blank, capped, minorSentence, row, sentence, type DialogView} from './dialog-view.ts';
import {accent, caution, good, quiet, strong} from './lines.ts';
import {textRow} from './text-row.tsx';

type DialogOf<Kind extends Dialog['kind']> = Dialog & {readonly kind: Kind};

/** Taking a registry off the list: what goes and what stays. */
export function removeTargetView(
	{targetId}: DialogOf<'remove-target'>,
	{theme}: DialogContext,
): DialogView {
	return {
		title: `Remove ${targetId}`,
		tone: 'caution',
		rows: [
			row('Takes ', strong(targetId), ' off this list.'),
			blank,
			row(good(`${theme.symbols.success} `), quiet('The images on the registry stay as they are.')),
			row(good(`${theme.symbols.success} `), quiet('Your login is kept.')),
		],
	};
}

/** Where the log goes. */
export function saveLogView(
	{path, problem}: DialogOf<'save-log'>,
	{state, intents, theme, width}: DialogContext,
): DialogView {
	const lines = count(selectLogLines(state).length, 'line');
	return {
		title: 'Save the log',
		tone: 'focus',
		rows: [
			textRow({
				label: {text: 'file  ', tone: 'quiet'},
				name: 'save-log',
				theme,
				value: path,
				onChange: text => intents.changeSaveLogPath(text),
				focus: true,
				placeholder: 'regbench.log',
			}),
			blank,
			...(problem === undefined
				? minorSentence(`Writes ${lines} as plain text. The log holds no passwords.`, width)
				: sentence(problem, width, undefined, caution(`${theme.symbols.warning} `))),
		],
	};
}

/** Beginning the tour anew: what is forgotten. */
export function resetLabView({state}: DialogContext): DialogView {
	const ticked = Object.keys(state.lab?.ticks ?? {}).length;
	return {
		title: 'Begin the tour anew',
		tone: 'caution',
		rows: [
			row(
				'Forgets ',
				strong(count(ticked, 'tick')),
				' with what was seen. Images and registries stay.',
			),
			blank,
			row('Press ', accent('y'), ' to begin anew.'),
		],
	};
}

/** Leaving while jobs run. */
export function quitView({running}: DialogOf<'quit'>, {state, theme}: DialogContext): DialogView {
	const them = running === 1 ? 'it' : 'them';
	return {
		title: 'Quit',
		tone: 'caution',
		rows: [
			row(
				strong(`${count(running, 'job')} ${running === 1 ? 'is' : 'are'} running`),
				`; quitting cancels ${them}.`,
			),
			blank,
			...capped(selectActiveJobs(state), 4, job =>
				row(quiet(`  ${theme.symbols.separator} ${job.operation} `), job.subject),
			),
			blank,
			row('Press ', accent('y'), ' to quit.'),
		],
	};
}
