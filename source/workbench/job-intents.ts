/** The jobs view and the log. */
import {toErrorRecord} from '../domain/errors.ts';
import type {Intents} from './intents.ts';
import {logText} from './log-text.ts';
import {selectActiveJobs, selectCurrentJob} from './selectors.ts';
import type {Workbench} from './workbench.ts';

type JobIntents = Pick<
	Intents,
	| 'cancelJob'
	| 'retryJob'
	| 'clearEndedJobs'
	| 'toggleFollow'
	| 'toggleWrap'
	| 'clearLog'
	| 'openSaveLog'
	| 'changeSaveLogPath'
	| 'submitSaveLog'
	| 'quit'
	| 'confirmQuit'
>;

export function createJobIntents(workbench: Workbench): JobIntents {
	const {store, queue, surroundings, settings} = workbench;
	const {dispatch, getState} = store;

	const rememberLogView = () => {
		const {follow, wrap} = getState().log;
		settings
			.update(current => ({
				...current,
				layout: {...current.layout, logFollow: follow, logWrap: wrap},
			}))
			.catch((error: unknown) => workbench.log('warning', toErrorRecord(error).message));
	};

	return {
		cancelJob() {
			const job = selectCurrentJob(getState());
			if (job?.phase === 'queued' || job?.phase === 'running') queue.cancel(job.id);
			else workbench.notify('info', 'This job has ended already.');
		},
		retryJob() {
			const job = selectCurrentJob(getState());
			if (job?.phase === 'failed' || job?.phase === 'cancelled') workbench.run(job.request);
			else workbench.notify('info', 'Only a job that failed or was cancelled can be retried.');
		},
		clearEndedJobs: () => dispatch({type: 'endedJobsCleared'}),
		toggleFollow() {
			dispatch({type: 'logViewChanged', follow: !getState().log.follow});
			rememberLogView();
		},
		toggleWrap() {
			dispatch({type: 'logViewChanged', wrap: !getState().log.wrap});
			rememberLogView();
		},
		clearLog: () => dispatch({type: 'logCleared'}),
		openSaveLog() {
			const day = new Date(surroundings.now()).toISOString().slice(0, 16).replace(/[T:]/g, '-');
			dispatch({type: 'dialogChanged', dialog: {kind: 'save-log', path: `regbench-${day}.log`}});
		},
		changeSaveLogPath: path => dispatch({type: 'dialogChanged', dialog: {kind: 'save-log', path}}),
		submitSaveLog() {
			const {dialog, log} = getState();
			if (dialog?.kind !== 'save-log') return;
			const {path} = dialog;
			surroundings.saveText(path, logText(log.lines)).then(
				() => {
					dispatch({type: 'dialogChanged', dialog: undefined});
					workbench.notify('success', `The log was saved to ${path}.`);
				},
				(error: unknown) => {
					const problem = toErrorRecord(error).message;
					dispatch({type: 'dialogChanged', dialog: {kind: 'save-log', path, problem}});
				},
			);
		},
		quit() {
			const running = selectActiveJobs(getState()).length;
			if (running === 0) return surroundings.exit();
			// Pressing it a second time, at the question, means it.
			if (getState().dialog?.kind === 'quit') return surroundings.exit();
			dispatch({type: 'dialogChanged', dialog: {kind: 'quit', running}});
		},
		confirmQuit: () => surroundings.exit(),
	};
}
