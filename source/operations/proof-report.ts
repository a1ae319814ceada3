/** A proof as documents to hand in. Pure. */
import type {ProveResult} from '../domain/events.ts';
import {describeAnswer, isWorking} from '../domain/probe.ts';
import {receivedText} from '../domain/received.ts';
import {formatBytes, formatDuration} from '../domain/size.ts';

/** What a proof of the same does not say: that the program works. Undefined where it does, or was not asked. */
export function proofRemark({probe}: ProveResult): string | undefined {
	const {before, after} = probe;
	if (!before || !after || isWorking(before) || isWorking(after)) return undefined;
	return `The program itself does not work, before and after alike: ${describeAnswer(after)}.`;
}

/** The proof as Markdown: what was shown, how, and with what in between. */
export function proofMarkdown(proof: ProveResult): string {
	const {imageId, digest, layers, probe, steps, differences, notRun, webUrl} = proof;
	const remark = proofRemark(proof);
	const rows: ReadonlyArray<readonly [string, string, string]> = [
		['Image ID', `\`${imageId.before}\``, `\`${imageId.after}\``],
		['Manifest digest', `\`${digest.pushed}\``, `\`${digest.pulled}\``],
		...(probe.before || probe.after
			? [
					[
						'Answer of the program',
						probe.before ? describeAnswer(probe.before) : 'not asked',
						probe.after ? describeAnswer(probe.after) : 'not asked',
					] as const,
				]
			: []),
	];
	const lines = [
		`# Round trip of ${cell(proof.reference)}`,
		'',
		proof.same
			? '**Proved: what was pulled is the same as what was pushed.**'
			: '**Not proved: something is not as it was.**',
		'',
		...(remark === undefined ? [] : [cell(remark), '']),
		'| | before | after |',
		'| --- | --- | --- |',
		...rows.map(([what, before, after]) => `| ${what} | ${cell(before)} | ${cell(after)} |`),
		'',
		`- Engine: ${cell(proof.engine)}`,
		`- Begun: ${proof.startedAt}, took ${formatDuration(proof.durationMs)}`,
		`- Layers: ${layers.total}, of which the registry had ${layers.reused}; ` +
			`${formatBytes(layers.sentBytes)} sent, ${receivedText({bytes: layers.receivedBytes, ...layers})}`,
		...(webUrl === undefined ? [] : [`- See: <${webUrl}>`]),
		...(notRun === undefined ? [] : [`- Not run: ${cell(notRun)}`]),
		'',
		...(differences.length === 0
			? []
			: ['## What is not as it was', '', ...differences.map(text => `- ${cell(text)}`), '']),
		'## Steps',
		'',
		...steps.flatMap(({title, outcome, detail, durationMs, command}, index) => [
			`${index + 1}. ${title}: ${outcome === 'left-out' ? 'left out, ' : outcome === 'failed' ? 'FAILED, ' : ''}${cell(detail)} (${formatDuration(durationMs)})`,
			...(command === undefined || outcome === 'left-out'
				? []
				: ['', '   ```sh', `   ${command}`, '   ```', '']),
		]),
		'',
	];
	return lines.join('\n');
}

/** The proof as JSON. */
export function proofJson(proof: ProveResult): string {
	return `${JSON.stringify(proof, undefined, '\t')}\n`;
}

/** Text from outside must not end a cell of a table or begin a tag. */
function cell(text: string): string {
	return text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
}
