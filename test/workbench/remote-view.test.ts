import {describe, expect, test} from 'vitest';
import type {TagEntry} from '../../source/domain/remote.ts';
import type {Target} from '../../source/domain/target.ts';
import {
	selectRemote,
	selectRemoteKey,
	selectRemoteLevel,
	selectRemoteReference,
	tagRowsOfLevel,
} from '../../source/workbench/remote-selectors.ts';
import type {RemoteLevel, State} from '../../source/workbench/state.ts';
import {acr, fakeImage, ghcr, openRemoteWorld, type RemoteWorld} from './remote-world.ts';

const image = fakeImage('2026-11-20T10:00:00Z');
const hello = {'1.0.0': image, '1.10.0': image, '1.2.0': image, latest: image};

function level<At extends RemoteLevel['at']>(
	state: State,
	at: At,
): RemoteLevel & {readonly at: At} {
	const found = selectRemoteLevel(state);
	if (found?.at !== at) throw new Error(`at ${found?.at ?? 'nothing'}, not at ${at}`);
	return found as RemoteLevel & {readonly at: At};
}

async function untilListed({store}: RemoteWorld): Promise<void> {
	await expect
		.poll(() => {
			const shown = selectRemoteLevel(store.getState());
			return shown && shown.at !== 'details' ? shown.listing.phase : undefined;
		})
		.not.toBe('loading');
}

/** On `hello:VERSION` of ghcr.io, the newest first. */
async function openTags(world: RemoteWorld): Promise<void> {
	world.remote.openRemote();
	await untilListed(world);
	world.remote.enterRemote();
	await untilListed(world);
}

