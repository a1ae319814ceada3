import {describeAnswer} from '../../domain/probe.ts';
import type {RunDialog, RunField} from '../../workbench/dialog.ts';
import type {DialogContext} from './dialog-context.ts';
import {
	blank,
	minorSentence,
	sentence,
	type DialogView,
	type FieldRow,
	type TextRow,
} from './dialog-view.ts';
import {caution, failure, good} from './lines.ts';
import {textRow} from './text-row.tsx';

const fields: ReadonlyArray<{
	readonly name: RunField;
	readonly label: string;
	readonly placeholder: string;
	readonly about: string;
}> = [
	{
		name: 'ports',
		label: 'ports',
		placeholder: 'none published',
		about: "HOST:CONTAINER, on this machine's loopback only; 0:80 takes any free port.",
	},
	{
		name: 'environment',
		label: 'environment',
		placeholder: 'NAME=value',
		about:
			'NAME=value, several with blanks between. Values of names such as TOKEN or PASSWORD are neither shown in the log nor remembered.',
	},
	{
		name: 'command',
		label: 'command',
		placeholder: "the image's own",
		about: "In place of the image's own command.",
	},
	{
		name: 'mounts',
		label: 'mounts',
		placeholder: '/here:/there:ro',
		about: '/here:/there, on the machine of the engine; with :ro it cannot be written to.',
	},
	{
		name: 'probe',
		label: 'ask for',
		placeholder: 'nothing: a connection is enough',
		about: 'A path asked for by HTTP; the answer is kept, and compared the next time.',
	},
];

const labelWidth = 13;

/** How an image is run: ports, environment, command, mounts, and what it is asked. */
export function runView(dialog: RunDialog, context: DialogContext): DialogView {
	const {reference, field} = dialog;
	const {width} = context;
	const about = fields.find(({name}) => name === field)?.about ?? '';
	return {
		title: `Run ${reference}`,
		tone: 'focus',
		rows: [
			...fields.map(entry => fieldRow(dialog, entry, context)),
			blank,
			...(dialog.problem === undefined
				? minorSentence(about, width)
				: sentence(dialog.problem, width, undefined, caution(`${context.theme.symbols.warning} `))),
			...stateRows(dialog, context),
		],
	};
}

function stateRows({image, before}: RunDialog, {theme, width}: DialogContext): readonly TextRow[] {
	const {symbols} = theme;
	if (image.phase === 'failed') {
		return sentence(image.error.message, width, undefined, failure(`${symbols.failure} `));
	}
	return before
		? [
				blank,
				...sentence(
					`The answer is compared with the kept one: ${describeAnswer(before)}`,
					width,
					'quiet',
					good(`${symbols.success} `),
				),
			]
		: [];
}

function fieldRow(
	dialog: RunDialog,
	{name, label, placeholder}: (typeof fields)[number],
	{intents, theme}: DialogContext,
): FieldRow {
	const own =
		name === 'command' && dialog.image.phase === 'ready' && dialog.image.value.command !== ''
			? dialog.image.value.command
			: placeholder;
	return textRow({
		label: label.padEnd(labelWidth),
		name: `run:${name}`,
		theme,
		value: dialog.values[name],
		onChange: text => intents.changeRunField(name, text),
		focus: dialog.field === name,
		placeholder: own,
	});
}
