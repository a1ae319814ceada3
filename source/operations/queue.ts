/** Runs requests beside each other within limits, each cancellable by its job's id. */
import {setMaxListeners} from 'node:events';
import PQueue from 'p-queue';
import type {JobEvent} from '../domain/events.ts';
import type {OperationContext} from './context.ts';
import type {OperationRequest} from './request.ts';
import {runJob} from './run-job.ts';
import {startOperation, subjectOf} from './start-operation.ts';

export type JobQueue = {
	/** Queues a request; its events go to the queue's `emit`. */
	add(id: string, request: OperationRequest): void;
	/** Stops a running job, or drops one that waits. */
	cancel(id: string): void;
	/** Cancels everything and resolves when nothing runs any more. */
	close(): Promise<void>;
	/** Resolves when nothing is queued or running. */
	idle(): Promise<void>;
};

export type QueueOptions = {
	readonly context: Omit<OperationContext, 'signal'>;
	/** Pushes, pulls, re-pulls and copies at once. */
	readonly concurrency: number;
	readonly emit: (event: JobEvent) => void;
};

/** Transfers share the given number of places; quick work (tag, removals) runs beside them, in order. */
export function createQueue({context, concurrency, emit}: QueueOptions): JobQueue {
	const transfers = new PQueue({concurrency});
	const quick = new PQueue({concurrency: 1});
	const runs = new PQueue();
	const waiting = new Set<string>();
	const running = new Map<string, AbortController>();

	const run = async (id: string, request: OperationRequest) => {
		if (!waiting.delete(id)) return;
		const controller = new AbortController();
		// One transfer has a listener for each request and blob under way.
		setMaxListeners(0, controller.signal);
		running.set(id, controller);
		const work = startOperation(request, {...context, signal: controller.signal});
		const description = {id, operation: request.operation, subject: subjectOf(request)};
		await runJob(description, work, emit, context.now);
		running.delete(id);
	};

	const cancel = (id: string) => {
		running.get(id)?.abort();
		if (waiting.delete(id)) {
			emit({time: new Date(context.now()).toISOString(), job: id, type: 'cancelled'});
		}
	};

	return {
		add(id, request) {
			waiting.add(id);
			// A container runs as long as it likes: it takes no place from anybody.
			if (request.operation === 'run') void runs.add(() => run(id, request));
			else void (isQuick(request) ? quick : transfers).add(() => run(id, request));
		},
		cancel,
		async close() {
			for (const id of [...waiting, ...running.keys()]) cancel(id);
			await Promise.all([transfers.onIdle(), quick.onIdle(), runs.onIdle()]);
		},
		async idle() {
			await Promise.all([transfers.onIdle(), quick.onIdle(), runs.onIdle()]);
		},
	};
}

function isQuick({operation}: OperationRequest): boolean {
	return ['tag', 'remove', 'remove-remote', 'cleanup', 'stop'].includes(operation);
}
