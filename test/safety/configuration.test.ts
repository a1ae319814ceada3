import {describe, expect, test} from 'vitest';
import type {SafetyReport} from '../../source/domain/safety.ts';
import {checkConfiguration} from '../../source/safety/check-configuration.ts';
import type {ImageFacts} from '../../source/safety/image-facts.ts';
import {breaches} from '../../source/safety/policy.ts';
import {safetyMarkdown} from '../../source/safety/report-markdown.ts';

const now = Date.parse('2026-11-25T00:00:00Z');
const good: ImageFacts = {
	reference: 'web:1.0.0',
	tag: '1.0.0',
	environment: [],
	labels: {'org.opencontainers.image.source': 'https://github.com/me/web'},
	history: [],
	user: 'app',
	createdAt: '2026-11-01T00:00:00Z',
	sizeBytes: 10_000_000,
};
const rulesOf = (facts: ImageFacts) => checkConfiguration(facts, now).map(({rule}) => rule);

describe('the configuration', () => {
	test('of a careful image has nothing to say', () => {
		expect(rulesOf(good)).toEqual([]);
	});

	test.each(['', 'root', '0', '0:0', 'root:wheel', ':0'])('runs as root with USER "%s"', user => {
		expect(rulesOf({...good, user})).toEqual(['runs-as-root']);
	});

	test.each(['1000', 'app', '1000:0', 'rooted'])('does not with USER "%s"', user => {
		expect(rulesOf({...good, user})).toEqual([]);
	});

	test.each([
		['latest', 'latest'],
		['main', 'no-version'],
		['dev', 'no-version'],
	])('with the tag %s says %s', (tag, rule) => {
		expect(rulesOf({...good, tag})).toEqual([rule]);
	});

	test.each(['1', 'v2', '1.2.3-rc1', '2026-11-25', 'sha-1a2b3c4', '3.20-alpine', 'alpine-3.20'])(
		'takes %s for a version',
		tag => {
			expect(rulesOf({...good, tag})).toEqual([]);
		},
	);

	test('tells age, size and the missing source', () => {
		const {tag: _, createdAt: __, ...rest} = good;
		expect(rulesOf({...good, createdAt: '2026-04-01T00:00:00Z'})).toEqual(['old']);
		expect(rulesOf({...good, createdAt: '1970-01-01T00:00:00Z'})).toEqual(['no-age']);
		expect(rulesOf({...good, sizeBytes: 3_000_000_000, labels: {}})).toEqual([
			'no-source',
			'large',
		]);
		expect(rulesOf(rest)).toEqual(['no-tag', 'no-age']);
	});
});

const report: SafetyReport = {
	reference: 'web:latest',
	from: 'engine',
	checkedAt: '2026-11-25T00:00:00Z',
	findings: [],
	vulnerabilities: [],
	vulnerabilitySource: 'trivy',
	inventory: [],
	notChecked: [],
	complete: true,
	scan: {
		layers: 2,
		layersRead: 2,
		files: 3,
		filesScanned: 2,
		bytesScanned: 10,
		bytesRead: 20,
		binaryFiles: 1,
		largeFiles: 0,
		durationMs: 5,
	},
};
const all = ['secrets', 'critical', 'latest'] as const;

describe('a policy', () => {
	test('holds where all was looked at and nothing found', () => {
		expect(breaches(report, all)).toEqual([]);
	});

	test('is broken by what it names, and by what nobody looked at', () => {
		const findings = checkConfiguration({...good, tag: 'latest'}, now);
		const secret = {
			kind: 'secret',
			rule: 'x',
			severity: 'high',
			title: 'A key',
			detail: '****',
			where: {at: 'image'},
		} as const;
		const critical = {id: 'CVE-1', severity: 'critical', package: 'ssl', version: '1'} as const;
		const broken = (parts: Partial<SafetyReport>) =>
			breaches({...report, ...parts}, all).map(({rule}) => rule);
		expect(broken({findings})).toEqual(['latest']);
		expect(broken({findings: [secret]})).toEqual(['secrets']);
		expect(broken({vulnerabilities: [critical]})).toEqual(['critical']);
		expect(broken({scan: {...report.scan, layersRead: 1}})).toEqual(['secrets']);
		const {vulnerabilitySource: _, ...unasked} = report;
		expect(breaches(unasked, all).map(({rule}) => rule)).toEqual(['critical']);
		expect(breaches({...report, findings: [secret]}, [])).toEqual([]);
	});
});

test('a report in Markdown cannot be broken by the texts of an image', () => {
	const text = safetyMarkdown({
		...report,
		vulnerabilities: [
			{id: 'CVE-1|x', severity: 'high', package: '<b>ssl</b>', version: '1', title: 'x'},
		],
	});
	expect(text).toContain('| high | \\<b\\>ssl\\</b\\> | 1 | not yet | CVE-1\\|x |');
});
