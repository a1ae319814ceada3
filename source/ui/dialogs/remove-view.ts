import {formatBytes} from '../../domain/size.ts';
import type {Dialog, RemovePlan} from '../../workbench/dialog.ts';
import {capitalise, count} from './counting.ts';
import type {DialogContext} from './dialog-context.ts';
import {
	blank,
	capped,
	minorSentence,
	row,
	sentence,
	type DialogView,
	type TextRow,
} from './dialog-view.ts';
import {accent, caution, failure, good, quiet, strong} from './lines.ts';

type RemoveDialog = Dialog & {readonly kind: 'remove'};

/** Exactly what a delete takes away, who uses it, and whether it can come back. */
export function removeView(dialog: RemoveDialog, context: DialogContext): DialogView {
	const {plan, force} = dialog;
	const {theme, width} = context;
	if (plan.phase === 'ready') return planView(plan.value, force, context);
	return {
		title: 'Delete',
		tone: 'failure',
		rows:
			plan.phase === 'failed'
				? [
						...sentence(plan.error.message, width, undefined, failure(`${theme.symbols.failure} `)),
						...sentence(plan.error.hint, width, 'quiet', quiet('  ')),
					]
				: [row(quiet(`Looking at what would go${theme.symbols.checking}`))],
	};
}

function planView(plan: RemovePlan, force: boolean, context: DialogContext): DialogView {
	const {references, images} = plan;
	const names = references.length > 0 ? references : images.map(shortId);
	const [first] = names;
	const what =
		names.length === 1 && first !== undefined
			? first
			: count(names.length, references.length > 0 ? 'reference' : 'image');
	return {
		title: `Delete ${what}`,
		tone: 'failure',
		rows: [
			row(strong(`${consequence(plan)}.`)),
			blank,
			...capped(names, context.height < 16 ? 3 : 5, name =>
				row(quiet(`  ${context.theme.symbols.dash} `), name),
			),
			...containerRows(plan, force, context),
			blank,
			...copyRows(plan, context),
			...(plan.copies.length === 0
				? []
				: [
						blank,
						...minorSentence(
							'Only the copy on this machine goes; registries keep theirs.',
							context.width,
						),
					]),
		],
	};
}

function shortId(id: string): string {
	return id.replace(/^sha256:/, '').slice(0, 12);
}

/** `Untags 2 references, frees 33 MB`. */
function consequence({references, images, freedBytes}: RemovePlan): string {
	const parts: string[] = [];
	if (references.length > 0) parts.push(`untags ${count(references.length, 'reference')}`);
	else parts.push(`removes ${count(images.length, 'image')}`);
	if (images.length > 0) parts.push(`frees ${formatBytes(freedBytes)}`);
	return capitalise(parts.join(', '));
}

function containerRows(
	{containers}: RemovePlan,
	force: boolean,
	{theme, width, height}: DialogContext,
): readonly TextRow[] {
	if (containers.length === 0) return [];
	const {warning, loggedIn: running, loggedOut: stopped} = theme.symbols;
	const verb = containers.length === 1 ? 'uses' : 'use';
	const list = capped(containers, height < 16 ? 2 : 4, container =>
		container.running
			? row(good(`    ${running} `), strong(container.name), quiet('  running'))
			: row(quiet(`    ${stopped} `), strong(container.name), quiet('  stopped')),
	);
	return [
		blank,
		row(caution(`${warning} `), `${count(containers.length, 'container')} ${verb} it:`),
		...list,
		...(force
			? sentence(
					'Force is on: it goes although a container needs it.',
					width,
					'failure',
					failure('  '),
				)
			: [row('  The engine refuses. Press ', accent('f'), ' first to force it.')]),
	];
}

function copyRows({copies, images}: RemovePlan, {theme, width}: DialogContext): readonly TextRow[] {
	const {success, warning} = theme.symbols;
	if (images.length === 0)
		return [row(good(`${success} `), 'The image stays: it has another name.')];
	if (copies.length === 0) {
		return sentence(
			'No registry is known to hold these bytes: this is the only copy.',
			width,
			'failure',
			failure(`${warning} `),
		);
	}
	const [only] = copies;
	if (copies.length === 1 && only !== undefined) {
		return sentence(`It can be pulled again from ${only}`, width, undefined, good(`${success} `));
	}
	return [
		row(good(`${success} `), 'It can be pulled again from'),
		...capped(copies, 3, copy => row(quiet('    '), copy)),
	];
}
