import {describe, expect, test} from 'vitest';
import type {Digest} from '../../source/domain/digest.ts';
import {copyImage} from '../../source/operations/copy.ts';
import {startFaultProxy, type Fault} from '../support/fault-proxy.ts';
import {putImage, putIndex, putReferrer} from './remote-images.ts';
import {
	commandsOf,
	drain,
	fail,
	octocat,
	octocatLogin,
	openWorld,
	warningsOf,
	type OperationWorld,
} from './operation-world.ts';

/** Two registries with a multi-platform image on the first one. */
async function withIndex(world: OperationWorld, layerBytes = 50_000) {
	const [from, to] = [await world.startRegistry(), await world.startRegistry()];
	const repository = world.registry.repository(from.host, 'team/app');
	const index = await putIndex(repository, '1.0', layerBytes);
	return {
		from,
		to,
		index,
		source: `${from.host}/team/app:1.0`,
		destination: `${to.host}/mirror/app:1.0`,
	};
}

describe('a copy', () => {
	test('brings an index with all platforms and attestations, byte for byte', async () => {
		await using world = await openWorld('none');
		const {index, source, destination, to} = await withIndex(world);
		const {events, result} = await drain(copyImage({source, destination}, world.context()));
		expect(result).toMatchObject({
			operation: 'copy',
			source,
			destination,
			digest: index.root.digest,
			bytesCopied: result.bytesTotal,
			blobsTotal: index.blobs.length,
			blobsReused: 0,
			blobsMounted: 0,
			platforms: ['linux/amd64', 'linux/arm64/v8'],
			referrers: 0,
		});
		expect(commandsOf(events)).toEqual([
			`skopeo copy --all docker://${source} docker://${destination}`,
		]);
		const copied = world.registry.repository(to.host, 'mirror/app');
		for (const manifest of [index.root, ...index.children]) {
			const {bytes, mediaType} = await copied.manifest(manifest.digest);
			expect(Buffer.from(bytes).equals(Buffer.from(manifest.bytes))).toBe(true);
			expect(mediaType).toBe(manifest.mediaType);
		}
		for (const {digest} of index.blobs) expect(await copied.hasBlob(digest as Digest)).toBe(true);
		const transfers = events.filter(event => event.type === 'transfer');
		expect(transfers.every(({direction}) => direction === 'copy')).toBe(true);
		expect(transfers.every(({reference}) => reference === destination)).toBe(true);
	});

	test('again moves nothing, and sets no tag that is right', async () => {
		await using world = await openWorld('none');
		const {from, to} = await withIndex(world);
		await using proxy = await startFaultProxy({upstream: to.url});
		const request = {source: `${from.host}/team/app:1.0`, destination: `${proxy.host}/app:1.0`};
		await drain(copyImage(request, world.context()));
		const before = proxy.requests.length;
		const {result} = await drain(copyImage(request, world.context()));
		expect(result).toMatchObject({bytesCopied: 0, blobsReused: result.blobsTotal});
		const later = proxy.requests.slice(before);
		expect(later.filter(({method}) => method === 'POST')).toEqual([]);
		expect(
			later.filter(({path}) => path.endsWith('/manifests/1.0')).map(({method}) => method),
		).toEqual(['HEAD']);
	});

	test('asks for nothing twice', async () => {
		await using world = await openWorld('none');
		const {from, to, index} = await withIndex(world);
		await using reads = await startFaultProxy({upstream: from.url});
		await using writes = await startFaultProxy({upstream: to.url});
		const request = {source: `${reads.host}/team/app:1.0`, destination: `${writes.host}/app:1.0`};
		await drain(copyImage(request, world.context()));
		const asked = writes.requests.map(
			({method, path}) => `${method} ${path.replace(/uploads\/.+/, 'uploads/…')}`,
		);
		const once = asked.filter(line => !line.includes('uploads'));
		expect(new Set(once).size).toBe(once.length);
		// One GET for each manifest and blob; HEAD, POST and PUT for each blob; a PUT for each manifest.
		const manifests = index.children.length + 1;
		expect(reads.requests.length).toBe(1 + manifests + index.blobs.length);
		expect(writes.requests.length).toBeLessThanOrEqual(3 + 3 * index.blobs.length + manifests);
	});

	test('mounts what another repository of the registry has', async () => {
		await using world = await openWorld('none');
		const {from, source, index} = await withIndex(world);
		const destination = `${from.host}/prod/app:1.0`;
		const {result} = await drain(copyImage({source, destination}, world.context()));
		expect(result).toMatchObject({
			digest: index.root.digest,
			bytesCopied: 0,
			blobsMounted: index.blobs.length,
		});
	});

	test('within a repository only sets the tag', async () => {
		await using world = await openWorld('none');
		const {from, index} = await withIndex(world);
		await using proxy = await startFaultProxy({upstream: from.url});
		const name = `${proxy.host}/team/app`;
		const {result} = await drain(
			copyImage({source: `${name}:1.0`, destination: `${name}:stable`}, world.context()),
		);
		expect(result).toMatchObject({digest: index.root.digest, bytesCopied: 0});
		const lines = proxy.requests.map(({method, path}) => `${method} ${path}`);
		expect(lines.filter(line => line.includes('/blobs/'))).toEqual([]);
		expect(lines.filter(line => line.startsWith('PUT'))).toEqual([
			'PUT /v2/team/app/manifests/stable',
		]);
	});

	test('tells what a moved tag pointed at', async () => {
		await using world = await openWorld('none');
		const {source, destination, to} = await withIndex(world);
		const old = await putImage(world.registry.repository(to.host, 'mirror/app'), '1.0', 100);
		const {result} = await drain(copyImage({source, destination}, world.context()));
		expect(result.replaced).toBe(old.manifest.digest);
	});

	test('brings signatures and SBOMs along when asked', async () => {
		await using world = await openWorld('none');
		const {from, to, index, source, destination} = await withIndex(world);
		const origin = world.registry.repository(from.host, 'team/app');
		const sbom = await putReferrer(origin, index.root, 'application/spdx+json');
		const signature = await putImage(origin, `${index.root.digest.replace(':', '-')}.sig`, 50);
		const plain = await drain(copyImage({source, destination}, world.context()));
		expect(plain.result.referrers).toBe(0);
		const {result} = await drain(
			copyImage({source, destination, withReferrers: true}, world.context()),
		);
		expect(result.referrers).toBe(2);
		const copied = world.registry.repository(to.host, 'mirror/app');
		const found = await copied.referrers(index.root.digest);
		expect(found.map(({digest}) => digest).toSorted()).toEqual(
			[sbom.digest, signature.manifest.digest].toSorted(),
		);
	});

	test.each(['ghcr', 'acr'] as const)('logs in to both sides, %s to a plain one', async shape => {
		await using world = await openWorld('none');
		const from = await world.startRegistry({authentication: shape, users: [octocat]});
		const to = await world.startRegistry({authentication: 'basic', users: [octocat]});
		for (const {host} of [from, to]) await world.credentials.keep(host, octocatLogin);
		const index = await putIndex(world.registry.repository(from.host, 'octocat/app'), '1.0');
		const {result} = await drain(
			copyImage(
				{source: `${from.host}/octocat/app:1.0`, destination: `${to.host}/octocat/app:1.0`},
				world.context(),
			),
		);
		expect(result.digest).toBe(index.root.digest);
	});

	test('names the side whose login is missing', async () => {
		await using world = await openWorld('none');
		const open = await world.startRegistry();
		const closed = await world.startRegistry({authentication: 'basic', users: [octocat]});
		await putIndex(world.registry.repository(open.host, 'app'), '1.0');
		const there = {source: `${open.host}/app:1.0`, destination: `${closed.host}/app:1.0`};
		const back = {source: `${closed.host}/app:1.0`, destination: `${open.host}/app:2.0`};
		for (const request of [there, back]) {
			const {error} = await fail(copyImage(request, world.context()));
			expect(error).toMatchObject({
				code: 'UNAUTHORIZED',
				message: `${closed.host} wants a login, and none was found on this machine`,
			});
		}
	});

	test('needs a tag to go to, and names the registry takes', async () => {
		await using world = await openWorld('none');
		const digest = `sha256:${'a'.repeat(64)}`;
		const byDigest = copyImage({source: 'a:1', destination: `b@${digest}`}, world.context());
		expect((await fail(byDigest)).error.code).toBe('INVALID_REFERENCE');
		const noOwner = copyImage({source: 'a:1', destination: 'ghcr.io/app:1'}, world.context());
		expect((await fail(noOwner)).error.code).toBe('NAME_NOT_ALLOWED');
	});
});

