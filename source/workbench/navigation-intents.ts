/** Moving about: focus, cursors, filter, marks, overlays and dialogs that only show. */
import {selectCleanupRows} from './cleanup-rows.ts';
import {labSteps} from '../explain/lab-steps.ts';
import type {Intents, Movement} from './intents.ts';
import {
	layerCursorIndex,
	outOfLayers,
	selectLayerRows,
	selectLayers,
	withLayerCursor,
} from './layer-selectors.ts';
import {
	remoteCursorIndex,
	remoteKeys,
	selectRemote,
	type RemoteOverlay,
} from './remote-selectors.ts';
import {safetyIndex, selectSafety, selectSafetyRows} from './safety-selectors.ts';
import {
	isTagMarked,
	selectCurrentImage,
	selectCurrentTagRow,
	selectCursorIndex,
	selectJobRows,
	selectPaneKeys,
	tagMarkKey,
} from './selectors.ts';
import type {Dialog} from './dialog.ts';
import {paneIds, type Overlay, type PaneId, type RemoteLevel, type State} from './state.ts';
import type {Workbench} from './workbench.ts';

type NavigationIntents = Pick<
	Intents,
	| 'focusPane'
	| 'focusNextPane'
	| 'move'
	| 'toggleZoom'
	| 'back'
	| 'startFilter'
	| 'changeFilter'
	| 'acceptFilter'
	| 'toggleMark'
	| 'clearNotice'
	| 'openHelp'
	| 'openPalette'
	| 'changePaletteQuery'
	| 'openJobs'
>;

