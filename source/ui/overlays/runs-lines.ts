/** Containers as rows, and one of them in full. Pure. */
import {exitMeaning} from '../../domain/exit-code.ts';
import {compareAnswers, describeAnswer} from '../../domain/probe.ts';
import type {ContainerState} from '../../engine/containers.ts';
import type {Job} from '../../workbench/state.ts';
import {composeLine, type Cell} from '../rows/line.ts';
import type {Theme} from '../theme.ts';
import {timeText} from './details-lines.ts';
import {createSections} from './sections.ts';

/** One container: whether it runs, its name, its image. */
export function runRow(
	theme: Theme,
	run: ContainerState,
	selected: boolean,
	width: number,
): string {
	const {symbols} = theme;
	const state = stateText(run);
	const name = Math.max(12, Math.floor((width - 6 - state.length) / 2));
	const image = Math.max(0, width - 6 - name - state.length);
	return composeLine(
		theme,
		[
			{text: selected ? symbols.cursor : ' ', width: 2, tone: 'focus'},
			{...lamp(theme, run), width: 2},
			{text: run.name, width: name, tone: selected ? 'selected' : undefined},
			{text: ` ${run.image}`, width: image, tone: 'quiet'},
			{text: ` ${state}`, tone: run.running ? undefined : 'quiet'},
		],
		width,
	);
}

/** All that is known of a container and of what it answered. */
export function runDetailLines(
	theme: Theme,
	run: ContainerState,
	job: Job | undefined,
	now: number,
	width: number,
): readonly string[] {
	const {lines, air, pair} = createSections(theme, width);
	air();
	const meaning = run.exitCode === undefined ? undefined : exitMeaning(run.exitCode);
	pair('state', [stateText(run), ...[run.problem ?? meaning ?? []].flat()]);
	pair('image', [run.image, run.imageId]);
	pair(
		'ports',
		run.ports.map(
			({containerPort, hostPort, protocol}) =>
				`${protocol === 'tcp' ? 'http' : protocol}://127.0.0.1:${hostPort} ${theme.symbols.arrow} ${containerPort}`,
		),
	);
	if (run.health) {
		const said = run.health.output === '' ? '' : ` (${run.health.output})`;
		pair('health', [`${run.health.status}${said}`]);
	}
	if (run.startedAt !== undefined) pair('started', [timeText(run.startedAt, now)]);
	if (job?.answer) {
		pair('answer', [describeAnswer(job.answer)]);
		const {request} = job;
		if (request.operation === 'run' && request.before) {
			const differences = compareAnswers(request.before, job.answer);
			pair('as before', differences.length === 0 ? ['yes, exactly'] : ['no', ...differences]);
		}
	}
	if (job?.skippedLines !== undefined) {
		pair('output', [`a flood: ${job.skippedLines} lines were left out of the log`]);
	}
	if (job?.container) pair('command', [job.container.command]);
	air();
	return lines;
}

function stateText({status, exitCode}: ContainerState): string {
	return exitCode === undefined ? status : `${status} (${exitCode})`;
}

function lamp({symbols}: Theme, {running, exitCode, health}: ContainerState): Cell {
	if (running) {
		return {text: symbols.loggedIn, tone: health?.status === 'unhealthy' ? 'caution' : 'good'};
	}
	return {text: symbols.loggedOut, tone: exitCode === 0 ? 'quiet' : 'caution'};
}
