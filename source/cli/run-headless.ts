/** One operation from the shell: its events to the output, its end to an exit code. */
import type {JobResult, Operation, OperationName} from '../domain/events.ts';
import {waitFor} from '../operations/retry.ts';
import type {OperationContext} from '../operations/context.ts';
import type {OperationRequest} from '../operations/request.ts';
import {runJob} from '../operations/run-job.ts';
import {startOperation, subjectOf} from '../operations/start-operation.ts';
import {defaultSafety} from '../settings/schema.ts';
import {isAsWished} from '../workbench/job-log.ts';
import type {CommandCall} from './command.ts';
import {exitCodes} from './exit-codes.ts';

/** The context of an operation that a command runs. */
export function operationContext({parts, signal}: CommandCall): OperationContext {
	const {engine, registry, credentials, settings} = parts;
	return {
		engine,
		registry,
		credentials,
		signal,
		now: Date.now,
		wait: waitFor,
		safety: () => settings.get().safety ?? defaultSafety,
	};
}

/** Runs a request as job `id`; a re-pull that brought another image is a failure. */
export async function runRequest(
	call: CommandCall,
	request: OperationRequest,
	id = '1',
): Promise<number> {
	const work = startOperation(request, operationContext(call));
	const description = {id, operation: request.operation, subject: subjectOf(request)};
	const {code} = await runOperation(call, description, work);
	return code;
}

export type OperationEnd = {
	readonly code: number;
	/** Absent when it failed or was cancelled. */
	readonly result?: JobResult;
};

export async function runOperation(
	{output}: CommandCall,
	description: {readonly id: string; readonly operation: OperationName; readonly subject: string},
	work: Operation,
): Promise<OperationEnd> {
	let result: JobResult | undefined;
	const ending = await runJob(
		description,
		work,
		event => {
			if (event.type === 'finished') ({result} = event);
			output.event(event);
		},
		Date.now,
	);
	if (ending === 'cancelled') return {code: exitCodes.interrupted};
	if (ending === 'failed' || !result) return {code: exitCodes.failed};
	return {code: isAsWished(result) ? exitCodes.done : exitCodes.failed, result};
}
