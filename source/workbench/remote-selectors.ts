/** What is derived from the view into a registry: its rows, and what the keyboard works on. Pure. */
import fuzzysort from 'fuzzysort';
import type {LocalImage} from '../domain/image.ts';
import {isArtifactTag, type RepositoryEntry, type TagEntry} from '../domain/remote.ts';
import {formatReference} from '../domain/reference.ts';
import {newestFirst} from '../domain/version.ts';
import {memoizeLast} from './memoize.ts';
import {selectImages} from './selectors.ts';
import type {Cursor, Overlay, RemoteLevel, State, TagSort} from './state.ts';

export type RemoteOverlay = Overlay & {readonly kind: 'remote'};

/** The view into a registry, when it is open. */
export function selectRemote(state: State): RemoteOverlay | undefined {
	return state.overlay?.kind === 'remote' ? state.overlay : undefined;
}

/** What is shown of it. */
export function selectRemoteLevel(state: State): RemoteLevel | undefined {
	return selectRemote(state)?.levels.at(-1);
}

const repositoryRows = memoizeLast((entries: readonly RepositoryEntry[], filter: string) =>
	filter === ''
		? entries
		: fuzzysort
				.go(filter, entries as RepositoryEntry[], {key: 'path', threshold: 0.2})
				.map(found => found.obj),
);

/** The repositories of a level, filtered. */
export function repositoryRowsOf(
	level: RemoteLevel & {readonly at: 'repositories'},
): readonly RepositoryEntry[] {
	return repositoryRows(level.listing.entries, level.filter);
}

const tagRows = memoizeLast((entries: readonly TagEntry[], filter: string, sort: TagSort) => {
	const shown =
		filter === ''
			? imagesFirst(sorted[sort](entries))
			: fuzzysort
					.go(filter, entries as TagEntry[], {key: 'tag', threshold: 0.2})
					.map(found => found.obj);
	return shown;
});

const sorted: Readonly<Record<TagSort, (entries: readonly TagEntry[]) => readonly TagEntry[]>> = {
	name: entries => entries.toSorted((one, other) => compareTexts(one.tag, other.tag)),
	// Newest first; what tells no time comes last.
	time: entries =>
		entries.toSorted((one, other) => compareTexts(other.pushedAt ?? '', one.pushedAt ?? '')),
	version: newestFirst,
};

/** What holds no image comes after all that does. */
function imagesFirst(entries: readonly TagEntry[]): readonly TagEntry[] {
	const artifacts = entries.filter(({tag}) => isArtifactTag(tag));
	if (artifacts.length === 0) return entries;
	return [...entries.filter(({tag}) => !isArtifactTag(tag)), ...artifacts];
}

function compareTexts(one: string, other: string): number {
	return one < other ? -1 : Number(one > other);
}

/** The tags of a level, filtered (best match first) or sorted. */
export function tagRowsOfLevel(level: RemoteLevel & {readonly at: 'tags'}): readonly TagEntry[] {
	return tagRows(level.listing.entries, level.filter, level.sort);
}

/** Identities of a level's rows; empty for one tag in full. */
export function remoteKeys(level: RemoteLevel): readonly string[] {
	switch (level.at) {
		case 'repositories':
			return repositoryRowsOf(level).map(({path}) => path);
		case 'tags':
			return tagRowsOfLevel(level).map(({tag}) => tag);
		case 'details':
			return [];
	}
}

/** Index of a level's cursor, by identity where it is still there; −1 when the list is empty. */
export function remoteCursorIndex(cursor: Cursor, keys: readonly string[]): number {
	const byKey = cursor.key === undefined ? -1 : keys.indexOf(cursor.key);
	return byKey >= 0 ? byKey : Math.min(cursor.index, keys.length - 1);
}

/** The row under the cursor of the level shown: a repository's path or a tag. */
export function selectRemoteKey(state: State): string | undefined {
	const level = selectRemoteLevel(state);
	if (!level) return undefined;
	if (level.at === 'details') return level.tag;
	const keys = remoteKeys(level);
	return keys[remoteCursorIndex(level.cursor, keys)];
}

/** Full reference of the tag that the view is on; undefined among repositories. */
export function selectRemoteReference(state: State): string | undefined {
	const remote = selectRemote(state);
	const level = selectRemoteLevel(state);
	const tag = selectRemoteKey(state);
	if (!remote || !level || level.at === 'repositories' || tag === undefined) return undefined;
	return formatReference({domain: remote.target.host, path: level.path, tag});
}

/** `host/path` of the repository that the view is in or on. */
export function selectRemoteRepository(state: State): string | undefined {
	const remote = selectRemote(state);
	const level = selectRemoteLevel(state);
	if (!remote || !level) return undefined;
	const path = level.at === 'repositories' ? selectRemoteKey(state) : level.path;
	return path === undefined ? undefined : `${remote.target.host}/${path}`;
}

const localDigests = memoizeLast(
	(images: readonly LocalImage[]): ReadonlySet<string> =>
		new Set(
			images.flatMap(({id, digests}) => [
				id,
				...digests.map(digest => digest.slice(digest.lastIndexOf('@') + 1)),
			]),
		),
);

/** Digests by which the images on this machine are known: their IDs, and what registries call them. */
export function selectLocalDigests(state: State): ReadonlySet<string> {
	return localDigests(selectImages(state));
}
