/** The tour as documents to hand in. Pure. */
import type {LabProgress} from '../domain/lab.ts';
import {labSteps, standingOf, stepsThrough} from './lab-steps.ts';

export type LabReportFacts = {
	/** Name and version of the engine. */
	readonly engine: string;
	/** RFC 3339: when the report is made. */
	readonly at: string;
	readonly demo: boolean;
};

const outcomes = {
	open: 'not done',
	done: 'done',
	explained: 'not possible here, explained',
} as const;

/** The report as Markdown: each step with times and what was seen. */
export function labMarkdown(progress: LabProgress, facts: LabReportFacts): string {
	const through = stepsThrough(progress);
	const lines = [
		'# Container registry lab',
		'',
		`**${through} of ${labSteps.length} steps.** Each was ticked by what really happened.`,
		'',
		`- Begun: ${progress.startedAt}`,
		`- Report: ${facts.at}`,
		`- Engine: ${cell(facts.engine)}${facts.demo ? ', on the practice world of --demo' : ''}`,
		'',
		'| Step | Outcome | When |',
		'| --- | --- | --- |',
		...labSteps.map((step, index) => {
			const times = step.parts.flatMap(({id}) => progress.ticks[id]?.time ?? []).toSorted();
			const standing = standingOf(step, progress);
			return `| ${index + 1}. ${step.title} | ${outcomes[standing]} | ${standing === 'open' ? '' : (times.at(-1) ?? '')} |`;
		}),
		'',
	];
	for (const [index, step] of labSteps.entries()) {
		const ticked = step.parts.filter(({id}) => progress.ticks[id]);
		if (ticked.length === 0) continue;
		lines.push(`## ${index + 1}. ${step.title}`, '', step.why, '');
		for (const {id} of ticked) {
			const tick = progress.ticks[id];
			for (const text of tick?.evidence ?? []) lines.push(`- ${cell(text)} (${tick?.time})`);
		}
		lines.push('');
	}
	return lines.join('\n');
}

/** The report as JSON. */
export function labJson(progress: LabProgress, facts: LabReportFacts): string {
	const steps = labSteps.map(step => ({
		id: step.id,
		title: step.title,
		outcome: standingOf(step, progress),
		parts: step.parts.map(({id}) => ({id, ...(progress.ticks[id] ?? {how: 'open'})})),
	}));
	return `${JSON.stringify({...facts, startedAt: progress.startedAt, steps}, undefined, '\t')}\n`;
}

/** Text from outside must not end a cell of a table or begin a tag. */
function cell(text: string): string {
	return text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
}
