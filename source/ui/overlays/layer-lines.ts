/** The lines of the layer view: its rows, and what is known of the selected one. Pure. */
import {shortDigest} from '../../domain/digest.ts';
import {formatBytes} from '../../domain/size.ts';
import type {ListedLayer} from '../../operations/layer-reading.ts';
import {digestOf, markCounts, type LayerRow} from '../../workbench/layer-selectors.ts';
import type {FileRow} from '../../workbench/layer-tree.ts';
import type {TargetColumn} from '../../workbench/selectors.ts';
import type {LayersOverlay} from '../../workbench/state.ts';
import {formatCount} from '../panes/pane-title.ts';
import {composeLine, type Cell} from '../rows/line.ts';
import {leadCells, rowTone, type RowState} from '../rows/list-row.ts';
import {wrap} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import {pictureCells, plainBar, sizeBar} from './layer-picture.ts';
import {instruction} from './sections.ts';

const marks: Readonly<Record<'added' | 'changed' | 'removed', readonly [string, Tone]>> = {
	added: ['+', 'good'],
	changed: ['~', 'caution'],
	removed: ['-', 'failure'],
};
const sizeWidth = 8;
const labelWidth = 11;

/** Columns of a bar in a row: narrow screens need them for names. */
function barWidth(width: number): number {
	return width < 70 ? 8 : 12;
}

/** Above the layers: all of them in one bar, and their sum. */
export function summaryLines(
	theme: Theme,
	{report}: LayersOverlay,
	selected: number | undefined,
	width: number,
): readonly string[] {
	if (!report) return [];
	const {layers, totalBytes, wastedBytes} = report;
	const {separator} = theme.symbols;
	const unpacked = layers.reduce((sum, layer) => sum + layer.unpackedBytes, 0);
	const isStored = layers.some(({digest}) => digest !== undefined);
	const size =
		isStored && unpacked > 0
			? `${formatBytes(totalBytes)} stored, ${formatBytes(unpacked)} unpacked`
			: formatBytes(totalBytes);
	const count = width < 70 ? '' : ` in ${counted(layers.length, 'layer')}`;
	const share = unpacked > 0 ? Math.round((100 * wastedBytes) / unpacked) : 0;
	const waste: Cell[] =
		wastedBytes > 0
			? [
					{text: ` ${separator} `, tone: 'quiet'},
					{
						text: `${theme.symbols.empty} ${formatBytes(wastedBytes)} wasted${share > 0 ? ` (${share} %)` : ''}`,
						tone: 'caution',
					},
				]
			: report.complete
				? [{text: ` ${separator} nothing wasted`, tone: 'good'}]
				: [];
	return [
		' '.repeat(width),
		composeLine(
			theme,
			[{text: '  '}, ...pictureCells(theme, layers, selected, Math.max(0, width - 4))],
			width,
		),
		composeLine(theme, [{text: `  ${size}${count}`}, ...waste], width),
		' '.repeat(width),
	];
}

/** What a row is drawn against. */
export type RowScale = {
	/** The largest of what is listed. */
	readonly largest: number;
	readonly width: number;
};

/** One row of any of the lists. */
export function layerRowLine(
	theme: Theme,
	row: LayerRow,
	state: RowState,
	{largest, width}: RowScale,
): string {
	const bar = barWidth(width);
	const cells = (): readonly Cell[] => {
		switch (row.at) {
			case 'layer':
				return layerCells(theme, row, state, largest, bar);
			case 'file':
				return fileCells(theme, row.file, state, largest, bar);
			case 'largest':
				return [
					sizeCell(row.file.sizeBytes),
					{text: ' '},
					...plainBar(theme, row.file.sizeBytes, largest, bar),
					{text: `  ${row.file.layer + 1}`, width: 5, align: 'right', tone: 'quiet'},
					{text: '  '},
					...pathCells(row.file.path, width - 3 - sizeWidth - bar - 8, rowTone(state)),
				];
			case 'hidden': {
				const {path, sizeBytes, layer, hiddenBy, how} = row.file;
				return [
					sizeCell(sizeBytes),
					{text: ' '},
					...plainBar(theme, sizeBytes, largest, bar),
					{
						text: `  ${marks[how][0]} ${layer + 1}${theme.symbols.arrow}${hiddenBy + 1}`,
						width: 9,
						tone: marks[how][1],
					},
					...pathCells(path, width - 3 - sizeWidth - bar - 10, rowTone(state)),
				];
			}
		}
	};
	return composeLine(theme, [...leadCells(theme, state), ...cells()], width);
}

function layerCells(
	theme: Theme,
	{index, layer}: LayerRow & {readonly at: 'layer'},
	state: RowState,
	largest: number,
	bar: number,
): readonly Cell[] {
	const {sizeBytes, createdBy, problem, state: phase} = layer;
	const {symbols} = theme;
	const lead: Readonly<Record<ListedLayer['state'], Cell>> = {
		waiting: {text: '  '},
		reading: {text: `${symbols.checking} `, tone: 'focus'},
		read: {text: '  '},
		failed: {text: `${symbols.failure} `, tone: 'failure'},
	};
	return [
		{text: String(index + 1), width: 3, align: 'right', tone: 'quiet'},
		sizeCell(sizeBytes),
		{text: ' '},
		...sizeBar(theme, layer, largest, bar),
		{text: ' '},
		lead[phase],
		{
			text: instruction(createdBy) || problem || 'no instruction told',
			tone: rowTone(state, phase === 'waiting' || createdBy === '' ? 'quiet' : undefined),
		},
	];
}

