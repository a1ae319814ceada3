/** From job events to jobs and log lines: two of the three readers of the one stream. */
import {shortDigest} from '../domain/digest.ts';
import {isStopped} from '../domain/exit-code.ts';
import {describeRun, describeProof} from './describe-run.ts';
import {describeAnswer, isWorking} from '../domain/probe.ts';
import type {CopyResult, JobEvent, JobResult, TransferEvent} from '../domain/events.ts';
import {formatBytes, formatDuration} from '../domain/size.ts';
import type {Job, LogLine, Progress} from './state.ts';

/** How many log lines are kept; older ones fall out. */
export const logCapacity = 5000;

type NewLine = Omit<LogLine, 'id'>;

/** Adds lines; a progress line takes the place of the last one of its job and group. */
export function appendLines(
	lines: readonly LogLine[],
	added: readonly NewLine[],
): readonly LogLine[] {
	if (added.length === 0) return lines;
	const result = lines.slice();
	let nextId = (result.at(-1)?.id ?? 0) + 1;
	for (const line of added) {
		const place = line.group === undefined ? -1 : findGroup(result, line);
		const previous = result[place];
		if (previous) result[place] = {...line, id: previous.id, time: previous.time};
		else result.push({...line, id: nextId++});
	}
	return result.length > logCapacity ? withinCapacity(result) : result;
}

/** The oldest fall out; of a flood of output its own lines, so that what was done stays to be read. */
function withinCapacity(lines: readonly LogLine[]): readonly LogLine[] {
	const outputs = lines.reduce((sum, {level}) => sum + (level === 'output' ? 1 : 0), 0);
	let surplus = Math.min(lines.length - logCapacity, Math.max(0, outputs - logCapacity / 2));
	const kept = lines.filter(({level}) => level !== 'output' || surplus-- <= 0);
	return kept.slice(-logCapacity);
}

/** Progress lines are among the newest; looking further back would cost more than a second line. */
const groupSearchDepth = 64;

function findGroup(lines: readonly LogLine[], line: NewLine): number {
	for (let index = lines.length - 1; index >= 0; index--) {
		if (lines.length - index > groupSearchDepth) return -1;
		const candidate = lines[index];
		if (candidate?.job === line.job && candidate?.group === line.group) return index;
	}
	return -1;
}

/** The job after one more event. */
export function advanceJob(job: Job, event: JobEvent): Job {
	const now = Date.parse(event.time);
	switch (event.type) {
		case 'started':
			return {...job, phase: 'running', startedAt: now};
		case 'step': {
			const {message, authentication} = event;
			return authentication
				? {...job, authentications: [...(job.authentications ?? []), authentication]}
				: {...job, step: message};
		}
		case 'warned':
			return {...job, step: event.message};
		case 'output':
			return event.skipped === 0
				? job
				: {...job, skippedLines: (job.skippedLines ?? 0) + event.skipped};
		case 'container':
			return {...job, container: event.container};
		case 'probed':
			return {...job, answer: event.answer, step: describeAnswer(event.answer)};
		case 'transfer': {
			const transfers = {...job.transfers, [`${event.reference} ${event.layer}`]: event};
			return {...job, transfers, progress: summarise(Object.values(transfers), job, now)};
		}
		case 'finished':
			return {...job, phase: 'finished', endedAt: now, result: event.result};
		case 'failed':
			return {...job, phase: 'failed', endedAt: now, error: event.error};
		case 'cancelled':
			return {...job, phase: 'cancelled', endedAt: now};
	}
}