describe('the view into a registry', () => {
	test('tells what the registry allows this login', async () => {
		using world = openRemoteWorld({repositories: {'ghcr.io/octocat/hello': {tags: hello}}});
		const rateLimit = async () => '76 of 100 pulls left in 6 hours';
		Object.assign(world.workbench.registry, {rateLimit});
		world.remote.openRemote();
		await expect
			.poll(() => level(world.store.getState(), 'repositories').rateLimit)
			.toBe('76 of 100 pulls left in 6 hours');
	});

	test('goes from repositories to tags to one tag, and back step by step', async () => {
		using world = openRemoteWorld({repositories: {'ghcr.io/octocat/hello': {tags: hello}}});
		const {store, remote, navigation} = world;
		await openTags(world);
		expect(tagRowsOfLevel(level(store.getState(), 'tags')).map(({tag}) => tag)).toEqual([
			'1.10.0',
			'1.2.0',
			'1.0.0',
			'latest',
		]);
		expect(selectRemoteReference(store.getState())).toBe('ghcr.io/octocat/hello:1.10.0');
		remote.enterRemote();
		await expect.poll(() => level(store.getState(), 'details').details.phase).toBe('ready');
		navigation.back();
		expect(level(store.getState(), 'tags').listing.phase).toBe('complete');
		navigation.back();
		expect(level(store.getState(), 'repositories').listing.entries).toHaveLength(1);
		navigation.back();
		expect(store.getState().overlay).toBeUndefined();
	});

	test('sorts tags by version, name and time, and keeps the one under the cursor', async () => {
		const pages = async function* (): AsyncGenerator<readonly TagEntry[], void, undefined> {
			yield [
				{tag: '1.10.0', pushedAt: '2026-11-01T00:00:00Z'},
				{tag: '1.2.0', pushedAt: '2026-11-03T00:00:00Z'},
			];
			yield [{tag: 'latest'}];
		};
		using world = openRemoteWorld({repositories: {'ghcr.io/octocat/hello': {tags: hello, pages}}});
		const {store, remote, navigation} = world;
		await openTags(world);
		navigation.move({by: 'row', count: 1});
		const orders = Array.from({length: 3}, () => {
			const tags = tagRowsOfLevel(level(store.getState(), 'tags')).map(({tag}) => tag);
			remote.cycleRemoteSort();
			return tags.join(' ');
		});
		expect(orders).toEqual(['1.10.0 1.2.0 latest', '1.10.0 1.2.0 latest', '1.2.0 1.10.0 latest']);
		expect(selectRemoteKey(store.getState())).toBe('1.2.0');
	});

	test('offers no order by time where the registry tells none', async () => {
		using world = openRemoteWorld({repositories: {'ghcr.io/octocat/hello': {tags: hello}}});
		const {store, remote} = world;
		await openTags(world);
		const orders = Array.from({length: 3}, () => {
			remote.cycleRemoteSort();
			return level(store.getState(), 'tags').sort;
		});
		expect(orders).toEqual(['name', 'version', 'name']);
	});

	test('filters while one types; Esc takes the filter first, then a step', async () => {
		using world = openRemoteWorld({repositories: {'ghcr.io/octocat/hello': {tags: hello}}});
		const {store, navigation} = world;
		await openTags(world);
		navigation.startFilter();
		navigation.changeFilter('1.2');
		expect(tagRowsOfLevel(level(store.getState(), 'tags')).map(({tag}) => tag)).toContain('1.2.0');
		expect(selectRemoteKey(store.getState())).toBe('1.2.0');
		navigation.acceptFilter();
		expect(selectRemote(store.getState())?.filtering).toBe(false);
		navigation.back();
		expect(level(store.getState(), 'tags').filter).toBe('');
		navigation.back();
		expect(level(store.getState(), 'repositories').filter).toBe('');
	});

	test('asks what tags point at around the cursor, where the listing did not tell', async () => {
		using world = openRemoteWorld({repositories: {'ghcr.io/octocat/hello': {tags: hello}}});
		await openTags(world);
		await expect
			.poll(() => level(world.store.getState(), 'tags').digests)
			.toEqual(Object.fromEntries(Object.keys(hello).map(tag => [tag, image.digest])));
		expect(world.mostAtOnce()).toBeLessThanOrEqual(4);
	});

	test('shows ten thousand tags as they come, and stops when it is left', async () => {
		let given = 0;
		let ended = false;
		const pages = async function* (): AsyncGenerator<readonly TagEntry[], void, undefined> {
			try {
				for (;;) {
					const start = given;
					given += 1000;
					yield Array.from({length: 1000}, (_, index) => ({tag: `1.${start + index}.0`}));
					if (given >= 10_000) await new Promise(resolve => setImmediate(resolve));
				}
			} finally {
				ended = true;
			}
		};
		using world = openRemoteWorld({repositories: {'ghcr.io/octocat/hello': {tags: {}, pages}}});
		const {store, remote, navigation} = world;
		remote.openRemote();
		await untilListed(world);
		remote.enterRemote();
		await expect.poll(() => level(store.getState(), 'tags').listing.entries.length).not.toBe(0);
		expect(level(store.getState(), 'tags').listing.phase).toBe('loading');
		await expect.poll(() => given).toBeGreaterThanOrEqual(10_000);
		navigation.back();
		await expect.poll(() => ended).toBe(true);
	});

	test('ten thousand tags are put in order of their versions without a stall', async () => {
		const entries = Array.from({length: 10_000}, (_, index) => ({
			tag: `${index % 7}.${(index * 7919) % 10_000}.${index % 13}-rc.${index % 5}`,
		}));
		const pages = async function* (): AsyncGenerator<readonly TagEntry[], void, undefined> {
			yield entries;
		};
		using world = openRemoteWorld({repositories: {'ghcr.io/octocat/hello': {tags: {}, pages}}});
		await openTags(world);
		const begun = performance.now();
		const rows = tagRowsOfLevel({
			...level(world.store.getState(), 'tags'),
			listing: {
				entries: [...entries],
				phase: 'complete',
			},
		});
		expect(rows).toHaveLength(10_000);
		expect(performance.now() - begun).toBeLessThan(250);
	});

	test('says why a registry lists none, and opens a repository by its name', async () => {
		using world = openRemoteWorld({
			targets: [acr],
			repositories: {'elsewhere.io/web/api': {tags: hello}},
		});
		const {store, remote} = world;
		remote.openRemote();
		await untilListed(world);
		expect(level(store.getState(), 'repositories').listing).toMatchObject({
			phase: 'failed',
			error: {code: 'UNSUPPORTED'},
		});
		remote.openRepositoryName();
		remote.changeRepositoryName('Web/API');
		remote.submitRepositoryName();
		expect(store.getState().dialog).toMatchObject({problem: {repaired: 'web/api'}});
		remote.changeRepositoryName('web/api');
		remote.submitRepositoryName();
		expect(store.getState().dialog).toBeUndefined();
		expect(level(store.getState(), 'tags').path).toBe('web/api');
	});

	test('tries a pull without a login for real', async () => {
		using world = openRemoteWorld({
			repositories: {
				'ghcr.io/octocat/hello': {tags: hello, facts: {visibility: 'public'}, isPublic: true},
			},
		});
		await openTags(world);
		world.remote.openVisibility();
		await expect
			.poll(() => world.store.getState().dialog)
			.toMatchObject({
				kind: 'visibility',
				repository: 'ghcr.io/octocat/hello',
				facts: {phase: 'ready', value: {visibility: 'public'}},
				anonymous: {phase: 'ready', value: true},
			});
	});
});

