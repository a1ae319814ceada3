/** What follows when something was run or proved: the answer is kept, the proof is shown. */
import {toErrorRecord} from '../domain/errors.ts';
import type {JobEvent} from '../domain/events.ts';
import {isWorking} from '../domain/probe.ts';
import {answerToKeep, keptAnswer, runKey} from '../operations/run-memory.ts';
import type {Workbench} from './workbench.ts';

/** Keeps the first answer of a run, and shows what a proof showed unless something else is being done. */
export function settleRun(event: JobEvent, workbench: Workbench): void {
	const {store} = workbench;
	const state = store.getState();
	if (event.type === 'finished' && event.result.operation === 'prove') {
		if (state.dialog) return;
		const overlay = {kind: 'proof', proof: event.result, offset: 0} as const;
		store.dispatch({type: 'overlayChanged', overlay});
	}
	if (event.type !== 'probed' || !isWorking(event.answer)) return;
	const {request} = state.jobs.find(({id}) => id === event.job) ?? {};
	if (request?.operation !== 'run') return;
	const {reference} = request;
	const {answer} = event;
	const key = runKey(reference);
	workbench.settings
		.update(current => {
			const memory = current.runs?.[key];
			if (!memory || keptAnswer(memory, reference, memory.probePath)) return current;
			return {
				...current,
				runs: {...current.runs, [key]: {...memory, answer: answerToKeep(reference, answer)}},
			};
		})
		.catch((error: unknown) => workbench.log('warning', toErrorRecord(error).message));
}
