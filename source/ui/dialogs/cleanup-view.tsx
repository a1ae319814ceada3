import {isTouched, type CleanupEntry} from '../../domain/cleanup.ts';
import {formatBytes} from '../../domain/size.ts';
import type {CleanupDialog, CleanupField} from '../../workbench/dialog.ts';
import {TextField} from '../components/text-field.tsx';
import {count} from './counting.ts';
import type {DialogContext} from './dialog-context.ts';
import {item, row, sentence, type DialogView, type FieldRow, type TextRow} from './dialog-view.ts';
import {failure, good, quiet, strong} from './lines.ts';

const fields: ReadonlyArray<{
	readonly name: CleanupField;
	readonly label: string;
	readonly placeholder: string;
}> = [
	{name: 'keep', label: 'keep newest', placeholder: 'any number; 0: all unused may go'},
	{name: 'older', label: 'older than', placeholder: 'any age; days'},
	{name: 'order', label: 'newest by', placeholder: 'version or time'},
	{name: 'only', label: 'repositories', placeholder: '* for all'},
	{name: 'protect', label: 'protected', placeholder: 'tags that never go: latest v1.*'},
];
const labelWidth = 14;

/** Rules, and what they do: what goes, what stays and why, with the bytes. */
export function cleanupView(dialog: CleanupDialog, context: DialogContext): DialogView {
	return {
		title: `Clean up ${dialog.targetId ?? 'this machine'}`,
		tone: 'failure',
		rows: [...fields.map(field => fieldRow(dialog, field, context)), ...planRows(dialog, context)],
	};
}

function planRows(dialog: CleanupDialog, context: DialogContext): readonly TextRow[] {
	const {plan, problem, cursor} = dialog;
	const {theme, width, height} = context;
	const {symbols} = theme;
	if (problem !== undefined) return sentence(problem, width, 'caution');
	if (plan.phase === 'failed') {
		return [
			...sentence(plan.error.message, width, undefined, failure(`${symbols.failure} `)),
			...sentence(plan.error.hint, width, 'quiet'),
		];
	}
	if (plan.phase !== 'ready') return [row(quiet(`Looking at what would go${symbols.checking}`))];
	const {entries, freedBytes} = plan.value;
	const goes = entries.filter(isTouched).length;
	// What goes is what a person wants to see first.
	const sorted = entries.toSorted(
		(one, other) => Number(isTouched(other)) - Number(isTouched(one)),
	);
	const room = Math.max(1, height - fields.length - 1);
	const first = Math.max(0, Math.min(cursor - Math.floor(room / 2), sorted.length - room));
	return [
		row(
			strong(`${goes} of ${count(entries.length, 'image')} would go or lose a name`),
			quiet(`, up to ${formatBytes(freedBytes)} freed`),
		),
		...sorted
			.slice(first, first + room)
			.map((entry, index) => entryRow(entry, first + index === cursor, context)),
	];
}

function entryRow(entry: CleanupEntry, isCurrent: boolean, {theme}: DialogContext): TextRow {
	const {cursor, success, failure: cross} = theme.symbols;
	const going = entry.names.filter(({goes}) => goes);
	const shown = going.length > 0 ? going : entry.names;
	const names =
		shown.map(({name}) => name).join(', ') || entry.id.replace(/^sha256:/, '').slice(0, 12);
	const path = entry.place === 'local' ? '' : `${entry.place.slice(entry.place.indexOf('/') + 1)}:`;
	const reason = going[0]?.reason ?? entry.reason;
	const mark = isTouched(entry) ? failure(`${cross} `) : good(`${success} `);
	return {
		...item(isCurrent, cursor, mark, `${path}${names}`, quiet(`  ${reason}`)),
		end: entry.goes ? [quiet(`  ${formatBytes(entry.sizeBytes)}`)] : [],
	};
}

function fieldRow(
	dialog: CleanupDialog,
	{name, label, placeholder}: (typeof fields)[number],
	{intents, theme}: DialogContext,
): FieldRow {
	const focus = dialog.field === name;
	return {
		kind: 'field',
		name,
		label: focus
			? {text: label.padEnd(labelWidth), tone: 'focus'}
			: quiet(label.padEnd(labelWidth)),
		current: focus,
		field: columns => (
			<TextField
				key={name}
				name={`cleanup:${name}`}
				theme={theme}
				value={dialog.values[name]}
				onChange={text => intents.changeCleanupField(name, text)}
				focus={focus}
				width={columns}
				placeholder={placeholder}
			/>
		),
	};
}
