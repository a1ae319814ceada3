/** The one place where state changes. Pure: no clocks, no effects. */
import type {JobEvent} from '../domain/events.ts';
import type {Action} from './actions.ts';
import {advanceJob, appendLines, linesFor} from './job-log.ts';
import type {Cursor, LogLine, State} from './state.ts';

const noCursor: Cursor = {key: undefined, index: 0};

/** The state before anything is known. */
export function initialState(options: {
	readonly now: number;
	readonly readOnly?: boolean;
	readonly demo?: boolean;
	readonly logFollow?: boolean;
	readonly logWrap?: boolean;
}): State {
	return {
		engine: {phase: 'connecting'},
		images: {phase: 'loading'},
		targets: [],
		defaultTargetId: undefined,
		logins: {},
		proposals: [],
		remoteTags: {},
		focus: 'images',
		zoomed: false,
		cursors: {images: noCursor, tags: noCursor, registries: noCursor, log: noCursor},
		marks: {images: [], tags: []},
		filters: {images: '', tags: '', registries: '', log: ''},
		filtering: undefined,
		log: {lines: [], follow: options.logFollow ?? true, wrap: options.logWrap ?? false},
		jobs: [],
		safety: {},
		signatures: {},
		overlay: undefined,
		dialog: undefined,
		notice: undefined,
		lab: undefined,
		readOnly: options.readOnly ?? false,
		demo: options.demo ?? false,
		now: options.now,
	};
}

export function reduce(state: State, action: Action): State {
	switch (action.type) {
		case 'engineChanged':
			return {...state, engine: action.engine};
		case 'imagesLoaded':
			return {
				...state,
				images: {phase: 'ready', value: action.images},
				marks: keepMarks(state, action.images),
				now: action.now,
			};
		case 'imagesFailed':
			// The last known images stay on screen; the header says that the engine is gone.
			return state.images.phase === 'ready'
				? state
				: {...state, images: {phase: 'failed', error: action.error}};
		case 'targetsChanged':
			return {...state, targets: action.targets, defaultTargetId: action.defaultTargetId};
		case 'loginChanged':
			return {...state, logins: {...state.logins, [action.host]: action.login}};
		case 'proposalsFound':
			return {...state, proposals: action.proposals};
		case 'remoteTagsChanged':
			return {...state, remoteTags: {...state.remoteTags, ...action.entries}};
		case 'remoteTagsForgotten':
			return {...state, remoteTags: {}};
		case 'paneFocused':
			return {...state, focus: action.pane};
		case 'cursorMoved': {
			const cursors = {
				...state.cursors,
				[action.pane]: {key: action.key, index: action.index},
				// Another image has other tags: their list starts at its top.
				...(action.pane === 'images' && action.key !== state.cursors.images.key
					? {tags: noCursor}
					: {}),
			};
			return {...state, cursors};
		}
		case 'zoomToggled':
			return {...state, zoomed: !state.zoomed};
		case 'marksChanged':
			return {...state, marks: action.marks};
		case 'filterStarted':
			return {...state, filtering: action.pane, focus: action.pane};
		case 'filterChanged':
			return {...state, filters: {...state.filters, [action.pane]: action.value}};
		case 'filterEnded':
			return {...state, filtering: undefined};
		case 'logged': {
			const added = action.entries.map(entry => ({...entry, time: action.time}));
			return withLines(state, appendLines(state.log.lines, added));
		}
		case 'logCleared':
			return withLines(state, []);
		case 'logViewChanged':
			return {
				...state,
				log: {
					...state.log,
					follow: action.follow ?? state.log.follow,
					wrap: action.wrap ?? state.log.wrap,
				},
			};
		case 'jobQueued':
			return {
				...state,
				jobs: [
					...state.jobs,
					{
						id: action.id,
						operation: action.operation,
						subject: action.subject,
						request: action.request,
						...(action.group === undefined ? {} : {group: action.group}),
						phase: 'queued',
						queuedAt: action.now,
						transfers: {},
					},
				],
			};
		case 'jobEventsArrived':
			return action.events.reduce(applyJobEvent, state);
		case 'endedJobsCleared':
			return {
				...state,
				jobs: state.jobs.filter(job => job.phase === 'queued' || job.phase === 'running'),
			};
		case 'safetyReported':
			return {
				...state,
				safety: newest(state.safety, action.report.imageId, action.report),
				signatures: newest(
					state.signatures,
					action.report.signatures?.subject,
					action.report.signatures,
				),
			};
		case 'signaturesChecked': {
			const {report} = action;
			return {...state, signatures: newest(state.signatures, report.subject, report)};
		}
		case 'overlayChanged':
			return {...state, overlay: action.overlay};
		case 'dialogChanged':
			return {...state, dialog: action.dialog};
		case 'labChanged':
			return {...state, lab: action.lab};
		case 'noticeShown':
			return {...state, notice: action.notice};
		case 'ticked':
			return {...state, now: action.now};
	}
}

function applyJobEvent(state: State, event: JobEvent): State {
	const index = state.jobs.findIndex(job => job.id === event.job);
	const job = state.jobs[index];
	if (!job) return state;
	const advanced = advanceJob(job, event);
	const jobs = state.jobs.with(index, advanced);
	return withLines({...state, jobs}, appendLines(state.log.lines, linesFor(event, advanced)));
}

function withLines(state: State, lines: readonly LogLine[]): State {
	return lines === state.log.lines ? state : {...state, log: {...state.log, lines}};
}

function keepMarks(state: State, images: readonly {readonly id: string}[]): State['marks'] {
	if (state.marks.images.length === 0 && state.marks.tags.length === 0) return state.marks;
	const ids = new Set(images.map(image => image.id));
	return {
		images: state.marks.images.filter(id => ids.has(id)),
		tags: state.marks.tags.filter(key => ids.has(key.slice(0, key.indexOf(' ')))),
	};
}

/** Reports of local images that are remembered. */
const mostReports = 50;

function newest<Report>(
	known: Readonly<Record<string, Report>>,
	id: string | undefined,
	report: Report | undefined,
): Readonly<Record<string, Report>> {
	if (id === undefined || report === undefined) return known;
	const {[id]: _, ...others} = known;
	const kept = Object.entries(others).slice(1 - mostReports);
	return {...Object.fromEntries(kept), [id]: report};
}
