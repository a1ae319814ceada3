import {randomBytes} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {Secret, type Credential} from '../../source/domain/credential.ts';
import {digestOf} from '../../source/domain/digest.ts';
import {mediaTypes, type RawManifest} from '../../source/domain/manifest.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import type {BlobSource, RemoteRepository} from '../../source/registry/registry-client.ts';
import {describeLive} from '../support/live.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {skopeo} from '../support/skopeo.ts';
import {startRegistry} from '../support/start-registry.ts';
import {refreshTokenUser, startTokenServer} from '../support/token-server.ts';

type Options = Partial<Parameters<typeof createRegistryClient>[0]> & {
	readonly credential?: Credential;
};

function openClient({credential, ...options}: Options = {}) {
	const found = credential && {credential, source: 'test'};
	const client = createRegistryClient({
		credentials: {find: async () => found},
		sleep: async () => undefined,
		...options,
	});
	return {...client, [Symbol.asyncDispose]: () => client.close()};
}

function basic(username: string, password: string): Credential {
	return {kind: 'basic', username, password: new Secret(password)};
}

function blobOf(bytes: Buffer): BlobSource {
	return {
		digest: digestOf(bytes),
		size: bytes.byteLength,
		open: async function* (fromByte) {
			for (let at = fromByte; at < bytes.byteLength; at += 1024 * 1024) {
				yield bytes.subarray(at, at + 1024 * 1024);
			}
		},
	};
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const parts: Uint8Array[] = [];
	for await (const chunk of chunks) parts.push(chunk);
	return Buffer.concat(parts);
}

/** Pushes a small image of one layer; the bytes are what tests compare. */
async function pushImage(
	repository: RemoteRepository,
	tag: string,
	layer: Buffer = randomBytes(3_000_000),
): Promise<RawManifest & {readonly layer: Buffer}> {
	const config = Buffer.from(
		JSON.stringify({
			architecture: 'amd64',
			os: 'linux',
			config: {},
			rootfs: {type: 'layers', diff_ids: [digestOf(layer)]},
		}),
	);
	await repository.uploadBlob(blobOf(config));
	await repository.uploadBlob(blobOf(layer));
	const bytes = Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: mediaTypes.ociManifest,
			config: {
				mediaType: mediaTypes.ociConfig,
				digest: digestOf(config),
				size: config.byteLength,
			},
			layers: [{mediaType: mediaTypes.ociLayer, digest: digestOf(layer), size: layer.byteLength}],
		}),
	);
	const manifest = {bytes, mediaType: mediaTypes.ociManifest, digest: digestOf(bytes)};
	expect(await repository.putManifest(tag, manifest)).toBe(manifest.digest);
	return {...manifest, layer};
}

async function digestBySkopeo(reference: string, ...flags: string[]): Promise<string> {
	const raw = await skopeo(
		'inspect',
		'--raw',
		'--tls-verify=false',
		...flags,
		`docker://${reference}`,
	);
	return digestOf(raw);
}

