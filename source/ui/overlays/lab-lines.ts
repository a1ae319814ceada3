/** The guided tour as lines: every step, and the one under the cursor in full. Pure. */
import type {LabProgress} from '../../domain/lab.ts';
import {formatClock} from '../../domain/size.ts';
import {
	labSteps,
	nextPart,
	standingOf,
	type LabPart,
	type LabStep,
} from '../../explain/lab-steps.ts';
import {withKeys} from '../../explain/paragraph.ts';
import {keyOf, type KeyBinding} from '../keymap.ts';
import {composeEnds, composeLine, type Cell} from '../rows/line.ts';
import {wrap} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';

export type LabView = {
	readonly progress: LabProgress;
	readonly cursor: number;
	/** Why containers cannot be run here. */
	readonly notRun: string | undefined;
};

export type LabText = {
	readonly lines: readonly string[];
	/** First and last line of the step under the cursor. */
	readonly from: number;
	readonly to: number;
};

const indent = 6;

/** Each line exactly `width` columns. */
export function labLines(
	theme: Theme,
	bindings: readonly KeyBinding[],
	view: LabView,
	width: number,
): LabText {
	const {progress, cursor} = view;
	const lines: string[] = [];
	const say = (text: string, tone: Tone | undefined, mark?: Cell) => {
		const parts = wrap(
			withKeys(text, id => keyOf(bindings, id)),
			Math.max(20, width - indent - 1),
		);
		for (const [index, part] of parts.entries()) {
			const lead: readonly Cell[] =
				mark && index === 0
					? [{text: '', width: indent - 2}, mark, {text: ' '}]
					: [{text: '', width: indent}];
			lines.push(composeLine(theme, [...lead, {text: part, tone}], width));
		}
	};
	const air = () => lines.push(' '.repeat(width));
	let [from, to] = [0, 0];
	const upNext = nextPart(progress);
	if (!upNext) {
		lines.push(
			composeLine(
				theme,
				[
					{text: `  ${theme.symbols.success} `, tone: 'good'},
					{text: `All ${labSteps.length} steps are through. `, tone: 'strong'},
					{text: keyOf(bindings, 'lab.save'), tone: 'focus'},
					{text: ' saves the report to hand in.', tone: 'quiet'},
				],
				width,
			),
		);
	} else {
		lines.push(
			composeLine(
				theme,
				[
					{text: '', width: 2},
					{text: 'Esc, do it, and it ticks itself off. '},
					{text: keyOf(bindings, 'lab'), tone: 'focus'},
					{text: ' brings you back here.', tone: 'quiet'},
				],
				width,
			),
		);
	}
	air();
	for (const [index, step] of labSteps.entries()) {
		if (index === cursor) from = lines.length;
		lines.push(stepLine(theme, step, index, view, step === upNext?.step, width));
		if (index !== cursor) continue;
		say(step.why, 'quiet');
		for (const part of step.parts) sayPart(theme, part, view, say);
		if (index < labSteps.length - 1) air();
		to = lines.length;
	}
	return {lines, from, to};
}

function stepLine(
	theme: Theme,
	step: LabStep,
	index: number,
	{progress, cursor}: LabView,
	isNext: boolean,
	width: number,
): string {
	const {symbols} = theme;
	const isCurrent = index === cursor;
	const standing = standingOf(step, progress);
	const marks: Record<typeof standing, Cell> = {
		open: {text: isNext ? symbols.loggedOut : symbols.separator, tone: isNext ? 'focus' : 'quiet'},
		done: {text: symbols.success, tone: 'good'},
		explained: {text: symbols.dash, tone: 'caution'},
	};
	const times = step.parts.flatMap(({id}) => progress.ticks[id]?.time ?? []).toSorted();
	const through = step.parts.filter(({id}) => progress.ticks[id]).length;
	const end =
		standing === 'open'
			? through > 0
				? `${through} of ${step.parts.length}`
				: ''
			: `${standing === 'explained' ? 'explained  ' : ''}${formatClock(Date.parse(times.at(-1) ?? ''))}`;
	return composeEnds(
		theme,
		[
			{text: isCurrent ? ` ${symbols.cursor}` : '', width: 2, tone: 'focus'},
			{text: ' '},
			marks[standing],
			{text: ` ${index + 1} `, tone: 'quiet'},
			{text: step.title, tone: isCurrent ? 'selected' : standing === 'open' ? undefined : 'quiet'},
		],
		[{text: `  ${end} `, tone: 'quiet'}],
		width,
	);
}

function sayPart(
	{symbols}: Theme,
	part: LabPart,
	{progress, notRun}: LabView,
	say: (text: string, tone: Tone | undefined, mark?: Cell) => void,
): void {
	const tick = progress.ticks[part.id];
	if (tick) {
		const mark: Cell =
			tick.how === 'done'
				? {text: symbols.success, tone: 'good'}
				: {text: symbols.dash, tone: 'caution'};
		for (const [index, text] of tick.evidence.entries()) {
			say(text, undefined, index === 0 ? mark : undefined);
		}
		return;
	}
	const open: Cell = {text: symbols.loggedOut, tone: 'focus'};
	if (part.instead === undefined || notRun === undefined) return say(part.task, 'strong', open);
	say(`Not possible here. ${notRun}`, 'caution', {text: symbols.warning, tone: 'caution'});
	say(
		'Press {lab.explain} to read it instead: that counts as explained, not as done.',
		'strong',
		open,
	);
}

/** `3/9 P: push` for the last line; empty when there is nothing to tell. */
export function labHint(
	bindings: readonly KeyBinding[],
	progress: LabProgress | undefined,
	notRun: string | undefined,
): string {
	if (!progress?.hint) return '';
	const next = nextPart(progress);
	if (!next) return '';
	const {number, part} = next;
	const words =
		part.instead !== undefined && notRun !== undefined ? '{lab}, Enter: read it' : part.hint;
	return `lab ${number}/${labSteps.length}  ${withKeys(words, id => keyOf(bindings, id))}`;
}
