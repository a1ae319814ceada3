/** Findings as lines: what is worst first, and below the list all about the selected one. Pure. */
import {describePlace, type SafetyReport} from '../../domain/safety.ts';
import {countSeverities, type Severity} from '../../domain/severity.ts';
import {formatBytes} from '../../domain/size.ts';
import {countOf} from '../../workbench/job-log.ts';
import {severityOf, type SafetyRow, type SafetySection} from '../../workbench/safety-selectors.ts';
import {composeEnds, composeLine, type Cell} from '../rows/line.ts';
import {leadCells, rowTone, type RowState} from '../rows/list-row.ts';
import {wrap} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';

const sectionTitles: Readonly<Record<SafetySection, string>> = {
	secret: 'Secrets',
	vulnerability: 'Vulnerabilities',
	signature: 'Signatures',
	configuration: 'Configuration',
	'not-checked': 'Not checked',
};

const tones: Readonly<Record<Severity, Tone>> = {
	critical: 'failure',
	high: 'failure',
	medium: 'caution',
	low: 'quiet',
	info: 'quiet',
};

const severityWidth = 11;

/** A line of the list: a row by its index, or what stands between rows. */
export type ListLine = {readonly row?: number; readonly section?: SafetySection};

/** Rows with a heading before each section, and air between sections. */
export function listLines(rows: readonly SafetyRow[]): readonly ListLine[] {
	return rows.flatMap((row, index): readonly ListLine[] => {
		const previous = rows[index - 1];
		if (previous?.section === row.section) return [{row: index}];
		const heading = {section: row.section};
		return previous ? [{}, heading, {row: index}] : [heading, {row: index}];
	});
}

export function headingLine(
	theme: Theme,
	section: SafetySection,
	rows: readonly SafetyRow[],
	source: string | undefined,
	width: number,
): string {
	const count = rows.filter(row => row.section === section).length;
	const by = section === 'vulnerability' && source ? ` by ${source}` : '';
	return composeLine(
		theme,
		[
			{text: ' '},
			{text: sectionTitles[section], tone: 'strong'},
			{text: ` ${count}${by}`, tone: 'quiet'},
		],
		width,
	);
}

export function safetyLine(theme: Theme, row: SafetyRow, state: RowState, width: number): string {
	const lead = [...leadCells(theme, state), severityCell(theme, severityOf(row))];
	switch (row.at) {
		case 'finding': {
			const {title, where} = row.finding;
			const name = {text: title, tone: rowTone(state)};
			if (where.at === 'image') return composeLine(theme, [...lead, name], width);
			const place = shortPlace(row);
			const room = Math.max(12, Math.floor(width * 0.46));
			return composeEnds(
				theme,
				[...lead, name],
				[
					{text: '  '},
					{text: place, width: Math.min(place.length, room), tone: 'quiet'},
					{text: ' '},
				],
				width,
			);
		}
		case 'vulnerability': {
			const {id, version, fixedVersion} = row.vulnerability;
			const fix: Cell = fixedVersion
				? {text: `${theme.symbols.arrow} ${fixedVersion} `, tone: 'good'}
				: {text: 'no fix yet ', tone: 'quiet'};
			return composeEnds(
				theme,
				[
					...lead,
					{text: row.vulnerability.package, tone: rowTone(state), width: Math.floor(width * 0.26)},
					{text: ' '},
					{text: id, width: 20, tone: 'quiet'},
					{text: version, tone: 'quiet'},
				],
				[{text: ' '}, fix],
				width,
			);
		}
		case 'not-checked':
			return composeLine(
				theme,
				[
					...lead,
					{text: row.item.what, tone: rowTone(state)},
					{text: `  ${row.item.why}`, tone: 'quiet'},
				],
				width,
			);
	}
}

