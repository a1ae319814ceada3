import {writeFile} from 'node:fs/promises';
import {RegbenchError} from '../../domain/errors.ts';
import {
	describePlace,
	policyRules,
	type PolicyRule,
	type SafetyReport,
} from '../../domain/safety.ts';
import {countSeverities} from '../../domain/severity.ts';
import {formatBytes, formatDuration} from '../../domain/size.ts';
import {checkImage, type CheckRequest} from '../../operations/check-image.ts';
import {cycloneDx} from '../../safety/cyclonedx.ts';
import {breaches} from '../../safety/policy.ts';
import {safetyMarkdown} from '../../safety/report-markdown.ts';
import {defaultSafety} from '../../settings/schema.ts';
import {countOf} from '../../workbench/job-log.ts';
import type {Command, CommandCall} from '../command.ts';
import {exitCodes} from '../exit-codes.ts';
import {operationContext} from '../run-headless.ts';
import {trustOf, trustOptions} from '../trust-options.ts';
import {version} from '../version.ts';

export const checkCommand: Command = {
	name: 'check',
	usage: 'REF',
	words: [1, 1],
	summary:
		'Check an image for secrets, risky configuration and vulnerable packages; exit code 1 when a policy is broken.',
	options: [
		{flags: '--remote', summary: 'read it from its registry even where it is on this machine'},
		...trustOptions,
		{flags: '--quick', summary: 'only configuration and history, without reading layers'},
		{
			flags: '--block <rule>',
			summary: 'fail on this, besides what the settings say (repeatable)',
			repeats: true,
			choices: policyRules,
		},
		{
			flags: '--osv',
			summary: 'ask osv.dev about the packages where no scanner is installed (sends their names)',
		},
		{
			flags: '--report <file>',
			summary: 'write the report as Markdown, or as JSON where FILE ends so (repeatable)',
			repeats: true,
		},
		{flags: '--sbom <file>', summary: 'write the packages as CycloneDX JSON'},
	],
	changes: false,
	async run(call) {
		const [image = ''] = call.words;
		const {options, output} = call;
		const rules = rulesOf(call);
		const request: CheckRequest = {
			image,
			from: (await isHere(call, image)) ? 'engine' : 'registry',
			depth: options['quick'] === true ? 'quick' : 'full',
			...(options['osv'] === true ? {askOsv: true} : {}),
			trust: trustOf(call),
		};
		let report: SafetyReport | undefined;
		let layersRead = 0;
		for await (const next of checkImage(request, operationContext(call))) {
			report = next;
			const {scan} = next;
			if (scan.layersRead === layersRead) continue;
			({layersRead} = scan);
			output.progress(
				`${layersRead} of ${countOf(scan.layers, 'layer')} read, ${formatBytes(scan.bytesRead)}`,
			);
		}
		if (!report) return exitCodes.failed;
		const broken = breaches(report, rules);
		output.record({...report, broken}, [...textOf(report), ...broken.map(brokenText)].join('\n'));
		await writeFiles(call, report);
		return broken.length > 0 ? exitCodes.failed : exitCodes.done;
	},
};

async function isHere({options, parts, signal}: CommandCall, image: string): Promise<boolean> {
	if (options['remote'] === true) return false;
	try {
		await parts.engine.inspect(image, {signal});
		return true;
	} catch (error) {
		if (error instanceof RegbenchError && error.code === 'IMAGE_NOT_FOUND') return false;
		throw error;
	}
}

function rulesOf({parts, options}: CommandCall): readonly PolicyRule[] {
	const set = (parts.settings.get().safety ?? defaultSafety).blockPushOn;
	const asked = options['block'];
	const wanted = Array.isArray(asked) ? asked.map(String) : [];
	const unknown = wanted.find(rule => !policyRules.some(known => known === rule));
	if (unknown !== undefined) {
		throw new RegbenchError('USAGE', `There is no rule "${unknown}"`, {
			hint: `Rules are: ${policyRules.join(', ')}.`,
		});
	}
	return policyRules.filter(rule => set.includes(rule) || wanted.includes(rule));
}

function textOf(report: SafetyReport): readonly string[] {
	const {findings, vulnerabilities, vulnerabilitySource, notChecked, scan, inventory} = report;
	const found = countSeverities([...findings, ...vulnerabilities]);
	const counts = found.map(([severity, count]) => `${count} ${severity}`).join(', ');
	return [
		counts === '' ? 'Nothing was found in what was checked.' : `Found: ${counts}`,
		...findings.flatMap(({severity, title, where, detail}) => [
			`${severity.padEnd(8)}  ${title}: ${describePlace(where)}`,
			`          ${detail}`,
		]),
		...vulnerabilities.map(
			one =>
				`${one.severity.padEnd(8)}  ${one.id}  ${one.package} ${one.version}, ${one.fixedVersion === undefined ? 'no fixed version yet' : `fixed in ${one.fixedVersion}`}`,
		),
		...(scan.layers === 0
			? []
			: [
					`Looked at: ${scan.layersRead} of ${countOf(scan.layers, 'layer')}, ${scan.filesScanned} of ${countOf(scan.files, 'file')} (${formatBytes(scan.bytesScanned)} of text) in ${formatDuration(scan.durationMs)}; ${countOf(inventory.length, 'package')}${vulnerabilitySource === undefined ? '' : `; vulnerabilities by ${vulnerabilitySource}`}`,
				]),
		...notChecked.map(({what, why, whatToDo}) => `Not checked: ${what}. ${why}. ${whatToDo}`),
	];
}

function brokenText({rule, message, whatToDo}: ReturnType<typeof breaches>[number]): string {
	return `Policy broken (${rule}): ${message}. ${whatToDo}`;
}

async function writeFiles({options, output}: CommandCall, report: SafetyReport): Promise<void> {
	const reports = options['report'];
	for (const file of Array.isArray(reports) ? reports.map(String) : []) {
		const isJson = file.endsWith('.json');
		await write(
			file,
			isJson ? `${JSON.stringify(report, undefined, '\t')}\n` : safetyMarkdown(report),
		);
		output.progress(`The report was written to ${file}.`);
	}
	const sbom = options['sbom'];
	if (typeof sbom !== 'string') return;
	await write(sbom, cycloneDx(report, {name: 'regbench', version}));
	output.progress(`${countOf(report.inventory.length, 'package')} written to ${sbom}.`);
}

async function write(file: string, text: string): Promise<void> {
	try {
		await writeFile(file, text);
	} catch (cause) {
		const code = (cause as NodeJS.ErrnoException).code ?? 'it cannot be written';
		throw new RegbenchError('PROGRAM_FAILED', `${file} was not written: ${code}`, {
			hint: 'Choose another file; what was found is told above.',
			cause,
		});
	}
}
