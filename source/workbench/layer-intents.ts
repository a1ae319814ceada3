/** Looking into the layers of an image. */
import {toErrorRecord} from '../domain/errors.ts';
import {listLayers, type LayerRequest} from '../operations/list-layers.ts';
import type {Intents} from './intents.ts';
import {selectLayerRows} from './layer-selectors.ts';
import {selectRemoteReference} from './remote-selectors.ts';
import {selectCurrentImage} from './selectors.ts';
import type {LayersOverlay} from './state.ts';
import type {Workbench} from './workbench.ts';

type LayerIntents = Pick<Intents, 'openLayers' | 'enterLayers' | 'toggleWasted'>;

export function createLayerIntents(workbench: Workbench): LayerIntents {
	const {store, engine, registry, credentials, surroundings} = workbench;
	const {dispatch, getState} = store;
	const show = (overlay: LayersOverlay) => dispatch({type: 'overlayChanged', overlay});

	/** The overlay that shows this request; undefined once it was closed. */
	const current = (request: LayerRequest): LayersOverlay | undefined => {
		const {overlay} = getState();
		return overlay?.kind === 'layers' && overlay.request === request ? overlay : undefined;
	};

	const load = async (request: LayerRequest) => {
		const closing = new AbortController();
		const signal = AbortSignal.any([surroundings.signal, closing.signal]);
		// Whoever closes the view does not want the rest of a large image.
		const unwatch = store.subscribe(() => {
			if (!current(request)) closing.abort();
		});
		try {
			for await (const report of listLayers(request, {engine, registry, credentials, signal})) {
				const overlay = current(request);
				if (!overlay) return;
				show({...overlay, report});
			}
		} catch (error) {
			const overlay = current(request);
			if (overlay) show({...overlay, error: toErrorRecord(error)});
		} finally {
			unwatch();
		}
	};

	return {
		openLayers() {
			const state = getState();
			const remote = selectRemoteReference(state);
			const here = selectCurrentImage(state);
			const image = remote ?? here?.references[0] ?? here?.id;
			if (image === undefined) {
				return workbench.notify('warning', 'There is no image here yet: press p to pull one.');
			}
			const request: LayerRequest = {
				image,
				from: remote === undefined ? 'engine' : 'registry',
			};
			show({
				kind: 'layers',
				request,
				report: undefined,
				view: 'layers',
				layer: 0,
				open: [],
				cursor: 0,
				before: state.overlay,
			});
			void load(request);
		},
		enterLayers() {
			const {overlay} = getState();
			if (overlay?.kind !== 'layers') return;
			const row = selectLayerRows(overlay)[overlay.cursor];
			if (row?.at === 'layer') {
				return show({...overlay, view: 'files', layer: row.index, open: [], cursor: 0});
			}
			if (row?.at !== 'file' || !row.file.isFolder) return;
			const {path, isOpen} = row.file;
			const open = isOpen ? overlay.open.filter(other => other !== path) : [...overlay.open, path];
			show({...overlay, open});
		},
		toggleWasted() {
			const {overlay} = getState();
			if (overlay?.kind !== 'layers') return;
			show({...overlay, view: overlay.view === 'wasted' ? 'layers' : 'wasted', cursor: 0});
		},
	};
}