/** Sums the layers of one job, or of one reference of it. Totals are only told when all are known. */
export function summarise(
	transfers: readonly TransferEvent[],
	job: Pick<Job, 'startedAt'>,
	now: number,
): Progress {
	let doneBytes = 0;
	let totalBytes: number | undefined = 0;
	let layersDone = 0;
	for (const transfer of transfers) {
		const nothingMoves = transfer.state === 'exists' || transfer.state === 'mounted';
		if (nothingMoves || transfer.state === 'done') layersDone++;
		if (nothingMoves) continue;
		doneBytes += transfer.doneBytes;
		if (transfer.totalBytes === undefined) totalBytes = undefined;
		else if (totalBytes !== undefined) totalBytes += transfer.totalBytes;
	}
	const seconds = Math.max((now - (job.startedAt ?? now)) / 1000, 0.001);
	return {
		direction: transfers[0]?.direction ?? 'push',
		doneBytes,
		...(totalBytes === undefined ? {} : {totalBytes}),
		bytesPerSecond: doneBytes / seconds,
		layersDone,
		layersTotal: transfers.length,
	};
}

/** The lines an event adds to the log. `job` is as it stands after the event. */
export function linesFor(event: JobEvent, job: Job): readonly NewLine[] {
	const base = {time: event.time, job: event.job};
	switch (event.type) {
		case 'started':
			return [];
		case 'step': {
			const command = event.command
				? [{...base, level: 'command' as const, text: `$ ${event.command}`}]
				: [];
			return [...command, {...base, level: 'info', text: event.message}];
		}
		case 'warned': {
			const text = event.hint ? `${event.message} ${event.hint}` : event.message;
			return [{...base, level: 'warning', text}];
		}
		case 'output': {
			const level = 'output' as const;
			const skipped =
				event.skipped > 0 ? [`(${countOf(event.skipped, 'line')} left out: too many at once)`] : [];
			return [...skipped, ...event.lines].map(text => ({...base, level, text}));
		}
		case 'container': {
			const {name, ports} = event.container;
			const reached = ports.length > 0 ? `, ${ports.join(', ')}` : '';
			return [{...base, level: 'info', text: `${name} runs${reached}`}];
		}
		case 'probed': {
			const level = isWorking(event.answer) ? ('success' as const) : ('warning' as const);
			const who = job.container ? `${job.container.name}: ` : '';
			return [{...base, level, text: `${who}${describeAnswer(event.answer)}`}];
		}
		case 'transfer': {
			const ofReference = Object.values(job.transfers).filter(
				transfer => transfer.reference === event.reference,
			);
			const progress = summarise(ofReference, job, Date.parse(event.time));
			const line = {...base, group: event.reference};
			if (progress.totalBytes !== 0) {
				return [{...line, level: 'progress', text: event.reference, progress}];
			}
			if (progress.layersDone < progress.layersTotal) return [];
			const side = event.direction === 'pull' ? 'this machine' : 'the registry';
			const text = `${event.reference}: ${side} has all of it already`;
			return [{...line, level: 'info', text}];
		}
		case 'finished': {
			const level = levelOf(event.result);
			return describeResult(event.result).map(text => ({...base, level, text}));
		}
		case 'failed':
			return [
				{...base, level: 'error', text: `${event.error.message} (${event.error.code})`},
				{...base, level: 'error', text: event.error.hint},
			];
		case 'cancelled':
			return [{...base, level: 'warning', text: `Cancelled: ${job.subject}`}];
	}
}

/** A job that was done may still have shown what nobody wants: another image, a program that does not work. */
export function isAsWished(result: JobResult): boolean {
	switch (result.operation) {
		case 'run': {
			const {worksAsBefore, answer, exitCode} = result;
			if (worksAsBefore === false) return false;
			if (exitCode !== undefined) return exitCode === 0;
			return answer === undefined || isWorking(answer);
		}
		case 'repull':
		case 'prove':
			return result.same;
		default:
			return true;
	}
}

/** How the words of a result are marked. A container that was told to stop has nothing to be warned of. */
export function levelOf(result: JobResult): 'success' | 'info' | 'warning' {
	if (isAsWished(result)) return 'success';
	const isStop =
		result.operation === 'run' && result.exitCode !== undefined && isStopped(result.exitCode);
	return isStop && result.worksAsBefore !== false ? 'info' : 'warning';
}

