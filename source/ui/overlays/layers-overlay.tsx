import type {ReactNode} from 'react';
import {formatBytes, formatBytesOf} from '../../domain/size.ts';
import {layerCursorIndex, selectLayerRows, type LayerRow} from '../../workbench/layer-selectors.ts';
import type {TargetColumn} from '../../workbench/selectors.ts';
import type {LayersOverlay} from '../../workbench/state.ts';
import {Frame} from '../components/frame.tsx';
import {failureParagraphs, messageLines, type Paragraph} from '../components/message.ts';
import {useViewport} from '../hooks/use-viewport.ts';
import {keyOf, type KeyBinding} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {nothingMatches} from '../panes/images-pane.tsx';
import {filterCells, positionText} from '../panes/pane-title.ts';
import type {Cell} from '../rows/line.ts';
import type {Theme} from '../theme.ts';
import {useUi} from '../ui-context.ts';
import {factLines, layerRowLine, shortName, summaryLines} from './layer-lines.ts';

export type LayersViewProps = {
	readonly area: Area;
	readonly overlay: LayersOverlay;
	readonly targets: readonly TargetColumn[];
};

/** Rows that stay for the list, however much there is to say of the selected one. */
const leastRows = 5;

/** Where the megabytes are: layers with what made them, the files of one, the largest, what is hidden. */
export function LayersView({area, overlay, targets}: LayersViewProps): ReactNode {
	const {theme, bindings} = useUi();
	const {error, view} = overlay;
	const rows = selectLayerRows(overlay);
	const cursor = layerCursorIndex(overlay, rows);
	const row = rows[cursor];
	const width = area.width - 2;
	const height = Math.max(1, area.height - 2);
	const selected = row?.at === 'layer' ? row.index : undefined;
	const above = view === 'layers' ? summaryLines(theme, overlay, selected, width) : [];
	const most = Math.max(2, height - above.length - leastRows);
	const below = error
		? messageLines(theme, failureParagraphs(theme, error, keyOf(bindings, 'refresh')), width)
		: factLines(theme, overlay, row, {targets, width, most});
	const visible = Math.max(1, height - above.length - below.length);
	const offset = useViewport(cursor, rows.length, visible);
	const scale = {largest: largestOf(rows), width};
	const drawn = rows
		.slice(offset, offset + visible)
		.map((shown, index) =>
			layerRowLine(theme, shown, {selected: offset + index === cursor, focused: true}, scale),
		);
	const blank = Array.from({length: Math.max(0, visible - drawn.length)}, () => ' '.repeat(width));
	const lines =
		rows.length > 0
			? [...above, ...drawn, ...blank, ...below]
			: error
				? below
				: [...above, ...messageLines(theme, emptyText(theme, bindings, overlay), width)];
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused
			title={titleOf(theme, overlay)}
			hints={hintsOf(theme, overlay, rows)}
			position={progressText(overlay) ?? positionText(cursor, rows.length)}
			lines={lines}
			scroll={{offset, visible, total: rows.length}}
		/>
	);
}

function titleOf(theme: Theme, overlay: LayersOverlay): readonly Cell[] {
	const {view, layer, report, request, filter, filtering} = overlay;
	const count = report?.layers.length ?? 0;
	const name = {
		layers: 'Layers',
		files: `Layer ${layer + 1} of ${count}`,
		largest: 'Biggest files',
		hidden: 'Wasted files',
	}[view];
	return [
		{text: name, tone: 'selected'},
		{text: ` ${theme.symbols.separator} `, tone: 'quiet'},
		{text: shortName(request.image)},
		...filterCells(theme, filter, filtering),
	];
}

/** The order and the sum of what is listed. */
function hintsOf(
	theme: Theme,
	{view, sort, report, layer, filter}: LayersOverlay,
	rows: readonly LayerRow[],
): readonly Cell[] {
	if (view === 'layers' || !report) return [];
	const sum =
		view === 'files' && filter === ''
			? (report.layers[layer]?.files ?? []).reduce((bytes, file) => bytes + file.sizeBytes, 0)
			: rows.reduce((bytes, row) => bytes + (row.at === 'layer' ? 0 : row.file.sizeBytes), 0);
	const order = sort === 'size' ? 'biggest first' : 'by path';
	return [{text: `${formatBytes(sum)} ${theme.symbols.separator} ${order}`, tone: 'quiet'}];
}

/** How far reading is; undefined when it is over. */
function progressText({report, error}: LayersOverlay): string | undefined {
	if (!report || report.complete || error) return undefined;
	const {settled, layers, doneBytes, totalBytes} = report;
	if (settled === layers.length) return undefined;
	// A Docker engine makes the whole archive before it gives out its first byte.
	if (doneBytes === 0) return `waiting for the first of ${layers.length}`;
	const bytes = formatBytesOf(Math.min(doneBytes, totalBytes), totalBytes);
	return `reading ${Math.min(settled + 1, layers.length)} of ${layers.length}, ${bytes}`;
}

function largestOf(rows: readonly LayerRow[]): number {
	let largest = 1;
	for (const row of rows) {
		largest = Math.max(largest, row.at === 'layer' ? row.layer.sizeBytes : row.file.sizeBytes);
	}
	return largest;
}

function emptyText(
	theme: Theme,
	bindings: readonly KeyBinding[],
	{report, view, filter, layer}: LayersOverlay,
): readonly Paragraph[] {
	if (!report) return [{text: `Asking for the layers${theme.symbols.ellipsis}`, tone: 'quiet'}];
	if (filter !== '') return nothingMatches(bindings, filter);
	switch (view) {
		case 'layers':
			return [{text: 'The image has no layer.'}];
		case 'files': {
			const {state, problem} = report.layers[layer] ?? {};
			if (state === 'waiting' || state === 'reading') {
				return [{text: `It is read in its turn${theme.symbols.ellipsis}`, tone: 'quiet'}];
			}
			if (problem !== undefined) {
				return [
					{text: `${theme.symbols.failure} ${problem}`, tone: 'failure'},
					{text: 'Nothing of this layer could be listed.', tone: 'quiet'},
				];
			}
			return [{text: 'There is no file in this layer.'}];
		}
		case 'largest':
		case 'hidden': {
			if (!report.complete) return [{text: `Reading${theme.symbols.ellipsis}`, tone: 'quiet'}];
			if (view === 'largest') return [{text: 'No layer has a file with anything in it.'}];
			return [
				{text: `${theme.symbols.success} Nothing is wasted.`, tone: 'good'},
				{text: 'No later layer overwrites or removes what an earlier one stores.', tone: 'quiet'},
			];
		}
	}
}
