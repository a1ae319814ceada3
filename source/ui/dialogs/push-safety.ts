/** The safety of what is about to be pushed, in a sentence. Pure. */
import {describePlace, type SafetyReport} from '../../domain/safety.ts';
import {bySeverity, countSeverities, severityRank} from '../../domain/severity.ts';

/** The tag is spoken of elsewhere in the dialog. */
const aboutTheTag = new Set(['latest', 'no-tag', 'no-version']);

export function safetySummary(reports: readonly SafetyReport[]): {
	readonly text: string;
	readonly isRisky: boolean;
} {
	const isFull = reports.every(({scan}) => scan.layers > 0);
	const findings = bySeverity(
		reports
			.flatMap(report => report.findings)
			.filter(
				({rule, severity}) =>
					!aboutTheTag.has(rule) && severityRank(severity) <= severityRank('medium'),
			),
	);
	const vulnerabilities = reports
		.flatMap(report => report.vulnerabilities)
		.filter(({severity}) => severityRank(severity) <= severityRank('medium'));
	const more = isFull ? '' : ' Its files were not looked at yet: s does.';
	const counts = countSeverities([...findings, ...vulnerabilities]);
	if (counts.length === 0) {
		const where = isFull ? 'in what was checked' : 'in configuration and history';
		return {text: `Nothing risky ${where}.${more}`, isRisky: false};
	}
	const [worst] = findings;
	const first = worst ? `: ${worst.title} (${describePlace(worst.where)})` : '';
	const text = counts.map(([severity, count]) => `${count} ${severity}`).join(', ');
	return {text: `Safety: ${text}${first}.${more}`, isRisky: true};
}
