import {describe, expect, test} from 'vitest';
import {RegbenchError} from '../../source/domain/errors.ts';
import {parseReference} from '../../source/domain/reference.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {planRemove} from '../../source/operations/plan-remove.ts';
import {pullImage} from '../../source/operations/pull.ts';
import {pushImage} from '../../source/operations/push.ts';
import {removeImages} from '../../source/operations/remove.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {callsOf, commandsOf, drain, fail, octocat, openWorld} from './operation-world.ts';

describe('a pull', () => {
	test('brings back what was pushed, and says when nothing changed', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const reference = `${host}/hello:1.0.0`;
		const push = await drain(pushImage({source: 'hello:1.0.0', reference}, world.context()));
		const before = await world.references();
		await world.engine.remove(before[reference] ?? '');

		const {events, result} = await drain(pullImage({reference}, world.context()));
		expect(commandsOf(events)).toEqual([`docker pull ${reference}`]);
		expect(result).toMatchObject({
			operation: 'pull',
			reference,
			digest: push.result.digest,
			imageId: before[reference],
			changed: true,
		});
		expect((await world.references())[reference]).toBe(before[reference]);
		const again = await drain(pullImage({reference}, world.context()));
		expect(again.result).toMatchObject({changed: false, bytesDownloaded: 0});
	});

	test('of an unknown tag says so and changes nothing', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const before = await world.references();
		const {error} = await fail(pullImage({reference: `${host}/nothing:1`}, world.context()));
		expect(error.code).toBe('TAG_NOT_FOUND');
		expect(await world.references()).toEqual(before);
		expect(world.waits).toEqual([]);
	});

	test('without a login says how to log in', async () => {
		await using world = await openWorld('first');
		const {host} = await world.startRegistry({authentication: 'basic', users: [octocat]});
		const {error} = await fail(pullImage({reference: `${host}/hello:1`}, world.context()));
		expect(error.code).toBe('UNAUTHORIZED');
		expect(error.hint).toContain('regbench login');
	});

	test.each([
		['truncated', {truncateResponseTo: 1000}],
		['corrupted', {corruptResponseByte: 500}],
	])('of a %s blob fails, and the local tag stays where it was', async (_, fault) => {
		await using world = await openWorld();
		const {host, url} = await world.startRegistry();
		await drain(pushImage({source: 'hello:1.1.0', reference: `${host}/hello:1`}, world.context()));
		await using proxy = await startFaultProxy({
			upstream: url,
			faults: [{method: 'GET', path: '/blobs/', ...fault}],
		});
		const reference = `${proxy.host}/hello:1`;
		await world.engine.tag('hello:1.0.0', parseReference(reference));
		const newest = (await world.references())['hello:1.1.0'] ?? '';
		await world.engine.remove(newest);
		const before = await world.references();
		// All samples share layers, so these go as well: every layer must come over the wire.
		const {error} = await fail(pullImage({reference}, world.context()));
		expect(['DIGEST_MISMATCH', 'REGISTRY_UNREACHABLE']).toContain(error.code);
		expect(await world.references()).toEqual(before);
		// The line is good again: so is the pull.
		proxy.faults.length = 0;
		const {result} = await drain(pullImage({reference}, world.context()));
		expect(result.imageId).toBe(newest);
	});

	test('that is no reference is refused with a hint', async () => {
		await using world = await openWorld('none');
		const {error} = await fail(pullImage({reference: 'Hello World'}, world.context()));
		expect(error.code).toBe('INVALID_REFERENCE');
		expect(error.hint).not.toBe('');
	});
});

describe('a delete', () => {
	test('of one reference keeps the image that others point at', async () => {
		await using world = await openWorld();
		const {result} = await drain(
			removeImages({items: ['hello:latest'], force: false}, world.context()),
		);
		expect(result).toEqual({
			operation: 'remove',
			untagged: ['hello:latest'],
			deleted: [],
			freedBytes: 0,
		});
		expect(Object.keys(await world.references())).toContain('hello:1.1.0');
	});

	test('of an image ID takes all its references', async () => {
		await using world = await openWorld();
		const id = (await world.references())['hello:latest'] ?? '';
		const {events, result} = await drain(
			removeImages({items: [id], force: false}, world.context()),
		);
		expect(commandsOf(events)).toEqual([`docker rmi ${id}`]);
		expect(result.untagged.toSorted()).toEqual(['hello:1.1.0', 'hello:latest']);
		expect(result.deleted).toEqual([id]);
		expect(result.freedBytes).toBeGreaterThan(0);
	});

	test('that fails half-way says what was removed before', async () => {
		await using world = await openWorld();
		const {error} = await fail(
			removeImages(
				{items: ['hello:1.0.0', 'nothing:1', 'hello:1.1.0'], force: false},
				world.context(),
			),
		);
		expect(error.code).toBe('IMAGE_NOT_FOUND');
		expect(error.hint).toContain('Already removed: hello:1.0.0');
		expect(Object.keys(await world.references())).toContain('hello:1.1.0');
	});

	test('of an image in use is handed to the engine by force only when asked', async () => {
		await using world = await openWorld('first');
		const forced: unknown[] = [];
		const engine: Engine = {
			...callsOf(world.engine),
			async remove(_image, options) {
				forced.push(options?.force);
				if (options?.force) return {untagged: ['hello:1.0.0'], deleted: []};
				throw new RegbenchError('IMAGE_IN_USE', 'The container web uses it');
			},
		};
		const items = ['hello:1.0.0'];
		const {error} = await fail(removeImages({items, force: false}, world.context({engine})));
		expect(error.code).toBe('IMAGE_IN_USE');
		const {events} = await drain(removeImages({items, force: true}, world.context({engine})));
		expect(commandsOf(events)).toEqual(['docker rmi --force hello:1.0.0']);
		expect(forced).toEqual([false, true]);
	});
});

describe('the preview of a delete', () => {
	test('tells references, images that go, bytes, containers and copies', async () => {
		await using world = await openWorld();
		const {host} = await world.startRegistry();
		const reference = `${host}/hello:1.1.0`;
		await drain(pushImage({source: 'hello:1.1.0', reference}, world.context()));
		const images = await world.engine.listImages();
		const image = images.find(({references}) => references.includes('hello:1.1.0'));
		const uses = [{id: 'c1', name: 'web', running: true, imageId: image?.id ?? ''}];
		const engine: Engine = {...callsOf(world.engine), containersUsing: async () => uses};
		const {signal} = new AbortController();

		const one = await planRemove(['hello:latest'], engine, signal);
		expect(one).toMatchObject({references: ['hello:latest'], images: [], freedBytes: 0});
		expect(one.containers).toEqual([]);

		const names = ['hello:latest', 'hello:1.1.0', reference];
		for (const items of [[image?.id ?? ''], names]) {
			const all = await planRemove(items, engine, signal);
			expect(all.references.toSorted()).toEqual(names.toSorted());
			expect(all.images).toEqual([image?.id]);
			expect(all.freedBytes).toBe(image?.sizeBytes);
			expect(all.containers).toEqual(uses);
			expect(all.copies.join()).toContain(`${host}/hello@sha256:`);
		}
	});
});
