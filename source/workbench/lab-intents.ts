/** The guided tour: opening it, ticking it off from what happens, its report. */
import {toErrorRecord} from '../domain/errors.ts';
import type {LabProgress} from '../domain/lab.ts';
import {labJson, labMarkdown} from '../explain/lab-report.ts';
import {labSteps, standingOf, stepsThrough} from '../explain/lab-steps.ts';
import {createExplainer} from './explainer.ts';
import type {Intents} from './intents.ts';
import {newTicks} from './lab-sights.ts';
import {selectCurrentImage} from './selectors.ts';
import type {Workbench} from './workbench.ts';

type LabIntents = Pick<
	Intents,
	'openLab' | 'explainStep' | 'toggleLabHint' | 'saveLab' | 'openResetLab' | 'resetLab'
>;

export function createLabIntents(workbench: Workbench): LabIntents {
	const explain = createExplainer(workbench);
	const {store, settings, surroundings} = workbench;
	const {dispatch, getState} = store;

	const keep = (lab: LabProgress) => {
		dispatch({type: 'labChanged', lab});
		settings
			.update(current => {
				// Another window may have ticked something of the same tour meanwhile.
				const same = current.lab?.startedAt === lab.startedAt ? current.lab.ticks : {};
				return {...current, lab: {...lab, ticks: {...same, ...lab.ticks}}};
			})
			.catch((error: unknown) => workbench.log('warning', toErrorRecord(error).message));
	};
	const begin = (): LabProgress => ({
		startedAt: new Date(surroundings.now()).toISOString(),
		hint: true,
		ticks: {},
	});

	const look = () => {
		const {lab} = getState();
		if (!lab) return;
		const ticks = newTicks(getState(), surroundings.now());
		if (Object.keys(ticks).length === 0) return;
		const after = {...lab, ticks: {...lab.ticks, ...ticks}};
		keep(after);
		for (const [index, step] of labSteps.entries()) {
			if (standingOf(step, lab) !== 'open' || standingOf(step, after) === 'open') continue;
			const through = stepsThrough(after);
			workbench.log(
				'success',
				`lab: step ${index + 1}, ${step.title}, is done (${through} of ${labSteps.length})`,
			);
		}
	};
	const saved = settings.get().lab;
	if (saved) dispatch({type: 'labChanged', lab: saved});
	let seen: readonly unknown[] = [];
	const stop = store.subscribe(() => {
		const {lab, jobs, dialog, overlay, logins, targets, engine, safety} = getState();
		const watched = [lab, jobs, dialog, overlay, logins, targets, engine, safety];
		if (!lab || watched.every((value, index) => value === seen[index])) return;
		seen = watched;
		// After everyone has heard of the change itself.
		queueMicrotask(look);
	});
	surroundings.signal.addEventListener('abort', stop);

	return {
		openLab() {
			const {overlay, lab} = getState();
			if (overlay?.kind === 'lab') return dispatch({type: 'overlayChanged', overlay: undefined});
			const progress = lab ?? begin();
			if (!lab) keep(progress);
			const next = labSteps.findIndex(step => standingOf(step, progress) === 'open');
			dispatch({type: 'overlayChanged', overlay: {kind: 'lab', cursor: Math.max(0, next)}});
		},
		explainStep() {
			const {overlay} = getState();
			const step = overlay?.kind === 'lab' ? labSteps[overlay.cursor] : undefined;
			if (!step) return;
			const image = selectCurrentImage(getState())?.id;
			explain({name: step.title, ...(image === undefined ? {} : {image})}, step.topics);
		},
		toggleLabHint() {
			const {lab} = getState();
			if (!lab) return;
			keep({...lab, hint: !lab.hint});
			workbench.notify(
				'info',
				lab.hint ? 'The next step is not told any more.' : 'The next step is told here below.',
			);
		},
		saveLab() {
			const {lab, engine, demo} = getState();
			if (!lab) return;
			const at = new Date(surroundings.now()).toISOString();
			const file = `regbench-lab-${at.slice(0, 19).replace(/[T:]/g, '-')}`;
			const title = engine.phase === 'connected' ? engine.info.title : 'none';
			const facts = {engine: title === 'embedded' ? 'embedded engine' : title, at, demo};
			void (async () => {
				try {
					await surroundings.saveText(`${file}.md`, labMarkdown(lab, facts));
					await surroundings.saveText(`${file}.json`, labJson(lab, facts));
					workbench.notify('success', `The report was saved to ${file}.md and .json.`);
				} catch (thrown) {
					const {message, hint} = toErrorRecord(thrown);
					workbench.notify('error', `${message}. ${hint}`);
				}
			})();
		},
		openResetLab: () => dispatch({type: 'dialogChanged', dialog: {kind: 'reset-lab'}}),
		resetLab() {
			dispatch({type: 'dialogChanged', dialog: undefined});
			keep(begin());
			dispatch({type: 'overlayChanged', overlay: {kind: 'lab', cursor: 0}});
		},
	};
}
