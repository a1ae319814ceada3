import {describe, expect, test} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import {mediaTypes} from '../../source/domain/manifest.ts';
import {guardPages} from '../../source/registry/pages.ts';
import {all, digest, scriptedWorld, tokenLine, wantsToken} from './providers/world.ts';
import {
	basicLogin,
	collect,
	open,
	scriptedRegistry,
	testClient,
	wantsTokens,
	type Step,
} from './scripted-registry.ts';

const tagsLine = '/v2/a/b/tags/list?n=1000';

function emptyPage(number: number): Step {
	return {
		method: 'GET',
		path: number === 0 ? tagsLine : `/p${number}`,
		headers: {link: `</p${number + 1}>; rel="next"`},
		body: '{"tags":[]}',
	};
}

describe('lists without an end', () => {
	test('empty pages that lead on and on are given up', async () => {
		await using registry = await scriptedRegistry([
			open,
			...Array.from({length: 21}, (_, number) => emptyPage(number)),
		]);
		await using client = testClient();
		await expect(all(client.repository(registry.host, 'a/b').tags())).rejects.toMatchObject({
			code: 'PROTOCOL_ERROR',
			message: /lists tags without an end/,
		});
	});

	test('pages are counted, and addresses have a length', () => {
		const guard = guardPages('host', 'tags', 2);
		guard.follow('/1', 1);
		guard.follow('/2', 1);
		expect(() => guard.follow('/3', 1)).toThrow(/without an end/);
		expect(() => guardPages('host', 'tags').follow('x'.repeat(5000), 1)).toThrow(/without an end/);
	});

	test('a listing in progress can be cancelled', async () => {
		const controller = new AbortController();
		const first = {method: 'GET', path: tagsLine, headers: {link: '</p>; rel=next'}};
		await using registry = await scriptedRegistry([
			open,
			{...first, body: '{"tags":["1"]}'},
			{method: 'GET', path: '/p', answer: () => controller.abort()},
		]);
		await using client = testClient();
		const listing = client.repository(registry.host, 'a/b').tags({signal: controller.signal});
		await listing.next();
		await expect(listing.next()).rejects.toMatchObject({code: 'CANCELLED'});
	});
});

describe('answers beyond measure', () => {
	test('a page of tags of more than 16 MiB', async () => {
		const body = Buffer.alloc(17 * 1024 * 1024, ' ');
		await using registry = await scriptedRegistry([open, {method: 'GET', path: tagsLine, body}]);
		await using client = testClient();
		const listing = client.repository(registry.host, 'a/b').tags();
		await expect(listing.next()).rejects.toMatchObject({code: 'TOO_LARGE'});
	});

	test.each([
		['nonsense', '{"tags":'],
		['a bare text', '"tags"'],
		['nothing', ''],
		['deep nesting', '['.repeat(200_000)],
	])('%s is no list', async (_, body) => {
		const catalogue = {method: 'GET', path: '/v2/_catalog?n=1000', body};
		const tags = {method: 'GET', path: tagsLine, body};
		await using registry = await scriptedRegistry([open, catalogue, tags]);
		await using client = testClient();
		const repositories = client.repositories(registry.host, '');
		await expect(repositories.next()).rejects.toMatchObject({code: 'PROTOCOL_ERROR'});
		const listing = client.repository(registry.host, 'a/b').tags();
		await expect(listing.next()).rejects.toMatchObject({code: 'PROTOCOL_ERROR'});
	});

	test('an answer that drips and drips', async () => {
		await using registry = await scriptedRegistry([
			open,
			{
				method: 'GET',
				path: tagsLine,
				answer(_, response) {
					response.write('{"tags":[');
					const timer = setInterval(() => response.write(' '), 5);
					response.once('close', () => clearInterval(timer));
				},
			},
		]);
		await using client = testClient({
			timeouts: {answerMs: 100},
			sleep: async () => {
				throw new Error('no second try');
			},
		});
		const listing = client.repository(registry.host, 'a/b').tags();
		await expect(listing.next()).rejects.toThrow('no second try');
	});
});

describe('a drip that never ends is given up', () => {
	const drip = (path: string | RegExp): Step => ({
		method: 'GET',
		path,
		answer(_, response) {
			response.write('{');
			const timer = setInterval(() => response.write(' '), 5);
			response.once('close', () => clearInterval(timer));
		},
	});
	const impatient = {
		timeouts: {answerMs: 100},
		sleep: async () => {
			throw new Error('no second try');
		},
	};

	test('in a manifest', async () => {
		await using registry = await scriptedRegistry([open, drip('/v2/a/b/manifests/1')]);
		await using client = testClient(impatient);
		const reading = client.repository(registry.host, 'a/b').manifest('1');
		await expect(reading).rejects.toThrow('no second try');
	});

	test('in a token', async () => {
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			drip(/^\/token\?/),
		]);
		await using client = testClient({...impatient, credential: basicLogin()});
		const reading = client.repository(registry.host, 'a/b').manifest('1');
		await expect(reading).rejects.toThrow('no second try');
	});
});

