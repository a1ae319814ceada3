/** What the safety view lists. Pure. */
import fuzzysort from 'fuzzysort';
import {describePlace, type Finding, type NotChecked, type SafetyReport} from '../domain/safety.ts';
import {severities, severityRank, type Severity} from '../domain/severity.ts';
import type {Vulnerability} from '../domain/vulnerability.ts';
import {memoizeLast} from './memoize.ts';
import {remoteCursorIndex} from './remote-selectors.ts';
import type {SafetyOverlay, State} from './state.ts';

export type SafetySection = Finding['kind'] | 'not-checked';

export type SafetyRow = {
	readonly key: string;
	readonly section: SafetySection;
	/** What a filter is compared with, and what is copied. */
	readonly text: string;
} & (
	| {readonly at: 'finding'; readonly finding: Finding}
	| {readonly at: 'vulnerability'; readonly vulnerability: Vulnerability}
	| {readonly at: 'not-checked'; readonly item: NotChecked}
);

/** The view, when it is open. */
export function selectSafety(state: State): SafetyOverlay | undefined {
	return state.overlay?.kind === 'safety' ? state.overlay : undefined;
}

const rowsOf = memoizeLast((report: SafetyReport): readonly SafetyRow[] => {
	const rows: readonly SafetyRow[] = [
		...report.findings.map((finding): SafetyRow => {
			const place = describePlace(finding.where);
			return {
				at: 'finding',
				finding,
				section: finding.kind,
				key: `${finding.kind} ${finding.rule} ${finding.detail} ${keyOfPlace(finding)}`,
				text: `${finding.severity} ${finding.title} ${place} ${finding.detail}`,
			};
		}),
		...report.vulnerabilities.map((vulnerability): SafetyRow => {
			const {id, severity, version, fixedVersion, title = ''} = vulnerability;
			const name = vulnerability.package;
			return {
				at: 'vulnerability',
				vulnerability,
				section: 'vulnerability',
				key: `vulnerability ${id} ${name} ${version}`,
				text: `${severity} ${id} ${name} ${version} ${fixedVersion ?? ''} ${title}`,
			};
		}),
		...report.notChecked.map((item): SafetyRow => ({
			at: 'not-checked',
			item,
			section: 'not-checked',
			key: `not-checked ${item.what} ${item.why}`,
			text: `${item.what} ${item.why} ${item.whatToDo}`,
		})),
	];
	const order = sectionOrder(rows);
	return rows.toSorted((one, other) => order.indexOf(one.section) - order.indexOf(other.section));
});

/** A file keeps its row when it turns out that a later layer hides it. */
function keyOfPlace({where}: Finding): string {
	return where.at === 'file' ? `${where.layer} ${where.path}` : describePlace(where);
}

/** Sections with the most severe in them first; what was not checked at the end. */
function sectionOrder(rows: readonly SafetyRow[]): readonly SafetySection[] {
	const sections: readonly SafetySection[] = [
		'secret',
		'vulnerability',
		'signature',
		'configuration',
	];
	const worst = (section: SafetySection) =>
		rows.reduce(
			(rank, row) =>
				row.section === section ? Math.min(rank, severityRank(severityOf(row) ?? 'info')) : rank,
			severities.length as number,
		);
	return [...sections.toSorted((one, other) => worst(one) - worst(other)), 'not-checked'];
}

/** Undefined for what was not checked. */
export function severityOf(row: SafetyRow): Severity | undefined {
	switch (row.at) {
		case 'finding':
			return row.finding.severity;
		case 'vulnerability':
			return row.vulnerability.severity;
		case 'not-checked':
			return undefined;
	}
}

const filtered = memoizeLast((rows: readonly SafetyRow[], filter: string): readonly SafetyRow[] => {
	if (filter === '') return rows;
	const found = fuzzysort.go(filter, rows as SafetyRow[], {key: 'text', threshold: 0.4});
	const kept = new Set(found.map(({obj}) => obj.key));
	return rows.filter(({key}) => kept.has(key));
});

/** The rows in their order, filtered. */
export function selectSafetyRows({report, filter}: SafetyOverlay): readonly SafetyRow[] {
	return report ? filtered(rowsOf(report), filter) : [];
}

/** −1 when the list is empty. */
export function safetyIndex(overlay: SafetyOverlay): number {
	return remoteCursorIndex(
		overlay.cursor,
		selectSafetyRows(overlay).map(({key}) => key),
	);
}

/** What is copied of the row under the cursor. */
export function safetyText(overlay: SafetyOverlay): string | undefined {
	const row = selectSafetyRows(overlay)[safetyIndex(overlay)];
	return row?.at === 'vulnerability' ? row.vulnerability.id : row?.text;
}
