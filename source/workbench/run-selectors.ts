/** Reading what was run out of the state. */
import type {ContainerState} from '../engine/containers.ts';
import type {Cursor, Job, State} from './state.ts';

/** The containers made here, as far as they are known. */
export function selectRuns(state: State): readonly ContainerState[] {
	const {overlay} = state;
	return overlay?.kind === 'runs' && overlay.listing.phase === 'ready' ? overlay.listing.value : [];
}

/** Place of the cursor in the list: where its container is, or where it was. */
export function runIndex(runs: readonly ContainerState[], cursor: Cursor): number {
	const at = runs.findIndex(({id}) => id === cursor.key);
	return at >= 0 ? at : Math.min(cursor.index, runs.length - 1);
}

/** The container under the cursor. */
export function selectCurrentRun(state: State): ContainerState | undefined {
	const {overlay} = state;
	if (overlay?.kind !== 'runs') return undefined;
	const runs = selectRuns(state);
	return runs[runIndex(runs, overlay.cursor)];
}

/** The job of this session that runs, or ran, a container. */
export function jobOfRun(state: State, id: string): Job | undefined {
	return state.jobs.findLast(job => job.operation === 'run' && job.container?.id === id);
}

/** The `docker run` that does the same; unknown for containers of another session. */
export function runCommandOf(state: State, id: string): string | undefined {
	return jobOfRun(state, id)?.container?.command;
}

/** Why nothing can be run on this engine, in a sentence; undefined where it can. */
export function whyNotRun(state: State): string | undefined {
	return state.engine.phase === 'connected' ? state.engine.info.containersUnavailable : undefined;
}
