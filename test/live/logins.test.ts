import {randomBytes} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {Secret, type Credential} from '../../source/domain/credential.ts';
import {digestOf} from '../../source/domain/digest.ts';
import {mediaTypes} from '../../source/domain/manifest.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import type {CredentialSource, RemoteRepository} from '../../source/registry/registry-client.ts';
import {startEmbeddedRegistry} from '../../source/registry/server/start.ts';
import {basic, fakeMachine, type Machine} from '../credentials/machine.ts';
import {describeLive} from '../support/live.ts';
import {startRehearsal} from '../support/rehearsal.ts';
import {startRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {refreshTokenUser, startTokenServer} from '../support/token-server.ts';

/** Pushes an image without layers. */
async function push(repository: RemoteRepository, tag = '1'): Promise<void> {
	const config = Buffer.from(JSON.stringify({nonce: randomBytes(8).toString('hex')}));
	const digest = digestOf(config);
	const size = config.byteLength;
	const open = async function* () {
		yield config;
	};
	await repository.uploadBlob({digest, size, open});
	const manifest = {
		schemaVersion: 2,
		mediaType: mediaTypes.ociManifest,
		config: {mediaType: mediaTypes.ociConfig, digest, size},
		layers: [],
	};
	const bytes = Buffer.from(JSON.stringify(manifest));
	const {mediaType} = manifest;
	await repository.putManifest(tag, {bytes, mediaType, digest: digestOf(bytes)});
}

async function openClient(
	credentials: CredentialSource,
	authorityFile?: string,
	texts: string[] = [],
) {
	const client = createRegistryClient({
		credentials,
		sleep: async () => undefined,
		onRequest: record => texts.push(JSON.stringify(record)),
		...(authorityFile ? {certificateAuthorities: [await readFile(authorityFile, 'utf8')]} : {}),
	});
	return {...client, [Symbol.asyncDispose]: () => client.close()};
}

function always(credential: Credential): CredentialSource {
	return {find: async () => ({credential, source: 'test'})};
}

/** A machine on which az knows the account, but not the registry. */
async function withAzure(machine: Machine): Promise<void> {
	await machine.write('.azure/azureProfile.json', '{"subscriptions": [{}]}');
	await machine.program(
		'az',
		`case "$*" in
acr*) echo 'not found' >&2; exit 1;;
*--resource*) echo '{"accessToken": "entra-for-registries", "tenant": "t-1"}';;
*) echo '{"accessToken": "entra-for-arm", "tenant": "t-1"}';;
esac`,
	);
}

const azureHints = {environmentVariables: [], dockerConfigKeys: [], tool: 'az'} as const;

describeLive('logins under the real names, over TLS', ['docker-registry', 'openssl'], () => {
	test('az without a login for the registry: its own token is exchanged there', async () => {
		await using rehearsal = await startRehearsal();
		const {host, tokens} = rehearsal.acr;
		tokens.settings.entraTokens = {'entra-for-registries': 'ada@example.com'};
		await using machine = await fakeMachine();
		await withAzure(machine);
		const texts: string[] = [];
		await using exchange = await openClient(
			{find: async () => undefined},
			rehearsal.authorityFile,
			texts,
		);
		const credentials = machine.credentials({
			hints: () => azureHints,
			exchangeEntraToken: exchange.exchangeEntraToken,
		});
		await using client = await openClient(credentials, rehearsal.authorityFile, texts);
		await push(client.repository(host, 'app'));
		expect((await credentials.find(host))?.source).toBe('az login');
		expect(tokens.requests.map(({path, status}) => `${path} ${status}`)).toEqual([
			'/oauth2/exchange 401',
			'/oauth2/exchange 200',
			expect.stringMatching(/^\/oauth2\/token 200/),
		]);
		expect(tokens.requests[1]!.parameters).toMatchObject({service: [host], tenant: ['t-1']});
		// The registry forgets what it has handed out: the login is renewed without a word.
		tokens.revokeRefreshTokens();
		client.forgetTokens(host);
		await push(client.repository(host, 'app'), '2');
		expect(machine.warnings).toEqual([]);
		expect(texts.join()).not.toMatch(/entra-for|refresh_token=/);
	});

	test('a password that is changed between two requests of a push is replaced', async () => {
		await using rehearsal = await startRehearsal({ghcrAccounts: {octocat: 'ghp_first'}});
		const {host, tokens} = rehearsal.ghcr;
		// Tokens end at once, so that every request needs the password.
		tokens.settings.refusedAfterSeconds = 5;
		await using machine = await fakeMachine();
		const config = (secret: string) => ({
			auths: {[host]: {auth: Buffer.from(`octocat:${secret}`).toString('base64')}},
		});
		await machine.write('.docker/config.json', config('ghp_first'));
		await using client = await openClient(machine.credentials(), rehearsal.authorityFile);
		const repository = client.repository(host, 'octocat/app');
		const blob = randomBytes(200_000);
		const open = async function* () {
			yield blob.subarray(0, 100_000);
			tokens.settings.accounts = {octocat: 'ghp_second'};
			await machine.write('.docker/config.json', config('ghp_second'));
			yield blob.subarray(100_000);
		};
		await repository.uploadBlob({digest: digestOf(blob), size: blob.byteLength, open});
		await push(repository);
		expect(await repository.resolve('1')).toBeDefined();
		expect(tokens.requests.some(({status}) => status === 403)).toBe(true);
	});
});

describeLive('every kind of Azure login', ['docker-registry', 'openssl'], () => {
	const principal = '5f0c7a52-6d3b-4e60-9a53-2f6b1a7c9d10';
	const accounts = {coursereg: 'admin-pw', [principal]: 'principal-secret', ci: 'token-pw'};
	const kinds = [
		['the admin user', basic('coursereg', 'admin-pw')],
		['a service principal', basic(principal, 'principal-secret')],
		['a repository token', basic('ci', 'token-pw')],
	] as const;

	test.each(kinds)('%s pushes to docker-registry behind a token service', async (_kind, login) => {
		await using tokens = await startTokenServer({
			shape: 'acr',
			accounts,
			// The repository token is for one repository.
			grants: ({account, name, actions}) =>
				account !== undefined && (account !== 'ci' || name === 'app') ? actions : [],
		});
		await using registry = await startRegistry({auth: {token: tokens}});
		await using client = await openClient(always(login));
		await client.checkLogin(registry.host, login);
		await push(client.repository(registry.host, 'app'));
		const elsewhere = push(client.repository(registry.host, 'other'));
		if (login === kinds[2][1]) await expect(elsewhere).rejects.toBeDefined();
		else await elsewhere;
	});

	test.each(kinds)(
		'%s pushes to the embedded registry in the shape of Azure',
		async (_kind, login) => {
			await using folder = await temporaryFolder();
			const users = Object.entries(accounts).map(([username, password]) => ({
				username,
				password: new Secret(password),
			}));
			await using registry = await startEmbeddedRegistry({
				folder: folder.path,
				authentication: 'acr',
				users,
			});
			const host = `coursereg.azurecr.localhost:${registry.port}`;
			await using client = await openClient(always(login));
			await client.checkLogin(host, login);
			await push(client.repository(host, 'app'));
			const wrong = {...login, password: new Secret('planted')} as Credential;
			const refused = client.checkLogin(host, wrong);
			await expect(refused).rejects.toMatchObject({code: 'UNAUTHORIZED'});
		},
	);

	test('the token of az goes by the name of zeros, until it is revoked', async () => {
		await using tokens = await startTokenServer({shape: 'acr', accounts});
		await using registry = await startRegistry({auth: {token: tokens}});
		const login = basic(refreshTokenUser, tokens.refreshTokenFor('ada'));
		await using client = await openClient(always(login));
		await client.checkLogin(registry.host, login);
		await push(client.repository(registry.host, 'app'));
		tokens.revokeRefreshTokens();
		client.forgetTokens(registry.host);
		await expect(push(client.repository(registry.host, 'app'))).rejects.toMatchObject({
			code: 'UNAUTHORIZED',
		});
	});
});
