/** What is derived from the state: the rows that panes show, and what the keyboard works on. All pure. */
import fuzzysort from 'fuzzysort';
import type {LocalImage} from '../domain/image.ts';
import type {Target} from '../domain/target.ts';
import {providerById} from '../registry/providers/table.ts';
import {memoizeLast} from './memoize.ts';
import type {TargetProposal} from './dialog.ts';
import type {Job, LoginState, LogLine, PaneId, State, TagStatus} from './state.ts';
import type {TagRow} from './tag-rows.ts';
import {tagRowsOf} from './tag-rows.ts';
import {standingOf} from './tag-standing.ts';

export type ImageRow = {
	/** The image ID. */
	readonly key: string;
	/** Repository name of the first reference, without its tag; `<none>` for a dangling image. */
	readonly name: string;
	/** Tag of the first reference; empty for a dangling image. */
	readonly firstTag: string;
	readonly tagCount: number;
	readonly sizeBytes: number;
	readonly createdAt?: string;
	readonly dangling: boolean;
	readonly marked: boolean;
};

export type TargetRow = {
	/** The target's id, or `proposal host/namespace`. */
	readonly key: string;
	readonly target: Target;
	readonly login: LoginState;
	readonly isDefault: boolean;
	/** Set when this is only proposed, with the reason. */
	readonly proposal?: string;
};

/** Column heading of a target in the tags pane. */
export type TargetColumn = {readonly target: Target; readonly label: string};

const noImages: readonly LocalImage[] = [];

/** The images as last told, also while the engine is away. */
export function selectImages(state: State): readonly LocalImage[] {
	return state.images.phase === 'ready' ? state.images.value : noImages;
}

