/** What the layer view lists. Pure. */
import type {WastedFile} from '../layers/compare-layers.ts';
import type {LayerReport, ListedLayer} from '../operations/layer-reading.ts';
import {matcher, matchingRows, treeRows, type FileRow} from './layer-tree.ts';
import {memoizeLast} from './memoize.ts';
import type {LayersOverlay, LayerSort, Overlay, State} from './state.ts';

export type LargestFile = {
	readonly path: string;
	readonly sizeBytes: number;
	readonly layer: number;
};

export type LayerRow = {readonly key: string} & (
	| {readonly at: 'layer'; readonly index: number; readonly layer: ListedLayer}
	| {readonly at: 'file'; readonly file: FileRow}
	| {readonly at: 'largest'; readonly file: LargestFile}
	| {readonly at: 'hidden'; readonly file: WastedFile}
);

/** Largest files that are listed. */
const mostLargest = 500;

/** The layer view, when it is open. */
export function selectLayers(state: State): LayersOverlay | undefined {
	return state.overlay?.kind === 'layers' ? state.overlay : undefined;
}

const noLayers: readonly ListedLayer[] = [];
const noWaste: readonly WastedFile[] = [];

const layerRows = memoizeLast(
	(layers: readonly ListedLayer[], filter: string): readonly LayerRow[] => {
		const matches = matcher(filter);
		return layers
			.map((layer, index) => ({at: 'layer', key: String(index), index, layer}) as const)
			.filter(({layer}) => matches(`${layer.createdBy} ${layer.digest} ${layer.diffId}`));
	},
);

const fileRows = memoizeLast(
	(
		files: ListedLayer['files'],
		open: readonly string[],
		sort: LayerSort,
		filter: string,
	): readonly LayerRow[] =>
		(filter.trim() === '' ? treeRows(files, open, sort) : matchingRows(files, filter, sort)).map(
			file => ({at: 'file', key: file.path, file}),
		),
);

const largestFiles = memoizeLast((layers: readonly ListedLayer[]): readonly LargestFile[] =>
	layers
		.flatMap(({files}, layer) => {
			const top = files.filter(({sizeBytes}) => sizeBytes > 0).toSorted(bySize);
			return top.slice(0, mostLargest).map(({path, sizeBytes}) => ({path, sizeBytes, layer}));
		})
		.toSorted(bySize)
		.slice(0, mostLargest),
);

const largestRows = memoizeLast(
	(layers: readonly ListedLayer[], sort: LayerSort, filter: string): readonly LayerRow[] =>
		listed('largest', largestFiles(layers), sort, filter),
);

const hiddenRows = memoizeLast(
	(wasted: readonly WastedFile[], sort: LayerSort, filter: string): readonly LayerRow[] =>
		listed('hidden', wasted, sort, filter),
);

function listed<At extends 'largest' | 'hidden', File extends LargestFile>(
	at: At,
	files: readonly File[],
	sort: LayerSort,
	filter: string,
) {
	const matches = matcher(filter);
	const found = files.filter(({path}) => matches(path));
	const sorted = sort === 'size' ? found : found.toSorted(byPath);
	return sorted.map(file => ({at, key: `${file.layer} ${file.path}`, file}));
}

function bySize(one: {readonly sizeBytes: number}, other: {readonly sizeBytes: number}): number {
	return other.sizeBytes - one.sizeBytes;
}

function byPath(one: {readonly path: string}, other: {readonly path: string}): number {
	return one.path < other.path ? -1 : Number(one.path > other.path);
}

/** The rows of what is shown: layers base first, files and folders as they are sorted and filtered. */
export function selectLayerRows(overlay: LayersOverlay): readonly LayerRow[] {
	const {report, view, layer, open, sort, filter} = overlay;
	const layers = report?.layers ?? noLayers;
	switch (view) {
		case 'layers':
			return layerRows(layers, filter);
		case 'files':
			return fileRows(layers[layer]?.files ?? [], open, sort, filter);
		case 'largest':
			return largestRows(layers, sort, filter);
		case 'hidden':
			return hiddenRows(report?.wasted ?? noWaste, sort, filter);
	}
}

/** Index of the cursor, by identity where its row is still there; −1 when there is no row. */
export function layerCursorIndex(
	{cursor}: Pick<LayersOverlay, 'cursor'>,
	rows: readonly LayerRow[],
): number {
	// Nearly always it is where it was: no list of fifty thousand has to be searched.
	if (rows[cursor.index]?.key === cursor.key) return cursor.index;
	const index = cursor.key === undefined ? -1 : rows.findIndex(({key}) => key === cursor.key);
	return index >= 0 ? index : Math.min(cursor.index, rows.length - 1);
}

/** The row under the cursor. */
export function currentLayerRow(overlay: LayersOverlay): LayerRow | undefined {
	const rows = selectLayerRows(overlay);
	return rows[layerCursorIndex(overlay, rows)];
}

/** The overlay with its cursor on a row of what it shows. */
export function withLayerCursor(overlay: LayersOverlay, index: number): LayersOverlay {
	const at = Math.max(0, index);
	return {...overlay, cursor: {key: selectLayerRows(overlay)[at]?.key, index: at}};
}

/** The overlay with the cursor on the row of that key, else on the first. */
export function withLayerKey(overlay: LayersOverlay, key: string): LayersOverlay {
	return withLayerCursor(
		overlay,
		selectLayerRows(overlay).findIndex(row => row.key === key),
	);
}

/** One step back: out of the filter, from a list to the layers, from the layers to what was open before. */
export function outOfLayers(overlay: LayersOverlay): Overlay | undefined {
	if (overlay.filtering || overlay.filter !== '') {
		const row = currentLayerRow(overlay);
		return withLayerKey({...overlay, filtering: false, filter: ''}, row?.key ?? '');
	}
	if (overlay.view === 'layers') return overlay.before;
	return withLayerKey({...overlay, view: 'layers'}, String(overlay.layer));
}

/** What is copied: the layer's digest, or the file's path. */
export function layerText(overlay: LayersOverlay): string | undefined {
	const row = currentLayerRow(overlay);
	if (row?.at !== 'layer') return row?.file.path;
	return digestOf(overlay, row.index) ?? row.layer.diffId;
}

/** The digest of a layer's blob: as it is kept, or as a registry calls it. */
export function digestOf({report, placed}: LayersOverlay, index: number): string | undefined {
	return (
		report?.layers[index]?.digest ??
		Object.values(placed)
			.map(({digests}) => digests[index])
			.find(digest => digest !== undefined)
	);
}

/** How many files a layer adds, changes and removes; nothing while it is not compared. */
export const markCounts = memoizeLast((files: ListedLayer['files']) => {
	const counts = {added: 0, changed: 0, removed: 0};
	for (const {kind, mark} of files) if (mark && kind !== 'folder') counts[mark]++;
	return counts;
});

/** Bytes of the layers together, stored or unpacked as the engine keeps them. */
export function layerBytes({layers}: LayerReport): number {
	return layers.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0);
}
