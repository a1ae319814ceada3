import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {findViolation} from '../../source/settings/check-schema.ts';
import {migrate, versionOf} from '../../source/settings/migrations.ts';
import {
	defaultSettings,
	settingsProperties,
	settingsRoot,
	settingsVersion,
} from '../../source/settings/schema.ts';

const schema = {...settingsRoot, properties: settingsProperties};
const full = {
	...defaultSettings,
	targets: [
		{id: 'ghcr.io/me', provider: 'ghcr', host: 'ghcr.io', namespace: 'me'},
		{id: 'quay.io/me', provider: 'quay', host: 'quay.io', namespace: 'me'},
	],
	defaultTargetId: 'ghcr.io/me',
	keys: {tag: ['t', 'T'], push: []},
	engine: {choice: 'docker', host: 'ssh://me@host'},
	retention: [{repositories: 'me/*', keepNewest: 3, olderThanDays: 30, protect: ['v*']}],
	recentReferences: ['hello:1'],
	deniedProposals: ['quay.io/me'],
	insecureRegistries: ['registry.example:5000'],
	certificateAuthorities: ['~/ca.pem'],
};

test('defaults and a full set of settings are valid', () => {
	expect(findViolation(defaultSettings, schema)).toBeUndefined();
	expect(findViolation(full, schema)).toBeUndefined();
});

test('the quick check and the full validator agree on any change to valid settings', async () => {
	const {Ajv2020} = await import('ajv/dist/2020.js');
	const validate = new Ajv2020({strict: false}).compile(schema);
	const odd = fc.constantFrom<unknown>(
		null,
		true,
		0,
		-1,
		1,
		2,
		1.5,
		50,
		99,
		1e9,
		'',
		'auto',
		'x y',
		'a@b',
		'a/b',
		'\u{1F433}',
		'x'.repeat(500),
		'tcp://a:b@c',
		'ssh://me@host',
		[],
		[''],
		['t'],
		[1],
		{},
		{choice: 'auto'},
		{x: []},
		{x: ['k']},
		Array(1001).fill('a'),
		{__proto__: null, constructor: 'x'},
	);
	const paths = allPaths(full);
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.constantFrom(...paths), fc.constantFrom('set', 'delete', 'add'), odd), {
				minLength: 1,
				maxLength: 3,
			}),
			changes => {
				const value = structuredClone(full) as unknown;
				for (const [path, how, replacement] of changes) change(value, path, how, replacement);
				expect(findViolation(value, schema) === undefined).toBe(validate(value));
			},
		),
		{numRuns: 5000},
	);
});

test('a violation names the place and never the value', () => {
	expect(findViolation({...full, token: 'hunter2'}, schema)).toBe('token is no setting');
	expect(findViolation({...full, theme: 'hunter2'}, schema)).toBe(
		'theme must be one of auto, dark, light, mono',
	);
	expect(
		findViolation({...full, engine: {choice: 'auto', host: 'tcp://a:hunter2@b'}}, schema),
	).toBe('engine/host is not well formed');
});

test('migration steps run one after the other from the version of the file', () => {
	const steps = {
		0: (fields: Readonly<Record<string, unknown>>) => ({...fields, order: [0]}),
		2: (fields: Readonly<Record<string, unknown>>) => ({
			...fields,
			order: [...(fields['order'] as number[]), 2],
		}),
	};
	expect(migrate({}, steps, 4)).toMatchObject({version: 4, order: [0, 2]});
	expect(migrate({version: 2, order: []}, steps, 4)).toMatchObject({version: 4, order: [2]});
	expect(migrate({version: 4, order: []}, steps, 4)).toMatchObject({version: 4, order: []});
});

test('a version is a whole number above zero; everything else is a file without one', () => {
	expect(versionOf({version: 3})).toBe(3);
	for (const version of [undefined, null, '3', -1, 0, 1.5, Number.NaN]) {
		expect(versionOf({version})).toBe(0);
	}
	expect(migrate({theme: 'mono'})).toMatchObject({version: settingsVersion, theme: 'mono'});
});

function allPaths(value: unknown, at: readonly string[] = []): (readonly string[])[] {
	if (typeof value !== 'object' || value === null) return [at];
	const below = Object.entries(value).flatMap(([name, entry]) => allPaths(entry, [...at, name]));
	return at.length === 0 ? below : [at, ...below];
}

function change(root: unknown, path: readonly string[], how: string, replacement: unknown): void {
	let parent = root as Record<string, unknown>;
	for (const name of path.slice(0, -1)) {
		const next = parent[name];
		if (typeof next !== 'object' || next === null) return;
		parent = next as Record<string, unknown>;
	}
	const name = path.at(-1) ?? '';
	if (how === 'set') parent[name] = replacement;
	else if (how === 'add') parent[`${name}Extra`] = replacement;
	else if (Array.isArray(parent)) parent.splice(Number(name), 1);
	else delete parent[name];
}
