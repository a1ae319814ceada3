/** Rows of the jobs view: each job, and the layers of the selected one. Pure. */
import {shortDigest} from '../../domain/digest.ts';
import type {TransferEvent} from '../../domain/events.ts';
import {formatBytes, formatDuration} from '../../domain/size.ts';
import {describeResult} from '../../workbench/job-log.ts';
import type {Job} from '../../workbench/state.ts';
import {composeEnds, composeLine, type Cell} from '../rows/line.ts';
import {leadCells, rowTone} from '../rows/list-row.ts';
import {barCells, bytesText, rateText, timeLeftText} from '../rows/progress.ts';
import {wrap} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';

/** One job: how it stands, what it does, how far or how long. */
export function jobRow(
	theme: Theme,
	job: Job,
	options: {readonly selected: boolean; readonly now: number},
	width: number,
): string {
	const row = {selected: options.selected, focused: true};
	const {symbol, tone} = phaseLooks(theme, job);
	const bar = job.phase === 'running' && job.progress && width >= 56 ? progressBar(theme, job) : [];
	return composeEnds(
		theme,
		[
			...leadCells(theme, row),
			{text: symbol, width: 2, tone},
			{text: job.operation, width: 8, tone: 'quiet'},
			{text: job.subject, width: Math.max(0, width - 13 - 10), tone: rowTone(row)},
		],
		[
			...bar,
			{text: lastCell(job, options.now), width: 11, align: 'right', tone: 'quiet'},
			{text: ' '},
		],
		width,
	);
}

function progressBar(theme: Theme, {progress}: Job): readonly Cell[] {
	if (!progress) return [];
	return [{text: ' '}, ...barCells(theme, progress.doneBytes, progress.totalBytes, 10)];
}

function phaseLooks(theme: Theme, job: Job): {readonly symbol: string; readonly tone: Tone} {
	const {symbols} = theme;
	switch (job.phase) {
		case 'queued':
			return {symbol: symbols.checking, tone: 'quiet'};
		case 'running':
			return {
				symbol: {push: symbols.up, pull: symbols.down, copy: symbols.arrow}[
					job.progress?.direction ?? 'push'
				],
				tone: 'focus',
			};
		case 'finished':
			return {symbol: symbols.success, tone: 'good'};
		case 'failed':
			return {symbol: symbols.failure, tone: 'failure'};
		case 'cancelled':
			return {symbol: symbols.absent, tone: 'quiet'};
	}
}

function lastCell(job: Job, now: number): string {
	if (job.phase === 'queued') return 'queued';
	if (job.phase === 'cancelled') return 'cancelled';
	return elapsedText(job, now);
}

function elapsedText(job: Job, now: number): string {
	if (job.startedAt === undefined) return '';
	return formatDuration(Math.max(0, (job.endedAt ?? now) - job.startedAt));
}

/** What is known of the selected job, newest facts first. */
export function jobDetailLines(
	theme: Theme,
	job: Job,
	now: number,
	width: number,
): readonly string[] {
	const lines: string[] = [];
	const add = (...cells: readonly Cell[]) =>
		lines.push(composeLine(theme, [{text: '', width: 2}, ...cells], width));
	const say = (text: string, tone?: Tone, mark = '') => {
		for (const [index, part] of wrap(text, width - 4 - mark.length).entries()) {
			add({text: index === 0 ? mark : ' '.repeat(mark.length), tone}, {text: part, tone});
		}
	};
	const {progress, error, result} = job;
	if (error) {
		say(error.message, 'failure', `${theme.symbols.failure} `);
		say(error.hint, undefined, `${theme.symbols.arrow} `);
	}
	for (const text of result ? describeResult(result) : []) {
		say(text, undefined, `${theme.symbols.success} `);
	}
	if (!error && !result && job.step) say(job.step);
	if (progress && job.phase === 'running') {
		const figures = [
			bytesText(progress.doneBytes, progress.totalBytes),
			rateText(progress),
			timeLeftText(progress),
			`${progress.layersDone} of ${progress.layersTotal} layers`,
		];
		add(
			...barCells(
				theme,
				progress.doneBytes,
				progress.totalBytes,
				Math.min(30, Math.floor(width / 4)),
			),
			{text: `  ${figures.filter(Boolean).join('  ')}`},
		);
	}
	const transfers = Object.values(job.transfers);
	const references = new Set(transfers.map(transfer => transfer.reference));
	let reference: string | undefined;
	for (const transfer of transfers) {
		if (references.size > 1 && transfer.reference !== reference) {
			reference = transfer.reference;
			add({text: reference, tone: 'quiet'});
		}
		lines.push(layerRow(theme, transfer, width));
	}
	if (lines.length === 0)
		say(job.phase === 'queued' ? 'Waits for its turn.' : elapsedText(job, now), 'quiet');
	return lines;
}

const layerWords: Readonly<Record<TransferEvent['state'], string>> = {
	waiting: 'waiting',
	active: '',
	finishing: 'finishing',
	done: 'done',
	exists: 'there already',
	mounted: 'linked there',
};

function layerRow(theme: Theme, transfer: TransferEvent, width: number): string {
	const {state, doneBytes, totalBytes} = transfer;
	const settled = state === 'done' || state === 'exists' || state === 'mounted';
	const barWidth = Math.max(0, Math.min(20, Math.floor(width / 4)));
	const moved: readonly Cell[] =
		state === 'active' || state === 'finishing'
			? [
					...barCells(theme, doneBytes, totalBytes, barWidth),
					{text: `  ${bytesText(doneBytes, totalBytes)}`, width: 18},
				]
			: [
					{text: totalBytes === undefined ? '' : formatBytes(totalBytes), width: 8, align: 'right'},
					{text: '  '},
				];
	return composeLine(
		theme,
		[
			{text: '', width: 2},
			{
				text: settled
					? theme.symbols.success
					: state === 'waiting'
						? theme.symbols.checking
						: theme.symbols.up,
				width: 2,
				tone: settled ? 'good' : state === 'waiting' ? 'quiet' : 'focus',
			},
			{text: shortDigest(transfer.layer), width: 14},
			...moved,
			{text: layerWords[state], tone: 'quiet'},
		],
		width,
	);
}
