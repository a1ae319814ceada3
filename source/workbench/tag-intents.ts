/** The tag dialog: a reference checked while it is typed, against the registry's rules and what is there. */
import {shortDigest} from '../domain/digest.ts';
import {toErrorRecord} from '../domain/errors.ts';
import {familiarReference, formatReference, parseReference} from '../domain/reference.ts';
import {checkReferenceText, targetReference} from '../registry/providers/table.ts';
import type {Intents} from './intents.ts';
import {
	selectCurrentImage,
	selectDefaultTarget,
	selectImages,
	selectSubjectImages,
	selectSubjectRows,
} from './selectors.ts';
import type {Dialog, TagCheck} from './dialog.ts';
import type {State} from './state.ts';
import type {TagRow} from './tag-rows.ts';
import type {Workbench} from './workbench.ts';

type TagIntents = Pick<
	Intents,
	'openTag' | 'changeTagValue' | 'cycleTagTarget' | 'useRepairedTag' | 'submitTag'
>;
type TagDialog = Dialog & {readonly kind: 'tag'};

/** How long a person must have stopped typing before a registry is asked. */
const typingPauseMs = 300;

export function createTagIntents(workbench: Workbench): TagIntents {
	const {store, registry, surroundings} = workbench;
	const {dispatch, getState} = store;
	let asking: AbortController | undefined;
	const current = (): TagDialog | undefined => {
		const {dialog} = getState();
		return dialog?.kind === 'tag' ? dialog : undefined;
	};
	const show = (dialog: Dialog | undefined) => dispatch({type: 'dialogChanged', dialog});

	/** Shows the value with what can be said at once, then asks the registry what the tag is there. */
	const change = (dialog: TagDialog, value: string) => {
		asking?.abort();
		const problem = dialog.sources.length > 1 ? undefined : checkReferenceText(value);
		if (problem) return show({...dialog, value, check: {problem, notes: [], checking: false}});
		if (dialog.sources.length > 1) {
			return show({...dialog, value, check: {notes: [], checking: false}});
		}
		const notes = localNotes(getState(), dialog.sources[0] ?? '', value);
		show({...dialog, value, check: {notes, checking: true}});
		asking = new AbortController();
		const {signal} = asking;
		const timer = setTimeout(() => {
			void askRegistry(value, notes, AbortSignal.any([signal, surroundings.signal]));
		}, typingPauseMs);
		signal.addEventListener('abort', () => clearTimeout(timer), {once: true});
	};

	const askRegistry = async (value: string, notes: readonly string[], signal: AbortSignal) => {
		const settle = (check: TagCheck) => {
			const dialog = current();
			if (dialog && dialog.value === value && !signal.aborted) show({...dialog, check});
		};
		try {
			const {domain, path, tag} = parseReference(value);
			const known = getState().targets.some(target => target.host === domain);
			// Only registries the person uses are asked; a name may be typed that is nobody's yet.
			const remote = known
				? await registry.repository(domain, path).resolve(tag ?? 'latest', {signal})
				: undefined;
			const there = remote
				? `on ${domain}: exists already (${shortDigest(remote.digest)})`
				: `on ${domain}: free`;
			settle({notes: known ? [...notes, there] : notes, checking: false});
		} catch (error) {
			const {message} = toErrorRecord(error);
			settle({notes: [...notes, `could not ask the registry: ${message}`], checking: false});
		}
	};

	return {
		openTag() {
			const state = getState();
			const rows = selectSubjectRows(state);
			const image = selectCurrentImage(state);
			const sources =
				rows.length > 0
					? rows.flatMap(row => row.references.slice(0, 1))
					: selectSubjectImages(state).map(subject => subject.id);
			if (!image || sources.length === 0) {
				return workbench.notify('warning', 'There is no image to tag: press p to pull one.');
			}
			const single = state.focus === 'images' && state.marks.images.length === 0;
			const target = selectDefaultTarget(state);
			const dialog: TagDialog = {
				kind: 'tag',
				sources: single ? sources.slice(0, 1) : sources,
				value: '',
				targetId: target?.id,
				check: {notes: [], checking: false},
			};
			change(dialog, suggestion(state, dialog.sources, target?.id, rows));
		},
		changeTagValue(value) {
			const dialog = current();
			if (dialog) change(dialog, value);
		},
		cycleTagTarget(step) {
			const dialog = current();
			if (!dialog) return;
			const state = getState();
			const choices = [undefined, ...state.targets.map(target => target.id)];
			const place = choices.indexOf(dialog.targetId) + step + choices.length;
			const targetId = choices[place % choices.length];
			change(
				{...dialog, targetId},
				suggestion(state, dialog.sources, targetId, selectSubjectRows(state)),
			);
		},
		useRepairedTag() {
			const dialog = current();
			const repaired = dialog?.check.problem?.repaired;
			if (dialog && repaired !== undefined) change(dialog, repaired);
		},
		submitTag() {
			const dialog = current();
			if (!dialog || dialog.check.problem) return;
			const {sources, targetId, value} = dialog;
			const rows = selectSubjectRows(getState());
			asking?.abort();
			show(undefined);
			dispatch({type: 'marksChanged', marks: {images: [], tags: []}});
			if (sources.length === 1 && sources[0] !== undefined) {
				workbench.run({
					operation: 'tag',
					source: sources[0],
					reference: formatReference(parseReference(value)),
				});
				return;
			}
			for (const row of rows) {
				const source = row.references[0];
				const reference = targetId === undefined ? undefined : row.remote[targetId];
				if (source !== undefined && reference !== undefined) {
					workbench.run({operation: 'tag', source, reference});
				}
			}
		},
	};
}

/** What the input is pre-filled with: the name on the target, or the place where several go. */
function suggestion(
	state: State,
	sources: readonly string[],
	targetId: string | undefined,
	rows: readonly TagRow[],
): string {
	const target = state.targets.find(({id}) => id === targetId);
	if (sources.length > 1) return target ? `${target.id}/` : '';
	const row = rows.find(({references}) => references[0] === sources[0]);
	const name = row?.name ?? 'image';
	const tag = row?.tag ?? '1.0.0';
	return target ? formatReference(targetReference(target, name, tag)) : `${name}:${tag}`;
}

function localNotes(state: State, source: string, value: string): readonly string[] {
	const name = familiarReference(parseReference(value));
	const images = selectImages(state);
	const holder = images.find(image => image.references.includes(name));
	if (!holder) return ['on this machine: free'];
	const same = holder.references.includes(source) || holder.id === source;
	return [
		same
			? 'on this machine: already this image'
			: `on this machine: moves away from ${shortDigest(holder.id)}`,
	];
}
