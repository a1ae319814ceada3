/** The answers of scanners as one table. Pure; what is not understood in a row leaves the row out. */
import {isObject} from '../../domain/json-fields.ts';
import {sanitise} from '../../domain/sanitise.ts';
import type {Severity} from '../../domain/severity.ts';
import type {Vulnerability} from '../../domain/vulnerability.ts';

/** trivy's JSON, schema 2: `Results[].Vulnerabilities[]`. Undefined for what is no report. */
export function readTrivy(value: unknown): readonly Vulnerability[] | undefined {
	if (!isObject(value) || value['SchemaVersion'] === undefined) return undefined;
	return list(value['Results']).flatMap(result =>
		list(result['Vulnerabilities']).flatMap(one =>
			row({
				id: one['VulnerabilityID'],
				severity: one['Severity'],
				package: one['PkgName'],
				version: one['InstalledVersion'],
				fixedVersion: one['FixedVersion'],
				title: one['Title'],
				url: one['PrimaryURL'],
			}),
		),
	);
}

/** grype's JSON: `matches[]` of a vulnerability and an artifact. */
export function readGrype(value: unknown): readonly Vulnerability[] | undefined {
	if (!isObject(value) || !Array.isArray(value['matches'])) return undefined;
	return list(value['matches']).flatMap(({vulnerability, artifact}) => {
		if (!isObject(vulnerability) || !isObject(artifact)) return [];
		const {fix} = vulnerability;
		const versions = isObject(fix) && Array.isArray(fix['versions']) ? fix['versions'] : [];
		return row({
			id: vulnerability['id'],
			severity: vulnerability['severity'],
			package: artifact['name'],
			version: artifact['version'],
			fixedVersion: versions[0],
			title: vulnerability['description'],
			url: vulnerability['dataSource'],
		});
	});
}

/** docker scout's SARIF 2.1: a rule is a vulnerability, its properties name packages and fix. */
export function readScout(value: unknown): readonly Vulnerability[] | undefined {
	if (!isObject(value) || !Array.isArray(value['runs'])) return undefined;
	return list(value['runs']).flatMap(({tool}) => {
		const driver = isObject(tool) ? tool['driver'] : undefined;
		return list(isObject(driver) ? driver['rules'] : undefined).flatMap(rule => {
			const properties = isObject(rule['properties']) ? rule['properties'] : {};
			const purls = Array.isArray(properties['purls']) ? properties['purls'] : [];
			const text = rule['shortDescription'];
			return purls.flatMap(purl => {
				const {name, version} = readPurl(String(purl));
				return row({
					id: rule['id'],
					severity: properties['cvssV3_severity'] ?? list0(properties['tags']),
					package: name,
					version,
					fixedVersion: properties['fixed_version'],
					title: isObject(text) ? text['text'] : undefined,
					url: rule['helpUri'],
				});
			});
		});
	});
}

function list(value: unknown): ReadonlyArray<Readonly<Record<string, unknown>>> {
	return Array.isArray(value) ? value.filter(isObject) : [];
}

function list0(value: unknown): unknown {
	return Array.isArray(value) ? value[0] : undefined;
}

/** Name (with namespace for npm's scopes) and version of `pkg:TYPE/NAMESPACE/NAME@VERSION?…`. */
function readPurl(purl: string): {readonly name: string; readonly version: string} {
	const match = /^pkg:([^/]+)\/([^?#]+)/.exec(purl);
	const [, type = '', rest = ''] = match ?? [];
	const at = rest.lastIndexOf('@');
	const path = decode(at < 1 ? rest : rest.slice(0, at));
	const name = type === 'npm' ? path : (path.split('/').at(-1) ?? '');
	return {name, version: at < 1 ? '' : decode(rest.slice(at + 1))};
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function row(fields: Readonly<Record<string, unknown>>): readonly Vulnerability[] {
	const text = (name: string, length = 200) => {
		const value = fields[name];
		return typeof value === 'string' ? sanitise(value, length) : '';
	};
	const id = text('id');
	const name = text('package');
	if (id === '' || name === '') return [];
	const fixedVersion = text('fixedVersion');
	const title = text('title', 300);
	const url = text('url', 500);
	return [
		{
			id,
			severity: readSeverity(text('severity')),
			package: name,
			version: text('version'),
			...(fixedVersion === '' || fixedVersion === 'not fixed' ? {} : {fixedVersion}),
			...(title === '' ? {} : {title}),
			...(url.startsWith('https://') ? {url} : {}),
		},
	];
}

/** `info` for unknown ones. */
export function readSeverity(text: string): Severity {
	switch (text.toLowerCase()) {
		case 'critical':
			return 'critical';
		case 'high':
		case 'important':
			return 'high';
		case 'medium':
		case 'moderate':
			return 'medium';
		case 'low':
		case 'negligible':
		case 'minor':
			return 'low';
		default:
			return 'info';
	}
}
