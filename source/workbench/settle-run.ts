/** What follows when something was run or proved: the answer is kept, the proof is shown. */
import {toErrorRecord} from '../domain/errors.ts';
import type {JobEvent} from '../domain/events.ts';
import {briefAnswer, compareAnswers, isWorking, type ProbeAnswer} from '../domain/probe.ts';
import {answerToKeep, keptAnswer, runKey} from '../operations/run-memory.ts';
import type {Notice} from './state.ts';
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
	const job = state.jobs.find(({id}) => id === event.job);
	const {request} = job ?? {};
	if (!job || request?.operation !== 'run') return;
	const {reference, before} = request;
	if (event.type === 'output' && event.skipped > 0 && event.skipped === job.skippedLines) {
		workbench.notify(
			'warning',
			`${reference} floods the log: only new lines are kept. U, x stops it.`,
		);
	}
	if (event.type !== 'probed') return;
	const {answer} = event;
	const {level, text} = answerNotice(reference, answer, before);
	workbench.notify(level, text);
	if (!isWorking(answer)) return;
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

/** What a container's first answer means, in a sentence with what to do next. */
function answerNotice(
	reference: string,
	answer: ProbeAnswer,
	before: ProbeAnswer | undefined,
): Notice {
	const told = briefAnswer(answer);
	if (before) {
		const differences = compareAnswers(before, answer);
		return differences.length === 0
			? {level: 'success', text: `${reference} works exactly as before: ${told}.`}
			: {level: 'warning', text: `${reference} does not work as before: ${differences.join(' ')}`};
	}
	if (isWorking(answer)) {
		return {level: 'success', text: `${reference} works: ${told}. U shows it.`};
	}
	const problem = answer.kind === 'silent' ? `does not answer: ${answer.reason}` : `fails: ${told}`;
	return {level: 'warning', text: `${reference} ${problem}. U shows it, and stops it.`};
}
