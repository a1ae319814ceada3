/** Looking closer: details, a registry's tags, explanations, the clipboard, refreshing. */
import {toErrorRecord} from '../domain/errors.ts';
import {formatReference} from '../domain/reference.ts';
import {targetReference} from '../registry/providers/table.ts';
import {selectSubject} from './explain.ts';
import {createExplainer} from './explainer.ts';
import {layerText} from './layer-selectors.ts';
import {safetyText} from './safety-selectors.ts';
import {selectRemoteReference, selectRemoteRepository} from './remote-selectors.ts';
import type {Intents} from './intents.ts';
import {runCommandOf, selectCurrentRun} from './run-selectors.ts';
import {
	selectCurrentImage,
	selectCurrentJob,
	selectCurrentTagRow,
	selectCurrentTargetRow,
	selectCursorIndex,
	selectLogLines,
} from './selectors.ts';
import type {Overlay, State} from './state.ts';
import type {Workbench} from './workbench.ts';

type ViewIntents = Pick<
	Intents,
	'openDetails' | 'openExplain' | 'explainTopic' | 'turnPage' | 'copy' | 'refresh'
>;

export function createViewIntents(workbench: Workbench, refresh: () => void): ViewIntents {
	const {store, engine, surroundings} = workbench;
	const {dispatch, getState} = store;
	const explain = createExplainer(workbench);
	const show = (overlay: Overlay) => dispatch({type: 'overlayChanged', overlay});

	return {
		refresh,
		openDetails() {
			const image = selectCurrentImage(getState());
			if (!image)
				return workbench.notify('warning', 'There is no image here yet: press p to pull one.');
			const base = {kind: 'details', image: image.id, offset: 0} as const;
			const settle = (details: (Overlay & {kind: 'details'})['details']) => {
				const {overlay} = getState();
				if (overlay?.kind === 'details' && overlay.image === image.id) show({...overlay, details});
			};
			show({...base, details: {phase: 'loading'}});
			engine.inspect(image.id, {signal: surroundings.signal}).then(
				value => settle({phase: 'ready', value}),
				(error: unknown) => settle({phase: 'failed', error: toErrorRecord(error)}),
			);
		},
		openExplain() {
			const subject = selectSubject(getState());
			explain(subject, subject.topics);
		},
		explainTopic(topic) {
			const subject = selectSubject(getState());
			const others = subject.topics.filter(other => other !== topic);
			explain(subject, [topic, ...others]);
		},
		turnPage(step) {
			const {dialog} = getState();
			if (dialog?.kind !== 'explain') return;
			const count = dialog.topics.length;
			const page = (dialog.page + step + count) % count;
			dispatch({type: 'dialogChanged', dialog: {...dialog, page, offset: 0}});
		},
		copy() {
			const text = textUnderCursor(getState());
			if (text === undefined) return workbench.notify('info', 'There is nothing here to copy.');
			surroundings.copyText(text);
			workbench.notify('success', `Copied: ${text}`);
		},
	};
}

function textUnderCursor(state: State): string | undefined {
	const {dialog, overlay} = state;
	if (dialog?.kind === 'visibility') {
		const facts = dialog.facts.phase === 'ready' ? dialog.facts.value : undefined;
		return facts?.settingsAddress ?? facts?.webAddress;
	}
	if (overlay?.kind === 'details') return overlay.image;
	if (overlay?.kind === 'layers') return layerText(overlay);
	if (overlay?.kind === 'safety') return safetyText(overlay);
	if (overlay?.kind === 'proof') return overlay.proof.digest.pulled;
	if (overlay?.kind === 'runs') {
		const container = selectCurrentRun(state);
		return container && (runCommandOf(state, container.id) ?? container.name);
	}
	if (overlay?.kind === 'remote') {
		return selectRemoteReference(state) ?? selectRemoteRepository(state);
	}
	if (overlay?.kind === 'jobs') {
		const job = selectCurrentJob(state);
		return job?.error ? `${job.error.message} ${job.error.hint}` : job?.subject;
	}
	switch (state.focus) {
		case 'images': {
			const image = selectCurrentImage(state);
			return image?.references[0] ?? image?.id;
		}
		case 'tags': {
			const row = selectCurrentTagRow(state);
			const target = state.targets.find(({id}) => id === state.defaultTargetId);
			return target && row && !row.references[0]
				? formatReference(targetReference(target, row.name, row.tag))
				: row?.references[0];
		}
		case 'registries':
			return selectCurrentTargetRow(state)?.target.id;
		case 'log':
			return selectLogLines(state)[selectCursorIndex(state, 'log')]?.text.replace(/^\$ /, '');
	}
}
