/** Looking into a registry: repositories, tags, one tag in full. */
import {RegbenchError, toErrorRecord} from '../domain/errors.ts';
import {isRepositoryPath} from '../domain/reference-grammar.ts';
import type {TagEntry} from '../domain/remote.ts';
import type {Target} from '../domain/target.ts';
import {inspectRemote} from '../operations/inspect-remote.ts';
import type {Intents} from './intents.ts';
import {
	remoteCursorIndex,
	remoteKeys,
	selectRemote,
	selectRemoteKey,
	selectRemoteLevel,
	selectRemoteReference,
	selectRemoteRepository,
	type RemoteOverlay,
} from './remote-selectors.ts';
import {selectCurrentTargetRow} from './selectors.ts';
import type {Listing, Loadable, RemoteLevel, TagSort} from './state.ts';
import type {Workbench} from './workbench.ts';

type RemoteIntents = Pick<
	Intents,
	| 'openRemote'
	| 'enterRemote'
	| 'cycleRemoteSort'
	| 'pullRemote'
	| 'openRepositoryName'
	| 'changeRepositoryName'
	| 'submitRepositoryName'
	| 'openVisibility'
>;

const sorts: readonly TagSort[] = ['version', 'name', 'time'];
const nothing = {key: undefined, index: 0} as const;
/** How many digests are asked for around the cursor, where the listing did not bring them. */
const digestsAround = 12;
const restMs = 200;