function severityCell({symbols}: Theme, severity: Severity | undefined): Cell {
	if (severity === undefined) {
		return {text: `${symbols.unknown} open`, width: severityWidth, tone: 'quiet'};
	}
	const sign = {
		critical: symbols.failure,
		high: symbols.failure,
		medium: symbols.warning,
		low: symbols.separator,
		info: symbols.separator,
	}[severity];
	return {text: `${sign} ${severity}`, width: severityWidth, tone: tones[severity]};
}

/** Where it stands, in the few columns of a row. */
function shortPlace(row: SafetyRow & {readonly at: 'finding'}): string {
	const {where} = row.finding;
	switch (where.at) {
		case 'image':
			return '';
		case 'environment':
			return `env ${where.name}`;
		case 'label':
			return `label ${where.name}`;
		case 'history':
			return `build step ${where.step}`;
		case 'file': {
			const how = where.hidden?.how === 'removed' ? 'deleted' : 'overwritten';
			return `/${where.path}, layer ${where.layer}${where.hidden ? ` (${how})` : ''}`;
		}
	}
}

/** What was found in all, and how much was looked at: two lines. */
export function verdictLines(theme: Theme, report: SafetyReport, width: number): readonly string[] {
	const {symbols} = theme;
	const {findings, vulnerabilities, scan, inventory, complete} = report;
	const counts = countSeverities([...findings, ...vulnerabilities]);
	const found: Cell[] =
		counts.length === 0
			? [
					complete
						? {text: `${symbols.success} Nothing was found in what was checked`, tone: 'good'}
						: {text: `Looking${symbols.ellipsis}`, tone: 'quiet'},
				]
			: counts.flatMap(([severity, count], index): Cell[] => [
					...(index > 0 ? [{text: ` ${symbols.separator} `, tone: 'quiet'} as const] : []),
					{text: `${count} ${severity}`, tone: tones[severity]},
				]);
	const looked = [
		scan.layers === 0 ? 'layers not read yet' : `${scan.layersRead} of ${scan.layers} layers`,
		`${scan.filesScanned} of ${scan.files} files`,
		`${formatBytes(scan.bytesScanned)} of text`,
		...(complete ? [countOf(inventory.length, 'package')] : []),
	];
	return [
		composeLine(theme, [{text: ' '}, ...found], width),
		composeLine(
			theme,
			[{text: ' '}, {text: looked.join(` ${symbols.separator} `), tone: 'quiet'}],
			width,
		),
	];
}

/** All about the selected row, in at most so many lines. */
export function aboutLines(
	theme: Theme,
	row: SafetyRow | undefined,
	width: number,
	most: number,
): readonly string[] {
	if (!row) return [];
	const texts = textsOf(row).flatMap(({label, text}) =>
		wrap(text, Math.max(20, width - 12)).map((part, index) =>
			composeLine(
				theme,
				[{text: index === 0 ? `  ${label}` : '', width: 11, tone: 'quiet'}, {text: part}],
				width,
			),
		),
	);
	return [theme.paint('quiet', theme.symbols.horizontal.repeat(width)), ...texts.slice(0, most)];
}

function textsOf(row: SafetyRow): ReadonlyArray<{readonly label: string; readonly text: string}> {
	switch (row.at) {
		case 'finding': {
			const {where, detail, title} = row.finding;
			return [
				...(where.at === 'image'
					? [{label: 'what', text: title}]
					: [{label: 'where', text: describePlace(where)}]),
				{label: 'found', text: detail},
			];
		}
		case 'vulnerability': {
			const {id, title, url, version, fixedVersion} = row.vulnerability;
			const name = row.vulnerability.package;
			return [
				{label: 'what', text: title ? `${id}: ${title}` : id},
				{
					label: 'do',
					text: fixedVersion
						? `Update ${name} from ${version} to ${fixedVersion}, and build the image anew.`
						: `There is no fixed version of ${name} yet: see whether it is used, or can go.`,
				},
				...(url ? [{label: 'see', text: url}] : []),
			];
		}
		case 'not-checked':
			return [
				{label: 'why', text: `${row.item.why}.`},
				{label: 'do', text: row.item.whatToDo},
			];
	}
}