describeLive('the registry client against docker-registry', ['docker-registry', 'skopeo'], () => {
	test('what is pushed is read back byte for byte, by itself and by skopeo', async () => {
		await using registry = await startRegistry();
		await using client = openClient();
		const repository = client.repository(registry.host, 'team/hello');

		expect(await repository.resolve('1.0.0')).toBeUndefined();
		await expect(repository.manifest('1.0.0')).rejects.toMatchObject({code: 'TAG_NOT_FOUND'});
		const pushed = await pushImage(repository, '1.0.0');

		expect(await digestBySkopeo(`${registry.host}/team/hello:1.0.0`)).toBe(pushed.digest);
		expect(await repository.resolve('1.0.0')).toEqual({
			mediaType: mediaTypes.ociManifest,
			digest: pushed.digest,
			size: pushed.bytes.byteLength,
		});
		const read = await repository.manifest('1.0.0');
		expect(read.digest).toBe(pushed.digest);
		expect(Buffer.from(read.bytes).equals(pushed.bytes)).toBe(true);
		const blob = {digest: digestOf(pushed.layer), size: pushed.layer.byteLength};
		expect((await collect(repository.readBlob(blob))).equals(pushed.layer)).toBe(true);
		const rest = await collect(repository.readBlob(blob, {fromByte: 2_999_990}));
		expect(rest.equals(pushed.layer.subarray(2_999_990))).toBe(true);
		expect(await repository.uploadBlob(blobOf(pushed.layer))).toBe('exists');
	});

	test('a blob of a sibling repository is mounted, not sent', async () => {
		await using registry = await startRegistry({relativeUrls: true});
		await using client = openClient();
		const {layer} = await pushImage(client.repository(registry.host, 'one'), '1');
		const two = client.repository(registry.host, 'two');
		const sent: number[] = [];

		const outcome = await two.uploadBlob(blobOf(layer), {
			mountFrom: ['missing', 'one'],
			onProgress: bytes => sent.push(bytes),
		});

		expect(outcome).toBe('mounted');
		expect(sent).toEqual([]);
		expect(await two.hasBlob(digestOf(layer))).toBe(true);
	});

	test('tags are listed, and an unknown repository is told from an empty one', async () => {
		await using registry = await startRegistry();
		await using client = openClient();
		const repository = client.repository(registry.host, 'hello');
		const layer = randomBytes(1000);
		for (const tag of ['1', '2', 'latest']) await pushImage(repository, tag, layer);

		const tags: string[] = [];
		for await (const page of repository.tags()) tags.push(...page);

		expect(tags.toSorted()).toEqual(['1', '2', 'latest']);
		const unknown = client.repository(registry.host, 'nothing').tags();
		await expect(unknown.next()).rejects.toMatchObject({code: 'TAG_NOT_FOUND'});
	});

	test('a registry with TLS on this machine is found, and its authority has to be trusted', async () => {
		await using registry = await startRegistry({tls: true});
		await using stranger = openClient();
		await expect(stranger.ping(registry.host)).rejects.toMatchObject({
			code: 'CERTIFICATE_UNTRUSTED',
		});

		await using client = openClient({
			certificateAuthorities: [await readFile(registry.authorityFile!, 'utf8')],
		});
		expect(await client.ping(registry.host)).toEqual({authentication: 'none'});
		await pushImage(client.repository(registry.host, 'hello'), '1');
	});

	test('a registry that comes back in the middle of a push is waited for', async () => {
		await using registry = await startRegistry();
		const waits: string[] = [];
		await using client = openClient({sleep: () => registry.start()});
		const repository = client.repository(registry.host, 'hello');
		const layer = randomBytes(8_000_000);
		const source = blobOf(layer);
		let killed = false;

		await repository.uploadBlob(
			{
				...source,
				open: async function* (fromByte) {
					for await (const chunk of source.open(fromByte)) {
						yield chunk;
						if (killed) continue;
						killed = true;
						await registry.kill();
					}
				},
			},
			{onNotice: ({message}) => waits.push(message)},
		);

		expect(waits.length).toBeGreaterThan(0);
		const blob = {digest: source.digest, size: source.size};
		expect((await collect(repository.readBlob(blob))).equals(layer)).toBe(true);
	});

	test('cuts on the way up and down are mended, and the bytes are right', async () => {
		await using registry = await startRegistry({relativeUrls: true});
		await using proxy = await startFaultProxy({
			upstream: registry.url,
			faults: [
				{method: 'PUT', path: /uploads/, times: 1, cutRequestAfterBytes: 5_000_000},
				{method: 'GET', path: /blobs\/sha256/, times: 2, cutResponseAfterBytes: 7_000_000},
			],
		});
		await using client = openClient();
		const repository = client.repository(proxy.host, 'hello');
		const layer = randomBytes(40_000_000);
		const notices: string[] = [];
		const onNotice = ({message}: {message: string}) => notices.push(message);

		await repository.uploadBlob(blobOf(layer), {onNotice});
		const blob = {digest: digestOf(layer), size: layer.byteLength};
		const read = await collect(repository.readBlob(blob, {onNotice}));

		expect(read.equals(layer)).toBe(true);
		expect(notices).toHaveLength(3);
		expect(notices[0]).toMatch(
			/cannot be reached: the connection was cut: waiting .* s, try 2 of 5/,
		);
	});
});

