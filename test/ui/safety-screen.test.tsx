import {stripVTControlCharacters} from 'node:util';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import type {SafetyReport} from '../../source/domain/safety.ts';
import type {SafetyOverlay} from '../../source/workbench/state.ts';
import {drawScreen} from './draw.tsx';
import {sampleState} from './sample-state.ts';

const report: SafetyReport = {
	reference: 'web:latest',
	from: 'engine',
	checkedAt: '2026-11-25T00:00:00Z',
	vulnerabilitySource: 'trivy',
	findings: [
		{
			kind: 'secret',
			rule: 'GITHUB_TOKEN',
			severity: 'high',
			title: 'GitHub Token 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字',
			detail: 'ghp_a**** (40 characters). Make it invalid.',
			where: {at: 'file', path: 'app/.env', layer: 3, hidden: {by: 4, how: 'removed'}},
		},
		{
			kind: 'configuration',
			rule: 'latest',
			severity: 'medium',
			title: 'Named :latest',
			detail: 'Give it a version.',
			where: {at: 'image'},
		},
	],
	vulnerabilities: [
		{
			id: 'CVE-2024-5535',
			severity: 'critical',
			package: 'libssl3',
			version: '3.3.1-r0',
			fixedVersion: '3.3.1-r1',
		},
		{id: 'CVE-2024-1', severity: 'low', package: 'musl', version: '1.2.5-r0'},
	],
	inventory: [],
	notChecked: [{what: '4 binary files', why: 'They are no text', whatToDo: 'Look yourself.'}],
	complete: true,
	scan: {
		layers: 4,
		layersRead: 4,
		files: 30,
		filesScanned: 26,
		bytesScanned: 123_456,
		bytesRead: 200_000,
		binaryFiles: 4,
		largeFiles: 0,
		durationMs: 12,
	},
};

const overlay: SafetyOverlay = {
	kind: 'safety',
	request: {image: 'web:latest', from: 'engine', depth: 'full'},
	report,
	filter: '',
	filtering: false,
	cursor: {key: undefined, index: 0},
	before: undefined,
};

/** Every line takes all columns and no more. */
const draw = (change: Partial<SafetyOverlay>, columns: number, rows: number): string => {
	const state = sampleState({type: 'overlayChanged', overlay: {...overlay, ...change}});
	const lines = drawScreen(state, columns, rows).map(line => stripVTControlCharacters(line));
	for (const line of lines.slice(1, -1)) expect(stringWidth(line)).toBe(columns);
	return lines.join('\n');
};

test.each([
	[120, 40],
	[80, 24],
])('the worst comes first, what nobody looked at last, at %d×%d', (columns, rows) => {
	const screen = draw({}, columns, rows);
	const places = [
		'1 critical · 1 high · 1 medium · 1 low',
		'Vulnerabilities 2 by trivy',
		'→ 3.3.1-r1',
		'Secrets 1',
		'layer 3 (deleted)',
		'Configuration 1',
		'Not checked 1',
		'Update libssl3 from 3.3.1-r0',
	].map(text => screen.indexOf(text));
	expect(places).not.toContain(-1);
	expect(places).toEqual(places.toSorted((one, other) => one - other));
});

test('a filter leaves what fits it, and says when nothing does', () => {
	const some = draw({filter: 'musl'}, 120, 40);
	expect(some).toContain('musl');
	expect(some).not.toContain('libssl3');
	expect(draw({filter: 'zzzz'}, 120, 40)).toContain('Nothing matches /zzzz');
});

test('what failed says why and what to do', () => {
	const error = {code: 'IMAGE_NOT_FOUND', message: 'It is gone', hint: 'Pull it.'} as const;
	const screen = draw({report: undefined, error}, 80, 24);
	expect(screen).toContain('It is gone');
	expect(screen).toContain('s tries again');
});
