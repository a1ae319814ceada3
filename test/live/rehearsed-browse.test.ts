import {expect, test} from 'vitest';
import {Secret, type Credential} from '../../source/domain/credential.ts';
import {digestOf} from '../../source/domain/digest.ts';
import {mediaTypes} from '../../source/domain/manifest.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import type {RemoteRepository} from '../../source/registry/registry-client.ts';
import {describeLive} from '../support/live.ts';
import {startRehearsal} from '../support/rehearsal.ts';

/** Trusts what docker trusts: the authority lies in certs.d alone. */
function openClient(username?: string, password = '') {
	const credential: Credential | undefined =
		username === undefined ? undefined : {kind: 'basic', username, password: new Secret(password)};
	const notices: string[] = [];
	const client = createRegistryClient({
		credentials: {find: async () => credential && {credential, source: 'test'}},
		certificateFolders: ['/etc/docker/certs.d'],
		sleep: async () => undefined,
	});
	return {
		...client,
		notices,
		call: {onNotice: ({message}: {readonly message: string}) => void notices.push(message)},
		[Symbol.asyncDispose]: () => client.close(),
	};
}

async function push(repository: RemoteRepository, tags: readonly string[]) {
	const config = Buffer.from('{"architecture":"amd64","os":"linux"}');
	const descriptor = {digest: digestOf(config), size: config.byteLength};
	await repository.uploadBlob({
		...descriptor,
		open: async function* () {
			yield config;
		},
	});
	const document = {
		schemaVersion: 2,
		mediaType: mediaTypes.ociManifest,
		config: {mediaType: mediaTypes.ociConfig, ...descriptor},
		layers: [],
	};
	const bytes = Buffer.from(JSON.stringify(document));
	const manifest = {bytes, mediaType: mediaTypes.ociManifest, digest: digestOf(bytes)};
	for (const tag of tags) await repository.putManifest(tag, manifest);
	return manifest.digest;
}

async function all<Entry>(pages: AsyncIterable<readonly Entry[]>): Promise<Entry[]> {
	const entries: Entry[] = [];
	for await (const page of pages) entries.push(...page);
	return entries;
}

describeLive('browsing under the real names', ['world', 'docker-registry', 'openssl'], () => {
	test('ghcr.io: tags, referrers by the fallback tag, and reading as nobody', async () => {
		await using rehearsal = await startRehearsal();
		await using client = openClient('octocat', 'ghp_rehearsal');
		const repository = client.repository(rehearsal.ghcr.host, 'octocat/hello');
		const digest = await push(repository, ['1', 'latest', 'sbom']);
		await push(repository, [`sha256-${digest.slice(7)}.sig`]);
		expect(await all(repository.tags())).toContain('latest');
		expect(await repository.referrers(digest)).toMatchObject([{kind: 'signature'}]);
		expect(await repository.readableByAnyone('1')).toBe(false);
	});

	test('NAME.azurecr.io: repositories and tags without its own API, and the deletion of a manifest', async () => {
		await using rehearsal = await startRehearsal();
		const {host} = rehearsal.acr;
		await using client = openClient('myacr', 'admin-password');
		const repository = client.repository(host, 'team/hello');
		const digest = await push(repository, ['1', 'latest']);
		expect(await all(client.repositories(host, 'team'))).toEqual([{path: 'team/hello'}]);
		const entries = await all(repository.tagEntries(client.call));
		expect(entries.map(({tag}) => tag).toSorted()).toEqual(['1', 'latest']);
		expect(client.notices).toEqual([expect.stringMatching(/^No times and sizes/)]);
		await repository.removal.manifest!(digest);
		expect(await repository.resolve('latest')).toBeUndefined();
	});
});
