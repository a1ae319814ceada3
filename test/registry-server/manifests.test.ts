import {expect, test} from 'vitest';
import {
	ociIndex,
	ociManifest,
	pushBlob,
	pushImage,
	sha256,
	startTestRegistry,
} from './registry-calls.ts';

test('a manifest is read back byte by byte, by tag and by digest', async () => {
	await using registry = await startTestRegistry();
	const {digest, body, answer} = await pushImage(registry, 'app', '1.0');
	expect(answer.headers['docker-content-digest']).toBe(digest);
	for (const reference of ['1.0', digest]) {
		const read = await registry.call(`GET /v2/app/manifests/${reference}`);
		expect(read.body.toString()).toBe(body);
		expect(read.headers['content-type']).toBe(ociManifest);
		expect(read.headers['docker-content-digest']).toBe(digest);
		const head = await registry.call(`HEAD /v2/app/manifests/${reference}`);
		expect([head.status, head.headers['content-length']]).toEqual([200, String(body.length)]);
		expect(head.body).toHaveLength(0);
	}
});

test('a client that does not take the type is told so, one that takes anything gets it', async () => {
	await using registry = await startTestRegistry();
	await pushImage(registry, 'app', '1.0');
	const asked = (Accept: string) => registry.call('GET /v2/app/manifests/1.0', {headers: {Accept}});
	expect((await asked('application/vnd.docker.distribution.manifest.v2+json')).status).toBe(404);
	expect((await asked(`text/plain, ${ociManifest};q=0.5`)).status).toBe(200);
	expect((await asked('*/*')).status).toBe(200);
});

test('what a manifest names has to be there first', async () => {
	await using registry = await startTestRegistry();
	const config = await pushBlob(registry, 'app', '{}');
	const absent = {mediaType: 'application/x', digest: sha256('absent'), size: 6};
	const manifest = {schemaVersion: 2, mediaType: ociManifest, config, layers: [absent]};
	const index = {schemaVersion: 2, mediaType: ociIndex, manifests: [absent]};
	for (const document of [manifest, index]) {
		const answer = await registry.call('PUT /v2/app/manifests/1.0', {
			body: JSON.stringify(document),
			headers: {'Content-Type': document.mediaType},
		});
		expect(answer.code).toBe('MANIFEST_BLOB_UNKNOWN');
		expect(answer.body.toString()).toContain(absent.digest);
	}
	expect((await registry.call('GET /v2/app/tags/list')).code).toBe('NAME_UNKNOWN');
	// A blob of another repository does not count.
	await pushBlob(registry, 'other', 'absent');
	const again = await registry.call('PUT /v2/app/manifests/1.0', {body: JSON.stringify(manifest)});
	expect(again.code).toBe('MANIFEST_BLOB_UNKNOWN');
});

test.each([
	['no JSON', 'MANIFEST_INVALID'],
	['[]', 'MANIFEST_INVALID'],
	['{"schemaVersion":1}', 'MANIFEST_INVALID'],
	['{"schemaVersion":2}', 'MANIFEST_INVALID'],
	['{"schemaVersion":2,"layers":[],"manifests":[]}', 'MANIFEST_INVALID'],
	[`{"schemaVersion":2,"layers":[],"mediaType":"${ociIndex}"}`, 'MANIFEST_INVALID'],
])('%s is refused as a manifest', async (body, code) => {
	await using registry = await startTestRegistry();
	const headers = {'Content-Type': ociManifest};
	const answer = await registry.call('PUT /v2/app/manifests/1.0', {body, headers});
	expect([answer.status, answer.code]).toEqual([400, code]);
});

test('a manifest under a digest that is not its own, or a tag that is none, is refused', async () => {
	await using registry = await startTestRegistry();
	const {body} = await pushImage(registry, 'app', '1.0');
	const put = (reference: string) => registry.call(`PUT /v2/app/manifests/${reference}`, {body});
	expect((await put(sha256('other'))).code).toBe('DIGEST_INVALID');
	expect((await put('-x')).code).toBe('TAG_INVALID');
	expect((await put('a'.repeat(129))).code).toBe('TAG_INVALID');
	expect((await put(sha256(body))).status).toBe(201);
	expect((await put('__proto__')).status).toBe(201);
	const {tags} = (await registry.call('GET /v2/app/tags/list')).json<{tags: string[]}>();
	expect(tags).toEqual(['1.0', '__proto__']);
});

test('a manifest of more than 4 MiB is 413 and the connection is not read to its end', async () => {
	await using registry = await startTestRegistry();
	const answer = await registry.call('PUT /v2/app/manifests/1.0', {
		body: Buffer.alloc(4 * 1024 * 1024 + 1, ' '),
	});
	expect(answer.status).toBe(413);
});