describe('what is not what was asked for', () => {
	const bytes = Buffer.from(JSON.stringify({mediaType: mediaTypes.ociManifest, layers: []}));
	const headers = {'content-type': mediaTypes.ociManifest};

	test.each([
		['other bytes', {body: Buffer.concat([bytes, Buffer.from(' ')]), headers}],
		[
			'other bytes under the right name',
			{
				body: Buffer.from('{"layers":[]}'),
				headers: {...headers, 'docker-content-digest': digestOf(bytes)},
			},
		],
	])('a manifest by its digest: %s', async (_, answer) => {
		const wanted = digestOf(bytes);
		await using registry = await scriptedRegistry([
			open,
			{method: 'GET', path: `/v2/a/b/manifests/${wanted}`, ...answer},
		]);
		await using client = testClient();
		const reading = client.repository(registry.host, 'a/b').manifest(wanted);
		await expect(reading).rejects.toMatchObject({code: 'DIGEST_MISMATCH'});
	});

	test('a manifest that is shorter than its length is asked for again', async () => {
		const path = '/v2/a/b/manifests/1';
		await using registry = await scriptedRegistry([
			open,
			{
				method: 'GET',
				path,
				answer(_, response) {
					response.writeHead(200, {...headers, 'content-length': bytes.byteLength + 1});
					response.write(bytes, () => response.destroy());
				},
			},
			{method: 'GET', path, headers, body: bytes},
		]);
		await using client = testClient();
		const {digest: read} = await client.repository(registry.host, 'a/b').manifest('1');
		expect(read).toBe(digestOf(bytes));
		expect(client.waits).toHaveLength(1);
	});
});

test('a blob that drips and drips is given up, however long it could go on', async () => {
	const content = Buffer.alloc(100_000, 'x');
	const blob = {digest: digestOf(content), size: content.byteLength};
	await using registry = await scriptedRegistry([
		open,
		{
			method: 'GET',
			path: `/v2/a/b/blobs/${blob.digest}`,
			answer(_, response) {
				const timer = setInterval(() => response.write('x'), 5);
				response.once('close', () => clearInterval(timer));
			},
		},
	]);
	await using client = testClient({
		timeouts: {idleMs: 100},
		sleep: async () => {
			throw new Error('no second try');
		},
	});
	const reading = collect(client.repository(registry.host, 'a/b').readBlob(blob));
	await expect(reading).rejects.toThrow('no second try');
});

