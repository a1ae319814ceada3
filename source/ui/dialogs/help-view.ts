import type {Dialog} from '../../workbench/dialog.ts';
import type {KeyBinding, Scope} from '../keymap.ts';
import type {Cell} from '../rows/line.ts';
import {wrap} from '../text.ts';
import type {Theme} from '../theme.ts';
import type {DialogContext} from './dialog-context.ts';
import {blank, row, type DialogView, type TextRow} from './dialog-view.ts';
import {keyLabel} from './key-label.ts';

/** Scopes in the order they are read, under the name they have on screen. */
const groups: ReadonlyArray<readonly [title: string, ...scopes: Scope[]]> = [
	['Images', 'images'],
	['Tags', 'tags'],
	['Registries', 'registries'],
	['Log', 'log'],
	['Everywhere', 'everywhere'],
	['Jobs', 'jobs'],
	['Details', 'details'],
	['Inside a registry', 'remote'],
	['Dialogs', 'dialog'],
];

const columnGap = 3;
const widestColumn = 54;

/** From this width on there are two columns. */
const twoColumns = 96;

/** All keys, by where they work. */
export function helpView(
	{offset}: Dialog & {readonly kind: 'help'},
	{width, theme}: DialogContext,
	bindings: readonly KeyBinding[],
): DialogView {
	const shown = bindings.filter(isShown);
	const keyWidth = Math.max(...shown.map(({keys}) => keyNames(keys, theme).length)) + 2;
	const columnWidth = width < twoColumns ? width : Math.floor((width - columnGap) / 2);
	const blocks = groups.flatMap(([title, ...scopes]) => {
		const members = shown.filter(({scope}) => scopes.includes(scope));
		const lines = members.flatMap(binding => keyLines(binding, theme, keyWidth, columnWidth));
		return members.length === 0 ? [] : [[heading(title), ...lines]];
	});
	const rows =
		width < twoColumns
			? blocks.flatMap(block => [...block.map(cells => row(...cells)), blank])
			: sideBySide(blocks, columnWidth);
	return {title: 'Keys', tone: 'focus', offset, rows: rows.slice(0, -1)};
}

/** The columns a help text wants on a screen that has `available`. */
export function helpWidth(available: number): number {
	return available < twoColumns ? available : Math.min(available, 2 * widestColumn);
}

type Block = ReadonlyArray<readonly Cell[]>;

function heading(title: string): readonly Cell[] {
	return [{text: title, tone: 'strong'}];
}

function isShown({scope}: KeyBinding): boolean {
	return groups.some(([, ...scopes]) => scopes.some(shown => shown === scope));
}

function keyNames(keys: readonly string[], theme: Theme): string {
	return keys.map(key => keyLabel(key, theme)).join(' ');
}

function keyLines(
	{keys, help}: KeyBinding,
	theme: Theme,
	keyWidth: number,
	columnWidth: number,
): Block {
	return wrap(help, columnWidth - keyWidth).map((text, index) => [
		{text: index === 0 ? keyNames(keys, theme) : '', width: keyWidth, tone: 'focus'},
		{text},
	]);
}

/** Blocks in two columns of about the same height, in reading order. */
function sideBySide(blocks: readonly Block[], columnWidth: number): readonly TextRow[] {
	const height = blocks.reduce((sum, block) => sum + block.length + 1, 0);
	const left: Array<readonly Cell[]> = [];
	const right: Array<readonly Cell[]> = [];
	let placed = 0;
	for (const block of blocks) {
		const side = placed + block.length / 2 < height / 2 ? left : right;
		side.push(...block, []);
		placed += block.length + 1;
	}
	return Array.from({length: Math.max(left.length, right.length)}, (_, index) =>
		row(...inColumn(left[index] ?? [], columnWidth), ...(right[index] ?? [])),
	);
}

/** Cells that together take exactly the width of a column, and the gap after it. */
function inColumn(cells: readonly Cell[], columnWidth: number): readonly Cell[] {
	const [first, second] = cells;
	if (!first) return [{text: '', width: columnWidth + columnGap}];
	if (!second)
		return [
			{...first, width: columnWidth},
			{text: '', width: columnGap},
		];
	return [
		first,
		{...second, width: columnWidth - (first.width ?? 0)},
		{text: '', width: columnGap},
	];
}
