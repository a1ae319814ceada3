import {isTouched, type CleanupEntry} from '../../domain/cleanup.ts';
import {shortDigest} from '../../domain/digest.ts';
import {formatBytes} from '../../domain/size.ts';
import {bytesOf, entryKey} from '../../operations/plan-cleanup.ts';
import {describeRule, selectCleanupRows, type CleanupRow} from '../../workbench/cleanup-rows.ts';
import type {CleanupDialog, CleanupField} from '../../workbench/dialog.ts';
import {count} from './counting.ts';
import type {DialogContext} from './dialog-context.ts';
import {
	blank,
	item,
	row,
	sentence,
	type DialogView,
	type FieldRow,
	type TextRow,
} from './dialog-view.ts';
import {failure, good, quiet, strong} from './lines.ts';
import {textRow} from './text-row.tsx';

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
/** Rows for rules of the settings; the list below needs the room. */
const mostRules = 3;

/** Rules, and what they do: what goes, what stays and why, with the bytes. */
export function cleanupView(dialog: CleanupDialog, context: DialogContext): DialogView {
	return {
		title: `Clean up ${dialog.targetId ?? 'this machine'}`,
		tone: 'failure',
		rows: [
			...fields.map(field => fieldRow(dialog, field, context)),
			...savedRules(dialog, context),
			...planRows(dialog, context),
		],
	};
}

/** Rules of the settings that hold as well: without them it could not be told why something goes. */
function savedRules({others}: CleanupDialog, {width}: DialogContext): readonly TextRow[] {
	const shown = others.slice(0, others.length > mostRules ? mostRules - 1 : mostRules);
	const lines = shown.map(describeRule);
	if (shown.length < others.length) {
		lines.push(`and ${count(others.length - shown.length, 'more rule')} in the settings`);
	}
	return lines.flatMap((text, index) =>
		sentence(text, width, undefined, quiet((index === 0 ? 'saved too' : '').padEnd(labelWidth))),
	);
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
	const {entries, notes} = plan.value;
	if (entries.length === 0) return [...sentence('Nothing is there to clean up.', width, 'quiet')];
	const taken = new Set(dialog.taken);
	const left = entries.map(entry => (taken.has(entryKey(entry)) ? untouched(entry) : entry));
	const goes = left.filter(isTouched).length;
	const {listedBytes, freedBytes} = bytesOf(left);
	const all = selectCleanupRows(dialog);
	const noted = notes.flatMap(note => sentence(note, width, 'quiet'));
	const room = Math.max(
		1,
		height - fields.length - savedRules(dialog, context).length - 2 - noted.length,
	);
	const first = Math.max(0, Math.min(cursor - Math.floor(room / 2), all.length - room));
	const listed = listedBytes === freedBytes ? '' : `${formatBytes(listedBytes)} as listed, `;
	return [
		// Air only where the list does not need the row.
		...(all.length < room ? [blank] : []),
		...noted,
		row(strong(`${goes} of ${count(entries.length, 'image')} would go or lose a name`)),
		row(
			quiet(`${listed}up to ${formatBytes(freedBytes)} freed`),
			quiet(all.length > room ? `  ${cursor + 1}/${all.length}` : ''),
			quiet(dialog.show === 'all' ? '' : `  only what ${dialog.show}`),
		),
		...all
			.slice(first, first + room)
			.map((one, index) => cleanupRow(one, first + index === cursor, context)),
	];
}

function untouched(entry: CleanupEntry): CleanupEntry {
	return {...entry, goes: false, names: entry.names.map(name => ({...name, goes: false}))};
}

function cleanupRow(
	{entry, name, goes, reason, isFirst, taken}: CleanupRow,
	isCurrent: boolean,
	{theme}: DialogContext,
): TextRow {
	const {cursor, success, failure: cross} = theme.symbols;
	const path = entry.place === 'local' ? '' : `${entry.place.slice(entry.place.indexOf('/') + 1)}`;
	const shown = name === undefined ? shortDigest(entry.id) : name;
	const separator = path === '' ? '' : name === undefined ? '@' : ':';
	const mark = goes ? failure(`${cross} `) : good(`${success} `);
	const {length} = entry.referrers;
	const along = goes && isFirst && length > 0 ? `, with ${count(length, 'artifact')} of it` : '';
	return {
		...item(isCurrent, cursor, mark, `${path}${separator}${shown}`, quiet(`  ${reason}${along}`)),
		end: entry.goes && isFirst && !taken ? [quiet(`  ${formatBytes(entry.sizeBytes)}`)] : [],
	};
}

function fieldRow(
	dialog: CleanupDialog,
	{name, label, placeholder}: (typeof fields)[number],
	{intents, theme}: DialogContext,
): FieldRow {
	return textRow({
		label: label.padEnd(labelWidth),
		name: `cleanup:${name}`,
		theme,
		value: dialog.values[name],
		onChange: text => intents.changeCleanupField(name, text),
		focus: dialog.field === name,
		placeholder,
	});
}