describe('a copy on bad lines', () => {
	const layer = {path: /\/blobs\/sha256:[\da-f]+$/, method: 'GET'};

	test.each<[string, 'source' | 'destination', Fault]>([
		['a cut while reading', 'source', {...layer, cutResponseAfterBytes: 300_000, times: 2}],
		[
			'a cut while writing',
			'destination',
			{method: 'PUT', path: 'uploads', cutRequestAfterBytes: 300_000, times: 1},
		],
		[
			'429 while reading',
			'source',
			{...layer, respond: {status: 429, headers: {'retry-after': '1'}}, times: 2},
		],
		['429 while writing', 'destination', {method: 'POST', respond: {status: 429}, times: 2}],
		['500 while reading', 'source', {...layer, respond: {status: 500}, times: 2}],
		[
			'503 while writing',
			'destination',
			{method: 'PUT', path: 'manifests', respond: {status: 503}, times: 2},
		],
		[
			'a lost answer to the tag',
			'destination',
			{method: 'PUT', path: 'manifests/1.0', drop: true, times: 1},
		],
	])('gets over %s', async (_, side, fault) => {
		await using world = await openWorld('none');
		const {from, to, index} = await withIndex(world, 1_000_000);
		const upstream = side === 'source' ? from.url : to.url;
		await using proxy = await startFaultProxy({upstream, faults: [fault]});
		const request = {
			source: `${side === 'source' ? proxy.host : from.host}/team/app:1.0`,
			destination: `${side === 'source' ? to.host : proxy.host}/mirror/app:1.0`,
		};
		const {events, result} = await drain(copyImage(request, world.context()));
		expect(proxy.requests.some(({fault: met}) => met === fault)).toBe(true);
		// A connection that breaks between two requests is nobody's failure, and not told.
		if (!('drop' in fault)) expect(warningsOf(events).length).toBeGreaterThan(0);
		expect(result.digest).toBe(index.root.digest);
		const copied = world.registry.repository(to.host, 'mirror/app');
		expect((await copied.resolve('1.0'))?.digest).toBe(index.root.digest);
	});

	test('a damaged blob ends in DIGEST_MISMATCH, blamed on the source, and moves no tag', async () => {
		await using world = await openWorld('none');
		const {from, to} = await withIndex(world, 1_000_000);
		const old = await putImage(world.registry.repository(to.host, 'mirror/app'), '1.0', 100);
		const faults = [{...layer, corruptResponseByte: 30_000}];
		await using proxy = await startFaultProxy({upstream: from.url, faults});
		const {error} = await fail(
			copyImage(
				{source: `${proxy.host}/team/app:1.0`, destination: `${to.host}/mirror/app:1.0`},
				world.context(),
			),
		);
		expect(error.code).toBe('DIGEST_MISMATCH');
		expect(error.message).toContain(proxy.host);
		const now = await world.registry.repository(to.host, 'mirror/app').resolve('1.0');
		expect(now?.digest).toBe(old.manifest.digest);
	});

	test('a login that ends in mid-copy is explained with its side', async () => {
		await using world = await openWorld('none');
		const {from, to} = await withIndex(world, 1_000_000);
		const refuse = {status: 401, headers: {'www-authenticate': 'Basic realm="here"'}};
		const faults = [{method: 'PUT', path: 'uploads', respond: refuse}];
		await using proxy = await startFaultProxy({upstream: to.url, faults});
		const {error} = await fail(
			copyImage(
				{source: `${from.host}/team/app:1.0`, destination: `${proxy.host}/mirror/app:1.0`},
				world.context(),
			),
		);
		expect(error).toMatchObject({
			code: 'UNAUTHORIZED',
			message: expect.stringContaining(proxy.host),
		});
		expect(await world.registry.repository(to.host, 'mirror/app').resolve('1.0')).toBeUndefined();
	});

	test('cancelled, it stops at once and leaves the tag alone', async () => {
		await using world = await openWorld('none');
		const {from, to} = await withIndex(world, 3_000_000);
		const old = await putImage(world.registry.repository(to.host, 'mirror/app'), '1.0', 100);
		await using proxy = await startFaultProxy({
			upstream: from.url,
			faults: [{...layer, bytesPerSecond: 200_000}],
		});
		const controller = new AbortController();
		const operation = copyImage(
			{source: `${proxy.host}/team/app:1.0`, destination: `${to.host}/mirror/app:1.0`},
			world.context({signal: controller.signal}),
		);
		const moving = proxy.nextRequest(layer);
		const ended = fail(operation);
		await moving;
		controller.abort();
		expect((await ended).error.code).toBe('CANCELLED');
		const now = await world.registry.repository(to.host, 'mirror/app').resolve('1.0');
		expect(now?.digest).toBe(old.manifest.digest);
	});

	test('what the source does not have is TAG_NOT_FOUND before anything is written', async () => {
		await using world = await openWorld('none');
		const {from, to} = await withIndex(world);
		await using proxy = await startFaultProxy({upstream: to.url});
		const {error} = await fail(
			copyImage(
				{source: `${from.host}/team/app:9.9`, destination: `${proxy.host}/app:1.0`},
				world.context(),
			),
		);
		expect(error.code).toBe('TAG_NOT_FOUND');
		expect(proxy.requests.some(({method}) => method !== 'GET' && method !== 'HEAD')).toBe(false);
	});
});
