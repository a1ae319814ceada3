import type {Target} from '../../domain/target.ts';
import type {Dialog, TagCheck} from '../../workbench/dialog.ts';
import type {Cell} from '../rows/line.ts';
import type {DialogContext} from './dialog-context.ts';
import {
	blank,
	capped,
	minorSentence,
	row,
	sentence,
	type DialogView,
	type Row,
} from './dialog-view.ts';
import {accent, caution, quiet, strong} from './lines.ts';
import {textRow} from './text-row.tsx';

type TagDialog = Dialog & {readonly kind: 'tag'};

/** One more name for an image: the name, what is wrong with it, and where it exists already. */
export function tagView(dialog: TagDialog, context: DialogContext): DialogView {
	const {sources} = dialog;
	const several = sources.length > 1;
	return {
		title: several ? `Tag ${sources.length} images` : `Tag ${sources[0] ?? ''}`,
		tone: 'focus',
		rows: [
			...minorSentence(
				'A tag is one more name for the same image. Nothing is copied.',
				context.width,
			),
			blank,
			// Without a target stands for this machine, and comes first.
			row(
				quiet('for   '),
				...targetChoice(dialog.targetId, context.state.targets, 'this machine only', 1),
			),
			...(several ? severalRows(dialog, context) : singleRows(dialog, context)),
		],
	};
}

/** The target that a name is made for, and its place among all; `before` choices stand before the targets. */
export function targetChoice(
	targetId: string | undefined,
	targets: readonly Target[],
	otherwise: string,
	before: number,
): readonly Cell[] {
	const name = targetId ?? otherwise;
	if (targets.length === 0) return [strong(name)];
	const place = targets.findIndex(({id}) => id === targetId) + 1 + before;
	return [accent(name), quiet(`   ${place} of ${targets.length + before}`)];
}

function singleRows(dialog: TagDialog, context: DialogContext): readonly Row[] {
	const {sources, value, check} = dialog;
	const {intents, theme} = context;
	return [
		textRow({
			label: {text: 'name  ', tone: 'quiet'},
			name: 'tag',
			theme,
			value,
			onChange: text => intents.changeTagValue(text),
			focus: true,
			placeholder: 'name:tag',
		}),
		blank,
		...(check.problem ? problemRows(check.problem, context) : checkRows(check, value, context)),
		...(check.problem
			? []
			: [blank, ...minorSentence(`$ docker tag ${sources[0] ?? ''} ${value}`, context.width)]),
	];
}

function severalRows(
	{sources, targetId, value}: TagDialog,
	{theme}: DialogContext,
): readonly Row[] {
	return [
		...(targetId === undefined
			? [row(caution(`${theme.symbols.warning} `), 'Choose the registry they go to.')]
			: [row(quiet('as    '), value, quiet('NAME:TAG'))]),
		blank,
		row('Each keeps its own name and tag:'),
		...capped(sources, 6, source => row(quiet(`  ${theme.symbols.separator} `), source)),
	];
}

/** What is wrong with a name, and the key that puts it right. */
export function problemRows(
	problem: {readonly message: string; readonly repaired?: string},
	{theme, width}: DialogContext,
): readonly Row[] {
	const repair =
		problem.repaired === undefined
			? []
			: [row('  press ', accent('Ctrl-r'), ' to use ', strong(problem.repaired))];
	return [
		...sentence(problem.message, width, undefined, caution(`${theme.symbols.warning} `)),
		...repair,
	];
}

/** What is known of the name where it leads, or that it is being asked. */
export function checkRows(
	check: TagCheck,
	value: string,
	{theme, width}: DialogContext,
): readonly Row[] {
	const {warning, separator, checking} = theme.symbols;
	const notes = check.notes.flatMap(note => sentence(note, width, 'quiet', quiet(`${separator} `)));
	const host = value.split('/')[0] ?? '';
	const asked = /[.:]/.test(host) && value.includes('/') ? host : 'the registry';
	const asking = check.checking ? [row(quiet(`${separator} asking ${asked}${checking}`))] : [];
	const latest = value.endsWith(':latest')
		? sentence(
				':latest does not say which version it is; a number does.',
				width,
				'quiet',
				caution(`${warning} `),
			)
		: [];
	return [...notes, ...asking, ...latest];
}