test('a copy goes to the other registry, says what is there, and starts with what was typed', async () => {
	using world = openRemoteWorld({
		repositories: {
			'ghcr.io/octocat/hello': {tags: hello},
			'coursereg.azurecr.io/hello': {tags: {'1.10.0': fakeImage('2020-01-01T00:00:00Z')}},
		},
	});
	await openTags(world);
	world.changes.openCopy();
	const dialog = () => world.store.getState().dialog;
	expect(dialog()).toMatchObject({
		source: 'ghcr.io/octocat/hello:1.10.0',
		value: 'coursereg.azurecr.io/hello:1.10.0',
	});
	await expect
		.poll(dialog)
		.toMatchObject({check: {notes: [expect.stringContaining('move away from')]}});
	world.changes.changeCopyValue('coursereg.azurecr.io/Hello:1.10.0');
	expect(dialog()).toMatchObject({check: {problem: {repaired: expect.any(String)}}});
	world.changes.useRepairedCopy();
	world.changes.toggleReferrers();
	world.changes.submitCopy();
	expect(world.started).toEqual([
		{
			operation: 'copy',
			source: 'ghcr.io/octocat/hello:1.10.0',
			destination: 'coursereg.azurecr.io/hello:1.10.0',
			withReferrers: true,
		},
	]);
});

test('a copy is offered to the target after the one it comes from', async () => {
	const place = (host: string, namespace: string): Target => ({
		id: `${host}/${namespace}`,
		provider: 'generic',
		host,
		namespace,
	});
	const staging = place('registry.example.com', 'staging');
	const production = place('registry.example.com', 'prod');
	using world = openRemoteWorld({
		repositories: {'registry.example.com/staging/shop': {tags: {'1.2': image}}},
		targets: [ghcr, staging, production],
	});
	const {store, navigation, remote, changes} = world;
	navigation.focusPane('registries');
	navigation.move({by: 'row', count: 1});
	remote.openRemote();
	await expect.poll(() => level(store.getState(), 'repositories').listing.phase).toBe('complete');
	remote.enterRemote();
	await expect.poll(() => level(store.getState(), 'tags').listing.phase).toBe('complete');
	changes.openCopy();
	expect(store.getState().dialog).toMatchObject({
		source: 'registry.example.com/staging/shop:1.2',
		value: 'registry.example.com/prod/shop:1.2',
		targetId: production.id,
	});
});

test('a delete starts only when its name was typed exactly, with every tag that goes in its plan', async () => {
	using world = openRemoteWorld({repositories: {'ghcr.io/octocat/hello': {tags: hello}}});
	const {store, changes} = world;
	await openTags(world);
	changes.openRemoteRemove();
	changes.toggleRemovalMode();
	const dialog = () => store.getState().dialog;
	await expect.poll(dialog).toMatchObject({
		mode: 'manifest',
		plan: {phase: 'ready', value: {mode: 'manifest', confirmation: 'octocat/hello:1.10.0'}},
	});
	for (const text of ['', 'hello', 'octocat/hello:1.10']) {
		changes.changeConfirmation(text);
		changes.submitRemoteRemove();
		expect(world.started).toEqual([]);
	}
	changes.changeConfirmation('octocat/hello:1.10.0');
	changes.submitRemoteRemove();
	expect(world.started).toMatchObject([
		{operation: 'remove-remote', plan: {tags: ['1.0.0', '1.10.0', '1.2.0', 'latest']}},
	]);
	expect(dialog()).toBeUndefined();
});