export function createNavigationIntents({store}: Workbench): NavigationIntents {
	const {dispatch, getState} = store;
	const closeOverlay = () => dispatch({type: 'overlayChanged', overlay: undefined});

	const movePane = (movement: Movement) => {
		const state = getState();
		const pane = state.focus;
		const keys = selectPaneKeys(state, pane);
		const index = moved(selectCursorIndex(state, pane), keys.length, movement);
		if (index < 0) return;
		if (pane === 'log') {
			const follow = movement.by === 'edge' && movement.edge === 'last';
			if (follow !== state.log.follow) dispatch({type: 'logViewChanged', follow});
		}
		dispatch({type: 'cursorMoved', pane, key: keys[index], index});
	};

	const filterRemote = (remote: RemoteOverlay, filter: string) => {
		const level = remote.levels.at(-1);
		if (!level || level.at === 'details') return;
		const cursor = {key: undefined, index: 0};
		const levels = [...remote.levels.slice(0, -1), {...level, filter, cursor}];
		dispatch({type: 'overlayChanged', overlay: {...remote, levels}});
	};

	/** Out of a filter, then out of a level, then out of the registry. */
	const stepOut = (remote: RemoteOverlay) => {
		const level = remote.levels.at(-1);
		if (level && level.at !== 'details' && (remote.filtering || level.filter !== '')) {
			filterRemote({...remote, filtering: false}, '');
			return;
		}
		const levels = remote.levels.slice(0, -1);
		if (levels.length === 0) closeOverlay();
		else dispatch({type: 'overlayChanged', overlay: {...remote, levels}});
	};

	const focusPane = (pane: PaneId) => {
		if (getState().overlay) closeOverlay();
		dispatch({type: 'paneFocused', pane});
	};

	return {
		focusPane,
		focusNextPane(step) {
			const place = paneIds.indexOf(getState().focus) + step + paneIds.length;
			focusPane(paneIds[place % paneIds.length] ?? 'images');
		},
		move(movement) {
			const {dialog, overlay} = getState();
			if (dialog) {
				dispatch({type: 'dialogChanged', dialog: moveInDialog(dialog, movement)});
			} else if (overlay) {
				dispatch({type: 'overlayChanged', overlay: moveInOverlay(getState(), overlay, movement)});
			} else {
				movePane(movement);
			}
		},
		toggleZoom: () => dispatch({type: 'zoomToggled'}),
		back() {
			const state = getState();
			if (state.dialog?.kind === 'signatures' && state.dialog.locked !== undefined) {
				const {locked: _, ...dialog} = state.dialog;
				return dispatch({type: 'dialogChanged', dialog});
			}
			if (state.dialog) return dispatch({type: 'dialogChanged', dialog: undefined});
			if (state.overlay?.kind === 'layers') {
				return dispatch({type: 'overlayChanged', overlay: outOfLayers(state.overlay)});
			}
			const {focus} = state;
			if (state.filtering || state.filters[focus] !== '') {
				dispatch({type: 'filterChanged', pane: state.filtering ?? focus, value: ''});
				return dispatch({type: 'filterEnded'});
			}
			if (state.overlay?.kind === 'remote') return stepOut(state.overlay);
			if (state.overlay?.kind === 'safety') {
				const {filtering, filter, before} = state.overlay;
				const isFiltered = filtering || filter !== '';
				return dispatch({
					type: 'overlayChanged',
					overlay: isFiltered ? {...state.overlay, filtering: false, filter: ''} : before,
				});
			}
			if (state.overlay) return closeOverlay();
			if (state.marks.images.length + state.marks.tags.length > 0) {
				return dispatch({type: 'marksChanged', marks: {images: [], tags: []}});
			}
			if (state.zoomed) dispatch({type: 'zoomToggled'});
		},
		startFilter() {
			const remote = selectRemote(getState());
			if (remote) {
				const isList = remote.levels.at(-1)?.at !== 'details';
				return dispatch({type: 'overlayChanged', overlay: {...remote, filtering: isList}});
			}
			const safety = selectSafety(getState());
			if (safety) return dispatch({type: 'overlayChanged', overlay: {...safety, filtering: true}});
			const layers = selectLayers(getState());
			if (layers) {
				return dispatch({type: 'overlayChanged', overlay: {...layers, filtering: true}});
			}
			closeOverlay();
			dispatch({type: 'filterStarted', pane: getState().focus});
		},
		changeFilter(value) {
			const layers = selectLayers(getState());
			if (layers?.filtering) {
				const overlay = withLayerCursor({...layers, filter: value}, 0);
				return dispatch({type: 'overlayChanged', overlay});
			}
			const remote = selectRemote(getState());
			if (remote?.filtering) return filterRemote(remote, value);
			const safety = selectSafety(getState());
			if (safety?.filtering) {
				const cursor = {key: undefined, index: 0};
				return dispatch({type: 'overlayChanged', overlay: {...safety, filter: value, cursor}});
			}
			const pane = getState().filtering;
			if (pane) dispatch({type: 'filterChanged', pane, value});
		},
		acceptFilter() {
			const layers = selectLayers(getState());
			const remote = selectRemote(getState());
			if (layers?.filtering) {
				return dispatch({type: 'overlayChanged', overlay: {...layers, filtering: false}});
			}
			if (remote?.filtering)
				return dispatch({type: 'overlayChanged', overlay: {...remote, filtering: false}});
			const safety = selectSafety(getState());
			if (safety?.filtering)
				dispatch({type: 'overlayChanged', overlay: {...safety, filtering: false}});
			else dispatch({type: 'filterEnded'});
		},
		toggleMark() {
			const state = getState();
			const image = selectCurrentImage(state);
			if (!image) return;
			const {marks} = state;
			if (state.focus === 'images') {
				const images = toggled(marks.images, image.id);
				dispatch({type: 'marksChanged', marks: {...marks, images}});
			} else if (state.focus === 'tags') {
				const row = selectCurrentTagRow(state);
				if (!row) return;
				const key = tagMarkKey(image.id, row);
				const tags = isTagMarked(state, row)
					? marks.tags.filter(marked => marked !== key)
					: [...marks.tags, key];
				dispatch({type: 'marksChanged', marks: {...marks, tags}});
			}
			movePane({by: 'row', count: 1});
		},
		clearNotice() {
			if (getState().notice) dispatch({type: 'noticeShown', notice: undefined});
		},
		openHelp: () => dispatch({type: 'dialogChanged', dialog: {kind: 'help', offset: 0}}),
		openPalette: () =>
			dispatch({type: 'dialogChanged', dialog: {kind: 'palette', query: '', cursor: 0}}),
		changePaletteQuery: query =>
			dispatch({type: 'dialogChanged', dialog: {kind: 'palette', query, cursor: 0}}),
		openJobs() {
			const open = getState().overlay?.kind === 'jobs';
			const overlay = {kind: 'jobs', selected: undefined, offset: 0} as const;
			dispatch({type: 'overlayChanged', overlay: open ? undefined : overlay});
		},
	};
}

