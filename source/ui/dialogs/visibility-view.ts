import type {RepositoryFacts} from '../../domain/remote.ts';
import {formatRelative} from '../../domain/size.ts';
import type {Dialog} from '../../workbench/dialog.ts';
import type {Loadable} from '../../workbench/loadable.ts';
import type {Cell} from '../rows/line.ts';
import {displayWidth} from '../text.ts';
import {unicodeSymbols} from '../symbols.ts';
import type {DialogContext} from './dialog-context.ts';
import {blank, row, sentence, type DialogView, type TextRow} from './dialog-view.ts';
import {caution, failure, good, quiet, strong} from './lines.ts';

type VisibilityDialog = Dialog & {readonly kind: 'visibility'};

const labelWidth = 16;

/** Who can see a repository, by what the registry says and by trying it; and where that is changed. */
export function visibilityView(dialog: VisibilityDialog, context: DialogContext): DialogView {
	return {
		title: `Who can see ${dialog.repository}`,
		tone: 'focus',
		rows: [
			...factRows(dialog.facts, context),
			...anonymousRows(dialog, context),
			...placeRows(dialog, context),
		],
	};
}

/** The page that a person would go to: where visibility is changed, else where the repository is shown. */
export function visibilityAddress({facts, page}: VisibilityDialog): string | undefined {
	if (facts.phase === 'failed') return page;
	if (facts.phase !== 'ready') return undefined;
	return facts.value?.settingsAddress ?? facts.value?.webAddress ?? page;
}

function pair(label: string, ...parts: ReadonlyArray<Cell | string>): TextRow {
	return row({text: label, width: labelWidth, tone: 'quiet'}, ...parts);
}

function factRows(
	facts: Loadable<RepositoryFacts | undefined>,
	{theme, width, state}: DialogContext,
): readonly TextRow[] {
	if (facts.phase === 'failed') {
		return [
			...sentence(facts.error.message, width, undefined, failure(`${theme.symbols.failure} `)),
			...sentence(facts.error.hint, width, 'quiet', quiet('  ')),
			blank,
		];
	}
	if (facts.phase !== 'ready') {
		return [pair('visibility', quiet(`asking${theme.symbols.checking}`))];
	}
	if (!facts.value) return [pair('visibility', quiet('this registry does not tell'))];
	const {visibility, linkedTo, versionCount, updatedAt} = facts.value;
	const age = formatRelative(updatedAt, state.now);
	return [
		pair(
			'visibility',
			visibility === undefined
				? quiet('not told')
				: visibility === 'public'
					? caution('public')
					: strong(visibility),
		),
		...(linkedTo === undefined ? [] : [pair('belongs to', linkedTo)]),
		...(versionCount === undefined ? [] : [pair('versions', String(versionCount))]),
		...(updatedAt === undefined ? [] : [pair('updated', age === 'now' ? age : `${age} ago`)]),
	];
}

function anonymousRows(
	{facts, anonymous}: VisibilityDialog,
	{theme, width}: DialogContext,
): readonly TextRow[] {
	const {success, dash, unknown, checking, warning} = theme.symbols;
	const label = 'without a login';
	switch (anonymous.phase) {
		case 'idle':
		case 'loading':
			return [pair(label, quiet(`trying${checking}`))];
		case 'failed':
			return sentence(`${unknown} ${anonymous.error.message}`, width, 'quiet', {
				text: label.padEnd(labelWidth),
				tone: 'quiet',
			});
		case 'ready':
			break;
	}
	const told = facts.phase === 'ready' ? facts.value?.visibility : undefined;
	const open = anonymous.value;
	const differs = told !== undefined && (told === 'public') !== open;
	return [
		open
			? pair(label, good(`${success} `), 'anybody can pull it (tried just now)')
			: pair(label, quiet(`${dash} `), 'refused: every pull needs a login (tried just now)'),
		...(differs
			? sentence(
					`The registry calls it ${told}, yet a pull without a login ${open ? 'works' : 'is refused'}. After a change this can take a minute.`,
					width,
					undefined,
					caution(`${warning} `),
				)
			: []),
	];
}

function placeRows(dialog: VisibilityDialog, context: DialogContext): readonly TextRow[] {
	const address = visibilityAddress(dialog);
	if (address === undefined) return practiceRows(dialog, context);
	const settings =
		dialog.facts.phase === 'ready' && dialog.facts.value?.settingsAddress !== undefined;
	return [
		blank,
		row(
			settings
				? 'It is changed in a browser only, on this page:'
				: 'Its page, where its owner finds the settings:',
		),
		...addressRows(address, context.width),
		...codeRows(context),
	];
}

/** A practice registry that tells a visibility has no page to change it on; the real one has. */
function practiceRows({facts}: VisibilityDialog, {width}: DialogContext): readonly TextRow[] {
	if (facts.phase !== 'ready' || facts.value?.visibility === undefined) return [];
	return [
		blank,
		...sentence(
			'This registry names no page where that is changed. On ghcr.io the link stands here, with a code for your phone: no API changes it.',
			width,
			'quiet',
		),
	];
}

/** The address as a link; one that is too long for a row is broken, and each part leads there. */
function addressRows(address: string, width: number): readonly TextRow[] {
	const parts: TextRow[] = [];
	for (let from = 0; from < address.length; from += width) {
		parts.push(row({text: address.slice(from, from + width), tone: 'focus', link: address}));
	}
	return parts;
}

/** The code only whole: it goes first where there is no room. */
function codeRows({code, theme, width, height}: DialogContext): readonly TextRow[] {
	const canDraw = theme.symbols.full === unicodeSymbols.full;
	if (!code || !canDraw || code.width > width || code.rows.length + 9 > height) return [];
	const left = ' '.repeat(Math.floor((width - displayWidth(code.rows[0] ?? '')) / 2));
	return [
		blank,
		...code.rows.map((text): TextRow => ({
			kind: 'text',
			cells: [{text: left}, {text, tone: 'paper'}],
			minor: 'code',
		})),
	];
}