/** What came of an operation, a line for each thing worth saying. */
export function describeResult(result: JobResult): readonly string[] {
	switch (result.operation) {
		case 'tag':
			return [
				`tagged ${result.reference} → ${shortDigest(result.imageId)}` +
					(result.movedFrom ? ` (moved from ${shortDigest(result.movedFrom)})` : ''),
			];
		case 'push': {
			const reused =
				result.layersReused > 0 ? `, ${countOf(result.layersReused, 'layer')} reused` : '';
			const lines = [
				`pushed ${result.reference} ${shortDigest(result.digest)} in ${formatDuration(result.durationMs)}, ` +
					`${formatBytes(result.bytesUploaded)} sent${reused}`,
			];
			if (result.webUrl) lines.push(`see ${result.webUrl}`);
			return lines;
		}
		case 'push-all':
			return result.pushes.flatMap(describeResult);
		case 'pull':
			return [
				result.changed
					? `pulled ${result.reference} ${shortDigest(result.digest)} in ${formatDuration(result.durationMs)}, ` +
						`${formatBytes(result.bytesDownloaded)} received`
					: `${result.reference} is up to date (${shortDigest(result.digest)})`,
			];
		case 'remove': {
			const gone = [...result.untagged.map(name => `untagged ${name}`)];
			if (result.deleted.length > 0) gone.push(`freed ${formatBytes(result.freedBytes)}`);
			return gone;
		}
		case 'repull':
			return result.same
				? [
						`same image: ${shortDigest(result.imageId)} came back from ${result.reference}, ` +
							`digest ${shortDigest(result.digest)} is equal`,
					]
				: [`not the same image as before: ${result.reference}`, ...result.differences];
		case 'copy':
			return describeCopy(result);
		case 'remove-remote':
			return [
				result.mode === 'untag'
					? `untagged ${result.reference}; ${shortDigest(result.digest)} is still there`
					: `deleted ${shortDigest(result.digest)} from the registry with ${result.tags.join(', ') || 'no tag on it'}`,
			];
		case 'run':
			return describeRun(result);
		case 'stop':
			return [`${result.removed ? 'removed' : 'stopped'} ${result.name}`];
		case 'prove':
			return describeProof(result);
		case 'cleanup':
			return [
				`cleaned up: ${countOf(result.removed, 'image')} gone, ${countOf(result.untagged.length, 'name')} taken away, ` +
					`up to ${formatBytes(result.freedBytes)} freed`,
			];
		case 'sign':
			return [
				`signed ${result.reference} ${shortDigest(result.digest)} by ${result.by}` +
					(result.tag === undefined ? '' : `, under ${result.tag}`),
			];
		case 'login':
			return [
				`logged in to ${result.host}${result.username ? ` as ${result.username}` : ''}, kept in ${result.storedIn === 'memory' ? 'memory until regbench ends' : result.storedIn}`,
			];
		case 'logout':
			return [
				result.removedFrom.length > 0
					? `logged out of ${result.host} (removed from ${result.removedFrom.join(', ')})`
					: `no login of ${result.host} was kept by regbench`,
			];
	}
}

function describeCopy(result: CopyResult): readonly string[] {
	const parts = [
		`${formatBytes(result.bytesCopied)} moved`,
		result.blobsMounted > 0 ? `${countOf(result.blobsMounted, 'blob')} mounted` : '',
		result.blobsReused > 0 ? `${countOf(result.blobsReused, 'blob')} reused` : '',
		result.platforms.length > 0 ? result.platforms.join(' ') : '',
		result.referrers > 0 ? countOf(result.referrers, 'referrer') : '',
	].filter(part => part !== '');
	return [
		`copied ${result.source} to ${result.destination} ${shortDigest(result.digest)} ` +
			`in ${formatDuration(result.durationMs)}, ${parts.join(', ')}`,
		...(result.webUrl === undefined ? [] : [`see ${result.webUrl}`]),
	];
}

/** `1 layer`, `2 layers`. */
export function countOf(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
