/** Brings a workbench to life and keeps it true: engine, images, targets, logins, tags, time. */
import {toErrorRecord} from '../domain/errors.ts';
import type {JobEvent, JobResult, RemoteRemoveResult} from '../domain/events.ts';
import {formatReference, parseReference} from '../domain/reference.ts';
import {waitFor} from '../operations/retry.ts';
import {checkAllHosts} from './check-logins.ts';
import {createTagChecks} from './check-tags.ts';
import {proposeTargets} from './propose-targets.ts';
import {noticeOf} from './job-notice.ts';
import {settleRun} from './settle-run.ts';
import {selectActiveJobs, selectCurrentImage, selectImages} from './selectors.ts';
import type {Job, RemoteTag, State} from './state.ts';
import type {Workbench} from './workbench.ts';

export type Upkeep = {
	/** Looks at everything anew. */
	refresh(): void;
};

/** How long the cursor must rest on an image before registries are asked about its tags. */
const restMs = 200;
const secondMs = 1000;
const minuteMs = 60_000;
const reconnectMs = 3000;

/** Starts everything that goes on beside the keys; it ends when the surroundings' signal fires. */
export function startWorkbench(workbench: Workbench): Upkeep {
	const {store, engine, credentials, settings, surroundings} = workbench;
	const {dispatch, getState} = store;
	const {signal, now} = surroundings;

	const connect = async (): Promise<boolean> => {
		try {
			const info = await engine.info({signal});
			dispatch({type: 'engineChanged', engine: {phase: 'connected', info, notes: []}});
			await workbench.reloadImages();
			return true;
		} catch (thrown) {
			if (signal.aborted) return false;
			const error = toErrorRecord(thrown);
			if (getState().engine.phase !== 'failed') workbench.log('error', error.message, error.hint);
			dispatch({type: 'engineChanged', engine: {phase: 'failed', error, tried: []}});
			dispatch({type: 'imagesFailed', error});
			return false;
		}
	};

	const followEngine = async () => {
		while (!signal.aborted) {
			if (await connect()) break;
			await waitFor(reconnectMs, signal);
		}
		for await (const change of engine.changes({signal})) {
			const {engine: known} = getState();
			if (change.type === 'images-changed') await workbench.reloadImages();
			if (change.type === 'disconnected' && known.phase === 'connected') {
				workbench.log('warning', `the engine is gone: ${change.reason}`);
				dispatch({
					type: 'engineChanged',
					engine: {phase: 'lost', info: known.info, reason: change.reason},
				});
			}
			if (change.type === 'connected' && known.phase === 'lost') {
				workbench.log('success', 'the engine is back');
				await connect();
			}
		}
	};

	const propose = async () => {
		const seen = await credentials.seenLogins({signal});
		// Only now: some may have been taken or declined meanwhile.
		const {targets, deniedProposals} = settings.get();
		const known = [...targets, ...workbench.sessionTargets];
		dispatch({type: 'proposalsFound', proposals: proposeTargets(seen, known, deniedProposals)});
	};

	const checkTags = createTagChecks(workbench);
	let resting: NodeJS.Timeout | undefined;
	let seen: readonly unknown[] = [];
	const stopWatching = store.subscribe(() => {
		const state = getState();
		const watched = [selectCurrentImage(state), state.targets, state.remoteTags];
		if (watched.every((value, index) => value === seen[index])) return;
		seen = watched;
		clearTimeout(resting);
		resting = setTimeout(() => {
			const image = selectCurrentImage(getState());
			if (image) void checkTags(image);
		}, restMs);
	});
	// Ages move once a minute, the elapsed time of a running job every second; else nothing is drawn.
	const clock = setInterval(() => {
		const state = getState();
		const busy = selectActiveJobs(state).length > 0;
		if (busy || now() - state.now >= minuteMs) dispatch({type: 'ticked', now: now()});
	}, secondMs);
	signal.addEventListener('abort', () => {
		stopWatching();
		clearTimeout(resting);
		clearInterval(clock);
	});

	const report = (thrown: unknown) => {
		if (!signal.aborted) workbench.log('error', toErrorRecord(thrown).message);
	};
	workbench.showTargets();
	followEngine().catch(report);
	checkAllHosts(workbench).catch(report);
	propose().catch(report);

	return {
		refresh() {
			dispatch({type: 'remoteTagsForgotten'});
			void workbench.reloadImages();
			checkAllHosts(workbench).catch(report);
			propose().catch(report);
			workbench.notify('info', 'Looking at everything anew.');
		},
	};
}

/** What the end of a job changes in the rest of the state. */
export function settleJob(event: JobEvent, workbench: Workbench): void {
	const {store} = workbench;
	const tell = (id: string) => {
		const notice = noticeOf(store.getState(), id);
		if (notice) workbench.notify(notice.level, notice.text);
	};
	if (event.type !== 'finished') settleRun(event, workbench);
	if (event.type === 'failed') tell(event.job);
	if (event.type !== 'finished') return;
	const {job: id, result} = event;
	// "Done" is said when the list shows it: whoever reads it may press the next key at once.
	void workbench.reloadImages().then(() => {
		const state = store.getState();
		const job = state.jobs.find(other => other.id === id);
		const entries = Object.fromEntries(knownTags(result, pushedImage(state, job)));
		store.dispatch({type: 'remoteTagsChanged', entries});
		// A proof's card comes with the words, so that nothing said of the card is overwritten by them.
		settleRun(event, workbench);
		tell(id);
	});
}

/** ID of the image that a push moved; undefined when it moved several, or the list does not have it yet. */
function pushedImage(state: State, job: Job | undefined): string | undefined {
	if (job?.request.operation !== 'push') return undefined;
	const sources = new Set(job.request.destinations.map(({source}) => source));
	const images = selectImages(state).filter(({references}) =>
		references.some(reference => sources.has(reference)),
	);
	return images.length === 1 ? images[0]?.id : undefined;
}

function known(digest: string, image: string | undefined): RemoteTag {
	return {phase: 'known', digest, identities: image === undefined ? [] : [image]};
}

/** What a result tells of tags on registries; `local` is the image that was moved, by ID. */
function knownTags(
	result: JobResult,
	local: string | undefined,
): ReadonlyArray<readonly [string, RemoteTag]> {
	switch (result.operation) {
		case 'push':
			return [[result.reference, known(result.digest, local)]];
		case 'push-all':
			return result.pushes.flatMap(push => knownTags(push, local));
		case 'pull':
		case 'repull':
			return [[result.reference, known(result.digest, result.imageId)]];
		case 'prove':
			return [[result.reference, known(result.digest.pulled, undefined)]];
		// Whether that is a local image as well is found out as for every other tag.
		case 'copy':
			return [[result.destination, {phase: 'unknown'}]];
		case 'remove-remote':
			return withTags(result).map(reference => [reference, {phase: 'absent'}]);
		case 'run':
		case 'stop':
		case 'cleanup':
		case 'sign':
		case 'tag':
		case 'remove':
		case 'login':
		case 'logout':
			return [];
	}
}

function withTags({reference, tags}: RemoteRemoveResult): readonly string[] {
	const {domain, path} = parseReference(reference);
	return tags.map(tag => formatReference({domain, path, tag}));
}
