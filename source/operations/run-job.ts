/** The only catch-all: turns an operation into its stream of job events, with exactly one last event. */
import {toErrorRecord, toRegbenchError} from '../domain/errors.ts';
import type {JobEvent, JobResult, Operation, OperationName} from '../domain/events.ts';

export type JobDescription = {
	readonly id: string;
	readonly operation: OperationName;
	readonly subject: string;
};

/**
 * Drains the operation as fast as it goes and hands every event to `emit`. Never rejects; answers how
 * the job ended.
 */
export async function runJob(
	{id, operation, subject}: JobDescription,
	work: Operation,
	emit: (event: JobEvent) => void,
	now: () => number,
): Promise<'finished' | 'failed' | 'cancelled'> {
	const stamp = () => ({time: new Date(now()).toISOString(), job: id});
	emit({...stamp(), type: 'started', operation, subject});
	try {
		let next = await work.next();
		while (!next.done) {
			emit({...stamp(), ...next.value});
			next = await work.next();
		}
		const result: JobResult = next.value;
		emit({...stamp(), type: 'finished', result});
		return 'finished';
	} catch (thrown) {
		// An operation that was cancelled after it had changed something says so in an error of its own.
		if (toRegbenchError(thrown).code === 'CANCELLED') {
			emit({...stamp(), type: 'cancelled'});
			return 'cancelled';
		}
		emit({...stamp(), type: 'failed', error: toErrorRecord(thrown)});
		return 'failed';
	}
}
