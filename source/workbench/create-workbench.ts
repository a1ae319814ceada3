/** Joins store, queue and parts into a workbench. */
import {toErrorRecord} from '../domain/errors.ts';
import type {JobEvent} from '../domain/events.ts';
import type {OperationContext} from '../operations/context.ts';
import {createQueue} from '../operations/queue.ts';
import type {OperationRequest} from '../operations/request.ts';
import {subjectOf} from '../operations/start-operation.ts';
import {waitFor} from '../operations/retry.ts';
import {defaultSafety} from '../settings/schema.ts';
import {coalesced} from './coalesced.ts';
import {createEventBatch} from './event-batch.ts';
import type {Workbench} from './workbench.ts';

export type WorkbenchParts = Pick<
	Workbench,
	'store' | 'engine' | 'registry' | 'credentials' | 'settings' | 'surroundings'
> & {
	readonly sessionTargets?: Workbench['sessionTargets'];
	/** Called with each job event after the state took it, in order. */
	readonly onJobEvent?: (event: JobEvent, workbench: Workbench) => void;
};

/** A workbench with nothing running in it yet; see start-workbench.ts for what keeps it true. */
export function createWorkbench(parts: WorkbenchParts): Workbench {
	const {store, engine, registry, credentials, settings, surroundings} = parts;
	const {now} = surroundings;
	const batch = createEventBatch(events => {
		store.dispatch({type: 'jobEventsArrived', events});
		for (const event of events) parts.onJobEvent?.(event, workbench);
	});
	const context: Omit<OperationContext, 'signal'> = {
		engine,
		registry,
		credentials,
		now,
		wait: waitFor,
		safety: () => settings.get().safety ?? defaultSafety,
		knownSafety: id => store.getState().safety[id],
	};
	const queue = createQueue({
		context,
		concurrency: settings.get().concurrency.transfers,
		emit: batch.add,
	});
	let jobCount = 0;
	const queueJob = (request: OperationRequest, group?: string) => {
		const id = String(++jobCount);
		const {operation} = request;
		const subject = subjectOf(request);
		store.dispatch({
			type: 'jobQueued',
			id,
			operation,
			subject,
			request,
			...(group === undefined ? {} : {group}),
			now: now(),
		});
		queue.add(id, request);
	};
	const workbench: Workbench = {
		store,
		engine,
		registry,
		credentials,
		settings,
		queue,
		surroundings,
		sessionTargets: parts.sessionTargets ?? [],
		run: request => queueJob(request),
		runTogether(requests) {
			const group = String(jobCount + 1);
			for (const request of requests) queueJob(request, group);
		},
		notify(level, text) {
			store.dispatch({type: 'noticeShown', notice: {level, text}});
		},
		log(level, ...texts) {
			const entries = texts.map(text => ({level, text}));
			store.dispatch({type: 'logged', entries, time: new Date(now()).toISOString()});
		},
		reloadImages: coalesced(async () => {
			const {signal} = surroundings;
			try {
				const images = await engine.listImages({signal});
				store.dispatch({type: 'imagesLoaded', images, now: now()});
			} catch (thrown) {
				if (!signal.aborted) {
					store.dispatch({type: 'imagesFailed', error: toErrorRecord(thrown)});
				}
			}
		}),
		showTargets() {
			const {targets, defaultTargetId} = settings.get();
			const session = workbench.sessionTargets.filter(
				target => !targets.some(saved => saved.id === target.id),
			);
			const all = [...targets, ...session];
			const defaultId = all.some(target => target.id === defaultTargetId)
				? defaultTargetId
				: all[0]?.id;
			store.dispatch({type: 'targetsChanged', targets: all, defaultTargetId: defaultId});
		},
	};
	return workbench;
}