function toggled(list: readonly string[], key: string): readonly string[] {
	return list.includes(key) ? list.filter(other => other !== key) : [...list, key];
}

/** The index after a movement, kept within the list; −1 when it is empty. */
function moved(index: number, count: number, movement: Movement): number {
	if (count === 0) return -1;
	const wanted =
		movement.by === 'edge'
			? movement.edge === 'first'
				? 0
				: count - 1
			: index + movement.count * (movement.by === 'page' ? movement.rows : 1);
	return Math.max(0, Math.min(count - 1, wanted));
}

/** Scrolling text has no known end here; who draws it stops at its last line. */
function scrolled(offset: number, movement: Movement): number {
	return moved(offset, Number.MAX_SAFE_INTEGER, movement);
}

function moveInDialog(dialog: Dialog, movement: Movement): Dialog {
	switch (dialog.kind) {
		case 'help':
		case 'explain':
			return {...dialog, offset: scrolled(dialog.offset, movement)};
		case 'palette':
			return {...dialog, cursor: scrolled(dialog.cursor, movement)};
		case 'push':
			return {...dialog, cursor: moved(dialog.cursor, dialog.targetIds.length, movement)};
		case 'pull':
			return {...dialog, cursor: moved(dialog.cursor + 1, dialog.recent.length + 1, movement) - 1};
		case 'prove':
		case 'repull':
			return {...dialog, choice: moved(dialog.choice, dialog.references.length, movement)};
		case 'target':
			return {
				...dialog,
				cursor: moved(dialog.cursor + 1, dialog.proposals.length + 1, movement) - 1,
			};
		case 'cleanup': {
			const count = selectCleanupRows(dialog).length;
			return {...dialog, cursor: Math.max(0, moved(dialog.cursor, count, movement))};
		}
		case 'run':
		case 'tag':
		case 'remove':
		case 'login':
		case 'repository':
		case 'signatures':
		case 'copy':
		case 'remove-remote':
		case 'visibility':
		case 'remove-target':
		case 'save-log':
		case 'quit':
		case 'reset-lab':
			return dialog;
	}
}

function moveInLevel(level: RemoteLevel, movement: Movement): RemoteLevel {
	if (level.at === 'details') return {...level, offset: scrolled(level.offset, movement)};
	const keys = remoteKeys(level);
	const index = moved(remoteCursorIndex(level.cursor, keys), keys.length, movement);
	return {...level, cursor: {key: keys[index], index: Math.max(index, 0)}};
}

function moveInOverlay(state: State, overlay: Overlay, movement: Movement): Overlay {
	switch (overlay.kind) {
		case 'details':
		case 'proof':
			return {...overlay, offset: scrolled(overlay.offset, movement)};
		case 'lab':
			return {...overlay, cursor: moved(overlay.cursor, labSteps.length, movement)};
		case 'runs': {
			const keys = overlay.listing.phase === 'ready' ? overlay.listing.value.map(({id}) => id) : [];
			const index = moved(remoteCursorIndex(overlay.cursor, keys), keys.length, movement);
			return {...overlay, cursor: {key: keys[index], index: Math.max(index, 0)}};
		}
		case 'safety': {
			const rows = selectSafetyRows(overlay);
			const index = moved(safetyIndex(overlay), rows.length, movement);
			return {...overlay, cursor: {key: rows[index]?.key, index: Math.max(index, 0)}};
		}
		case 'layers': {
			const rows = selectLayerRows(overlay);
			const index = moved(layerCursorIndex(overlay, rows), rows.length, movement);
			return withLayerCursor(overlay, index);
		}
		case 'jobs': {
			const ids = selectJobRows(state).map(job => job.id);
			const at = overlay.selected === undefined ? 0 : ids.indexOf(overlay.selected);
			return {...overlay, selected: ids[moved(at, ids.length, movement)]};
		}
		case 'remote': {
			const level = overlay.levels.at(-1);
			if (!level) return overlay;
			return {...overlay, levels: [...overlay.levels.slice(0, -1), moveInLevel(level, movement)]};
		}
	}
}
