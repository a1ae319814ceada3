import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parseReference} from '../../source/domain/reference.ts';
import {compareVersions, isVersion} from '../../source/domain/version.ts';
import {cleanUp, readCleanupPlan} from '../../source/operations/cleanup.ts';
import {previewCleanup} from '../../source/operations/look-for-cleanup.ts';
import {
	matchesPattern,
	planCleanup,
	type CleanupItem,
} from '../../source/operations/plan-cleanup.ts';
import {targetFrom} from '../../source/registry/providers/table.ts';
import type {RetentionRule} from '../../source/settings/schema.ts';
import {callsOf, drain, fail, openWorld} from './operation-world.ts';
import {putImage, putIndex, putReferrer} from './remote-images.ts';

const now = Date.UTC(2026, 0, 31);
const keepOne: readonly RetentionRule[] = [{repositories: '*', keepNewest: 1, protect: []}];
const keepNone: readonly RetentionRule[] = [{repositories: '*', keepNewest: 0, protect: []}];

function targetOn(host: string) {
	const made = targetFrom(host, '', 'embedded');
	if (!('target' in made)) throw new Error('no target');
	return made.target;
}

/** The rules once more, said another way: a name goes unless one reason to stay is found. */
function modelGoes(items: readonly CleanupItem[], rule: RetentionRule): ReadonlySet<string> {
	const all = items.flatMap(item => item.names.map(name => ({...name, item})));
	const goes = all.filter(({item, tag, repository}) => {
		if (item.held !== undefined) return false;
		if (rule.keepNewest === undefined && rule.olderThanDays === undefined) return false;
		if (rule.protect.includes(tag)) return false;
		if (rule.keepNewest) {
			if (!isVersion(tag)) return false;
			const higher = all.filter(
				other =>
					other.repository === repository &&
					isVersion(other.tag) &&
					compareVersions(other.tag, tag) > 0,
			);
			if (higher.length < rule.keepNewest) return false;
		}
		return isOldEnough(item, rule);
	});
	return new Set(goes.map(({name}) => name));
}

function isOldEnough({createdAt}: CleanupItem, {olderThanDays}: RetentionRule): boolean {
	if (olderThanDays === undefined) return true;
	return createdAt !== undefined && Date.parse(createdAt) < now - olderThanDays * 86_400_000;
}

describe('the plan of a clean-up', () => {
	test('is what an independent model says', () => {
		const names = fc.uniqueArray(
			fc.record({
				repository: fc.constantFrom('a', 'b'),
				tag: fc.constantFrom('1.0', '1.1', '1.9', '1.10', '2.0-rc.1', '2.0', 'latest', 'main'),
				image: fc.nat(5),
			}),
			{selector: ({repository, tag}) => `${repository}:${tag}`, maxLength: 16},
		);
		const images = fc.array(
			fc.record({days: fc.option(fc.nat(60), {nil: undefined}), held: fc.boolean()}),
			{minLength: 6, maxLength: 6},
		);
		const rule = fc.record({
			keepNewest: fc.option(fc.nat(4), {nil: undefined}),
			olderThanDays: fc.option(fc.nat(50), {nil: undefined}),
			protect: fc.subarray(['latest', '1.0', 'main']),
		});
		fc.assert(
			fc.property(names, images, rule, (tags, facts, {keepNewest, olderThanDays, protect}) => {
				const made: RetentionRule = {
					repositories: '*',
					protect,
					...(keepNewest === undefined ? {} : {keepNewest}),
					...(olderThanDays === undefined ? {} : {olderThanDays}),
				};
				const items = facts.map(({days, held}, index): CleanupItem => ({
					place: 'local',
					id: `sha256:${index}`,
					names: tags
						.filter(({image}) => image === index)
						.map(({repository, tag}) => ({name: `${repository}:${tag}`, repository, tag})),
					sizeBytes: index,
					...(days === undefined
						? {}
						: {createdAt: new Date(now - days * 86_400_000).toISOString()}),
					...(held ? {held: 'used'} : {}),
				}));
				const plan = planCleanup(items, [made], now);
				const goes = plan.entries.flatMap(entry =>
					entry.names.flatMap(name => (name.goes ? [name.name] : [])),
				);
				expect(new Set(goes)).toEqual(modelGoes(items, made));
				for (const [index, entry] of plan.entries.entries()) {
					expect(entry.goes).toBe(
						entry.names.length === 0
							? !facts[index]!.held && isOldEnough(items[index]!, made)
							: entry.names.every(name => name.goes),
					);
				}
			}),
		);
	});

	test('keeps what shares a digest where tags go only together', () => {
		const item: CleanupItem = {
			place: 'r/app',
			id: 'sha256:1',
			names: ['1.0', 'stable'].map(tag => ({name: tag, repository: 'r/app', tag})),
			sizeBytes: 1,
			allOrNothing: 'shared',
		};
		const plan = planCleanup([item], [{...keepNone[0]!, protect: ['stable']}], now);
		expect(plan.entries[0]).toMatchObject({
			goes: false,
			names: [{goes: false, reason: 'shared'}, {goes: false}],
		});
	});

	test('judges a thousand images within half a second', () => {
		const items = Array.from({length: 1000}, (_, index): CleanupItem => ({
			place: 'local',
			id: `sha256:${index}`,
			names: [{name: `app:1.${index}`, repository: 'app', tag: `1.${index}`}],
			sizeBytes: 10,
		}));
		const begin = performance.now();
		const plan = planCleanup(items, [{repositories: '*', keepNewest: 10, protect: ['1.5']}], now);
		expect(performance.now() - begin).toBeLessThan(500);
		expect(plan.freedBytes).toBe(9890);
	});

	test('reads patterns piece by piece', () => {
		expect(matchesPattern('ghcr.io/*/a*', 'ghcr.io/me/app')).toBe(true);
		expect(matchesPattern('v1.*', 'v2.0')).toBe(false);
		expect(matchesPattern('ab*ba', 'aba')).toBe(false);
	});

	test('is refused when it was edited', () => {
		const plan = planCleanup([], [], now);
		expect(readCleanupPlan(JSON.stringify(plan))).toEqual(plan);
		for (const text of ['{', 'null', '{}', JSON.stringify({...plan, freedBytes: 1})]) {
			expect(() => readCleanupPlan(text)).toThrow(expect.objectContaining({code: 'USAGE'}));
		}
	});
});

