import {expect, test} from 'vitest';
import type {Engine} from '../../source/engine/engine.ts';
import {parseReference} from '../../source/domain/reference.ts';
import {pushImage} from '../../source/operations/push.ts';
import {repullImage} from '../../source/operations/repull.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {callsOf, commandsOf, drain, fail, openWorld, warningsOf} from './operation-world.ts';

test('the round trip brings the same image back, with its other references', async () => {
	await using world = await openWorld();
	const {host} = await world.startRegistry();
	const reference = `${host}/hello:1.1.0`;
	const push = await drain(pushImage({source: 'hello:1.1.0', reference}, world.context()));
	const before = await world.references();

	const {events, result} = await drain(repullImage({reference}, world.context()));
	expect(result).toEqual({
		operation: 'repull',
		reference,
		imageId: before[reference],
		digest: push.result.digest,
		same: true,
		before: {imageId: before[reference], digest: push.result.digest},
		restored: expect.arrayContaining(['hello:1.1.0', 'hello:latest']),
		differences: [],
		durationMs: expect.any(Number),
	});
	expect(await world.references()).toEqual(before);
	const commands = commandsOf(events);
	expect(commands[0]).toBe(`docker image inspect ${reference}`);
	expect(commands[1]).toMatch(/^docker rmi /);
	expect(commands[2]).toBe(`docker pull ${reference}`);
	expect(commands.slice(3).toSorted()).toEqual([
		`docker tag ${reference} hello:1.1.0`,
		`docker tag ${reference} hello:latest`,
	]);
});

test('another image on the registry is told, and the old one is kept', async () => {
	await using world = await openWorld();
	const {host} = await world.startRegistry();
	const reference = `${host}/hello:stable`;
	await drain(pushImage({source: 'hello:1.1.0', reference}, world.context()));
	await world.engine.tag('hello:1.0.0', parseReference(reference));
	const before = await world.references();

	const {events, result} = await drain(repullImage({reference}, world.context()));
	expect(result.same).toBe(false);
	expect(result.imageId).toBe(before['hello:1.1.0']);
	expect(result.differences.join(' ')).toContain('The old image is still here');
	expect(warningsOf(events).join()).toContain('has another image under this tag');
	const after = await world.references();
	expect(after['hello:1.0.0']).toBe(before['hello:1.0.0']);
	expect(after[reference]).toBe(before['hello:1.1.0']);
});

test('a tag that is not on the registry is found out before anything is deleted', async () => {
	await using world = await openWorld();
	const {host} = await world.startRegistry();
	const reference = `${host}/hello:1.0.0`;
	await world.engine.tag('hello:1.0.0', parseReference(reference));
	const before = await world.references();
	const {events, error} = await fail(repullImage({reference}, world.context()));
	expect(error.code).toBe('TAG_NOT_FOUND');
	expect(error.message).toContain('Nothing was deleted');
	expect(error.hint).toContain(`Push ${reference} first`);
	expect(commandsOf(events).join()).not.toContain('rmi');
	expect(await world.references()).toEqual(before);
});

test.each([401, 403, 500])('a registry that answers %d is found out before', async status => {
	await using world = await openWorld();
	const {url} = await world.startRegistry();
	await using proxy = await startFaultProxy({upstream: url});
	const reference = `${proxy.host}/hello:1.0.0`;
	await drain(pushImage({source: 'hello:1.0.0', reference}, world.context()));
	proxy.faults.push({path: '/manifests/', respond: {status, body: '{}'}});
	const before = await world.references();
	const {error} = await fail(repullImage({reference}, world.context()));
	expect(error.message).toContain('Nothing was deleted');
	expect(await world.references()).toEqual(before);
});

test('a layer that the registry has lost is found out before', async () => {
	await using world = await openWorld();
	const {url} = await world.startRegistry();
	await using proxy = await startFaultProxy({upstream: url});
	const reference = `${proxy.host}/hello:1.0.0`;
	await drain(pushImage({source: 'hello:1.0.0', reference}, world.context()));
	proxy.faults.push({path: '/blobs/', respond: {status: 404}});
	const before = await world.references();
	const {error} = await fail(repullImage({reference}, world.context()));
	expect(error.message).toContain('incomplete');
	expect(error.message).toContain('Nothing was deleted');
	expect(await world.references()).toEqual(before);
});

test('an image that a container uses is not deleted, and the container is named', async () => {
	await using world = await openWorld();
	const {host} = await world.startRegistry();
	const reference = `${host}/hello:1.0.0`;
	await drain(pushImage({source: 'hello:1.0.0', reference}, world.context()));
	const engine: Engine = {
		...callsOf(world.engine),
		containersUsing: async imageId => [{id: 'c1', name: 'web-1', running: true, imageId}],
	};
	const before = await world.references();
	const {error} = await fail(repullImage({reference}, world.context({engine})));
	expect(error).toMatchObject({code: 'IMAGE_IN_USE'});
	expect(error.message).toContain('web-1');
	expect(error.hint).toContain('docker rm --force web-1');
	expect(await world.references()).toEqual(before);
});

test('a pull that fails after the delete says how to get the very same image back', async () => {
	await using world = await openWorld();
	const {url} = await world.startRegistry();
	await using proxy = await startFaultProxy({upstream: url});
	const reference = `${proxy.host}/api:2.3.1`;
	const push = await drain(pushImage({source: 'web/api:2.3.1', reference}, world.context()));
	proxy.faults.push({method: 'GET', path: '/blobs/', respond: {status: 403, body: '{}'}});
	const {error} = await fail(repullImage({reference}, world.context()));
	expect(error.code).toBe('FORBIDDEN');
	expect(error.message).toContain('after the local copy was deleted');
	expect(error.hint).toContain(`docker pull ${proxy.host}/api@${push.result.digest}`);
	expect(error.hint).toContain('web/api:2.3.1');
});

test('cancelled after the delete is a failure that says how to get the image back', async () => {
	await using world = await openWorld();
	const {url} = await world.startRegistry();
	await using proxy = await startFaultProxy({upstream: url});
	const reference = `${proxy.host}/api:2.3.1`;
	await drain(pushImage({source: 'web/api:2.3.1', reference}, world.context()));
	proxy.faults.push({method: 'GET', path: '/blobs/', bytesPerSecond: 20_000});
	const controller = new AbortController();
	const downloading = proxy.nextRequest({method: 'GET', path: '/blobs/'});
	const failing = fail(repullImage({reference}, world.context({signal: controller.signal})));
	await downloading;
	controller.abort();
	const {error} = await failing;
	expect(error.message).toBe('Cancelled after the local copy was deleted');
	expect(error.hint).toContain('docker pull');
});