describeLive(
	'logins of the registry client',
	['docker-registry', 'skopeo', 'htpasswd', 'openssl'],
	() => {
		test('basic: a good login pushes, a wrong one is UNAUTHORIZED', async () => {
			const auth = {basic: {username: 'anna', password: 'pass:word'}};
			await using registry = await startRegistry({auth});
			await using client = openClient({credential: basic('anna', 'pass:word')});
			expect(await client.ping(registry.host)).toEqual({authentication: 'basic'});
			const pushed = await pushImage(client.repository(registry.host, 'hello'), '1');
			const creds = ['--creds', 'anna:pass:word'];
			expect(await digestBySkopeo(`${registry.host}/hello:1`, ...creds)).toBe(pushed.digest);

			expect(await client.checkLogin(registry.host, basic('anna', 'pass:word'))).toEqual({
				username: 'anna',
			});
			await expect(client.checkLogin(registry.host, basic('anna', 'wrong'))).rejects.toMatchObject({
				code: 'UNAUTHORIZED',
			});

			await using anonymous = openClient();
			await expect(
				anonymous.repository(registry.host, 'hello').manifest('1'),
			).rejects.toMatchObject({code: 'UNAUTHORIZED'});
		});

		test('GHCR’s shape: one token for a whole push, anonymous pulls of public images, 403 with whose it is', async () => {
			await using tokens = await startTokenServer({
				shape: 'ghcr',
				accounts: {octocat: 'ghp_secret'},
				grants: ({account, name, actions}) =>
					account !== undefined && name.startsWith(`${account}/`)
						? actions
						: actions.filter(action => action === 'pull'),
			});
			await using registry = await startRegistry({auth: {token: tokens}});
			await using client = openClient({credential: basic('octocat', 'ghp_secret')});
			const pushed = await pushImage(client.repository(registry.host, 'octocat/hello'), '1');
			expect(tokens.requests).toHaveLength(1);

			const other = client.repository(registry.host, 'other/hello');
			await expect(other.uploadBlob(blobOf(randomBytes(10)))).rejects.toMatchObject({
				code: 'FORBIDDEN',
			});

			await using anonymous = openClient();
			const read = await anonymous.repository(registry.host, 'octocat/hello').manifest('1');
			expect(read.digest).toBe(pushed.digest);

			// A login that is good for nothing does not stand in the way of a public image.
			const notices: string[] = [];
			await using stale = openClient({credential: basic('octocat', 'revoked')});
			const again = await stale
				.repository(registry.host, 'octocat/hello')
				.manifest('1', {onNotice: ({message}) => notices.push(message)});
			expect(again.digest).toBe(pushed.digest);
			expect(notices).toEqual([`${registry.host} refused the login (test): trying without it`]);

			expect(await client.checkLogin(registry.host, basic('octocat', 'ghp_secret'))).toEqual({
				username: 'octocat',
			});
			await expect(
				client.checkLogin(registry.host, basic('octocat', 'wrong')),
			).rejects.toMatchObject({code: 'UNAUTHORIZED'});
		});

		test('ACR’s shape: an identity token is exchanged by POST', async () => {
			await using tokens = await startTokenServer({
				shape: 'acr',
				accounts: {robot: 'secret'},
				entraTokens: {'entra-token': 'robot'},
			});
			await using registry = await startRegistry({auth: {token: tokens}});
			const exchanged = await fetch(`${tokens.url}/oauth2/exchange`, {
				method: 'POST',
				body: new URLSearchParams({
					grant_type: 'access_token',
					service: tokens.service,
					access_token: 'entra-token',
				}),
			});
			const {refresh_token: refreshToken} = (await exchanged.json()) as {refresh_token: string};

			const identity: Credential = {kind: 'identity-token', token: new Secret(refreshToken)};
			await using client = openClient({credential: identity});
			await pushImage(client.repository(registry.host, 'hello'), '1');
			expect(tokens.requests.at(-1)).toMatchObject({method: 'POST', grantType: 'refresh_token'});
			await client.checkLogin(registry.host, basic('robot', 'secret'));
			await client.checkLogin(registry.host, basic(refreshTokenUser, refreshToken));
			await expect(
				client.checkLogin(registry.host, {...identity, token: new Secret('stale')}),
			).rejects.toMatchObject({code: 'UNAUTHORIZED'});
		});

		test('a token that runs out in the middle of the work is replaced without a word', async () => {
			await using tokens = await startTokenServer({
				shape: 'ghcr',
				accounts: {octocat: 'ghp_secret'},
				refusedAfterSeconds: 1,
			});
			await using registry = await startRegistry({auth: {token: tokens}});
			await using client = openClient({credential: basic('octocat', 'ghp_secret')});
			const repository = client.repository(registry.host, 'octocat/hello');
			const {digest} = await pushImage(repository, '1');
			const before = tokens.requests.length;

			await expect
				.poll(
					async () => {
						expect((await repository.resolve('1'))?.digest).toBe(digest);
						return tokens.requests.length;
					},
					{timeout: 10_000, interval: 100},
				)
				.toBeGreaterThan(before);
		});
	},
);
