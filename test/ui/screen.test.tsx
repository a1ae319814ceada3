import {stripVTControlCharacters} from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import {beforeAll, describe, expect, test} from 'vitest';
import type {LocalImage} from '../../source/domain/image.ts';
import {initialState} from '../../source/workbench/reducer.ts';
import type {State} from '../../source/workbench/state.ts';
import {drawScreen} from './draw.tsx';
import {details, images, now, sampleState} from './sample-state.ts';

beforeAll(() => {
	process.env['TZ'] = 'UTC';
});

function plain(lines: readonly string[]): string {
	return lines.map(line => stripVTControlCharacters(line)).join('\n');
}

describe('the workbench in the middle of its day', () => {
	test('at 80×24', () => {
		expect(plain(drawScreen(sampleState(), 80, 24))).toMatchSnapshot();
	});

	test('at 120×40', () => {
		expect(plain(drawScreen(sampleState(), 120, 40))).toMatchSnapshot();
	});

	test('at 80×24 in ASCII', () => {
		const text = plain(
			drawScreen(sampleState({type: 'paneFocused', pane: 'tags'}), 80, 24, {ascii: true}),
		);
		expect(text).toMatchSnapshot();
	});

	test('with the details of an image', () => {
		const overlay = {
			kind: 'details',
			image: details.id,
			details: {phase: 'ready', value: details},
			offset: 0,
		} as const;
		expect(
			plain(drawScreen(sampleState({type: 'overlayChanged', overlay}), 120, 40)),
		).toMatchSnapshot();
	});

	test('with the jobs', () => {
		const overlay = {kind: 'jobs', selected: '2', offset: 0} as const;
		expect(
			plain(drawScreen(sampleState({type: 'overlayChanged', overlay}), 80, 24)),
		).toMatchSnapshot();
	});
});

test('a login whose place is too long for its row is named by its kind', () => {
	const login = (source: string) => ({
		...sampleState(),
		logins: {
			'ghcr.io': {phase: 'logged-in', source, username: 'octocat', checked: true},
		} as State['logins'],
	});
	const screen = (source: string) => plain(drawScreen(login(source), 120, 40));
	expect(screen('gh login')).toContain('gh login (octocat)');
	expect(screen('environment REGBENCH_TOKEN_GHCR_IO')).toMatch(
		/ghcr\.io\/octocat \* +environment +│/,
	);
});

describe('what a pane says when it has nothing to show', () => {
	const start = initialState({now});
	const cases: ReadonlyArray<readonly [string, State, readonly string[]]> = [
		['before the engine is found', start, ['Looking for the engine', 'connecting']],
		[
			'without any engine',
			{
				...start,
				engine: {
					phase: 'failed',
					tried: ['/var/run/docker.sock'],
					error: {code: 'ENGINE_UNREACHABLE', message: 'Nobody answers', hint: 'Start it.'},
				},
			},
			['no engine', 'Nobody answers', 'Start it.', 'R tries again', '/var/run/docker.sock'],
		],
		[
			'without images',
			sampleState({type: 'imagesLoaded', images: [], now}),
			['No images here yet', 'Press p to pull one'],
		],
		[
			'when a filter matches nothing',
			sampleState({type: 'filterChanged', pane: 'images', value: 'zzz'}),
			['Nothing matches /zzz', 'Esc clears the filter', '0 of 11'],
		],
		[
			'without registries',
			sampleState({type: 'targetsChanged', targets: [], defaultTargetId: undefined}),
			['No registry to push to yet', 'Press a to add one'],
		],
		['without a log', sampleState({type: 'logCleared'}), ['Nothing has been done yet']],
	];
	test.each(cases)('%s', (_, state, texts) => {
		const screen = plain(drawScreen(state, 120, 40));
		for (const text of texts) expect(screen).toContain(text);
	});

	test('proposed registries say which key adds them', () => {
		const state = sampleState(
			{type: 'targetsChanged', targets: [], defaultTargetId: undefined},
			{
				type: 'proposalsFound',
				proposals: [
					{
						target: {
							id: 'ghcr.io/octocat',
							provider: 'ghcr',
							host: 'ghcr.io',
							namespace: 'octocat',
						},
						reason: 'gh login',
					},
				],
			},
		);
		expect(plain(drawScreen(state, 120, 40))).toContain(
			'+ ghcr.io/octocat  gh login – press a to add',
		);
	});
});

test('an engine that went away is named in the header, with its last images still there', () => {
	const {engine} = sampleState();
	if (engine.phase !== 'connected') throw new Error('the sample is connected');
	const lost = {phase: 'lost', info: engine.info, reason: 'connection refused'} as const;
	const screen = plain(drawScreen(sampleState({type: 'engineChanged', engine: lost}), 120, 40));
	expect(screen).toContain('docker 28.2 lost: connection refused');
	expect(screen).toContain('reconnecting');
	expect(screen).toContain('hello:1.0.0');
});

