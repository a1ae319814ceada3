/** Looking at how safe an image is. */
import {toErrorRecord} from '../domain/errors.ts';
import type {SafetyReport} from '../domain/safety.ts';
import type {CheckRequest} from '../operations/check-image.ts';
import {defaultSafety} from '../settings/schema.ts';
import type {Intents} from './intents.ts';
import {selectRemoteReference} from './remote-selectors.ts';
import {selectSafety} from './safety-selectors.ts';
import {selectCurrentImage, selectCurrentTagRow} from './selectors.ts';
import type {SafetyOverlay, State} from './state.ts';
import type {Workbench} from './workbench.ts';

type SafetyIntents = Pick<Intents, 'openSafety' | 'askOsv' | 'saveSafety'>;

export function createSafetyIntents(workbench: Workbench): SafetyIntents {
	const {store, engine, registry, credentials, settings, surroundings} = workbench;
	const {dispatch, getState} = store;
	const {now} = surroundings;
	const show = (overlay: SafetyOverlay) => dispatch({type: 'overlayChanged', overlay});
	const safety = () => settings.get().safety ?? defaultSafety;

	/** The overlay that shows this request; undefined once it was closed. */
	const current = (request: CheckRequest): SafetyOverlay | undefined => {
		const overlay = selectSafety(getState());
		return overlay?.request === request ? overlay : undefined;
	};

	/** Runs until the view is closed. */
	const whileOpen = async (
		request: CheckRequest,
		reports: (signal: AbortSignal) => AsyncIterable<SafetyReport>,
	) => {
		const closing = new AbortController();
		const signal = AbortSignal.any([surroundings.signal, closing.signal]);
		// Whoever closes the view does not want the rest of a large image.
		const unwatch = store.subscribe(() => {
			if (!current(request)) closing.abort();
		});
		try {
			for await (const report of reports(signal)) {
				const overlay = current(request);
				if (!overlay) return;
				if (report.complete) dispatch({type: 'safetyReported', report});
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
		openSafety() {
			const state = getState();
			const subject = subjectOf(state);
			if (!subject) {
				return workbench.notify('warning', 'There is no image here yet: press p to pull one.');
			}
			const request: CheckRequest = {...subject, depth: 'full'};
			show({
				kind: 'safety',
				request,
				report: undefined,
				filter: '',
				filtering: false,
				cursor: {key: undefined, index: 0},
				before: state.overlay,
			});
			void whileOpen(request, async function* (signal) {
				const {checkImage} = await import('../operations/check-image.ts');
				yield* checkImage(request, {engine, registry, credentials, signal, now, safety});
			});
		},
		askOsv() {
			const overlay = selectSafety(getState());
			const report = overlay?.report;
			if (!overlay || !report?.complete) return;
			const {request} = overlay;
			show({...overlay, report: {...report, complete: false}});
			void whileOpen(request, async function* (signal) {
				const {askAboutPackages} = await import('../operations/check-packages.ts');
				yield await askAboutPackages(report, {signal, safety});
			});
		},
		saveSafety() {
			const report = selectSafety(getState())?.report;
			if (!report) return;
			const day = new Date(now()).toISOString().slice(0, 19).replace(/[T:]/g, '-');
			const name = report.reference.replace(/[^\w.-]+/g, '-').slice(0, 100);
			const file = `regbench-safety-${name}-${day}`;
			void (async () => {
				try {
					const {cycloneDx} = await import('../safety/cyclonedx.ts');
					const {safetyMarkdown} = await import('../safety/report-markdown.ts');
					await surroundings.saveText(`${file}.md`, safetyMarkdown(report));
					await surroundings.saveText(
						`${file}.json`,
						`${JSON.stringify(report, undefined, '\t')}\n`,
					);
					await surroundings.saveText(`${file}.cdx.json`, cycloneDx(report, {name: 'regbench'}));
					workbench.notify(
						'success',
						`Saved: ${file}.md, .json, and the packages as CycloneDX in .cdx.json.`,
					);
				} catch (thrown) {
					const {message, hint} = toErrorRecord(thrown);
					workbench.notify('error', `${message}. ${hint}`);
				}
			})();
		},
	};
}

/** The tag in the browser, else the tag or the image under the cursor. */
function subjectOf(state: State): Pick<CheckRequest, 'image' | 'from'> | undefined {
	const remote = selectRemoteReference(state);
	if (remote !== undefined) return {image: remote, from: 'registry'};
	const here = selectCurrentImage(state);
	const tag = state.focus === 'tags' ? selectCurrentTagRow(state)?.references[0] : undefined;
	const image = tag ?? here?.references[0] ?? here?.id;
	return image === undefined ? undefined : {image, from: 'engine'};
}
