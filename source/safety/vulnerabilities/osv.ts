/** What is asked of OSV and what it answers (google.github.io/osv.dev/api). Pure: who sends it is elsewhere. */
import {isObject} from '../../domain/json-fields.ts';
import {sanitise} from '../../domain/sanitise.ts';
import type {Severity} from '../../domain/severity.ts';
import type {PackageFact, Vulnerability} from '../../domain/vulnerability.ts';
import {baseScore} from './cvss.ts';
import {readSeverity} from './scanner-answers.ts';

/** Queries of one `POST /v1/querybatch`. */
export const osvBatch = 1000;

export type OsvQuery = {
	readonly package: {readonly name: string; readonly ecosystem: string};
	readonly version: string;
};

/** A package under the name that advisories use; undefined where OSV knows no such ecosystem. */
export function osvQuery({name, version, ecosystem, source}: PackageFact): OsvQuery | undefined {
	if (ecosystem === undefined) return undefined;
	const about = {name: source?.name ?? name, ecosystem};
	return {package: about, version: source?.version ?? version};
}

/** IDs by query, in the order of the queries; undefined for what is no answer to so many. */
export function readBatch(
	value: unknown,
	count: number,
): readonly (readonly string[])[] | undefined {
	const results = isObject(value) ? value['results'] : undefined;
	if (!Array.isArray(results) || results.length !== count) return undefined;
	return results.map(result => {
		const vulns = isObject(result) ? result['vulns'] : undefined;
		if (!Array.isArray(vulns)) return [];
		return vulns.flatMap(one => {
			const id = isObject(one) ? one['id'] : undefined;
			// It becomes part of an address.
			return typeof id === 'string' && /^[\w.:-]{1,100}$/.test(id) ? [id] : [];
		});
	});
}

/** A record as a row for one package. */
export function readRecord(
	value: unknown,
	id: string,
	fact: PackageFact,
	query: OsvQuery,
): Vulnerability {
	const record = isObject(value) ? value : {};
	const summary = record['summary'] ?? record['details'];
	const fixedVersion = fixedIn(record['affected'], query);
	const title = typeof summary === 'string' ? sanitise(summary, 300) : '';
	return {
		id: betterId(id, record['aliases']),
		severity: severityOf(record),
		package: fact.name,
		version: fact.version,
		...(fixedVersion === undefined ? {} : {fixedVersion}),
		...(title === '' ? {} : {title}),
		url: `https://osv.dev/vulnerability/${id}`,
	};
}

/** People know the CVE. */
function betterId(id: string, aliases: unknown): string {
	if (!Array.isArray(aliases) || id.startsWith('CVE-')) return id;
	const alias = aliases.find(one => typeof one === 'string' && /^CVE-\d{4}-\d+$/.test(one));
	return typeof alias === 'string' ? alias : id;
}

function severityOf(record: Readonly<Record<string, unknown>>): Severity {
	const specific = record['database_specific'];
	const named = isObject(specific) ? specific['severity'] : undefined;
	if (typeof named === 'string') return readSeverity(named);
	for (const one of Array.isArray(record['severity']) ? record['severity'] : []) {
		const score = isObject(one) && typeof one['score'] === 'string' ? one['score'] : '';
		const base = baseScore(score);
		if (base !== undefined) return severityOfScore(base);
	}
	return 'info';
}

/** FIRST, CVSS v3.1, "Qualitative Severity Rating Scale". */
function severityOfScore(score: number): Severity {
	if (score >= 9) return 'critical';
	if (score >= 7) return 'high';
	if (score >= 4) return 'medium';
	return score > 0 ? 'low' : 'info';
}

function fixedIn(affected: unknown, {package: wanted}: OsvQuery): string | undefined {
	for (const one of Array.isArray(affected) ? affected : []) {
		const about = isObject(one) ? one['package'] : undefined;
		if (!isObject(one) || !isObject(about)) continue;
		if (about['name'] !== wanted.name || about['ecosystem'] !== wanted.ecosystem) continue;
		const ranges = Array.isArray(one['ranges']) ? one['ranges'] : [];
		const events = ranges.flatMap(range =>
			isObject(range) && Array.isArray(range['events']) ? range['events'] : [],
		);
		// The last one: of several branches the newest.
		const fixed = events.findLast(event => isObject(event) && typeof event['fixed'] === 'string');
		if (isObject(fixed)) return sanitise(String(fixed['fixed']), 200);
	}
	return undefined;
}