test('demo and read-only are badges, and read-only takes the keys that change things off the footer', () => {
	const lines = drawScreen({...sampleState(), demo: true, readOnly: true}, 120, 40);
	expect(plain(lines)).toContain(' DEMO    read-only ');
	expect(plain(lines.slice(-1))).not.toMatch(/push|delete|pull/);
});

test('marks are counted and shown in every row that has one', () => {
	const marks = {images: [images[0]?.id ?? '', images[2]?.id ?? ''], tags: []};
	const screen = plain(drawScreen(sampleState({type: 'marksChanged', marks}), 120, 40));
	expect(screen).toContain('1 Images · 2 marked');
	expect(screen).toContain('│◆▸ hello');
	expect(screen).toContain('│◆  <none>');
});

test('a zoomed pane has the whole width', () => {
	const lines = drawScreen(sampleState({type: 'zoomToggled'}), 120, 40);
	expect(plain(lines.slice(1, 2))).toMatch(/^╭─.*╮$/);
	expect(plain(lines)).not.toContain('4 Log');
});

test.each([
	[200, 15, 'regbench needs at least 60×16; this terminal is 200×15'],
	[50, 12, 'regbench needs 60×16, this is 50×12'],
	[22, 5, 'needs 60×16, is 22×5'],
	[14, 5, 'needs 60×16'],
])('a terminal of %i×%i is told in one line what is needed', (columns, rows, text) => {
	const [first, ...rest] = drawScreen(sampleState(), columns, rows);
	expect(first?.trimEnd()).toBe(text);
	expect(rest.join('').trim()).toBe('');
});

test('colour says nothing that the text does not say too', () => {
	const state = sampleState();
	const colours = drawScreen(state, 120, 40, {mode: 'dark'});
	expect(colours.join('')).toContain('\u001B[36m');
	expect(plain(colours)).toBe(plain(drawScreen(state, 120, 40)));
});

function stateWith(names: readonly string[]): State {
	const list = names.map((name, index): LocalImage => ({
		id: `sha256:${String(index).padStart(64, '0')}`,
		references: [name, `${name}2`],
		digests: [],
		sizeBytes: 1_000_000 * index,
		createdAt: new Date(now - index * 1e8).toISOString(),
		dangling: false,
	}));
	return sampleState(
		{type: 'imagesLoaded', images: list, now},
		{
			type: 'logged',
			time: new Date(now).toISOString(),
			entries: names.map((text, index) => ({
				level: (['error', 'info', 'command'] as const)[index % 3] ?? 'info',
				text,
			})),
		},
		{type: 'logViewChanged', wrap: true},
	);
}

function expectExact(state: State, columns: number, rows: number): void {
	const lines = drawScreen(state, columns, rows);
	expect(lines).toHaveLength(rows);
	// Blanks at the end of a line are not drawn: header and footer end where their text does.
	for (const line of lines.slice(1, -1)) expect(stringWidth(line)).toBe(columns);
	for (const line of [lines[0] ?? '', lines.at(-1) ?? '']) {
		expect(stringWidth(line)).toBeLessThanOrEqual(columns);
	}
}

describe('whatever names come, every line is exactly as wide as the screen', () => {
	const hostile = [
		'漢字/イメージ:最新',
		'🚀🚀🚀/👩‍👩‍👧‍👦:❤️',
		'ａｂｃ:ｘ',
		'e\u0301e\u0301e\u0301:\u0301',
		'\u001B[31mred\u001B[0m:\u001B]0;title\u0007',
		'\u202Egnirts:x',
		'a\u200Bb\u200Dc:\uFEFF',
		'נְקֻדּוֹת:עברית',
		'ห้องน้ำ:ไทย',
		'x'.repeat(400),
		`z${'\u0300'.repeat(200)}`,
	];

	test.each([
		[60, 16],
		[80, 24],
		[99, 30],
		[100, 30],
		[120, 40],
		[161, 51],
		[300, 100],
	])('at %i×%i', (columns, rows) => {
		expectExact(stateWith(hostile), columns, rows);
		expectExact(sampleState({type: 'zoomToggled'}), columns, rows);
		expectExact(
			sampleState({
				type: 'overlayChanged',
				overlay: {
					kind: 'details',
					image: details.id,
					details: {
						phase: 'ready',
						value: {...details, labels: {[hostile[1] ?? '']: hostile[4] ?? ''}},
					},
					offset: 0,
				},
			}),
			columns,
			rows,
		);
	});

	test('for names and sizes made at random', () => {
		fc.assert(
			fc.property(
				fc.array(fc.string({unit: 'grapheme', maxLength: 30}), {minLength: 1, maxLength: 8}),
				fc.integer({min: 60, max: 140}),
				fc.integer({min: 16, max: 40}),
				(names, columns, rows) => {
					expectExact(stateWith(names), columns, rows);
				},
			),
			{numRuns: 40},
		);
	});
});
