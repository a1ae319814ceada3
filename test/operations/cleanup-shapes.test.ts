import {describe, expect, test} from 'vitest';
import {Secret} from '../../source/domain/credential.ts';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {cleanUp, readCleanupPlan} from '../../source/operations/cleanup.ts';
import {previewCleanup} from '../../source/operations/look-for-cleanup.ts';
import {planCleanup, takenOut, withoutEntries} from '../../source/operations/plan-cleanup.ts';
import {targetFrom} from '../../source/registry/providers/table.ts';
import type {RemoteRepository} from '../../source/registry/registry-client.ts';
import {startEmbeddedRegistry, type Authentication} from '../../source/registry/server/start.ts';
import {basicLogin, testClient} from '../registry/scripted-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {callsOf, drain, fail, openWorld} from './operation-world.ts';
import {putImage, putIndex, putReferrer} from './remote-images.ts';

const keepOne = [{repositories: '*', keepNewest: 1, protect: ['stable']}];
const keepNone = [{repositories: '*', keepNewest: 0, protect: []}];

/** The registry that regbench serves in the shape of a product, and a target on it. */
async function openShape(authentication: Authentication, name: string, namespace: string) {
	const folder = await temporaryFolder();
	const server = await startEmbeddedRegistry({
		folder: folder.path,
		authentication,
		users: [{username: 'anna', password: new Secret('secret')}],
	});
	const client = testClient({credential: basicLogin()});
	const host = `${name}:${server.port}`;
	const made = targetFrom(host, namespace);
	if (!('target' in made)) throw new Error('no target');
	return {
		repository: client.repository(host, `${namespace || 'team'}/app`),
		scope: {local: false, targets: [made.target]},
		context: {
			registry: client,
			credentials: createSessionCredentials(),
			engine: undefined as never,
			signal: new AbortController().signal,
			now: Date.now,
			wait: async () => {},
		},
		async [Symbol.asyncDispose]() {
			await client.close();
			await server[Symbol.asyncDispose]();
			await folder[Symbol.asyncDispose]();
		},
	};
}

async function isThere(repository: RemoteRepository, digest: string): Promise<boolean> {
	return (await repository.resolve(digest)) !== undefined;
}

describe('registries in the shape of a product', () => {
	test('as ACR: leftovers go, platforms and signatures of what stays do not, one tag of two is taken away', async () => {
		await using shape = await openShape('acr', 'coursereg.azurecr.localhost', '');
		const {repository, context, scope} = shape;
		const leftover = await putImage(repository, undefined);
		const old = await putImage(repository, '1.0');
		await repository.putManifest('stable', old.manifest);
		const gone = await putImage(repository, '1.5');
		const along = await putReferrer(repository, gone.manifest, 'application/spdx+json');
		const index = await putIndex(repository, '2.0');
		const kept = await putReferrer(repository, index.root, 'application/spdx+json');
		const plan = await previewCleanup(scope, keepOne, context);
		expect(plan.notes).toEqual([]);
		const {result} = await drain(cleanUp({plan: readCleanupPlan(JSON.stringify(plan))}, context));
		expect(result.removed).toBe(2);
		for (const digest of [leftover, gone].map(({manifest}) => manifest.digest)) {
			expect(await isThere(repository, digest)).toBe(false);
		}
		expect(await isThere(repository, along.digest)).toBe(false);
		expect(await repository.resolve('1.0')).toBeUndefined();
		expect((await repository.resolve('stable'))?.digest).toBe(old.manifest.digest);
		for (const {digest} of [...index.children, kept]) {
			expect(await isThere(repository, digest)).toBe(true);
		}
	});

	test('as GHCR: shared versions stay with all their tags, the last version stays, leftovers go', async () => {
		await using shape = await openShape('ghcr', 'ghcr.localhost', 'anna');
		const {repository, context, scope} = shape;
		const leftover = await putImage(repository, undefined);
		const shared = await putImage(repository, '1.0');
		await repository.putManifest('stable', shared.manifest);
		const old = await putImage(repository, '1.1');
		const index = await putIndex(repository, '2.0');
		const plan = await previewCleanup(scope, keepOne, context);
		const one = plan.entries.find(({id}) => id === shared.manifest.digest);
		expect(one?.goes).toBe(false);
		expect(one?.names.find(({name}) => name === '1.0')?.reason).toMatch(/takes no single tag away/);
		await drain(cleanUp({plan}, context));
		expect(await isThere(repository, leftover.manifest.digest)).toBe(false);
		expect(await repository.resolve('1.1')).toBeUndefined();
		expect((await repository.resolve('1.0'))?.digest).toBe(shared.manifest.digest);
		for (const {digest} of index.children) expect(await isThere(repository, digest)).toBe(true);
		expect(old.manifest.digest).not.toBe(shared.manifest.digest);

		const all = await previewCleanup(scope, keepNone, context);
		const stays = all.entries.filter(({goes, names}) => !goes && names.length > 0);
		expect(stays.map(({reason}) => reason).join()).toMatch(/last version with a tag/);
		await drain(cleanUp({plan: all}, context));
		const left = await previewCleanup(scope, [], context);
		expect(left.entries.filter(({names}) => names.length > 0)).toHaveLength(1);
	});

	test('elsewhere it is said that leftovers were not looked for', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		await putImage(world.registry.repository(host, 'app'), '1.0');
		const made = targetFrom(host, '', 'embedded');
		if (!('target' in made)) throw new Error('no target');
		const scope = {local: false, targets: [made.target]};
		const plan = await previewCleanup(scope, keepOne, world.context());
		expect(plan.notes.join()).toContain('not looked for');
	});
});

