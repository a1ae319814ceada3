/** Fetches what the view into a registry shows, level by level, and ends what nobody looks at any more. */
import {toErrorRecord} from '../domain/errors.ts';
import type {Target} from '../domain/target.ts';
import {inParallel} from '../engine/in-parallel.ts';
import {inspectRemote} from '../operations/inspect-remote.ts';
import {rateLimitOf} from '../operations/rate-limit.ts';
import {formatReference} from '../domain/reference.ts';
import {
	remoteCursorIndex,
	selectRemote,
	selectRemoteKey,
	selectRemoteLevel,
	tagRowsOfLevel,
	type RemoteOverlay,
} from './remote-selectors.ts';
import type {Loadable} from './loadable.ts';
import type {Job, Listing, RemoteLevel} from './state.ts';
import type {Workbench} from './workbench.ts';

export type RemoteLoading = {
	/** Opens the view at the repositories of a target. */
	openRepositories(target: Target): void;
	/** One level further in; opens the view where it is not open. */
	openTags(target: Target, path: string): void;
	openDetails(target: Target, path: string, tag: string): void;
	/** Fetches anew what is shown; the old stays until the new is there. */
	reload(): void;
};

type LevelAt<At extends RemoteLevel['at']> = RemoteLevel & {readonly at: At};

const nothing = {key: undefined, index: 0} as const;
/** How many digests are asked for on each side of the cursor, where the listing did not bring them. */
const digestsAround = 40;
const digestsAtOnce = 4;
const restMs = 200;
/** Pages that come faster are shown together. */
const drawnEveryMs = 100;

