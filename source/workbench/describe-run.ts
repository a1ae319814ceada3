/** What came of running and of proving, a line for each thing worth saying. */
import {shortDigest} from '../domain/digest.ts';
import {exitMeaning} from '../domain/exit-code.ts';
import type {ProveResult, RunResult} from '../domain/events.ts';
import {describeAnswer} from '../domain/probe.ts';
import {receivedText} from '../domain/received.ts';
import {formatBytes, formatDuration} from '../domain/size.ts';
import {proofRemark} from '../operations/proof-report.ts';

/** How a run ended, and whether it works as before. */
export function describeRun(result: RunResult): readonly string[] {
	const {container, exitCode, removed, worksAsBefore, differences} = result;
	const after = formatDuration(result.durationMs);
	const end =
		exitCode === undefined
			? removed
				? `${container.name} was removed after ${after}`
				: `${container.name} runs on`
			: `${container.name} ended with exit code ${exitCode} after ${after}: ${endText(exitCode)}`;
	if (worksAsBefore === undefined) return [end];
	return worksAsBefore
		? [end, `${result.reference} works exactly as before`]
		: [end, `${result.reference} does not work as before`, ...differences];
}

function endText(exitCode: number): string {
	return exitMeaning(exitCode) ?? 'it failed, see what it printed last';
}

/** What was proved, or what is not as it was. */
export function describeProof(result: ProveResult): readonly string[] {
	const {reference, imageId, digest, layers, probe, notRun, differences, same} = result;
	const remark = proofRemark(result);
	return [
		same
			? `proved in ${formatDuration(result.durationMs)}: ${reference} came back the same`
			: `not proved: ${reference} did not come back as it was`,
		`image ${shortDigest(imageId.before)} before, ${shortDigest(imageId.after)} after`,
		`manifest ${shortDigest(digest.pushed)} pushed, ${shortDigest(digest.pulled)} pulled`,
		`${formatBytes(layers.sentBytes)} sent, ${layers.reused} of ${layers.total} layers reused, ` +
			`${receivedText({bytes: layers.receivedBytes, ...layers})}`,
		...(probe.before ? [`before: ${describeAnswer(probe.before)}`] : []),
		...(probe.after ? [`after: ${describeAnswer(probe.after)}`] : []),
		...(notRun === undefined ? [] : [`not run: ${notRun}`]),
		...differences,
		...(remark === undefined ? [] : [remark]),
	];
}