describe('a clean-up that does not come to its end', () => {
	test('says exactly what had gone when it was cancelled', async () => {
		await using world = await openWorld();
		const controller = new AbortController();
		const calls = callsOf(world.engine);
		let removals = 0;
		const engine = {
			...calls,
			remove: async (...call: Parameters<typeof calls.remove>) => {
				const outcome = await calls.remove(...call);
				if (++removals === 1) controller.abort();
				return outcome;
			},
		};
		const context = world.context({engine, signal: controller.signal});
		const before = Object.keys(await world.references());
		const plan = await previewCleanup({local: true, targets: []}, keepNone, context);
		const {error} = await fail(cleanUp({plan}, context));
		const left = new Set(Object.keys(await world.references()));
		const gone = before.filter(name => !left.has(name));
		expect(error.code).toBe('CANCELLED');
		expect(gone).toHaveLength(1);
		expect(error.hint).toContain(`Removed before that: ${gone[0]} (`);
	});

	test('stops at a tag that became another image after the look at everything', async () => {
		await using world = await openWorld();
		const calls = callsOf(world.engine);
		const context = world.context();
		const plan = await previewCleanup({local: true, targets: []}, keepNone, context);
		const names = plan.entries.flatMap(entry => entry.names.map(({name}) => name));
		let looked = 0;
		const engine = {
			...calls,
			inspect: async (...call: Parameters<typeof calls.inspect>) => {
				const details = await calls.inspect(...call);
				return ++looked === 2 ? {...details, id: `sha256:${'0'.repeat(64)}`} : details;
			},
		};
		const {error} = await fail(cleanUp({plan}, world.context({engine})));
		expect(error.code).toBe('CHANGED_MEANWHILE');
		expect(error.hint).toContain('Removed before that');
		expect(Object.keys(await world.references())).toHaveLength(names.length - 1);
	});
});

describe('a plan', () => {
	const item = (id: string, blobs: Readonly<Record<string, number>>) => ({
		place: 'r.example/app',
		id: `sha256:${id}`,
		names: [{name: id, repository: 'r.example/app', tag: id}],
		sizeBytes: Object.values(blobs).reduce((sum, size) => sum + size, 0),
		blobs,
	});
	const rules = [{repositories: '*', keepNewest: 1, protect: []}];
	const plan = planCleanup(
		[
			item('1', {base: 100, a: 1, b: 10}),
			item('2', {base: 100, b: 10, c: 5}),
			item('3', {base: 100}),
		],
		rules,
		0,
	);

	test('counts what is shared once, and what stays not at all', () => {
		expect(plan).toMatchObject({listedBytes: 226, freedBytes: 16});
	});

	test('loses the rows that were taken out, and is whole again', () => {
		const less = withoutEntries(plan, new Set(['r.example/app sha256:1']));
		expect(less).toMatchObject({listedBytes: 115, freedBytes: 5});
		expect(less.entries[0]).toMatchObject({goes: false, names: [{goes: false, reason: takenOut}]});
		expect(readCleanupPlan(JSON.stringify(less))).toEqual(less);
	});

	test.each([
		['[]', 'an object'],
		['{"version":1}', 'version 1'],
		['{"version":2}', 'is missing'],
		[JSON.stringify({...plan, more: 1}), 'more'],
		[JSON.stringify({...plan, entries: [{...plan.entries[0], goes: 'yes'}]}), 'goes'],
		[JSON.stringify({...plan, notes: ['x']}), 'changed after'],
	])('is refused with a reason: %.40s', (text, reason) => {
		expect(() => readCleanupPlan(text)).toThrow(
			expect.objectContaining({code: 'USAGE', message: expect.stringContaining(reason) as string}),
		);
	});
});
