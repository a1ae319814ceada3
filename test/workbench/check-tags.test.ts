import {expect, test} from 'vitest';
import type {LocalImage} from '../../source/domain/image.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {createTagChecks} from '../../source/workbench/check-tags.ts';
import type {Target} from '../../source/domain/target.ts';
import {selectTagRows, selectTagStatus} from '../../source/workbench/selectors.ts';
import type {TagStatus} from '../../source/workbench/state.ts';
import {ociManifest, pushImage, startTestRegistry} from '../registry-server/registry-calls.ts';
import {
	acr,
	fakeImage,
	ghcr,
	now,
	openRemoteWorld,
	type FakeImage,
	type RemoteWorld,
} from './remote-world.ts';

const older = fakeImage('2026-10-01T10:00:00Z');
const newer = fakeImage('2026-11-20T10:00:00Z');
const timeless = fakeImage('1980-01-01T00:00:00Z');

function localImage(image: FakeImage, changes: Partial<LocalImage> = {}): LocalImage {
	return {
		id: image.configDigest,
		references: ['hello:1.0.0'],
		digests: [],
		sizeBytes: 1,
		createdAt: '2026-11-01T10:00:00Z',
		dangling: false,
		...changes,
	};
}

/** How the image's first tag stands on a target, as the tags pane shows it. */
function standing({store}: RemoteWorld, image: LocalImage, target: Target): TagStatus {
	store.dispatch({type: 'imagesLoaded', images: [image], now});
	const state = store.getState();
	return selectTagStatus(state, selectTagRows(state)[0]!, target.id);
}

test.each([
	['the same image by its config', older, older, {phase: 'known', standing: 'same'}],
	['an older one', newer, older, {phase: 'known', standing: 'different', newer: 'local'}],
	['a newer one', older, newer, {phase: 'known', standing: 'different', newer: 'remote'}],
])('a registry that has %s is told apart', async (_, local, held, status) => {
	using world = openRemoteWorld({
		targets: [ghcr],
		repositories: {'ghcr.io/octocat/hello': {tags: {'1.0.0': held}}},
	});
	const image = localImage(local);
	await createTagChecks(world.workbench)(image);
	expect(standing(world, image, ghcr)).toEqual({digest: held.digest, ...status});
});

test('a time that reproducible builds put in says nothing about which is newer', async () => {
	using world = openRemoteWorld({
		targets: [ghcr],
		repositories: {'ghcr.io/octocat/hello': {tags: {'1.0.0': timeless}}},
	});
	const image = localImage(older);
	await createTagChecks(world.workbench)(image);
	expect(standing(world, image, ghcr)).not.toHaveProperty('newer');
});

test('a digest the engine knows costs one HEAD, and nothing when it is asked for again', async () => {
	using world = openRemoteWorld({
		targets: [ghcr, acr],
		repositories: {'ghcr.io/octocat/hello': {tags: {'1.0.0': older}}},
	});
	const check = createTagChecks(world.workbench);
	const image = localImage(newer, {digests: [`ghcr.io/octocat/hello@${older.digest}`]});
	await check(image);
	await check(image);
	expect(world.asked.toSorted()).toEqual([
		'HEAD coursereg.azurecr.io/hello:1.0.0',
		'HEAD ghcr.io/octocat/hello:1.0.0',
	]);
	expect(standing(world, image, acr)).toEqual({phase: 'absent'});
});

test('what a digest stands for is read once, for all tags on it and after a refresh', async () => {
	const tags = ['1', '2', '3', '4', '5'];
	using world = openRemoteWorld({
		targets: [ghcr],
		repositories: {
			'ghcr.io/octocat/hello': {tags: Object.fromEntries(tags.map(tag => [tag, older]))},
		},
	});
	const check = createTagChecks(world.workbench);
	const image = localImage(newer, {references: tags.map(tag => `hello:${tag}`)});
	await check(image);
	world.store.dispatch({type: 'remoteTagsForgotten'});
	await check(image);
	const count = (verb: string) => world.asked.filter(text => text.startsWith(verb)).length;
	expect({heads: count('HEAD'), manifests: count('GET'), blobs: count('BLOB')}).toEqual({
		heads: 10,
		manifests: 1,
		blobs: 1,
	});
});

