/** Looking into the layers of an image. */
import {toErrorRecord} from '../domain/errors.ts';
import {findLayers, type LayerPlace} from '../operations/find-layers.ts';
import {listLayers, type LayerRequest} from '../operations/list-layers.ts';
import type {Intents} from './intents.ts';
import {layerPlaces} from './layer-places.ts';
import {
	currentLayerRow,
	layerCursorIndex,
	selectLayerRows,
	selectLayers,
	withLayerCursor,
	withLayerKey,
} from './layer-selectors.ts';
import {selectRemoteReference} from './remote-selectors.ts';
import {selectCurrentImage, selectCurrentTagRow} from './selectors.ts';
import type {LayersOverlay} from './state.ts';
import type {Workbench} from './workbench.ts';

type LayerIntents = Pick<
	Intents,
	| 'openLayers'
	| 'reloadLayers'
	| 'enterLayers'
	| 'foldLayers'
	| 'showLayers'
	| 'stepLayer'
	| 'toggleLayerSort'
>;

export function createLayerIntents(workbench: Workbench): LayerIntents {
	const {store, engine, registry, credentials, surroundings} = workbench;
	const {dispatch, getState} = store;
	const show = (overlay: LayersOverlay) => dispatch({type: 'overlayChanged', overlay});

	/** Changes the view of this request, unless it was closed. */
	const update = (request: LayerRequest, change: Partial<LayersOverlay>): boolean => {
		const overlay = selectLayers(getState());
		if (overlay?.request !== request) return false;
		show({...overlay, ...change});
		return true;
	};

	const find = async (
		request: LayerRequest,
		layers: Parameters<typeof findLayers>[0]['layers'],
		places: readonly LayerPlace[],
		signal: AbortSignal,
	) => {
		// Names by which registries know a local image tell what its layers' blobs are called.
		const details =
			request.from === 'engine'
				? await engine.inspect(request.image, {signal}).catch(() => undefined)
				: undefined;
		const known = details?.digests ?? [];
		for await (const found of findLayers({layers, known, places}, {registry, signal})) {
			const placed = selectLayers(getState())?.placed ?? {};
			if (!update(request, {placed: {...placed, [found.place]: found}})) return;
		}
	};

	const load = async (request: LayerRequest, places: readonly LayerPlace[]) => {
		const closing = new AbortController();
		const signal = AbortSignal.any([surroundings.signal, closing.signal]);
		// Whoever closes the view does not want the rest of a large image.
		const unwatch = store.subscribe(() => {
			if (selectLayers(getState())?.request !== request) closing.abort();
		});
		let finding: Promise<void> | undefined;
		try {
			for await (const report of listLayers(request, {engine, registry, credentials, signal})) {
				// Where else the layers are is an extra that has no failure of its own.
				finding ??= find(request, report.layers, places, signal).catch(() => undefined);
				if (!update(request, {report})) return;
			}
			await finding;
		} catch (error) {
			update(request, {error: toErrorRecord(error)});
		} finally {
			unwatch();
		}
	};

	const open = (request: LayerRequest, before: LayersOverlay['before']) => {
		const places = layerPlaces(request.image, getState().targets);
		show({
			kind: 'layers',
			request,
			report: undefined,
			placed: {},
			places: places.map(({id}) => id),
			view: 'layers',
			layer: 0,
			open: [],
			sort: 'size',
			filter: '',
			filtering: false,
			cursor: {key: undefined, index: 0},
			before,
		});
		void load(request, places);
	};

	return {
		openLayers() {
			const state = getState();
			const remote = selectRemoteReference(state);
			const here = selectCurrentImage(state);
			const tag = state.focus === 'tags' ? selectCurrentTagRow(state)?.references[0] : undefined;
			const image = remote ?? tag ?? here?.references[0] ?? here?.id;
			if (image === undefined) {
				return workbench.notify('warning', 'There is no image here yet: press p to pull one.');
			}
			open({image, from: remote === undefined ? 'engine' : 'registry'}, state.overlay);
		},
		reloadLayers() {
			const overlay = selectLayers(getState());
			if (overlay) open({...overlay.request}, overlay.before);
		},
		enterLayers() {
			const overlay = selectLayers(getState());
			const row = overlay && currentLayerRow(overlay);
			if (!overlay || !row) return;
			const files = {...overlay, view: 'files', filter: '', filtering: false} as const;
			if (row.at === 'layer') {
				return show(withFirstOpen({...files, layer: row.index, open: []}));
			}
			if (row.at === 'largest' || row.at === 'hidden') {
				const {path, layer} = row.file;
				return show(withLayerKey({...files, layer, open: foldersAbove(path)}, path));
			}
			const {path, isOpen, kind} = row.file;
			if (overlay.filter !== '') {
				return show(withLayerKey({...files, open: foldersAbove(path)}, path));
			}
			if (kind === 'folder') show(folded(overlay, path, isOpen));
		},
		foldLayers() {
			const overlay = selectLayers(getState());
			const row = overlay && currentLayerRow(overlay);
			if (row?.at !== 'file') return;
			if (row.file.isOpen) return show(folded(overlay!, row.file.path, true));
			const rows = selectLayerRows(overlay!);
			const at = layerCursorIndex(overlay!, rows);
			const above = rows.findLastIndex(
				(other, index) => index < at && other.at === 'file' && other.file.depth < row.file.depth,
			);
			if (above >= 0) show(withLayerCursor(overlay!, above));
		},
		showLayers(view) {
			const overlay = selectLayers(getState());
			if (!overlay) return;
			const next = overlay.view === view ? 'layers' : view;
			const key = next === 'layers' ? String(overlay.layer) : '';
			show(withLayerKey({...overlay, view: next, filter: '', filtering: false}, key));
		},
		stepLayer(step) {
			const overlay = selectLayers(getState());
			const layer = (overlay?.layer ?? 0) + step;
			if (!overlay?.report?.layers[layer]) return;
			show(withFirstOpen({...overlay, layer, open: []}));
		},
		toggleLayerSort() {
			const overlay = selectLayers(getState());
			const row = overlay && currentLayerRow(overlay);
			if (!overlay) return;
			const sort = overlay.sort === 'size' ? 'path' : 'size';
			show(withLayerKey({...overlay, sort}, row?.key ?? ''));
		},
	};
}

/** The overlay on its first row; where that is a folder alone it stands open. */
function withFirstOpen(overlay: LayersOverlay): LayersOverlay {
	const [only, ...others] = selectLayerRows(overlay);
	const isFolder = only?.at === 'file' && only.file.kind === 'folder' && others.length === 0;
	return withLayerCursor(isFolder ? {...overlay, open: [only.key]} : overlay, 0);
}

/** The overlay with a folder opened, or closed; the cursor stays. */
function folded(overlay: LayersOverlay, path: string, isOpen: boolean): LayersOverlay {
	const open = isOpen ? overlay.open.filter(other => other !== path) : [...overlay.open, path];
	return withLayerKey({...overlay, open}, path);
}

function foldersAbove(path: string): readonly string[] {
	const parts = path.split('/');
	return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}
