import type {Dialog} from '../../workbench/dialog.ts';
import {TextField} from '../components/text-field.tsx';
import type {KeyBinding} from '../keymap.ts';
import type {DialogContext} from './dialog-context.ts';
import {blank, row, type DialogView, type TextRow} from './dialog-view.ts';
import {keyLabel} from './key-label.ts';
import {accent, quiet} from './lines.ts';
import {paletteCommands, paletteIndex, type PaletteCommand} from './palette-commands.ts';

/** The longest titles are two short words. */
const titleWidth = 15;

/** All commands, found by typing a part of what they do. */
export function paletteView(
	dialog: Dialog & {readonly kind: 'palette'},
	context: DialogContext,
	bindings: readonly KeyBinding[],
	/** Rows for the list; the palette keeps its height while it is narrowed. */
	listRows: number,
): DialogView {
	const {state, intents, theme} = context;
	const commands = paletteCommands(state, bindings, dialog.query);
	const index = paletteIndex(dialog.cursor, commands.length);
	const first = Math.max(0, Math.min(index - Math.floor(listRows / 2), commands.length - listRows));
	const shown = commands.slice(first, first + listRows);
	const rest = Array.from({length: listRows - Math.max(shown.length, 1)}, () => row(' '));
	return {
		title: 'Commands',
		tone: 'focus',
		rows: [
			{
				kind: 'field',
				name: 'palette',
				label: accent(': '),
				current: false,
				field: columns => (
					<TextField
						name="palette"
						theme={theme}
						value={dialog.query}
						onChange={text => intents.changePaletteQuery(text)}
						focus
						width={columns}
						placeholder="push, log in, zoom"
					/>
				),
			},
			blank,
			...(shown.length === 0
				? [row(quiet('No command has these letters. Backspace takes them away.'))]
				: shown.map((command, place) => commandRow(command, first + place === index, context))),
			...rest,
		],
	};
}

function commandRow(
	{binding, blocked}: PaletteCommand,
	isCurrent: boolean,
	{theme}: DialogContext,
): TextRow {
	const {title, help, keys} = binding;
	const tone = blocked === undefined ? undefined : 'quiet';
	return {
		kind: 'text',
		current: isCurrent,
		cells: [
			{text: isCurrent ? `${theme.symbols.cursor} ` : '', width: 2, tone: 'focus'},
			{text: title, width: titleWidth, tone: isCurrent && !blocked ? 'selected' : tone},
			{text: blocked ?? help, tone: 'quiet'},
		],
		end: [
			{text: keys[0] === undefined ? '' : `  ${keyLabel(keys[0], theme)}`, tone: tone ?? 'focus'},
		],
	};
}
