/** Whether an image may be pushed by the rules that a person set. Pure. */
import type {PolicyBreach, PolicyRule, SafetyReport} from '../domain/safety.ts';
import {severityRank} from '../domain/severity.ts';

/** For what is pushed, or checked, under that tag. */
export const latestBreach: PolicyBreach = {
	rule: 'latest',
	message: 'It is named :latest',
	whatToDo: 'Tag it with a version, and push that.',
};

/** What cannot be known counts as broken: a rule that silently does not look is none. */
export function breaches(
	{findings, vulnerabilities, vulnerabilitySource, scan}: SafetyReport,
	rules: readonly PolicyRule[],
): readonly PolicyBreach[] {
	return rules.flatMap((rule): readonly PolicyBreach[] => {
		switch (rule) {
			case 'latest':
				return findings.some(finding => finding.rule === 'latest') ? [latestBreach] : [];
			case 'secrets': {
				const secrets = findings.filter(
					({kind, severity}) =>
						kind === 'secret' && severityRank(severity) <= severityRank('medium'),
				);
				if (secrets.length > 0) {
					return [
						{
							rule,
							message: `${counted(secrets.length, 'secret')} in it: ${secrets[0]?.title ?? ''}`,
							whatToDo: 'Make them invalid, and build the image without them.',
						},
					];
				}
				return scan.layersRead < scan.layers
					? [
							{
								rule,
								message: `${counted(scan.layers - scan.layersRead, 'layer')} could not be looked through for secrets`,
								whatToDo: 'See what was not checked: regbench check REF.',
							},
						]
					: [];
			}
			case 'critical': {
				const critical = vulnerabilities.filter(({severity}) => severity === 'critical');
				if (critical.length > 0) {
					const word = critical.length === 1 ? 'vulnerability' : 'vulnerabilities';
					return [
						{
							rule,
							message: `${critical.length} critical ${word}: ${critical[0]?.id ?? ''} in ${critical[0]?.package ?? ''}`,
							whatToDo: 'Update what has a fixed version, and build the image anew.',
						},
					];
				}
				return vulnerabilitySource === undefined
					? [
							{
								rule,
								message: 'Nobody looked for vulnerabilities in it',
								whatToDo: 'Install trivy or grype, or let OSV be asked (safety.askOsv, --osv).',
							},
						]
					: [];
			}
		}
	});
}

/** Those that are broken for sure: what a report has not looked at yet is looked at with the push. */
export function knownBreaches(
	report: SafetyReport,
	rules: readonly PolicyRule[],
	isLatest: boolean,
): readonly PolicyBreach[] {
	const isFull = report.scan.layers > 0;
	return rules.flatMap(rule => {
		if (rule === 'latest') return isLatest ? [latestBreach] : [];
		return rule === 'critical' && !isFull ? [] : breaches(report, [rule]);
	});
}

function counted(count: number, word: string): string {
	return `${count} ${word}${count === 1 ? '' : 's'}`;
}
