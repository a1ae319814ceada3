/** Copying between registries and deleting on them: dialogs with what will happen, then a job. */
import {shortDigest} from '../domain/digest.ts';
import {toErrorRecord} from '../domain/errors.ts';
import {formatReference, parseReference} from '../domain/reference.ts';
import type {Target} from '../domain/target.ts';
import {planRemoteRemoval} from '../operations/plan-remote-removal.ts';
import {checkReferenceText, targetReference} from '../registry/providers/table.ts';
import type {Intents} from './intents.ts';
import {selectRemote, selectRemoteReference} from './remote-selectors.ts';
import {selectCurrentTagRow} from './selectors.ts';
import type {Dialog, TagCheck} from './dialog.ts';
import type {State} from './state.ts';
import {bareName} from './tag-rows.ts';
import type {Workbench} from './workbench.ts';

type RemoteChangeIntents = Pick<
	Intents,
	| 'openCopy'
	| 'changeCopyValue'
	| 'cycleCopyTarget'
	| 'toggleReferrers'
	| 'useRepairedCopy'
	| 'submitCopy'
	| 'openRemoteRemove'
	| 'toggleRemovalMode'
	| 'changeConfirmation'
	| 'submitRemoteRemove'
>;
type CopyDialog = Dialog & {readonly kind: 'copy'};
type RemoveDialog = Dialog & {readonly kind: 'remove-remote'};

const typingPauseMs = 300;

export function createRemoteChangeIntents(workbench: Workbench): RemoteChangeIntents {
	const {store, registry, credentials, surroundings} = workbench;
	const {dispatch, getState} = store;
	let asking: AbortController | undefined;
	const show = (dialog: Dialog | undefined) => dispatch({type: 'dialogChanged', dialog});
	const copyDialog = (): CopyDialog | undefined => {
		const {dialog} = getState();
		return dialog?.kind === 'copy' ? dialog : undefined;
	};
	const removeDialog = (): RemoveDialog | undefined => {
		const {dialog} = getState();
		return dialog?.kind === 'remove-remote' ? dialog : undefined;
	};

	/** Shows the destination with what can be said at once, then asks what its tag is there. */
	const changeDestination = (dialog: CopyDialog, value: string) => {
		asking?.abort();
		const problem = checkReferenceText(value) ?? sameProblem(dialog.source, value);
		if (problem) return show({...dialog, value, check: {problem, notes: [], checking: false}});
		show({...dialog, value, check: {notes: [], checking: true}});
		asking = new AbortController();
		const signal = AbortSignal.any([asking.signal, surroundings.signal]);
		const timer = setTimeout(
			() => void askDestination(dialog.source, value, signal),
			typingPauseMs,
		);
		signal.addEventListener('abort', () => clearTimeout(timer), {once: true});
	};

	const resolve = (text: string, signal: AbortSignal) => {
		const {domain, path, tag} = parseReference(text);
		return registry.repository(domain, path).resolve(tag ?? 'latest', {signal});
	};

	const askDestination = async (source: string, value: string, signal: AbortSignal) => {
		const settle = (check: TagCheck) => {
			const dialog = copyDialog();
			if (dialog?.value === value && !signal.aborted) show({...dialog, check});
		};
		try {
			const [here, there] = await Promise.all([resolve(source, signal), resolve(value, signal)]);
			const note = !there
				? 'the tag is free there'
				: there.digest === here?.digest
					? 'the same image is there already: nothing will move'
					: `the tag is there already and will move away from ${shortDigest(there.digest)}`;
			settle({notes: [note], checking: false});
		} catch (error) {
			const {message} = toErrorRecord(error);
			settle({notes: [`could not ask the registry: ${message}`], checking: false});
		}
	};

	const loadPlan = (reference: string, mode: RemoveDialog['mode']) => {
		show({kind: 'remove-remote', reference, mode, plan: {phase: 'loading'}, value: ''});
		const settle = (plan: RemoveDialog['plan']) => {
			const dialog = removeDialog();
			if (dialog?.reference === reference && dialog.mode === mode) show({...dialog, plan});
		};
		planRemoteRemoval(reference, mode, {registry, credentials, signal: surroundings.signal}).then(
			value => settle({phase: 'ready', value}),
			(error: unknown) => settle({phase: 'failed', error: toErrorRecord(error)}),
		);
	};

	return {
		openCopy() {
			const state = getState();
			const source = subjectOnRegistry(state);
			if (source === undefined) {
				return workbench.notify(
					'warning',
					'Choose a tag that a registry has: it is copied without this machine.',
				);
			}
			const other = nextPlace(state, source);
			const dialog: CopyDialog = {
				kind: 'copy',
				source,
				value: '',
				targetId: other?.id,
				withReferrers: false,
				check: {notes: [], checking: false},
			};
			changeDestination(dialog, destinationOn(state, source, other?.id));
		},
		changeCopyValue(value) {
			const dialog = copyDialog();
			if (dialog) changeDestination(dialog, value);
		},
		cycleCopyTarget(step) {
			const dialog = copyDialog();
			const {targets} = getState();
			if (!dialog || targets.length === 0) return;
			const place = targets.findIndex(({id}) => id === dialog.targetId) + step + targets.length;
			const targetId = targets[place % targets.length]?.id;
			changeDestination({...dialog, targetId}, destinationOn(getState(), dialog.source, targetId));
		},
		toggleReferrers() {
			const dialog = copyDialog();
			if (dialog) show({...dialog, withReferrers: !dialog.withReferrers});
		},
		useRepairedCopy() {
			const dialog = copyDialog();
			const repaired = dialog?.check.problem?.repaired;
			if (dialog && repaired !== undefined) changeDestination(dialog, repaired);
		},
		submitCopy() {
			const dialog = copyDialog();
			if (!dialog || dialog.check.problem) return;
			asking?.abort();
			show(undefined);
			workbench.run({
				operation: 'copy',
				source: dialog.source,
				destination: formatReference(parseReference(dialog.value)),
				withReferrers: dialog.withReferrers,
			});
		},
		openRemoteRemove() {
			const reference = selectRemoteReference(getState());
			if (reference === undefined) {
				return workbench.notify('info', 'Open a repository and choose a tag first.');
			}
			loadPlan(reference, 'untag');
		},
		toggleRemovalMode() {
			const dialog = removeDialog();
			if (dialog) loadPlan(dialog.reference, dialog.mode === 'untag' ? 'manifest' : 'untag');
		},
		changeConfirmation(value) {
			const dialog = removeDialog();
			if (dialog) show({...dialog, value});
		},
		submitRemoteRemove() {
			const dialog = removeDialog();
			if (dialog?.plan.phase !== 'ready') return;
			const plan = dialog.plan.value;
			if (plan.mode === 'refused')
				return workbench.notify('warning', plan.reason ?? 'It is refused.');
			if (dialog.value.trim() !== plan.confirmation) {
				return workbench.notify('warning', `Type ${plan.confirmation} to confirm.`);
			}
			show(undefined);
			workbench.run({operation: 'remove-remote', plan});
		},
	};
}

