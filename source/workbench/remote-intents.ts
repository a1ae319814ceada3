/** Looking into a registry: repositories, tags, one tag in full. */
import {RegbenchError} from '../domain/errors.ts';
import {optional} from '../domain/json-fields.ts';
import {isRepositoryPath} from '../domain/reference-grammar.ts';
import {providerForHost} from '../registry/providers/table.ts';
import type {Intents} from './intents.ts';
import {createRemoteLoading, settle} from './remote-loading.ts';
import {
	selectRemote,
	selectRemoteKey,
	selectRemoteLevel,
	selectRemoteReference,
	selectRemoteRepository,
} from './remote-selectors.ts';
import {selectCurrentTargetRow} from './selectors.ts';
import type {TagSort} from './state.ts';
import type {Workbench} from './workbench.ts';

type RemoteIntents = Pick<
	Intents,
	| 'openRemote'
	| 'enterRemote'
	| 'cycleRemoteSort'
	| 'reloadRemote'
	| 'pullRemote'
	| 'openRepositoryName'
	| 'changeRepositoryName'
	| 'submitRepositoryName'
	| 'openVisibility'
>;

const sorts: readonly TagSort[] = ['version', 'name', 'time'];

export function createRemoteIntents(workbench: Workbench): RemoteIntents {
	const {store, registry, surroundings} = workbench;
	const {dispatch, getState} = store;
	const loading = createRemoteLoading(workbench);

	return {
		openRemote() {
			const row = selectCurrentTargetRow(getState());
			if (!row)
				return workbench.notify('warning', 'There is no target here yet: press a to add one.');
			loading.openRepositories(row.target);
		},
		enterRemote() {
			const remote = selectRemote(getState());
			const level = selectRemoteLevel(getState());
			const key = selectRemoteKey(getState());
			if (!remote || !level || key === undefined) return;
			if (level.at === 'repositories') loading.openTags(remote.target, key);
			if (level.at === 'tags') loading.openDetails(remote.target, level.path, key);
		},
		cycleRemoteSort() {
			const remote = selectRemote(getState());
			const level = remote?.levels.at(-1);
			if (!remote || level?.at !== 'tags') return;
			// Not every registry tells when a tag was pushed.
			const hasTimes = level.listing.entries.some(({pushedAt}) => pushedAt !== undefined);
			const offered = hasTimes ? sorts : sorts.filter(sort => sort !== 'time');
			const sort = offered[(offered.indexOf(level.sort) + 1) % offered.length] ?? 'version';
			const levels = [...remote.levels.slice(0, -1), {...level, sort}];
			dispatch({type: 'overlayChanged', overlay: {...remote, levels}});
		},
		reloadRemote: loading.reload,
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
			loading.openTags(target, path);
		},
		openVisibility() {
			const repository = selectRemoteRepository(getState());
			const remote = selectRemote(getState());
			if (repository === undefined || !remote) {
				return workbench.notify('info', 'Choose a repository first.');
			}
			const path = repository.slice(remote.target.host.length + 1);
			const {signal} = surroundings;
			const {host} = remote.target;
			const page = providerForHost(host).webAddress?.(host, path, undefined);
			const base = {kind: 'visibility', repository, ...optional('page', page)} as const;
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
			const remoteRepository = registry.repository(host, path);
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
