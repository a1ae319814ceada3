/** A report to hand in or to send on. Pure. */
import {describePlace, type SafetyReport} from '../domain/safety.ts';
import {countSeverities} from '../domain/severity.ts';
import {describeVerification, titleOfSignature} from '../domain/signatures.ts';
import {formatBytes, formatDuration} from '../domain/size.ts';

export function safetyMarkdown(report: SafetyReport): string {
	const {findings, vulnerabilities, notChecked, scan, inventory} = report;
	const counts = countSeverities([...findings, ...vulnerabilities])
		.map(([severity, count]) => `${count} ${severity}`)
		.join(', ');
	const lines = [
		`# Safety of ${code(report.reference)}`,
		'',
		`Checked ${report.checkedAt}, read from the ${report.from}.`,
		...(report.imageId === undefined ? [] : [`Image ID ${code(report.imageId)}.`]),
		...(report.digest === undefined ? [] : [`Digest ${code(report.digest)}.`]),
		'',
		counts === '' ? 'Nothing was found in what was checked.' : `Found: ${counts}.`,
		'',
		'## Findings',
		'',
		...(findings.length === 0
			? ['None.']
			: findings.flatMap(({severity, title, where, detail}) => [
					`- **${severity}** ${text(title)} (${code(describePlace(where))})`,
					`  ${text(detail)}`,
				])),
		'',
		`## Vulnerabilities${report.vulnerabilitySource ? ` (${text(report.vulnerabilitySource)})` : ''}`,
		'',
		...(report.vulnerabilitySource === undefined
			? ['Not checked.']
			: vulnerabilities.length === 0
				? ['None known.']
				: [
						'| Severity | Package | Version | Fixed in | ID |',
						'| --- | --- | --- | --- | --- |',
						...vulnerabilities.map(
							one =>
								`| ${one.severity} | ${cell(one.package)} | ${cell(one.version)} | ${cell(one.fixedVersion ?? 'not yet')} | ${cell(one.id)} |`,
						),
					]),
		'',
		'## Signatures',
		'',
		...(report.signatures === undefined
			? ['Not checked.']
			: report.signatures.found.length === 0
				? ['None.']
				: report.signatures.found.map(
						one =>
							`- ${titleOfSignature(one)} ${code(one.digest)}: ${text(describeVerification(one.verified))}`,
					)),
		'',
		'## What was looked at',
		'',
		`${scan.layersRead} of ${scan.layers} layers, ${scan.filesScanned} of ${scan.files} files (${formatBytes(scan.bytesScanned)} of text) in ${formatDuration(scan.durationMs)}; ${inventory.length} packages.`,
		'',
		'## Not checked',
		'',
		...(notChecked.length === 0
			? ['Nothing was left out.']
			: notChecked.map(one => `- **${text(one.what)}**: ${text(one.why)}. ${text(one.whatToDo)}`)),
		'',
	];
	return lines.join('\n');
}

/** Text from an image may not become markup. */
function text(value: string): string {
	return value.replace(/[\\`*_[\]<>#|]/g, '\\$&');
}

function cell(value: string): string {
	return text(value);
}

function code(value: string): string {
	return `\`${value.replaceAll('`', "'")}\``;
}