test('deleting a tag leaves its manifest; deleting a digest takes every tag on it', async () => {
	await using registry = await startTestRegistry();
	const {digest, body} = await pushImage(registry, 'app', '1.0');
	for (const tag of ['2.0', '3.0']) await registry.call(`PUT /v2/app/manifests/${tag}`, {body});
	expect((await registry.call('DELETE /v2/app/manifests/1.0')).status).toBe(202);
	expect((await registry.call('GET /v2/app/manifests/1.0')).code).toBe('MANIFEST_UNKNOWN');
	expect((await registry.call(`GET /v2/app/manifests/${digest}`)).status).toBe(200);
	expect((await registry.call(`DELETE /v2/app/manifests/${digest}`)).status).toBe(202);
	expect((await registry.call('GET /v2/app/tags/list')).json()).toEqual({name: 'app', tags: []});
	expect((await registry.call(`DELETE /v2/app/manifests/${digest}`)).status).toBe(404);
});

test('tags and repositories come sorted, in pages that link to the next', async () => {
	await using registry = await startTestRegistry();
	const {body} = await pushImage(registry, 'team/app', 'b');
	for (const tag of ['e', 'a', 'd', 'c']) {
		await registry.call(`PUT /v2/team/app/manifests/${tag}`, {body});
	}
	await pushImage(registry, 'team', '1');
	const seen: string[] = [];
	let address: string | undefined = '/v2/team/app/tags/list?n=2';
	while (address !== undefined) {
		const answer = await registry.call(`GET ${address}`);
		seen.push(answer.json<{tags: string[]}>().tags.join(''));
		address = /^<(.+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
	}
	expect(seen).toEqual(['ab', 'cd', 'e']);
	expect((await registry.call('GET /v2/team/app/tags/list?n=x')).code).toBe(
		'PAGINATION_NUMBER_INVALID',
	);
	expect((await registry.call('GET /v2/_catalog')).json()).toEqual({
		repositories: ['team', 'team/app'],
	});
	expect((await registry.call('GET /v2/_catalog?last=team')).json()).toEqual({
		repositories: ['team/app'],
	});
});

test('what refers to a manifest is listed, and filtered by type', async () => {
	await using registry = await startTestRegistry();
	const image = await pushImage(registry, 'app', '1.0');
	const subject = {mediaType: ociManifest, digest: image.digest, size: image.body.length};
	const signature = await pushImage(registry, 'app', 'signature', {
		extra: {subject, artifactType: 'application/x-signature', annotations: {by: 'me'}},
	});
	expect(signature.answer.headers['oci-subject']).toBe(image.digest);

	const list = async (query = '') => {
		const answer = await registry.call(`GET /v2/app/referrers/${image.digest}${query}`);
		expect(answer.headers['content-type']).toBe(ociIndex);
		return answer.json<{manifests: object[]}>().manifests;
	};
	expect(await list()).toMatchObject([
		{digest: signature.digest, artifactType: 'application/x-signature', annotations: {by: 'me'}},
	]);
	expect(await list('?artifactType=application/other')).toEqual([]);
	const none = await registry.call(`GET /v2/app/referrers/${sha256('nothing')}`);
	expect(none.status).toBe(200);
});

test('everything is there again after a restart, and what no manifest needs goes', async () => {
	await using first = await startTestRegistry();
	const kept = await pushImage(first, 'app', '1.0');
	const {layer} = await pushImage(first, 'other', '1.0');
	const gone = await pushImage(first, 'other', '2.0');
	await first.call(`DELETE /v2/other/manifests/${gone.digest}`);

	await using second = await first.restart();
	expect((await second.call('GET /v2/app/manifests/1.0')).body.toString()).toBe(kept.body);
	expect((await second.call(`GET /v2/other/blobs/${layer.digest}`)).status).toBe(200);
	expect((await second.call(`GET /v2/other/manifests/${gone.digest}`)).status).toBe(404);
});

test('a folder that is served already is not served a second time', async () => {
	await using registry = await startTestRegistry();
	await expect(startTestRegistry({folder: registry.folder})).rejects.toMatchObject({
		code: 'LAYOUT_LOCKED',
	});
});

test('a port that is taken is told with what to do', async () => {
	await using registry = await startTestRegistry();
	await expect(startTestRegistry({port: registry.port})).rejects.toMatchObject({
		code: 'USAGE',
		message: expect.stringContaining(String(registry.port)),
	});
});

test('the signal closes the registry', async () => {
	const stop = new AbortController();
	await using registry = await startTestRegistry({signal: stop.signal});
	await registry.call('GET /v2/');
	stop.abort();
	await registry.close();
	await expect(registry.call('GET /v2/')).rejects.toThrow('ECONNREFUSED');
});
