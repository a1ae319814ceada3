import type {ReactNode} from 'react';
import {shortDigest} from '../../domain/digest.ts';
import {formatBytes} from '../../domain/size.ts';
import {selectLayerRows, type LayerRow} from '../../workbench/layer-selectors.ts';
import type {LayersOverlay} from '../../workbench/state.ts';
import {Frame} from '../components/frame.tsx';
import {failureParagraphs, messageLines} from '../components/message.ts';
import {useViewport} from '../hooks/use-viewport.ts';
import {keyOf} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {positionText} from '../panes/pane-title.ts';
import {composeLine, type Cell} from '../rows/line.ts';
import {leadCells, rowTone, type RowState} from '../rows/list-row.ts';
import {barCells} from '../rows/progress.ts';
import type {Theme, Tone} from '../theme.ts';
import {useUi} from '../ui-context.ts';

export type LayersViewProps = {readonly area: Area; readonly overlay: LayersOverlay};

const marks: Readonly<Record<'added' | 'changed' | 'removed', readonly [string, Tone]>> = {
	added: ['+', 'good'],
	changed: ['~', 'caution'],
	removed: ['-', 'failure'],
};
const titles = {layers: 'Layers', files: 'Files of layer', wasted: 'Hidden files'} as const;
const barWidth = 10;

/** Where the megabytes are: layers with what made them, the files of one, and what is hidden. */
export function LayersView({area, overlay}: LayersViewProps): ReactNode {
	const {theme, bindings} = useUi();
	const {report, error, view, cursor} = overlay;
	const rows = selectLayerRows(overlay);
	const width = area.width - 2;
	const failure = error
		? messageLines(theme, failureParagraphs(theme, error, keyOf(bindings, 'images.layers')), width)
		: [];
	const below = view === 'layers' ? factsOf(theme, rows[cursor], width) : [];
	const visible = Math.max(1, area.height - 2 - failure.length - below.length);
	const offset = useViewport(cursor, rows.length, visible);
	const largest = Math.max(1, ...(report?.layers ?? []).map(({sizeBytes}) => sizeBytes));
	const drawn = rows
		.slice(offset, offset + visible)
		.map((row, index) =>
			rowLine(theme, row, {selected: offset + index === cursor, focused: true}, largest, width),
		);
	const blank = Array.from({length: Math.max(0, visible - drawn.length)}, () => ' '.repeat(width));
	const nothing = emptyText(theme, overlay);
	const lines =
		rows.length === 0 && !error
			? messageLines(theme, [{text: nothing, tone: 'quiet'}], width)
			: [...drawn, ...blank, ...failure, ...below];
	const number = view === 'files' ? ` ${overlay.layer + 1}` : '';
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused
			title={[
				{text: `${titles[view]}${number}`, tone: 'selected'},
				{text: ` ${theme.symbols.separator} `, tone: 'quiet'},
				{text: shortName(overlay.request.image)},
			]}
			position={
				report && !report.complete && !error
					? `${report.settled} of ${report.layers.length} read`
					: positionText(cursor, rows.length)
			}
			lines={lines}
			scroll={{offset, visible, total: rows.length}}
		/>
	);
}

function emptyText(theme: Theme, {report, view}: LayersOverlay): string {
	if (!report?.complete) return `Reading${theme.symbols.ellipsis}`;
	if (view === 'wasted') return 'No file is hidden by a later layer: nothing is stored in vain.';
	return view === 'files' ? 'There is no file in this layer.' : 'The image has no layer.';
}

function rowLine(
	theme: Theme,
	row: LayerRow,
	state: RowState,
	largest: number,
	width: number,
): string {
	return composeLine(
		theme,
		[...leadCells(theme, state), ...cellsOf(theme, row, state, largest)],
		width,
	);
}

function cellsOf(theme: Theme, row: LayerRow, state: RowState, largest: number): readonly Cell[] {
	switch (row.at) {
		case 'layer': {
			const {sizeBytes, createdBy, problem, entries} = row.layer;
			const tone = problem ? 'failure' : entries === undefined ? 'quiet' : undefined;
			return [
				{text: String(row.index + 1), width: 3, align: 'right', tone: 'quiet'},
				size(sizeBytes),
				{text: ' '},
				...barCells(theme, sizeBytes, largest, barWidth),
				{text: ' '},
				{text: problem ?? (createdBy || 'not told'), tone: rowTone(state, tone)},
			];
		}
		case 'file': {
			const {name, depth, isFolder, isOpen, sizeBytes, mark} = row.file;
			const [sign, tone] = mark ? marks[mark] : [' ', undefined];
			return [
				{text: sign, width: 2, tone},
				size(sizeBytes),
				{text: '', width: 1 + 2 * Math.min(depth, 12)},
				{text: isFolder ? (isOpen ? '- ' : '+ ') : '  ', tone: 'quiet'},
				{text: isFolder ? `${name}/` : name, tone: rowTone(state)},
			];
		}
		case 'wasted': {
			const {path, sizeBytes, layer, hiddenBy, how} = row.file;
			return [
				size(sizeBytes),
				{text: `  ${how} ${layer + 1} by ${hiddenBy + 1}`, width: 20, tone: 'caution'},
				{text: path, tone: rowTone(state)},
			];
		}
	}
}

/** A reference as it is, an ID by its first digits. */
function shortName(image: string): string {
	return image.startsWith('sha256:') ? shortDigest(image) : image;
}

function size(bytes: number): Cell {
	return {text: formatBytes(bytes), width: 8, align: 'right'};
}

/** What is known of the selected layer. */
function factsOf(theme: Theme, row: LayerRow | undefined, width: number): readonly string[] {
	if (row?.at !== 'layer') return [];
	const {digest, diffId, entries, wastedBytes, sharedWith} = row.layer;
	const facts = [
		['digest', digest ? shortDigest(digest) : 'not kept by this engine'],
		['diff ID', diffId ? shortDigest(diffId) : 'not read yet'],
		[
			'files',
			entries === undefined ? 'not read yet' : `${entries}, ${formatBytes(wastedBytes)} hidden`,
		],
		[
			'shared',
			sharedWith === undefined
				? 'looking…'
				: sharedWith.length > 0
					? sharedWith.map(shortName).join(', ')
					: 'with no other local image',
		],
	] as const;
	return [
		theme.paint('quiet', theme.symbols.horizontal.repeat(width)),
		...facts.map(([name, text]) =>
			composeLine(theme, [{text: `  ${name}`, width: 12, tone: 'quiet'}, {text}], width),
		),
	];
}