/** The reference an image goes by: one without a registry's name first, for that is what was built here. */
export function primaryReference({references}: LocalImage): string | undefined {
	return references.find(name => !/^[^/]*[.:][^/]*\//.test(name)) ?? references[0];
}

const allImageRows = memoizeLast(
	(images: readonly LocalImage[], marks: readonly string[]): readonly ImageRow[] => {
		const marked = new Set(marks);
		return images.map(image => {
			const first = primaryReference(image);
			const colon = first?.lastIndexOf(':') ?? -1;
			return {
				key: image.id,
				name:
					first === undefined
						? '<none>'
						: colon > first.lastIndexOf('/')
							? first.slice(0, colon)
							: first,
				firstTag:
					first === undefined || colon <= first.lastIndexOf('/') ? '' : first.slice(colon + 1),
				tagCount: image.references.length,
				sizeBytes: image.sizeBytes,
				...(image.createdAt === undefined ? {} : {createdAt: image.createdAt}),
				dangling: image.dangling,
				marked: marked.has(image.id),
			};
		});
	},
);

const filteredImageRows = memoizeLast((rows: readonly ImageRow[], filter: string) =>
	filterRows(rows, filter, row => `${row.name}:${row.firstTag} ${row.key.slice(7, 19)}`),
);

/** The images pane's rows, filtered. */
export function selectImageRows(state: State): readonly ImageRow[] {
	return filteredImageRows(
		allImageRows(selectImages(state), state.marks.images),
		state.filters.images,
	);
}

/** The row under the cursor, by identity where it is still there, else by place. */
function atCursor<Row extends {readonly key: string}>(
	rows: readonly Row[],
	cursor: State['cursors'][PaneId],
): {readonly row: Row; readonly index: number} | undefined {
	const byKey = cursor.key === undefined ? -1 : rows.findIndex(row => row.key === cursor.key);
	const index = byKey >= 0 ? byKey : Math.min(cursor.index, rows.length - 1);
	const row = rows[index];
	return row && {row, index};
}

const findImage = memoizeLast((images: readonly LocalImage[], id: string | undefined) =>
	images.find(image => image.id === id),
);

/** The image that the tags pane shows. */
export function selectCurrentImage(state: State): LocalImage | undefined {
	const at = atCursor(selectImageRows(state), state.cursors.images);
	return findImage(selectImages(state), at?.row.key);
}

const tagRows = memoizeLast((image: LocalImage | undefined, targets: readonly Target[]) =>
	image ? tagRowsOf(image, targets) : [],
);

const filteredTagRows = memoizeLast((rows: readonly TagRow[], filter: string) =>
	filterRows(rows, filter, row => row.key),
);

/** The tags pane's rows, filtered. */
export function selectTagRows(state: State): readonly TagRow[] {
	return filteredTagRows(tagRows(selectCurrentImage(state), state.targets), state.filters.tags);
}

const columnsOf = memoizeLast((targets: readonly Target[]): readonly TargetColumn[] => {
	const seen = new Map<string, number>();
	return targets.map(target => {
		const label = providerById(target.provider).label;
		const count = (seen.get(label) ?? 0) + 1;
		seen.set(label, count);
		return {target, label: count === 1 ? label : `${label}${count}`};
	});
});

/** One column per target, labels made unique. */
export function selectTargetColumns(state: State): readonly TargetColumn[] {
	return columnsOf(state.targets);
}

/** How a tag stands on a target. */
export function selectTagStatus(state: State, row: TagRow, targetId: string): TagStatus {
	return standingOf(state.remoteTags[row.remote[targetId] ?? ''], selectCurrentImage(state));
}

const unknownLogin: LoginState = {phase: 'unknown'};

const targetRows = memoizeLast(
	(
		targets: readonly Target[],
		defaultTargetId: string | undefined,
		logins: State['logins'],
		proposals: readonly TargetProposal[],
		filter: string,
	): readonly TargetRow[] => {
		const rows: TargetRow[] = targets.map(target => ({
			key: target.id,
			target,
			login: logins[target.host] ?? unknownLogin,
			isDefault: target.id === defaultTargetId,
		}));
		for (const {target, reason} of proposals) {
			if (targets.some(known => known.id === target.id)) continue;
			rows.push({
				key: `proposal ${target.id}`,
				target,
				login: unknownLogin,
				isDefault: false,
				proposal: reason,
			});
		}
		return filterRows(rows, filter, row => row.target.id);
	},
);

/** The registries pane's rows: targets, then what is proposed. */
export function selectTargetRows(state: State): readonly TargetRow[] {
	return targetRows(
		state.targets,
		state.defaultTargetId,
		state.logins,
		state.proposals,
		state.filters.registries,
	);
}

const filteredLog = memoizeLast((lines: readonly LogLine[], filter: string) =>
	filter === ''
		? lines
		: lines.filter(line => line.text.toLowerCase().includes(filter.toLowerCase())),
);

/** The log's lines; its filter keeps their order and looks for the words as they are. */
export function selectLogLines(state: State): readonly LogLine[] {
	return filteredLog(state.log.lines, state.filters.log);
}

/** Rows of a pane as far as the cursor needs them: their keys in order. */
export function selectPaneKeys(state: State, pane: PaneId): readonly string[] {
	switch (pane) {
		case 'images':
			return keysOf(selectImageRows(state));
		case 'tags':
			return keysOf(selectTagRows(state));
		case 'registries':
			return keysOf(selectTargetRows(state));
		case 'log':
			return logKeysOf(selectLogLines(state));
	}
}

const keyCache = new WeakMap<object, readonly string[]>();

function keysOf(rows: ReadonlyArray<{readonly key: string}>): readonly string[] {
	const known = keyCache.get(rows);
	if (known) return known;
	const keys = rows.map(row => row.key);
	keyCache.set(rows, keys);
	return keys;
}

const logKeysOf = memoizeLast((lines: readonly LogLine[]) => lines.map(line => String(line.id)));

/** Index of the cursor in a pane's rows; −1 when the pane is empty. The log's is its last row while it follows. */
export function selectCursorIndex(state: State, pane: PaneId): number {
	const keys = selectPaneKeys(state, pane);
	if (pane === 'log' && state.log.follow) return keys.length - 1;
	const cursor = state.cursors[pane];
	const byKey = cursor.key === undefined ? -1 : keys.indexOf(cursor.key);
	return byKey >= 0 ? byKey : Math.min(cursor.index, keys.length - 1);
}

/** The tag row under the cursor. */
export function selectCurrentTagRow(state: State): TagRow | undefined {
	return selectTagRows(state)[selectCursorIndex(state, 'tags')];
}

/** The registries row under the cursor. */
export function selectCurrentTargetRow(state: State): TargetRow | undefined {
	return selectTargetRows(state)[selectCursorIndex(state, 'registries')];
}

/** The target that is preselected: the default one, else the first. */
export function selectDefaultTarget(state: State): Target | undefined {
	return state.targets.find(target => target.id === state.defaultTargetId) ?? state.targets[0];
}

/**
 * The tag rows an operation works on: the marked ones, else in the tags pane the one under the
 * cursor, else all tags of the marked images or of the image under the cursor.
 */
export function selectSubjectRows(state: State): readonly TagRow[] {
	const image = selectCurrentImage(state);
	if (state.focus === 'tags') {
		const marked = selectTagRows(state).filter(row => isTagMarked(state, row));
		if (marked.length > 0) return marked;
		const row = selectCurrentTagRow(state);
		return row ? [row] : [];
	}
	return selectSubjectImages(state).flatMap(subject =>
		subject === image ? tagRows(subject, state.targets) : tagRowsOf(subject, state.targets),
	);
}

/** The images an operation works on: the marked ones, else the one under the cursor. */
export function selectSubjectImages(state: State): readonly LocalImage[] {
	if (state.marks.images.length > 0 && state.focus === 'images') {
		const marked = new Set(state.marks.images);
		return selectImages(state).filter(image => marked.has(image.id));
	}
	const image = selectCurrentImage(state);
	return image ? [image] : [];
}

/** Key of a tag row in the marks: the same name and tag may stand under another image later. */
export function tagMarkKey(imageId: string, row: TagRow): string {
	return `${imageId} ${row.key}`;
}

/** Whether a row of the current image is marked. */
export function isTagMarked(state: State, row: TagRow): boolean {
	const image = selectCurrentImage(state);
	return image !== undefined && state.marks.tags.includes(tagMarkKey(image.id, row));
}

const activeJobs = memoizeLast((jobs: readonly Job[]) =>
	jobs.filter(job => job.phase === 'queued' || job.phase === 'running'),
);

/** Jobs that are queued or running. */
export function selectActiveJobs(state: State): readonly Job[] {
	return activeJobs(state.jobs);
}

const newestFirst = memoizeLast((jobs: readonly Job[]) => jobs.toReversed());

/** All jobs of this session, newest first: the jobs view's rows. */
export function selectJobRows(state: State): readonly Job[] {
	return newestFirst(state.jobs);
}

/** The job under the cursor of the jobs view; the newest when none was chosen. */
export function selectCurrentJob(state: State): Job | undefined {
	const selected = state.overlay?.kind === 'jobs' ? state.overlay.selected : undefined;
	const rows = selectJobRows(state);
	return rows.find(job => job.id === selected) ?? rows[0];
}

const totalOf = memoizeLast((images: readonly LocalImage[]) =>
	images.reduce((sum, image) => sum + image.sizeBytes, 0),
);

/** Count and summed size of the local images, for the header. Shared layers count once per image. */
export function selectTotals(state: State): {readonly count: number; readonly sizeBytes: number} {
	const images = selectImages(state);
	return {count: images.length, sizeBytes: totalOf(images)};
}

function filterRows<Row>(
	rows: readonly Row[],
	filter: string,
	textOf: (row: Row) => string,
): readonly Row[] {
	if (filter === '') return rows;
	return fuzzysort.go(filter, rows as Row[], {key: textOf, threshold: 0.2}).map(found => found.obj);
}