test('at most four requests are under way to a registry, and the image asked for last comes first', async () => {
	let open = () => {};
	let gate = new Promise<void>(resolve => (open = resolve));
	using world = openRemoteWorld({
		targets: [ghcr],
		repositories: {},
		gate: () => gate,
	});
	const check = createTagChecks(world.workbench);
	const names = (name: string) => Array.from({length: 20}, (_, index) => `${name}:${index}`);
	const first = check(localImage(older, {references: names('first')}));
	const second = check(localImage(newer, {references: names('second')}));
	await expect.poll(() => world.asked.length).toBe(4);
	gate = Promise.resolve();
	open();
	await Promise.all([first, second]);
	expect(world.mostAtOnce()).toBe(4);
	expect(world.asked.slice(4, 24).every(text => text.includes('/second:'))).toBe(true);
	expect(world.asked).toHaveLength(40);
});

test('a registry that does not answer holds up no other', async () => {
	let open = () => {};
	const gate = new Promise<void>(resolve => (open = resolve));
	using world = openRemoteWorld({
		targets: [ghcr, acr],
		repositories: {},
		gate: reference => (reference.includes('ghcr.io') ? gate : Promise.resolve()),
	});
	const names = Array.from({length: 20}, (_, index) => `hello:${index}`);
	const checking = createTagChecks(world.workbench)(localImage(older, {references: names}));
	await expect.poll(() => world.asked.filter(text => !text.includes('ghcr.io')).length).toBe(20);
	expect(world.asked.filter(text => text.includes('ghcr.io'))).toHaveLength(4);
	open();
	await checking;
	expect(world.asked).toHaveLength(40);
});

test('a tag that was pushed from one image is not taken for another that is looked at next', async () => {
	using world = openRemoteWorld({
		targets: [ghcr],
		repositories: {'ghcr.io/octocat/hello': {tags: {'1.0.0': older}}},
	});
	const image = localImage(older);
	await createTagChecks(world.workbench)(image);
	expect(standing(world, image, ghcr)).toMatchObject({standing: 'same'});
	expect(standing(world, localImage(newer), ghcr)).toMatchObject({standing: 'different'});
});

test('over the wire each tag costs one HEAD, and nothing that is known is asked again', async () => {
	await using server = await startTestRegistry();
	const tags = Array.from({length: 20}, (_, index) => `1.${index}`);
	const pushed = await pushImage(server, 'team/app', tags[0]!);
	for (const tag of tags.slice(1)) {
		await server.call(`PUT /v2/team/app/manifests/${tag}`, {
			body: pushed.body,
			headers: {'Content-Type': ociManifest},
		});
	}
	const requests: string[] = [];
	const registry = createRegistryClient({
		credentials: {find: async () => undefined},
		onRequest: ({method, url}) => requests.push(`${method} ${new URL(url).pathname}`),
	});
	const {host} = server;
	const target: Target = {id: host, provider: 'generic', host, namespace: 'team'};
	const image = localImage(newer, {references: tags.map(tag => `app:${tag}`)});
	using world = openRemoteWorld({targets: [target], repositories: {}});
	const check = createTagChecks({...world.workbench, registry});

	await check(image);
	const heads = tags.map(tag => `HEAD /v2/team/app/manifests/${tag}`);
	const once = ['GET /v2/', `GET /v2/team/app/manifests/${pushed.digest}`];
	expect(requests.toSorted()).toEqual([...heads, ...once].toSorted());

	requests.length = 0;
	await check(image);
	expect(requests).toEqual([]);

	world.store.dispatch({type: 'remoteTagsForgotten'});
	await check(image);
	expect(requests.toSorted()).toEqual(heads.toSorted());
	await registry.close();
});