/** The full reference of what is under the cursor on a registry: in the view into one, or a tag that is on one. */
function subjectOnRegistry(state: State): string | undefined {
	if (selectRemote(state)) return selectRemoteReference(state);
	const row = selectCurrentTagRow(state);
	if (!row) return undefined;
	const preferred = [state.defaultTargetId, ...state.targets.map(({id}) => id)];
	return preferred
		.flatMap(id => (id === undefined ? [] : (row.remote[id] ?? [])))
		.find(reference => state.remoteTags[reference]?.phase === 'known');
}

/** The target after the one it comes from, in their order: from staging to production in two keys. */
function nextPlace(state: State, source: string): Target | undefined {
	const {targets} = state;
	const {domain, path} = parseReference(source);
	const from = targets.findIndex(
		({host, namespace}) =>
			host === domain && (namespace === '' || path.startsWith(`${namespace}/`)),
	);
	const inTurn = [...targets.slice(from + 1), ...targets.slice(0, from + 1)];
	return inTurn.find(({id}) => destinationOn(state, source, id) !== source) ?? inTurn[0];
}

function destinationOn(state: State, source: string, targetId: string | undefined): string {
	const reference = parseReference(source);
	const target = state.targets.find(({id}) => id === targetId);
	if (!target) return source;
	const name = bareName(reference, state.targets);
	return formatReference(targetReference(target, name, reference.tag ?? 'latest'));
}

function sameProblem(source: string, value: string) {
	if (formatReference(parseReference(value)) !== source) return undefined;
	return {message: 'This is where it comes from: change the name, the tag or the registry'};
}