describe('where a login is sent', () => {
	const packageAddress = 'https://api.github.com/user/packages/container/app';
	const ghcr = {'GET https://ghcr.io/v2/': wantsToken('https://ghcr.io/token', 'ghcr.io')};

	test.each([
		'https://169.254.169.254/token',
		'http://evil.example/token',
		'https://user:pass@evil.example/token',
		'file:///etc/passwd',
	])('the realm %s gets nothing', async realm => {
		await using registry = await scriptedRegistry([wantsTokens(realm)]);
		await using client = testClient({credential: basicLogin()});
		const reading = client.repository(registry.host, 'a/b').manifest('1');
		await expect(reading).rejects.toMatchObject({
			code: 'PROTOCOL_ERROR',
			message: expect.not.stringContaining('secret'),
		});
	});

	test('a redirect of the registry to another host goes without its token', async () => {
		const base = 'https://registry.example';
		const bytes = JSON.stringify({mediaType: mediaTypes.ociManifest, layers: []});
		const scope = 'repository:a/b:pull';
		await using world = await scriptedWorld({
			[`GET ${base}/v2/`]: wantsToken(`${base}/token`, 'x'),
			[tokenLine(`${base}/token`, 'x', [scope], 'anna')]: {body: {token: 't'}},
			[`GET ${base}/v2/a/b/manifests/1`]: {
				status: 307,
				headers: {location: 'https://evil.example/m'},
				authorization: 'Bearer t',
			},
			'GET https://evil.example/m': {
				body: bytes,
				headers: {'content-type': mediaTypes.ociManifest},
				authorization: 'none',
			},
		});
		await using client = testClient({connector: world.connector, credential: basicLogin()});
		const {digest: read} = await client.repository('registry.example', 'a/b').manifest('1');
		expect(read).toBe(digestOf(bytes));
	});

	test('a redirect of a vendor’s API to another host goes without it', async () => {
		await using world = await scriptedWorld({
			...ghcr,
			[`GET ${packageAddress}`]: {
				status: 302,
				headers: {location: 'https://evil.example/x'},
				authorization: 'Bearer secret',
			},
			'GET https://evil.example/x': {body: {}, authorization: 'none'},
		});
		await using client = testClient({connector: world.connector, credential: basicLogin('anna')});
		await client.repository('ghcr.io', 'anna/app').facts();
	});

	test('a password that is posted is not posted on', async () => {
		await using world = await scriptedWorld({
			'GET https://registry-1.docker.io/v2/': wantsToken('https://auth.docker.io/token', 'x'),
			'POST https://hub.docker.com/v2/auth/token': {
				status: 307,
				headers: {location: 'https://evil.example/x'},
			},
		});
		await using client = testClient({connector: world.connector, credential: basicLogin('anna')});
		await expect(all(client.repositories('docker.io', 'anna'))).rejects.toMatchObject({
			code: 'PROTOCOL_ERROR',
			message: expect.not.stringContaining('secret'),
		});
	});

	test.each([
		'https://evil.example/x',
		'//evil.example/x',
		'https://ghcr.io@evil.example/',
		'http://ghcr.io/x',
	])('the vendor API does not ask %s', async to => {
		await using world = await scriptedWorld(ghcr);
		await using client = testClient({connector: world.connector, credential: basicLogin('anna')});
		const asking = client
			.vendor('ghcr.io')
			.request({method: 'GET', to, as: {kind: 'login'}, expect: [200]});
		await expect(asking).rejects.toMatchObject({code: 'PROTOCOL_ERROR'});
	});

	test('a registry’s token is not for its vendor, and a list does not continue elsewhere', async () => {
		await using world = await scriptedWorld({
			...ghcr,
			[`GET ${packageAddress}`]: {body: [], headers: {link: '<https://evil.example/>; rel="next"'}},
		});
		await using client = testClient({connector: world.connector, credential: basicLogin('anna')});
		const vendor = client.vendor('ghcr.io');
		const registry = {kind: 'registry', scopes: ['repository:a/b:pull']} as const;
		await expect(
			vendor.request({method: 'GET', to: packageAddress, as: registry, expect: [200]}),
		).rejects.toMatchObject({code: 'PROTOCOL_ERROR'});
		await expect(
			vendor.request({method: 'GET', to: packageAddress, as: {kind: 'login'}, expect: [200]}),
		).rejects.toMatchObject({code: 'PROTOCOL_ERROR', message: /continues its list on evil/});
	});

	test('an identity token is for the token service alone', async () => {
		await using world = await scriptedWorld({
			...ghcr,
			[`GET ${packageAddress}`]: {body: {}, authorization: 'none'},
		});
		const {password} = basicLogin() as Extract<ReturnType<typeof basicLogin>, {kind: 'basic'}>;
		const credential = {kind: 'identity-token', token: password} as const;
		await using client = testClient({connector: world.connector, credential});
		await client
			.vendor('ghcr.io')
			.request({method: 'GET', to: packageAddress, as: {kind: 'login'}, expect: [200]});
	});
});

test('a catalogue with a lower limit to its pages is asked without one', async () => {
	await using registry = await scriptedRegistry([
		open,
		{
			method: 'GET',
			path: '/v2/_catalog?n=1000',
			status: 400,
			body: '{"errors":[{"code":"PAGINATION_NUMBER_INVALID"}]}',
		},
		{method: 'GET', path: '/v2/_catalog', body: '{"repositories":["app"]}'},
	]);
	await using client = testClient();
	expect(await all(client.repositories(registry.host, ''))).toEqual([{path: 'app'}]);
});

