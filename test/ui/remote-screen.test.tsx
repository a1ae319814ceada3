import {stripVTControlCharacters} from 'node:util';
import stringWidth from 'string-width';
import {beforeAll, describe, expect, test} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import {mediaTypes} from '../../source/domain/manifest.ts';
import type {RemoteDetails} from '../../source/domain/remote.ts';
import {describeVerification, type SignatureReport} from '../../source/domain/signatures.ts';
import {reduce} from '../../source/workbench/reducer.ts';
import type {RemoteLevel, State} from '../../source/workbench/state.ts';
import {drawScreen} from './draw.tsx';
import {images, sampleState, targets} from './sample-state.ts';

beforeAll(() => {
	process.env['TZ'] = 'UTC';
});

const cursor = {key: undefined, index: 0};
const here = images[0]!.digests[0]!.split('@')[1]! as `sha256:${string}`;

const repositories: RemoteLevel = {
	at: 'repositories',
	listing: {
		entries: [
			{
				path: 'octocat/hello',
				updatedAt: '2026-11-25T11:00:00Z',
				tagCount: 12,
				visibility: 'public',
			},
			{path: 'octocat/web/api', updatedAt: '2026-10-01T00:00:00Z', visibility: 'private'},
		],
		phase: 'complete',
	},
	cursor,
	filter: '',
};

function tags(changes: Partial<RemoteLevel & {readonly at: 'tags'}> = {}): RemoteLevel {
	return {
		at: 'tags',
		path: 'octocat/hello',
		listing: {
			entries: [
				{tag: '1.0.0', digest: here, pushedAt: '2026-11-25T12:00:00Z', sizeBytes: 33_000_000},
				{tag: '1.1.0', pushedAt: '2026-11-20T12:00:00Z', locked: 'writes are off'},
				{tag: 'latest'},
			],
			phase: 'complete',
		},
		digests: {'1.1.0': digestOf('other'), latest: ''},
		facts: {
			phase: 'ready',
			value: {visibility: 'public', linkedTo: 'octocat/hello', versionCount: 12},
		},
		sort: 'version',
		cursor,
		filter: '',
		...changes,
	};
}

const remoteDetails: RemoteDetails = {
	reference: 'ghcr.io/octocat/hello:1.0.0',
	digest: digestOf('index'),
	mediaType: mediaTypes.ociIndex,
	platforms: ['linux/amd64', 'linux/arm64/v8'].map((title, index) => ({
		title,
		sizeBytes: 33_000_000 + index,
		descriptor: {mediaType: mediaTypes.ociManifest, digest: digestOf(title), size: 700},
	})),
	manifestDigest: digestOf('linux/amd64'),
	configDigest: digestOf('config'),
	config: {
		created: '2026-11-25T12:00:00Z',
		os: 'linux',
		architecture: 'amd64',
		config: {Entrypoint: ['/app/server'], Env: ['PORT=8080'], ExposedPorts: {'8080/tcp': {}}},
		history: [
			{created_by: 'COPY server /app/server # buildkit'},
			{created_by: 'CMD ["x"]', empty_layer: true},
		],
	},
	layers: [{mediaType: mediaTypes.ociLayerGzip, digest: digestOf('layer'), size: 24_000_000}],
	sizeBytes: 24_001_000,
	annotations: {'org.opencontainers.image.source': 'https://github.com/octocat/hello'},
	attestations: 2,
	referrers: [
		{
			digest: digestOf('signature'),
			kind: 'signature',
			artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
			sizeBytes: 250,
			annotations: {},
		},
	],
};

function open(...levels: readonly RemoteLevel[]): State {
	const overlay = {kind: 'remote', target: targets[0]!, levels, filtering: false} as const;
	return sampleState({type: 'overlayChanged', overlay});
}

function draw(state: State, columns = 120, rows = 40): string {
	return drawScreen(state, columns, rows)
		.map(line => stripVTControlCharacters(line))
		.join('\n');
}