function fileCells(
	theme: Theme,
	file: FileRow,
	state: RowState,
	largest: number,
	bar: number,
): readonly Cell[] {
	const {name, depth, kind, isOpen, sizeBytes, hidesBytes, mark, count} = file;
	const [sign, tone] = mark ? marks[mark] : [' ', undefined];
	const isFolder = kind === 'folder';
	// What is removed takes nothing; what it was is worth knowing.
	const isGone = mark === 'removed';
	const size: Cell = isGone
		? {text: hidesBytes > 0 ? `(${formatBytes(hidesBytes)})` : '', width: 9, align: 'right', tone}
		: {text: sizeBytes > 0 ? formatBytes(sizeBytes) : '', width: 9, align: 'right'};
	return [
		size,
		{text: ' '},
		...(isGone ? [{text: '', width: bar}] : plainBar(theme, sizeBytes, largest, bar)),
		{text: ` ${sign} `, tone},
		{text: '', width: 2 * Math.min(depth, 12)},
		{
			text: isFolder ? `${isOpen ? theme.symbols.opened : theme.symbols.closed} ` : '  ',
			tone: 'quiet',
		},
		{text: isFolder ? `${name}/` : name, tone: rowTone(state, isGone ? 'quiet' : undefined)},
		{text: kindText(kind), tone: 'quiet'},
		...(isFolder && count > 0
			? [{text: `  ${counted(count, 'file')}`, tone: 'quiet'} as const]
			: []),
	];
}

function kindText(kind: FileRow['kind']): string {
	const words: Partial<Record<FileRow['kind'], string>> = {
		link: '  link',
		'hard-link': '  hard link',
		device: '  device',
		other: '  other',
	};
	return words[kind] ?? '';
}

/** A path whose end is what one looks for: where there is little room its beginning gives way. */
function pathCells(path: string, room: number, tone: Tone | undefined): readonly Cell[] {
	const slash = path.lastIndexOf('/') + 1;
	const folder = path.slice(0, slash);
	const name = path.slice(slash);
	const most = Math.max(0, room - name.length);
	if (folder.length <= most)
		return [
			{text: folder, tone: 'quiet'},
			{text: name, tone},
		];
	const end = most > 2 ? `…${folder.slice(folder.length - most + 1)}` : '';
	return [
		{text: end, tone: 'quiet'},
		{text: name, tone},
	];
}

function sizeCell(bytes: number): Cell {
	return {text: formatBytes(bytes), width: sizeWidth, align: 'right'};
}

/** Everything that is known of the selected row, below a line. */
export function factLines(
	theme: Theme,
	overlay: LayersOverlay,
	row: LayerRow | undefined,
	{
		targets,
		width,
		most,
	}: {
		readonly targets: readonly TargetColumn[];
		readonly width: number;
		/** Lines that may be taken. */
		readonly most: number;
	},
): readonly string[] {
	if (!row) return [];
	const fact = (name: string, text: string, lines = 1, tone?: Tone): readonly string[] => {
		const room = Math.max(8, width - labelWidth - 3);
		const parts = wrap(text, room);
		const kept = parts.slice(0, lines);
		if (parts.length > lines) kept[lines - 1] = `${kept[lines - 1]}${theme.symbols.ellipsis}`;
		return kept.map((part, index) =>
			composeLine(
				theme,
				[
					{text: index === 0 ? `  ${name}` : '', width: labelWidth + 2, tone: 'quiet'},
					{text: part, tone},
				],
				width,
			),
		);
	};
	const lines =
		row.at === 'layer'
			? layerFacts(theme, overlay, row, {targets, isTall: most > 14}, fact)
			: fact('path', `/${row.file.path}`, 2);
	const rest =
		row.at === 'layer' ? [] : [...fileFacts(overlay, row, fact), ...brokenFacts(overlay, fact)];
	return [
		theme.paint('quiet', theme.symbols.horizontal.repeat(width)),
		...[...lines, ...rest].slice(0, Math.max(1, most - 1)),
	];
}

type Fact = (name: string, text: string, lines?: number, tone?: Tone) => readonly string[];

