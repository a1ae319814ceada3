import type {Dialog} from '../../workbench/dialog.ts';
import {TextField} from '../components/text-field.tsx';
import type {KeyBinding} from '../keymap.ts';
import {displayWidth, wrap} from '../text.ts';
import type {DialogContext} from './dialog-context.ts';
import {blank, row, type DialogView, type TextRow} from './dialog-view.ts';
import {keyLabel} from './key-label.ts';
import {accent, quiet} from './lines.ts';
import {paletteCommands, paletteIndex, type PaletteCommand} from './palette-commands.ts';

/** The longest titles are two short words. */
const titleWidth = 15;
const cursorWidth = 2;
/** Rows below the list for what did not fit into the chosen row: one of air, two of text. */
const fullHelpRows = 3;
/** Rows above the list: what is typed, and air. */
const fieldRows = 2;
const mostListRows = 12;

/** All commands, found by typing a part of what they do. */
export function paletteView(
	dialog: Dialog & {readonly kind: 'palette'},
	context: DialogContext,
	bindings: readonly KeyBinding[],
): DialogView {
	const {state, intents, theme} = context;
	// The palette keeps its height while it is narrowed.
	const room = Math.max(1, context.height - fieldRows);
	const hasFullHelp = room > 2 * fullHelpRows;
	const listRows = Math.min(mostListRows, hasFullHelp ? room - fullHelpRows : room);
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
			...(hasFullHelp ? fullHelp(commands[index], context) : []),
		],
	};
}

/** All of what the chosen command does, or why it cannot be done now, where its row had to cut it. */
function fullHelp(command: PaletteCommand | undefined, {theme, width}: DialogContext): TextRow[] {
	const text = command ? (command.blocked ?? command.binding.help) : '';
	const key = command?.binding.keys[0];
	const keyWidth = key === undefined ? 0 : displayWidth(keyLabel(key, theme)) + 2;
	const isCut = displayWidth(text) > width - cursorWidth - titleWidth - keyWidth;
	const lines = isCut ? wrap(text, width - cursorWidth) : [];
	return Array.from({length: fullHelpRows}, (_, place) =>
		row({text: ' ', width: cursorWidth}, quiet(lines[place - 1] ?? '')),
	);
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
			{text: isCurrent ? `${theme.symbols.cursor} ` : '', width: cursorWidth, tone: 'focus'},
			{text: title, width: titleWidth, tone: isCurrent && !blocked ? 'selected' : tone},
			{text: blocked ?? help, tone: 'quiet'},
		],
		end: [
			{text: keys[0] === undefined ? '' : `  ${keyLabel(keys[0], theme)}`, tone: tone ?? 'focus'},
		],
	};
}