describe('a registry', () => {
	const details: RemoteLevel = {
		at: 'details',
		path: 'octocat/hello',
		tag: '1.0.0',
		details: {phase: 'ready', value: remoteDetails},
		offset: 0,
	};

	test('shows its repositories, with what it tells of each', () => {
		const text = draw(open(repositories));
		expect(text).toContain('╭─ghcr.io/octocat ─');
		expect(text).toMatch(/▸ octocat\/hello +12 +1 hour +public/);
		expect(text).toMatch(/octocat\/web\/api +7 weeks +private/);
	});

	test('shows tags with digest, whether it is here, time, size and lock', () => {
		const text = draw(open(repositories, tags()), 120, 40);
		expect(text).toContain('╭─ghcr.io/octocat › hello ─');
		expect(text).toMatch(/▸ 1\.1\.0 locked +[\da-f]{12} +5 days/);
		expect(text).toMatch(/ 1\.0\.0 +39f039dca641 +✓ +2 min +33 MB/);
		expect(text).toMatch(/latest +\?/);
		expect(text).toContain('public · source octocat/hello · 12 versions');
		expect(text).toContain('TAG  by version');
	});

	test('counts while pages come, and keeps what came when they break off', () => {
		const entries = Array.from({length: 3000}, (_, index) => ({tag: `1.${index}.0`}));
		const loading = draw(open(tags({listing: {entries, phase: 'loading'}})));
		expect(loading).toContain('loading … 3,000');
		const error = {code: 'TIMED_OUT', message: 'ghcr.io did not answer', hint: 'Wait.'} as const;
		const broken = draw(open(tags({listing: {entries, phase: 'failed', error}})));
		expect(broken).toContain('✗ there is more: ghcr.io did not answer');
		expect(broken).toContain('1.2999.0');
	});

	test('says why it lists nothing, and what to press', () => {
		const error = {code: 'UNSUPPORTED', message: 'It lists none', hint: 'Type a name.'} as const;
		const text = draw(
			open({...repositories, listing: {entries: [], phase: 'failed', error}} as RemoteLevel),
		);
		expect(text).toContain('✗ It lists none');
		expect(text).toContain('n opens a repository by its name.');
	});

	test('shows one tag in full, the three digests named apart', () => {
		const text = draw({...open(tags(), details), zoomed: true}, 120, 60);
		for (const words of [
			`index digest ${digestOf('index')}`,
			`manifest     ${digestOf('linux/amd64')}`,
			`image ID     ${digestOf('config')}`,
			'linux/arm64/v8',
			'the one below',
			'signature',
			'2 in the index',
			'8080/tcp',
			'COPY server /app/server',
			'org.opencontainers.image.source',
		]) {
			expect(text).toContain(words);
		}
	});

	test('tags that hold no image come last, short and without taking columns from the others', () => {
		const digest = digestOf('signed');
		const entries = [{tag: `sha256-${digest.slice(7)}.sig`}, {tag: '1.0.0', digest}];
		const screen = draw(open(tags({listing: {entries, phase: 'complete'}})), 120, 40);
		const short = digest.slice(7, 19);
		expect(screen).toMatch(new RegExp(`1\\.0\\.0 +${short}[^]+sha256-${short}…\\.sig`));
	});

	test.each([
		[{state: 'verified', by: 'cosign.pub'}, '✓ signature'],
		[{state: 'refused', reason: 'it signs another digest'}, '✗ signature'],
		[{state: 'not-checked', reason: 'no key', whatToDo: 'Give one.'}, '? signature'],
	] as const)('marks what refers to it once it was checked: %o', (verified, mark) => {
		const state = open(tags(), details);
		expect(draw({...state, zoomed: true}, 120, 60)).not.toContain(mark);
		const report: SignatureReport = {
			reference: remoteDetails.reference,
			subject: remoteDetails.digest,
			found: [
				{
					kind: 'cosign-signature',
					digest: digestOf('signature'),
					where: {by: 'referrers'},
					mediaType: '',
					signer: {},
					verified,
				},
			],
			keys: [],
			leftOut: 0,
		};
		const checked = reduce(state, {type: 'signaturesChecked', report});
		const text = draw({...checked, zoomed: true}, 120, 60);
		expect(text).toContain(mark);
		expect(text).toContain(describeVerification(verified));
		expect(text.split('\n').at(-1)).toContain('S signers');
	});

	test('says that nothing refers to a tag, rather than nothing', () => {
		const value = {...remoteDetails, referrers: [], attestations: 0};
		const bare = {...details, details: {phase: 'ready', value}} as RemoteLevel;
		expect(draw({...open(tags(), bare), zoomed: true}, 120, 60)).toContain(
			'nothing: no signature, SBOM or attestation',
		);
	});

	test('among repositories the footer keeps what works there, at 80 columns too', () => {
		const footer = draw(open(repositories), 80, 24).split('\n').at(-1);
		expect(footer).toMatch(/open.*who sees it.*by name.*help/);
	});

	test.each([
		[80, 24],
		[60, 16],
		[100, 30],
	])('fits %i×%i in every view', (columns, rows) => {
		for (const levels of [
			[repositories],
			[repositories, tags()],
			[repositories, tags(), details],
		]) {
			const lines = draw(open(...levels), columns, rows).split('\n');
			expect(lines).toHaveLength(rows);
			for (const line of lines.slice(1, -1)) expect(stringWidth(line)).toBe(columns);
		}
	});

	test('of ten thousand tags draws those that are seen, at once', () => {
		const entries = Array.from({length: 10_000}, (_, index) => ({tag: `1.${index}.0`}));
		const state = open(
			tags({listing: {entries, phase: 'complete'}, cursor: {key: '1.5.0', index: 9994}}),
		);
		expect(draw(state)).toContain('9,995 of 10,000');
		const few = open(tags({listing: {entries: entries.slice(0, 100), phase: 'complete'}}));
		const timeOf = (drawn: State) => {
			const begun = performance.now();
			draw(drawn);
			return performance.now() - begun;
		};
		const ofFew = Math.max(timeOf(few), timeOf(few), timeOf(few));
		const ofMany = Math.min(timeOf(state), timeOf(state), timeOf(state));
		expect(ofMany).toBeLessThan(2 * ofFew + 50);
	});
});