function layerFacts(
	theme: Theme,
	overlay: LayersOverlay,
	{index, layer}: LayerRow & {readonly at: 'layer'},
	{targets, isTall}: {readonly targets: readonly TargetColumn[]; readonly isTall: boolean},
	fact: Fact,
): readonly string[] {
	const {symbols} = theme;
	const {diffId, createdBy, problem, remarks} = layer;
	const digest = digestOf(overlay, index);
	return [
		...fact('made by', instruction(createdBy) || 'The image does not tell.', isTall ? 5 : 2),
		...(problem === undefined ? [] : fact('not read', problem, 2, 'failure')),
		...fact(
			'digest',
			[
				digest ? shortDigest(digest) : 'known once a registry has it',
				`diff ID ${diffId ? shortDigest(diffId) : 'told by reading'}`,
			].join(` ${symbols.separator} `),
		),
		...fact('files', filesText(layer, symbols.separator), 2),
		...fact('shared', sharedText(layer, overlay.report?.unaskedImages ?? 0)),
		...fact('registries', targetsText(theme, overlay, index, targets), 2),
		...remarks.flatMap(remark => fact('mind', remark, 1, 'caution')),
	];
}

function filesText(layer: ListedLayer, separator: string): string {
	const {entries, unpackedBytes, wastedBytes, state, files} = layer;
	if (state === 'waiting') return 'not read yet';
	const {added, changed, removed} = markCounts(files);
	const marked = [
		added > 0 ? `+${formatCount(added)}` : '',
		changed > 0 ? `~${formatCount(changed)}` : '',
		removed > 0 ? `-${formatCount(removed)}` : '',
	].filter(Boolean);
	return [
		`${formatCount(entries)} ${entries === 1 ? 'entry' : 'entries'}`,
		marked.join(' '),
		`${formatBytes(unpackedBytes)} unpacked`,
		wastedBytes > 0 ? `${formatBytes(wastedBytes)} wasted` : '',
	]
		.filter(Boolean)
		.join(` ${separator} `);
}

function sharedText({sharedWith}: ListedLayer, unasked: number): string {
	if (sharedWith === undefined) return 'asking the engine';
	const asked = unasked > 0 ? ` (${formatCount(unasked)} older images were not asked)` : '';
	if (sharedWith.length === 0) return `with no other local image${asked}`;
	return `with ${sharedWith.map(shortName).join(', ')}${asked}`;
}

/** `✓ ghcr  – acr  ? hub`: the symbol says it, the words below the list say what it means. */
function targetsText(
	{symbols}: Theme,
	{placed, places}: LayersOverlay,
	index: number,
	targets: readonly TargetColumn[],
): string {
	if (places.length === 0) return 'no registry to look on';
	return places
		.map(id => {
			const place = placed[id];
			const label = targets.find(({target}) => target.id === id)?.label ?? id.replace(/\/.*/, '');
			if (!place) return `${symbols.checking} ${label}`;
			if (place.problem !== undefined) return `${symbols.unknown} ${label} does not answer`;
			const standing = place.standing[index] ?? 'unknown';
			if (place.problem !== undefined) return `${symbols.unknown} ${label} does not answer`;
			const word = {present: 'has it', absent: 'not there', unknown: 'unknown'}[standing];
			const symbol = {
				present: symbols.same,
				absent: symbols.absent,
				unknown: symbols.unknown,
			}[standing];
			return `${symbol} ${label} ${word}`;
		})
		.join('   ');
}

function fileFacts(
	{report, layer}: LayersOverlay,
	row: Exclude<LayerRow, {readonly at: 'layer'}>,
	fact: Fact,
): readonly string[] {
	const madeBy = (index: number) =>
		fact(`layer ${index + 1}`, instruction(report?.layers[index]?.createdBy ?? '') || 'not told');
	if (row.at === 'largest') return madeBy(row.file.layer);
	if (row.at === 'hidden') {
		const {layer: storedBy, hiddenBy, how, sizeBytes} = row.file;
		const verb = how === 'changed' ? 'writes over it' : 'removes it';
		return [
			...fact(
				'wasted',
				`${formatBytes(sizeBytes)}: layer ${storedBy + 1} stores it, layer ${hiddenBy + 1} ${verb}`,
			),
			...madeBy(storedBy),
			...madeBy(hiddenBy),
		];
	}
	const {mark, hidesBytes, kind, count} = row.file;
	const isCompared = report?.layers[layer]?.files[0]?.mark !== undefined;
	const said = mark
		? {
				added: 'New in this layer.',
				changed: kind === 'folder' ? 'Was there; something in it changed.' : 'Written over.',
				removed: 'Taken away by this layer; its bytes stay in the layer that brought it.',
			}[mark]
		: isCompared
			? `Holds ${counted(count, 'file')} of this layer.`
			: 'What it does to the layers below shows once they are read.';
	const hides = hidesBytes > 0 ? ` Hides ${formatBytes(hidesBytes)} of layers below.` : '';
	return fact('here', `${said}${hides}`, 2);
}

/** That there may be more than what is listed. */
function brokenFacts({view, report, layer}: LayersOverlay, fact: Fact): readonly string[] {
	const problem = view === 'files' ? report?.layers[layer]?.problem : undefined;
	return problem === undefined ? [] : fact('not read', problem, 2, 'failure');
}

/** A reference as it is, an ID by its first digits. */
export function shortName(image: string): string {
	return image.startsWith('sha256:') ? shortDigest(image) : image;
}

function counted(count: number, noun: string): string {
	return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