describe('what others wrote', () => {
	test('repositories and tags with escape sequences are none', async () => {
		const bad = ['\u001B[2J', 'a\u001B]0;t\u0007', 'a\nb', '../x', 'a b', '\u202Eb'];
		await using registry = await scriptedRegistry([
			open,
			{
				method: 'GET',
				path: '/v2/_catalog?n=1000',
				body: JSON.stringify({repositories: [...bad, 'a/b']}),
			},
			{method: 'GET', path: tagsLine, body: JSON.stringify({tags: [...bad, '1']})},
		]);
		await using client = testClient();
		expect(await all(client.repositories(registry.host, ''))).toEqual([{path: 'a/b'}]);
		expect(await all(client.repository(registry.host, 'a/b').tagEntries())).toEqual([{tag: '1'}]);
	});

	test('tags with escape sequences from a vendor’s API are none', async () => {
		const base = 'https://gcr.io';
		const row = (tag: string) => ({
			imageSizeBytes: '5',
			mediaType: mediaTypes.ociManifest,
			tag: [tag],
			timeCreatedMs: '1767323045000',
			timeUploadedMs: '1767323045000',
		});
		await using world = await scriptedWorld({
			[`GET ${base}/v2/`]: {},
			[`GET ${base}/v2/a/b/tags/list?n=1000`]: {
				body: {
					tags: ['\u001B[2J', '1'],
					manifest: {[digest('a')]: row('\u001B[2J'), [digest('b')]: row('1')},
				},
			},
		});
		await using client = testClient({connector: world.connector});
		const entries = await all(client.repository('gcr.io', 'a/b').tagEntries());
		expect(entries.map(({tag}) => tag)).toEqual(['1']);
	});

	test('escape sequences in annotations of referrers reach nobody', async () => {
		const subject = digest('a');
		const body = JSON.stringify({
			manifests: [
				{
					digest: digest('b'),
					size: 5,
					artifactType: 'x\u001B[2J/y',
					annotations: {'a\u0007': '\u001B]0;t\u0007ok'},
				},
				{digest: 'sha256:none', size: 5},
				'what',
			],
		});
		await using registry = await scriptedRegistry([
			open,
			{method: 'GET', path: `/v2/a/b/referrers/${subject}`, body},
		]);
		await using client = testClient();
		const found = await client
			.repository(registry.host, 'a/b')
			.referrers(subject, {knownTags: new Set()});
		expect(found).toEqual([
			{
				digest: digest('b'),
				kind: 'other',
				artifactType: 'x/y',
				sizeBytes: 5,
				annotations: {a: 'ok'},
			},
		]);
	});
});

describe('nothing is asked twice that is known', () => {
	test('first contact, tokens and missing interfaces are remembered', async () => {
		const base = 'https://registry.example';
		const realm = `${base}/token`;
		const token = tokenLine(realm, 's', ['repository:a/b:pull'], 'anna');
		const subject = digest('a');
		const head = (tag: string) => `HEAD ${base}/v2/a/b/manifests/${tag}`;
		const found = {
			'docker-content-digest': subject,
			'content-type': mediaTypes.ociManifest,
			'content-length': '7',
		};
		const cosign = ['sig', 'att', 'sbom'].map(suffix =>
			head(`sha256-${subject.slice(7)}.${suffix}`),
		);
		const fallback = `GET ${base}/v2/a/b/manifests/sha256-${subject.slice(7)}`;
		await using world = await scriptedWorld({
			[`GET ${base}/v2/`]: wantsToken(realm, 's'),
			[token]: {body: {token: 't', expires_in: 300}},
			[head('1')]: {headers: found},
			[head('2')]: {headers: found},
			[`GET ${base}/v2/a/b/tags/list?n=1000`]: {body: {tags: ['1', '2']}},
			[`GET ${base}/v2/a/b/referrers/${subject}`]: {status: 404},
			[fallback]: {status: 404},
			...Object.fromEntries(cosign.map(line => [line, {status: 404}])),
		});
		await using client = testClient({connector: world.connector, credential: basicLogin()});
		const repository = client.repository('registry.example', 'a/b');
		await Promise.all([repository.resolve('1'), repository.resolve('2'), all(repository.tags())]);
		expect(await repository.referrers(subject)).toEqual([]);
		expect(world.requests).toHaveLength(10);
		// Asked again, it is known that there is no such interface; with all tags known, nothing is left to ask.
		expect(await repository.referrers(subject, {knownTags: new Set(['1', '2'])})).toEqual([]);
		expect(world.requests).toHaveLength(10);
	});

	test('a manifest of known digest is read once, until something is deleted', async () => {
		const body = JSON.stringify({schemaVersion: 2, layers: []});
		const known = digestOf(body);
		const headers = {'content-type': mediaTypes.ociManifest};
		const read: Step = {method: 'GET', path: `/v2/a/b/manifests/${known}`, headers, body};
		const deleting: Step = {method: 'DELETE', path: read.path, status: 202};
		await using registry = await scriptedRegistry([
			open,
			read,
			read,
			deleting,
			{...read, status: 404, body: '{}'},
		]);
		let time = 0;
		await using client = testClient({now: () => time});
		const repository = client.repository(registry.host, 'a/b');
		await repository.manifest(known);
		await repository.manifest(known);
		time = 60_001;
		await repository.manifest(known);
		await repository.removal.manifest!(known);
		await expect(repository.manifest(known)).rejects.toMatchObject({code: 'TAG_NOT_FOUND'});
	});

	test('whether tags can be taken away is found out once for a host', async () => {
		const refusal = {status: 405, body: '{"errors":[{"code":"UNSUPPORTED"}]}'};
		const probe = {method: 'DELETE', path: /^\/v2\/a\/b\/manifests\/regbench-probe-/, ...refusal};
		await using registry = await scriptedRegistry([open, probe]);
		await using client = testClient();
		expect(await client.repository(registry.host, 'a/b').removal.canUntag()).toBe(false);
		expect(await client.repository(registry.host, 'c').removal.canUntag()).toBe(false);
	});
});
