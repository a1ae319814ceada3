/** A proof as a card to read. Pure. */
import type {ProofStep, ProveResult} from '../../domain/events.ts';
import {describeAnswer} from '../../domain/probe.ts';
import {receivedText} from '../../domain/received.ts';
import {formatBytes, formatDuration} from '../../domain/size.ts';
import {proofRemark} from '../../operations/proof-report.ts';
import {keyOf, type KeyBinding} from '../keymap.ts';
import type {Cell} from '../rows/line.ts';
import {wrap} from '../text.ts';
import type {Theme} from '../theme.ts';
import {createSections} from './sections.ts';

/** The verdict first, then what it rests on, each line exactly `width` columns. */
export function proofLines(
	theme: Theme,
	bindings: readonly KeyBinding[],
	proof: ProveResult,
	width: number,
): readonly string[] {
	const {symbols} = theme;
	const {lines, add, air, heading, pair} = createSections(theme, width);
	const {imageId, digest, layers, probe} = proof;
	const room = Math.max(20, width - 6);
	air();
	add(
		proof.same
			? {text: `${symbols.success} The same came back.`, tone: 'good'}
			: {text: `${symbols.different} It did not come back as it was.`, tone: 'failure'},
	);
	const remark = proofRemark(proof);
	for (const text of [...proof.differences, ...(remark === undefined ? [] : [remark])]) {
		for (const part of wrap(text, room)) add({text: `  ${part}`, tone: 'caution'});
	}
	air();
	before(pair, 'image ID', imageId.before, imageId.after);
	before(pair, 'manifest', digest.pushed, digest.pulled);
	if (probe.before && probe.after) {
		before(pair, 'answer', describeAnswer(probe.before), describeAnswer(probe.after));
	}
	if (proof.notRun !== undefined) pair('not run', [proof.notRun]);
	pair('layers', [
		`${layers.total}, of which the registry had ${layers.reused}`,
		`${formatBytes(layers.sentBytes)} sent`,
		receivedText({bytes: layers.receivedBytes, ...layers}),
	]);
	pair('engine', [proof.engine]);
	pair('took', [formatDuration(proof.durationMs)]);
	if (proof.webUrl !== undefined) pair('see', [proof.webUrl]);

	heading('Steps');
	for (const step of proof.steps) {
		add(
			{...mark(theme, step), width: 2},
			{text: step.title, width: Math.max(10, width - 14)},
			{text: formatDuration(step.durationMs), width: 9, align: 'right', tone: 'quiet'},
		);
		for (const part of wrap(step.detail, room)) add({text: `  ${part}`, tone: 'quiet'});
	}
	air();
	add(
		{text: keyOf(bindings, 'proof.save'), tone: 'focus'},
		{text: ' saves it as Markdown and as JSON.', tone: 'quiet'},
	);
	air();
	return lines;
}

/** One value where nothing changed: the eye need not compare. */
function before(
	pair: (label: string, values: readonly string[]) => void,
	label: string,
	one: string,
	other: string,
): void {
	if (one === other) pair(label, [one]);
	else pair(label, [`before ${one}`, `after  ${other}`]);
}

function mark({symbols}: Theme, {outcome}: ProofStep): Cell {
	switch (outcome) {
		case 'done':
			return {text: symbols.success, tone: 'good'};
		case 'failed':
			return {text: symbols.failure, tone: 'failure'};
		case 'left-out':
			return {text: symbols.dash, tone: 'quiet'};
	}
}
