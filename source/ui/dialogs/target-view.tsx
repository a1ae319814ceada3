import {selectTargetForm, type TargetFormView} from '../../workbench/form-selectors.ts';
import type {Dialog} from '../../workbench/dialog.ts';
import type {DialogContext} from './dialog-context.ts';
import {
	blank,
	item,
	minor,
	row,
	type DialogView,
	type FieldRow,
	type TextRow,
} from './dialog-view.ts';
import {good, quiet} from './lines.ts';
import {problemRows} from './tag-view.tsx';
import {textRow} from './text-row.tsx';

type TargetDialog = Dialog & {readonly kind: 'target'};

/** A registry to push to: typed, or taken from the logins found on this machine. */
export function targetView(dialog: TargetDialog, context: DialogContext): DialogView {
	const {editing, problem, proposals} = dialog;
	const form = selectTargetForm(context.state);
	const namespaceLabel = form?.namespaceLabel ?? 'folder';
	const hasNamespace = showsNamespace(dialog, form);
	const labels = [form?.hostLabel ?? 'host', ...(hasNamespace ? [namespaceLabel] : [])];
	const labelWidth = Math.max(...labels.map(label => label.length), 'images'.length) + 2;
	const field = (name: 'host' | 'namespace', label: string, placeholder: string): FieldRow =>
		fieldRow(dialog, context, {name, label: label.padEnd(labelWidth), placeholder});
	return {
		title: editing === undefined ? 'Add a registry' : `Change ${editing}`,
		tone: 'focus',
		rows: [
			field('host', form?.hostLabel ?? 'host', 'ghcr.io, NAME.azurecr.io or localhost:5000'),
			...(hasNamespace
				? [
						field(
							'namespace',
							namespaceLabel,
							form?.namespaceRequired ? 'your user or organisation' : 'may stay empty',
						),
					]
				: []),
			blank,
			...(problem
				? problemRows(problem, context)
				: form && dialog.host !== ''
					? [
							row(quiet('is'.padEnd(labelWidth)), form.title),
							row(quiet('images'.padEnd(labelWidth)), form.preview),
						]
					: [minor(quiet('A registry is where images are pushed to and pulled from.'))]),
			...(proposals.length === 0 ? [] : [blank, ...proposalRows(dialog, context)]),
		],
	};
}

/**
 * Whether there is a second field. A registry without owners takes a path all the same: it is shown when
 * there is one, or when the cursor is there.
 */
export function showsNamespace(dialog: TargetDialog, form: TargetFormView | undefined): boolean {
	return (
		form?.namespaceLabel !== undefined || dialog.namespace !== '' || dialog.field === 'namespace'
	);
}

function fieldRow(
	dialog: TargetDialog,
	{intents, theme}: DialogContext,
	options: {
		readonly name: 'host' | 'namespace';
		readonly label: string;
		readonly placeholder: string;
	},
): FieldRow {
	const {name, label, placeholder} = options;
	return textRow({
		label,
		name: `target:${name}`,
		theme,
		value: dialog[name],
		onChange: text => intents.changeTargetField(name, text),
		focus: dialog.field === name,
		cursorHidden: dialog.cursor >= 0,
		placeholder,
	});
}

function proposalRows(
	{proposals, cursor}: TargetDialog,
	{theme}: DialogContext,
): readonly TextRow[] {
	const {symbols} = theme;
	return [
		row(good(`${symbols.loggedIn} `), quiet('found on this machine')),
		...proposals.map(({target, reason}, index) => ({
			...item(
				index === cursor,
				symbols.cursor,
				index === cursor ? {text: target.id, tone: 'selected'} : target.id,
			),
			end: [quiet(`  ${reason}`)],
		})),
	];
}
