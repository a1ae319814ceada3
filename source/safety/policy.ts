/** Whether an image may be pushed by the rules that a person set. Pure. */
import type {PolicyBreach, PolicyRule, SafetyReport} from '../domain/safety.ts';
import {severityRank} from '../domain/severity.ts';

/** What cannot be known counts as broken: a rule that silently does not look is none. */
export function breaches(
	{findings, vulnerabilities, vulnerabilitySource, scan}: SafetyReport,
	rules: readonly PolicyRule[],
): readonly PolicyBreach[] {
	return rules.flatMap((rule): readonly PolicyBreach[] => {
		switch (rule) {
			case 'latest':
				return findings.some(finding => finding.rule === 'latest')
					? [
							{
								rule,
								message: 'It is named :latest',
								whatToDo: 'Tag it with a version, and push that.',
							},
						]
					: [];
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

function counted(count: number, word: string): string {
	return `${count} ${word}${count === 1 ? '' : 's'}`;
}