export function createRemoteLoading(workbench: Workbench): RemoteLoading {
	const {store, registry, credentials, surroundings} = workbench;
	const {dispatch, getState} = store;
	/** What is being fetched for each level that is open. */
	const fetching = new Map<string, AbortController>();

	const begin = (level: RemoteLevel): AbortSignal => {
		const key = keyOfLevel(level);
		fetching.get(key)?.abort();
		const controller = new AbortController();
		fetching.set(key, controller);
		return AbortSignal.any([controller.signal, surroundings.signal]);
	};

	const show = (overlay: RemoteOverlay) => dispatch({type: 'overlayChanged', overlay});

	/** Changes a level wherever it is among those that are open. */
	const change = <Level extends RemoteLevel>(level: Level, edit: (level: Level) => Level) => {
		const remote = selectRemote(getState());
		const key = keyOfLevel(level);
		if (!remote?.levels.some(open => keyOfLevel(open) === key)) return;
		const levels = remote.levels.map(open =>
			keyOfLevel(open) === key ? edit(open as Level) : open,
		);
		show({...remote, levels});
	};

	const enter = (target: Target, level: RemoteLevel) => {
		const remote = selectRemote(getState());
		const way = level.at !== 'repositories' && remote?.target.id === target.id ? remote.levels : [];
		show({kind: 'remote', target, levels: [...way, level], filtering: false});
		fetch(target, level);
	};

	const fetch = (target: Target, level: RemoteLevel): void => {
		const signal = begin(level);
		switch (level.at) {
			case 'repositories': {
				const pages = registry.repositories(target.host, target.namespace, {signal});
				void gather(pages, signal, listing => change(level, open => ({...open, listing})));
				void rateLimitOf(target.host, {registry}, {signal}).then(
					rateLimit => {
						if (rateLimit !== undefined) change(level, open => ({...open, rateLimit}));
					},
					() => {
						// Whoever has left the view needs no answer.
					},
				);
				return;
			}
			case 'tags': {
				const repository = registry.repository(target.host, level.path);
				void gather(repository.tagEntries({signal}), signal, listing =>
					change(level, open => ({...open, listing})),
				);
				settle(repository.facts({signal}), signal, facts =>
					change(level, open => ({...open, facts})),
				);
				return;
			}
			case 'details': {
				const {path, tag} = level;
				const reference = formatReference({domain: target.host, path, tag});
				settle(inspectRemote(reference, {registry, credentials, signal}), signal, details =>
					change(level, open => ({...open, details})),
				);
			}
		}
	};

	/** Gathers pages into a listing, showing them as they come. */
	const gather = async <Entry>(
		pages: AsyncIterable<readonly Entry[]>,
		signal: AbortSignal,
		update: (listing: Listing<Entry>) => void,
	) => {
		const gathered: Entry[] = [];
		let shownAt = Number.NEGATIVE_INFINITY;
		try {
			for await (const page of pages) {
				if (signal.aborted) return;
				gathered.push(...page);
				const now = surroundings.now();
				if (now - shownAt < drawnEveryMs) continue;
				shownAt = now;
				update({entries: [...gathered], phase: 'loading'});
			}
			update({entries: gathered, phase: 'complete'});
		} catch (thrown) {
			if (signal.aborted) return;
			update({entries: gathered, phase: 'failed', error: toErrorRecord(thrown)});
		}
	};

	const reload = () => {
		const remote = selectRemote(getState());
		const level = remote?.levels.at(-1);
		if (!remote || !level) return;
		if (level.at === 'details') {
			change(level, open => ({...open, details: {phase: 'loading'}}));
		} else if (level.at === 'tags') {
			// A tag may have been moved meanwhile.
			change(level, open => ({
				...open,
				digests: {},
				listing: {entries: open.listing.entries, phase: 'loading'},
			}));
		} else {
			change(level, open => ({
				...open,
				listing: {entries: open.listing.entries, phase: 'loading'},
			}));
		}
		fetch(remote.target, level);
	};

	/** Asks what the tags around the cursor point at, nearest first. */
	const askDigests = async (level: LevelAt<'tags'>, host: string): Promise<void> => {
		const rows = tagRowsOfLevel(level);
		const index = remoteCursorIndex(
			level.cursor,
			rows.map(({tag}) => tag),
		);
		const first = Math.max(0, index - digestsAround);
		const unknown = rows
			.slice(first, index + digestsAround)
			.map(({tag, digest}, place) => ({tag, digest, distance: Math.abs(first + place - index)}))
			.filter(({tag, digest}) => digest === undefined && level.digests[tag] === undefined)
			.toSorted((one, other) => one.distance - other.distance);
		const repository = registry.repository(host, level.path);
		const signal = fetching.get(keyOfLevel(level))?.signal;
		const ask = async ({tag}: {readonly tag: string}) => {
			const found = await repository.resolve(tag, {signal}).catch(() => undefined);
			if (signal?.aborted) return;
			change(level, open => ({
				...open,
				digests: {...open.digests, [tag]: found?.digest ?? ''},
			}));
		};
		await inParallel(unknown, digestsAtOnce, ask, signal);
	};

	let resting: NodeJS.Timeout | undefined;
	let watched: string | undefined;
	let levels: readonly RemoteLevel[] | undefined;
	let jobs: readonly Job[] = getState().jobs;
	store.subscribe(() => {
		const state = getState();
		const remote = selectRemote(state);
		if (remote?.levels !== levels) {
			levels = remote?.levels;
			const open = new Set((levels ?? []).map(keyOfLevel));
			for (const [key, controller] of fetching) {
				if (open.has(key)) continue;
				controller.abort();
				fetching.delete(key);
			}
		}
		const level = selectRemoteLevel(state);
		const place =
			remote && level?.at === 'tags'
				? `${keyOfLevel(level)} ${level.listing.phase} ${selectRemoteKey(state)}`
				: undefined;
		if (place !== watched) {
			watched = place;
			clearTimeout(resting);
			if (place !== undefined) {
				resting = setTimeout(() => {
					const shown = selectRemoteLevel(getState());
					const host = selectRemote(getState())?.target.host;
					if (shown?.at === 'tags' && host !== undefined) void askDigests(shown, host);
				}, restMs);
			}
		}
		if (state.jobs !== jobs) {
			const ended = changesEnded(jobs, state.jobs);
			jobs = state.jobs;
			if (remote && ended.length > 0) afterChange(ended, remote);
		}
	});

	/** The view shows what a job has made of the registry; a tag that is gone is left. */
	const afterChange = (ended: readonly Job[], remote: RemoteOverlay) => {
		const [removed] = ended.filter(job => job.result?.operation === 'remove-remote');
		if (removed && remote.levels.at(-1)?.at === 'details' && remote.levels.length > 1) {
			show({...remote, levels: remote.levels.slice(0, -1)});
		}
		reload();
	};

	return {
		openRepositories: target =>
			enter(target, {at: 'repositories', listing: awaited(), cursor: nothing, filter: ''}),
		openTags: (target, path) =>
			enter(target, {
				at: 'tags',
				path,
				listing: awaited(),
				digests: {},
				facts: {phase: 'loading'},
				sort: 'version',
				cursor: nothing,
				filter: '',
			}),
		openDetails: (target, path, tag) =>
			enter(target, {at: 'details', path, tag, details: {phase: 'loading'}, offset: 0}),
		reload,
	};
}

function awaited<Entry>(): Listing<Entry> {
	return {entries: [], phase: 'loading'};
}

function keyOfLevel(level: RemoteLevel): string {
	switch (level.at) {
		case 'repositories':
			return level.at;
		case 'tags':
			return `tags ${level.path}`;
		case 'details':
			return `details ${level.path}:${level.tag}`;
	}
}

const changing = new Set<Job['operation']>(['push', 'copy', 'remove-remote']);

/** Jobs that have changed a registry and were still running before. */
function changesEnded(before: readonly Job[], after: readonly Job[]): readonly Job[] {
	const known = new Set(before);
	return after.filter(
		job => !known.has(job) && job.phase === 'finished' && changing.has(job.operation),
	);
}

/** A promise's outcome as something to show; nothing once the signal has fired. */
export function settle<Value>(
	promise: Promise<Value>,
	signal: AbortSignal,
	show: (outcome: Loadable<Value>) => void,
): void {
	promise.then(
		value => {
			if (!signal.aborted) show({phase: 'ready', value});
		},
		(error: unknown) => {
			if (!signal.aborted) show({phase: 'failed', error: toErrorRecord(error)});
		},
	);
}
