/** Tagging, pushing, pulling and deleting: from the cursor to a dialog, and from there to a job. */
import {toErrorRecord} from '../domain/errors.ts';
import {familiarReference, formatReference, parseReference} from '../domain/reference.ts';
import {planPush} from '../operations/plan-push.ts';
import {planRemove} from '../operations/plan-remove.ts';
import {knownBreaches} from '../safety/policy.ts';
import {defaultSafety} from '../settings/schema.ts';
import type {SafetyReport} from '../domain/safety.ts';
import type {Intents} from './intents.ts';
import {
	selectCurrentImage,
	selectDefaultTarget,
	selectImages,
	selectSubjectImages,
	selectSubjectRows,
} from './selectors.ts';
import type {Dialog, PushPlan} from './dialog.ts';
import type {Loadable} from './loadable.ts';
import type {State} from './state.ts';
import type {TagRow} from './tag-rows.ts';
import type {Workbench} from './workbench.ts';

type ImageIntents = Pick<
	Intents,
	| 'openPush'
	| 'togglePushTarget'
	| 'submitPush'
	| 'openRemove'
	| 'toggleForce'
	| 'confirmRemove'
	| 'openRepull'
	| 'confirmRepull'
	| 'openPull'
	| 'changePullValue'
	| 'submitPull'
>;

/** How many push previews are asked for; a bulk push of more shows its first ones. */
const mostPreviews = 12;
const mostRecentReferences = 20;

