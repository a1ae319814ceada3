/** What the layer view lists. */
import type {LayerFile, WastedFile} from '../layers/compare-layers.ts';
import type {ListedLayer} from '../operations/layer-reading.ts';
import type {LayersOverlay, Overlay} from './state.ts';

export type FileRow = {
	readonly path: string;
	readonly name: string;
	readonly depth: number;
	readonly isFolder: boolean;
	readonly isOpen: boolean;
	/** Of a folder everything in it. */
	readonly sizeBytes: number;
	readonly mark?: LayerFile['mark'];
};

export type LayerRow =
	| {readonly at: 'layer'; readonly index: number; readonly layer: ListedLayer}
	| {readonly at: 'file'; readonly file: FileRow}
	| {readonly at: 'wasted'; readonly file: WastedFile};

type Branch = {
	readonly path: string;
	readonly name: string;
	readonly children: Map<string, Branch>;
	file?: LayerFile;
	sizeBytes: number;
};

/** Folders nested deeper stand as one row. */
const deepest = 64;
const trees = new WeakMap<readonly LayerFile[], Branch>();
const lists = new WeakMap<LayersOverlay, readonly LayerRow[]>();

/** The rows of what is shown: layers base first, files by size, hidden files by size. */
export function selectLayerRows(overlay: LayersOverlay): readonly LayerRow[] {
	const known = lists.get(overlay);
	if (known) return known;
	const rows = rowsOf(overlay);
	lists.set(overlay, rows);
	return rows;
}

function rowsOf({report, view, layer, open}: LayersOverlay): readonly LayerRow[] {
	if (!report) return [];
	if (view === 'layers') {
		return report.layers.map((one, index) => ({at: 'layer', index, layer: one}));
	}
	if (view === 'wasted') return report.wasted.map(file => ({at: 'wasted', file}));
	const rows: LayerRow[] = [];
	const opened = new Set(open);
	const visit = (branch: Branch, depth: number): void => {
		const children = [...branch.children.values()].toSorted(
			(one, other) => other.sizeBytes - one.sizeBytes || (one.name < other.name ? -1 : 1),
		);
		for (const child of children) {
			const {path, name, sizeBytes, file} = child;
			const isFolder = child.children.size > 0 || file?.kind === 'folder';
			const isOpen = opened.has(path);
			rows.push({
				at: 'file',
				file: {
					path,
					name,
					depth,
					isFolder,
					isOpen,
					sizeBytes,
					...(file?.mark ? {mark: file.mark} : {}),
				},
			});
			if (isOpen) visit(child, depth + 1);
		}
	};
	visit(treeOf(report.layers[layer]?.files ?? []), 0);
	return rows;
}

function treeOf(files: readonly LayerFile[]): Branch {
	const known = trees.get(files);
	if (known) return known;
	const root: Branch = {path: '', name: '', children: new Map(), sizeBytes: 0};
	for (const file of files) {
		let branch = root;
		const parts = file.path.split('/');
		const shown =
			parts.length > deepest
				? [...parts.slice(0, deepest - 1), parts.slice(deepest - 1).join('/')]
				: parts;
		for (const name of shown) {
			branch.sizeBytes += file.sizeBytes;
			const path = branch.path === '' ? name : `${branch.path}/${name}`;
			const child = branch.children.get(name) ?? {path, name, children: new Map(), sizeBytes: 0};
			branch.children.set(name, child);
			branch = child;
		}
		branch.sizeBytes += file.sizeBytes;
		branch.file = file;
	}
	trees.set(files, root);
	return root;
}

/** One step back: from files to layers, from layers to what was open before. */
export function outOfLayers(overlay: LayersOverlay): Overlay | undefined {
	if (overlay.view === 'layers') return overlay.before;
	return {...overlay, view: 'layers', cursor: overlay.layer};
}

/** What is copied: the layer's digest, or the file's path. */
export function layerText(overlay: LayersOverlay): string | undefined {
	const row = selectLayerRows(overlay)[overlay.cursor];
	return row?.at === 'layer' ? (row.layer.digest ?? row.layer.diffId) : row?.file.path;
}