describe('cleaning up the engine', () => {
	test('takes exactly what was planned', async () => {
		await using world = await openWorld();
		const context = world.context();
		const plan = await previewCleanup({local: true, targets: []}, keepOne, context);
		const goes = plan.entries.flatMap(({names}) =>
			names.filter(name => name.goes).map(({name}) => name),
		);
		expect(goes).toContain('hello:1.0.0');
		const {result} = await drain(cleanUp({plan}, context));
		expect(result.untagged).toEqual(goes);
		const left = Object.keys(await world.references());
		expect(left).toContain('hello:1.1.0');
		expect(left).toContain('hello:latest');
		expect(left).not.toContain('hello:1.0.0');
	});

	test('is refused when anything of it has changed, and removes nothing', async () => {
		await using world = await openWorld();
		const context = world.context();
		const plan = await previewCleanup({local: true, targets: []}, keepOne, context);
		await world.engine.tag('hello:1.0.0', parseReference('precious:1'));
		const before = await world.references();
		expect((await fail(cleanUp({plan}, context))).error.code).toBe('CHANGED_MEANWHILE');
		expect(await world.references()).toEqual(before);
	});

	test('never takes what a container uses, also when it came after the plan', async () => {
		await using world = await openWorld();
		const engine = {
			...callsOf(world.engine),
			containersUsing: async (imageId: string) => [{id: 'c', name: 'web', running: true, imageId}],
		};
		const used = world.context({engine});
		const plan = await previewCleanup({local: true, targets: []}, keepNone, used);
		expect(plan.entries.some(({goes}) => goes)).toBe(false);
		const free = await previewCleanup({local: true, targets: []}, keepNone, world.context());
		expect((await fail(cleanUp({plan: free}, used))).error.code).toBe('CHANGED_MEANWHILE');
	});
});

describe('cleaning up a registry', () => {
	test('takes signatures along, keeps the newest, indexes and their images', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const old = await putImage(repository, '1.0');
		const signature = await putReferrer(repository, old.manifest, 'application/spdx+json');
		const index = await putIndex(repository, '2.0');
		await repository.putManifest('0.9', index.children[0]!);
		const context = world.context();
		const scope = {local: false, targets: [targetOn(host)]};
		const plan = await previewCleanup(scope, keepOne, context);
		const {result} = await drain(cleanUp({plan}, context));
		expect(result).toMatchObject({removed: 1, untagged: [`${host}/app:1.0`]});
		expect(await repository.resolve('1.0')).toBeUndefined();
		expect(await repository.resolve(signature.digest)).toBeUndefined();
		expect((await repository.resolve('2.0'))?.digest).toBe(index.root.digest);
		expect(await repository.resolve('0.9')).toBeDefined();
	});

	test('is refused when a tag was pushed meanwhile', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		await putImage(repository, '1.0');
		await putImage(repository, '2.0');
		const context = world.context();
		const plan = await previewCleanup({local: false, targets: [targetOn(host)]}, keepOne, context);
		await putImage(repository, '3.0');
		expect((await fail(cleanUp({plan}, context))).error.code).toBe('CHANGED_MEANWHILE');
		expect(await repository.resolve('1.0')).toBeDefined();
	});
});