export function createRemoteIntents(workbench: Workbench): RemoteIntents {
	const {store, registry, credentials, surroundings} = workbench;
	const {dispatch, getState} = store;
	/** Ends the listing that is under way when the person goes elsewhere. */
	let listing = new AbortController();

	const begin = (): AbortSignal => {
		listing.abort();
		listing = new AbortController();
		return AbortSignal.any([listing.signal, surroundings.signal]);
	};

	const show = (overlay: RemoteOverlay) => dispatch({type: 'overlayChanged', overlay});

	/** Changes the level on top, unless the person has left it meanwhile. */
	const changeLevel = <Level extends RemoteLevel>(
		is: (level: RemoteLevel) => level is Level,
		change: (level: Level) => RemoteLevel,
	) => {
		const remote = selectRemote(getState());
		const level = remote?.levels.at(-1);
		if (remote && level && is(level)) {
			show({...remote, levels: [...remote.levels.slice(0, -1), change(level)]});
		}
	};

	const push = (target: Target, level: RemoteLevel) => {
		const remote = selectRemote(getState());
		const levels = remote?.target.id === target.id ? remote.levels : [];
		show({kind: 'remote', target, levels: [...levels, level], filtering: false});
	};

	const openTags = (target: Target, path: string) => {
		const signal = begin();
		const isHere = (level: RemoteLevel): level is RemoteLevel & {at: 'tags'} =>
			level.at === 'tags' && level.path === path;
		push(target, {
			at: 'tags',
			path,
			listing: {entries: [], phase: 'loading'},
			digests: {},
			facts: {phase: 'loading'},
			sort: 'version',
			cursor: nothing,
			filter: '',
		});
		const repository = registry.repository(target.host, path);
		void gather(repository.tagEntries({signal}), signal, change =>
			changeLevel(isHere, level => ({...level, listing: change(level.listing)})),
		);
		settle(repository.facts({signal}), signal, facts =>
			changeLevel(isHere, level => ({...level, facts})),
		);
	};

	const openDetails = (target: Target, path: string, tag: string, reference: string) => {
		const signal = begin();
		push(target, {at: 'details', path, tag, details: {phase: 'loading'}, offset: 0});
		settle(inspectRemote(reference, {registry, credentials, signal}), signal, details =>
			changeLevel(
				(level): level is RemoteLevel & {at: 'details'} =>
					level.at === 'details' && level.tag === tag && level.path === path,
				level => ({...level, details}),
			),
		);
	};

	/** Asks what the tags around the cursor point at, once the cursor rests. */
	let resting: NodeJS.Timeout | undefined;
	const askDigests = async () => {
		const remote = selectRemote(getState());
		const level = selectRemoteLevel(getState());
		if (!remote || level?.at !== 'tags') return;
		const entries = new Map(level.listing.entries.map(entry => [entry.tag, entry]));
		const keys = remoteKeys(level);
		const index = remoteCursorIndex(level.cursor, keys);
		const near = keys.slice(Math.max(0, index - digestsAround), index + digestsAround);
		const unknown = near.filter(tag => isUnknown(entries.get(tag), level.digests));
		const repository = registry.repository(remote.target.host, level.path);
		const {signal} = listing;
		for (const tag of unknown) {
			const found = await repository.resolve(tag, {signal}).catch(() => undefined);
			if (signal.aborted) return;
			changeLevel(
				(other): other is RemoteLevel & {at: 'tags'} =>
					other.at === 'tags' && other.path === level.path,
				other => ({...other, digests: {...other.digests, [tag]: found?.digest ?? ''}}),
			);
		}
	};
	let seen: unknown;
	store.subscribe(() => {
		const level = selectRemoteLevel(getState());
		const watched =
			level?.at === 'tags' ? `${level.path} ${selectRemoteKey(getState())}` : undefined;
		if (watched === seen) return;
		seen = watched;
		clearTimeout(resting);
		if (watched !== undefined) resting = setTimeout(() => void askDigests(), restMs);
	});

	return {
		openRemote() {
			const row = selectCurrentTargetRow(getState());
			if (!row)
				return workbench.notify('warning', 'There is no target here yet: press a to add one.');
			const {target} = row;
			const signal = begin();
			show({
				kind: 'remote',
				target,
				levels: [
					{
						at: 'repositories',
						listing: {entries: [], phase: 'loading'},
						cursor: nothing,
						filter: '',
					},
				],
				filtering: false,
			});
			const pages = registry.repositories(target.host, target.namespace, {signal});
			void gather(pages, signal, change =>
				changeLevel(isRepositories, level => ({...level, listing: change(level.listing)})),
			);
		},
		enterRemote() {
			const remote = selectRemote(getState());
			const level = selectRemoteLevel(getState());
			const key = selectRemoteKey(getState());
			if (!remote || !level || key === undefined) return;
			if (level.at === 'repositories') return openTags(remote.target, key);
			const reference = selectRemoteReference(getState());
			if (level.at === 'tags' && reference !== undefined) {
				openDetails(remote.target, level.path, key, reference);
			}
		},
		cycleRemoteSort() {
			changeLevel(
				(level): level is RemoteLevel & {at: 'tags'} => level.at === 'tags',
				level => {
					const next = sorts[(sorts.indexOf(level.sort) + 1) % sorts.length] ?? 'version';
					return {...level, sort: next};
				},
			);
		},
		pullRemote() {
			const reference = selectRemoteReference(getState());
			if (reference === undefined)
				return workbench.notify('info', 'Open a repository and choose a tag first.');
			workbench.run({operation: 'pull', reference});
		},
		openRepositoryName() {
			const target = selectRemote(getState())?.target ?? selectCurrentTargetRow(getState())?.target;
			if (!target) return;
			const value = target.namespace === '' ? '' : `${target.namespace}/`;
			dispatch({type: 'dialogChanged', dialog: {kind: 'repository', host: target.host, value}});
		},
		changeRepositoryName(value) {
			const {dialog} = getState();
			if (dialog?.kind !== 'repository') return;
			dispatch({type: 'dialogChanged', dialog: {kind: 'repository', host: dialog.host, value}});
		},
		submitRepositoryName() {
			const {dialog} = getState();
			const target = selectRemote(getState())?.target ?? selectCurrentTargetRow(getState())?.target;
			if (dialog?.kind !== 'repository' || !target) return;
			const path = dialog.value.trim();
			if (!isRepositoryPath(path)) {
				const lower = path.toLowerCase();
				const repaired = isRepositoryPath(lower) ? {repaired: lower} : {};
				const problem = {message: 'This is no repository name', ...repaired};
				return dispatch({type: 'dialogChanged', dialog: {...dialog, problem}});
			}
			dispatch({type: 'dialogChanged', dialog: undefined});
			openTags(target, path);
		},
		openVisibility() {
			const repository = selectRemoteRepository(getState());
			const remote = selectRemote(getState());
			if (repository === undefined || !remote) {
				return workbench.notify('info', 'Choose a repository first.');
			}
			const path = repository.slice(remote.target.host.length + 1);
			const {signal} = surroundings;
			const base = {kind: 'visibility', repository} as const;
			dispatch({
				type: 'dialogChanged',
				dialog: {...base, facts: {phase: 'loading'}, anonymous: {phase: 'loading'}},
			});
			const change = (part: object) => {
				const {dialog} = getState();
				if (dialog?.kind === 'visibility' && dialog.repository === repository) {
					dispatch({type: 'dialogChanged', dialog: {...dialog, ...part}});
				}
			};
			const remoteRepository = registry.repository(remote.target.host, path);
			settle(remoteRepository.facts({signal}), signal, facts => change({facts}));
			settle(readableByAnyone(path), signal, anonymous => change({anonymous}));
		},
	};

	/** Tries a tag of the repository as nobody: the one shown, or the first there is. */
	async function readableByAnyone(path: string): Promise<boolean> {
		const {signal} = surroundings;
		const host = selectRemote(getState())?.target.host ?? '';
		const repository = registry.repository(host, path);
		const level = selectRemoteLevel(getState());
		const shown = level?.at === 'repositories' ? undefined : selectRemoteKey(getState());
		if (shown !== undefined) return repository.readableByAnyone(shown, {signal});
		for await (const [first] of repository.tags({signal})) {
			if (first !== undefined) return repository.readableByAnyone(first, {signal});
		}
		throw new RegbenchError('TAG_NOT_FOUND', 'The repository has no tag to try');
	}
}

function isRepositories(level: RemoteLevel): level is RemoteLevel & {at: 'repositories'} {
	return level.at === 'repositories';
}

/** Gathers pages into a listing, showing each as it comes. */
async function gather<Entry>(
	pages: AsyncIterable<readonly Entry[]>,
	signal: AbortSignal,
	update: (change: (listing: Listing<Entry>) => Listing<Entry>) => void,
): Promise<void> {
	try {
		for await (const page of pages) {
			if (signal.aborted) return;
			update(list => ({...list, entries: [...list.entries, ...page]}));
		}
		update(list => ({...list, phase: 'complete'}));
	} catch (thrown) {
		if (signal.aborted) return;
		update(list => ({...list, phase: 'failed', error: toErrorRecord(thrown)}));
	}
}

function isUnknown(
	entry: TagEntry | undefined,
	digests: Readonly<Record<string, string>>,
): boolean {
	return entry !== undefined && entry.digest === undefined && digests[entry.tag] === undefined;
}

/** A promise's outcome as something to show; nothing once the signal has fired. */
function settle<Value>(
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