export function createImageIntents(workbench: Workbench): ImageIntents {
	const {store, engine, registry, credentials, settings, surroundings} = workbench;
	const {dispatch, getState} = store;
	const show = (dialog: Dialog | undefined) => dispatch({type: 'dialogChanged', dialog});
	const endMarks = () => dispatch({type: 'marksChanged', marks: {images: [], tags: []}});

	const loadPlans = (rows: readonly TagRow[], targetId: string) => {
		const images = selectImages(getState());
		const planned = new Set<string>();
		for (const row of rows.slice(0, mostPreviews)) {
			const key = planKey(targetId, row);
			const set = (plan: Loadable<PushPlan>) => {
				const {dialog} = getState();
				if (dialog?.kind !== 'push' || dialog.rows !== rows) return;
				show({...dialog, plans: {...dialog.plans, [key]: plan}});
			};
			const source = row.references[0];
			const reference = row.remote[targetId];
			if (source === undefined || reference === undefined) continue;
			const holder = images.find(({references}) => references.includes(source));
			const goesAlong = holder !== undefined && planned.has(holder.id);
			if (holder) planned.add(holder.id);
			set({phase: 'loading'});
			planPush(
				{source, reference},
				{engine, registry, credentials, signal: surroundings.signal},
			).then(
				preview => {
					const familiar = familiarReference(parseReference(reference));
					const tagsFirst = !row.references.includes(familiar);
					// The layers of one image are sent once, however many tags of it go.
					const sent = goesAlong
						? {
								layersTotal: 0,
								layersPresent: 0,
								layersMountable: 0,
								bytesToUpload: 0,
								bytesMountable: 0,
							}
						: {};
					set({phase: 'ready', value: {...preview, ...sent, targetId, reference, tagsFirst}});
				},
				(error: unknown) => set({phase: 'failed', error: toErrorRecord(error)}),
			);
		}
	};

	const loadSafety = (rows: readonly TagRow[]) => {
		const {blockPushOn} = settings.get().safety ?? defaultSafety;
		for (const row of rows.slice(0, mostPreviews)) {
			const [source] = row.references;
			if (source === undefined) continue;
			const set = (report: SafetyReport) => {
				const {dialog} = getState();
				if (dialog?.kind !== 'push' || dialog.rows !== rows) return;
				const broken = knownBreaches(report, blockPushOn, row.tag === 'latest');
				show({...dialog, safety: {...dialog.safety, [row.key]: {report, broken}}});
			};
			const id = selectImages(getState()).find(({references}) => references.includes(source))?.id;
			const known = id === undefined ? undefined : getState().safety[id];
			if (known) {
				set(known);
				continue;
			}
			// It only informs: what fails here fails with words elsewhere.
			const {signal, now} = surroundings;
			const request = {image: source, from: 'engine', depth: 'quick'} as const;
			import('../operations/check-image.ts')
				.then(({checkToEnd}) => checkToEnd(request, {engine, registry, credentials, signal, now}))
				.then(set, () => undefined);
		}
	};

	return {
		openPush() {
			const state = getState();
			const rows = selectSubjectRows(state);
			const target = selectDefaultTarget(state);
			if (rows.length === 0) return workbench.notify('warning', noTagText(state));
			if (!target) {
				return workbench.notify(
					'warning',
					'No registry to push to yet: press 3, then a to add one.',
				);
			}
			show({
				kind: 'push',
				rows,
				targetIds: state.targets.map(({id}) => id),
				cursor: state.targets.indexOf(target),
				chosen: [target.id],
				plans: {},
			});
			loadPlans(rows, target.id);
			loadSafety(rows);
		},
		togglePushTarget(id) {
			const {dialog} = getState();
			if (dialog?.kind !== 'push') return;
			const targetId = id ?? dialog.targetIds[dialog.cursor];
			if (targetId === undefined) return;
			const wasChosen = dialog.chosen.includes(targetId);
			const chosen = dialog.targetIds.filter(other =>
				other === targetId ? !wasChosen : dialog.chosen.includes(other),
			);
			show({...dialog, chosen});
			const [first] = dialog.rows;
			const known = first && dialog.plans[planKey(targetId, first)];
			if (!wasChosen && !known) loadPlans(dialog.rows, targetId);
		},
		submitPush() {
			const {dialog} = getState();
			if (dialog?.kind !== 'push') return;
			if (dialog.chosen.length === 0) {
				return workbench.notify('warning', 'Choose at least one target with Space.');
			}
			show(undefined);
			endMarks();
			const requests = dialog.chosen.map(targetId => {
				const destinations = dialog.rows.flatMap(row => {
					const source = row.references[0];
					const reference = row.remote[targetId];
					return source === undefined || reference === undefined ? [] : [{source, reference}];
				});
				return {operation: 'push' as const, destinations};
			});
			workbench.runTogether(requests);
		},

		openRemove() {
			const state = getState();
			const items =
				state.focus === 'tags'
					? selectSubjectRows(state).flatMap(row => row.references)
					: selectSubjectImages(state).map(image => image.id);
			if (items.length === 0)
				return workbench.notify('warning', 'There is nothing here to delete.');
			show({kind: 'remove', plan: {phase: 'loading'}, force: false});
			const set = (plan: (Dialog & {kind: 'remove'})['plan']) => {
				const {dialog} = getState();
				if (dialog?.kind === 'remove') show({...dialog, plan});
			};
			planRemove(items, engine, surroundings.signal).then(
				preview => set({phase: 'ready', value: {...preview, items}}),
				(error: unknown) => set({phase: 'failed', error: toErrorRecord(error)}),
			);
		},
		toggleForce() {
			const {dialog} = getState();
			if (dialog?.kind !== 'remove' || dialog.plan.phase !== 'ready') return;
			if (dialog.plan.value.containers.length > 0) show({...dialog, force: !dialog.force});
		},
		confirmRemove() {
			const {dialog} = getState();
			if (dialog?.kind !== 'remove' || dialog.plan.phase !== 'ready') return;
			const {items, containers} = dialog.plan.value;
			if (containers.length > 0 && !dialog.force) {
				return workbench.notify(
					'warning',
					'A container uses it: press f first to delete by force.',
				);
			}
			show(undefined);
			endMarks();
			workbench.run({operation: 'remove', items, force: dialog.force});
		},

		openRepull() {
			const state = getState();
			const rows = selectSubjectRows(state);
			if (rows.length === 0) return workbench.notify('warning', noTagText(state));
			const references = rows.flatMap(row => row.references.filter(isOnRegistry(state)));
			if (references.length === 0) {
				return workbench.notify(
					'warning',
					'No registry has it yet, so deleting it would lose it: push it first (P).',
				);
			}
			const preferred = selectDefaultTarget(state);
			const choice = references.findIndex(
				name => preferred !== undefined && name.startsWith(`${preferred.id}/`),
			);
			const chosen = new Set(references);
			const keepsNote = selectSubjectImages(state)
				.flatMap(image => image.references)
				.filter(name => !chosen.has(name));
			show({kind: 'repull', references, choice: Math.max(choice, 0), keepsNote});
		},
		confirmRepull() {
			const {dialog} = getState();
			if (dialog?.kind !== 'repull') return;
			const reference = dialog.references[dialog.choice];
			show(undefined);
			endMarks();
			if (reference === undefined) return;
			workbench.run({operation: 'repull', reference});
			void rememberReference(reference);
		},

		openPull() {
			const recent = settings.get().recentReferences;
			show({kind: 'pull', value: '', recent, cursor: -1});
		},
		changePullValue(value) {
			const {dialog} = getState();
			if (dialog?.kind !== 'pull') return;
			const {problem: _, ...rest} = dialog;
			show({...rest, value, cursor: -1});
		},
		submitPull() {
			const {dialog} = getState();
			if (dialog?.kind !== 'pull') return;
			const text = dialog.recent[dialog.cursor] ?? dialog.value.trim();
			try {
				const reference = formatReference(parseReference(text));
				show(undefined);
				workbench.run({operation: 'pull', reference});
				void rememberReference(familiarReference(parseReference(text)));
			} catch (error) {
				const {message, hint} = toErrorRecord(error);
				show({...dialog, problem: `${message}. ${hint}`});
			}
		},
	};

	async function rememberReference(name: string): Promise<void> {
		try {
			await settings.update(current => ({
				...current,
				recentReferences: [name, ...current.recentReferences.filter(other => other !== name)].slice(
					0,
					mostRecentReferences,
				),
			}));
		} catch (error) {
			workbench.log('warning', toErrorRecord(error).message);
		}
	}
}

/** Key of a push plan in the dialog. */
export function planKey(targetId: string, row: TagRow): string {
	return `${targetId} ${row.key}`;
}

function noTagText(state: State): string {
	return selectCurrentImage(state)
		? 'This image has no tag: press t to give it one.'
		: 'There is no image here yet: press p to pull one.';
}

/** Whether a local reference names a place that a pull could bring it back from. */
function isOnRegistry(state: State): (name: string) => boolean {
	const known = new Set(
		selectImages(state).flatMap(image => image.digests.map(digest => digest.split('@')[0])),
	);
	return name => {
		const {domain} = parseReference(name);
		const repository = name.slice(0, name.lastIndexOf(':'));
		return domain !== 'docker.io' || known.has(repository);
	};
}
