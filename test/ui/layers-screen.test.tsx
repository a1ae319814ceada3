import {stripVTControlCharacters} from 'node:util';
import stringWidth from 'string-width';
import {describe, expect, test} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import type {LayerReport, ListedLayer} from '../../source/operations/layer-reading.ts';
import type {LayersOverlay} from '../../source/workbench/state.ts';
import {drawScreen} from './draw.tsx';
import {sampleState, targets} from './sample-state.ts';

const layer = (changes: Partial<ListedLayer>): ListedLayer => ({
	digest: digestOf('blob'),
	diffId: digestOf('diff'),
	sizeBytes: 1000,
	createdBy: '/bin/sh -c #(nop) ADD file:1d5d in / ',
	state: 'read',
	entries: 3,
	unpackedBytes: 3000,
	files: [],
	wastedBytes: 0,
	sharedWith: [],
	remarks: [],
	...changes,
});

const report: LayerReport = {
	image: 'hello:1.0.0',
	settled: 3,
	doneBytes: 33_000_000,
	totalBytes: 33_000_000,
	wasted: [
		{path: 'var/cache/apt/pkgcache.bin', sizeBytes: 9e6, layer: 1, hiddenBy: 2, how: 'removed'},
	],
	wastedBytes: 9e6,
	unaskedImages: 0,
	complete: true,
	layers: [
		layer({sizeBytes: 22e6, unpackedBytes: 60e6, sharedWith: ['web/api:2', 'tools:1']}),
		layer({
			sizeBytes: 11e6,
			unpackedBytes: 27e6,
			wastedBytes: 9e6,
			createdBy:
				'RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends build-essential python3 git ca-certificates curl # buildkit',
			files: [
				{path: 'usr', kind: 'folder', sizeBytes: 0, mark: 'changed'},
				{path: 'usr/bin/python3.11', kind: 'file', sizeBytes: 7e6, mark: 'added'},
				{path: 'usr/bin/日本語', kind: 'file', sizeBytes: 1e6, mark: 'added'},
				{path: 'usr/bin/sh', kind: 'link', sizeBytes: 0, mark: 'changed', hidesBytes: 1e6},
				{path: 'usr/bin/old', kind: 'file', sizeBytes: 0, mark: 'removed', hidesBytes: 2e6},
				{path: 'var/cache/apt/pkgcache.bin', kind: 'file', sizeBytes: 9e6, mark: 'added'},
			],
		}),
		layer({
			state: 'failed',
			sizeBytes: 500,
			entries: 1,
			createdBy: '',
			problem: 'It is encrypted',
			remarks: ['2 device nodes or pipes'],
		}),
	],
};

function overlay(changes: Partial<LayersOverlay>): LayersOverlay {
	const [first, second] = targets;
	return {
		kind: 'layers',
		request: {image: 'hello:1.0.0', from: 'engine'},
		report,
		places: targets.map(({id}) => id),
		placed: {
			[first!.id]: {
				place: first!.id,
				standing: ['present', 'absent', 'unknown'],
				digests: [undefined, undefined, undefined],
			},
			[second!.id]: {
				place: second!.id,
				standing: ['unknown', 'unknown', 'unknown'],
				digests: [undefined, undefined, undefined],
				problem: 'It does not answer',
			},
		},
		view: 'layers',
		layer: 0,
		open: [],
		sort: 'size',
		filter: '',
		filtering: false,
		cursor: {key: undefined, index: 0},
		before: undefined,
		...changes,
	};
}

function draw(changes: Partial<LayersOverlay>, columns = 80, rows = 24): string {
	const state = sampleState({type: 'overlayChanged', overlay: overlay(changes)});
	const lines = drawScreen(state, columns, rows).map(line => stripVTControlCharacters(line));
	for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
	return lines.join('\n');
}

const second = {key: '1', index: 1};

describe('the layers of an image', () => {
	test.each([
		[80, 24],
		[120, 40],
	])('are drawn with what made them at %d×%d', (columns, rows) => {
		expect(draw({cursor: second}, columns, rows)).toMatchSnapshot();
	});

	test('tell what could not be read, and what is odd', () => {
		const screen = draw({cursor: {key: '2', index: 2}});
		expect(screen).toContain('✗ It is encrypted');
		expect(screen).toMatch(/not read +It is encrypted/);
		expect(screen).toMatch(/mind +2 device nodes/);
	});

	test('tell how far reading is, and what waits', () => {
		const reading = {...report, complete: false, settled: 1, doneBytes: 24e6};
		expect(draw({report: reading})).toContain('reading 2 of 3, 24 of 33 MB');
		expect(draw({report: {...reading, doneBytes: 0}})).toContain('waiting for the first of 3');
		expect(draw({report: undefined})).toContain('Asking for the layers');
		const {layers} = report;
		const waiting = {...reading, layers: layers.map(one => ({...one, state: 'waiting' as const}))};
		expect(draw({report: waiting, view: 'files'})).toContain('It is read in its turn');
	});

	test('tell a failure and how to try again', () => {
		const error = {code: 'TAG_NOT_FOUND', message: 'It is gone', hint: 'Look again.'} as const;
		const screen = draw({report: undefined, error});
		expect(screen).toContain('✗ It is gone');
		expect(screen).toContain('R tries again.');
	});
});

describe('the files of a layer', () => {
	const files = {view: 'files', layer: 1, open: ['usr/bin']} as const;

	test.each([
		[80, 24],
		[120, 40],
	])('are drawn as a tree with marks and bars at %d×%d', (columns, rows) => {
		expect(draw({...files, cursor: {key: undefined, index: 4}}, columns, rows)).toMatchSnapshot();
	});

	test('are narrowed down by a filter', () => {
		const screen = draw({...files, filter: 'bin py'});
		expect(screen).toContain('usr/bin/python3.11');
		expect(screen).not.toContain('pkgcache');
		expect(draw({...files, filter: 'nowhere'})).toContain('Nothing matches /nowhere');
	});

	test('that are the biggest, and those that are wasted, stand with their sum', () => {
		const biggest = draw({view: 'largest'});
		expect(biggest).toMatch(/9 MB .* 2 {2}var\/cache\/apt\/pkgcache\.bin/);
		expect(biggest).toContain('17 MB · biggest first');
		const wasted = draw({view: 'hidden'});
		expect(wasted).toMatch(/- 2→3 +var\/cache\/apt\/pkgcache\.bin/);
		expect(wasted).toContain('9 MB: layer 2 stores it, layer 3 removes it');
		expect(draw({view: 'hidden', report: {...report, wasted: []}})).toContain('Nothing is wasted.');
	});
});
