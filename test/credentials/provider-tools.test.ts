import {describe, expect, test, vi} from 'vitest';
import type {CredentialHints} from '../../source/credentials/credentials.ts';
import {usernameInHosts} from '../../source/credentials/github-hosts.ts';
import {azureRegistryName} from '../../source/credentials/tools/azure.ts';
import {ecrRegion} from '../../source/credentials/tools/aws.ts';
import {Secret} from '../../source/domain/credential.ts';
import {RegbenchError} from '../../source/domain/errors.ts';
import {everythingIn, fakeMachine, plain} from './machine.ts';

const hosts = `github.example.com:
    user: other
github.com:
    git_protocol: https
    users:
        octocat:
            oauth_token: gho_planted
            user: deeper
    user: octocat
`;

describe('gh', () => {
	test('gives its token, with the user name from its own file', async () => {
		await using machine = await fakeMachine();
		await machine.program('gh', 'echo gho_abc');
		await machine.write('.config/gh/hosts.yml', hosts);
		expect(plain(await machine.credentials().find('ghcr.io'))).toEqual({
			source: 'gh login',
			username: 'octocat',
			password: 'gho_abc',
		});
		expect(await machine.calls('gh')).toEqual(['auth token --hostname github.com']);
	});

	test('is asked for the user name when the token comes from the environment', async () => {
		await using machine = await fakeMachine();
		await machine.program('gh', 'case $1 in auth) echo ghp_abc;; api) echo mona;; esac');
		await machine.write('.config/gh/hosts.yml', hosts);
		machine.environment['GH_TOKEN'] = 'ghp_abc';
		expect(plain(await machine.credentials().find('ghcr.io'))).toMatchObject({username: 'mona'});
	});

	test('that cannot be asked for the user name still gives its token', async () => {
		await using machine = await fakeMachine();
		await machine.program('gh', 'case $1 in auth) echo gho_abc;; api) yes;; esac');
		expect(plain(await machine.credentials().find('ghcr.io'))).toEqual({
			source: 'gh login',
			username: 'token',
			password: 'gho_abc',
		});
		expect(machine.warnings).toEqual([]);
	});

	test('without a login is passed over in silence', async () => {
		await using machine = await fakeMachine();
		await machine.program('gh', 'echo "no oauth token found" >&2; exit 1');
		expect(await machine.credentials().find('ghcr.io')).toBeUndefined();
		expect(machine.warnings).toEqual([]);
	});

	test('is not asked for other hosts', async () => {
		await using machine = await fakeMachine();
		await machine.program('gh', 'echo gho_abc');
		expect(await machine.credentials().find('registry.test')).toBeUndefined();
		expect(await machine.calls('gh')).toEqual([]);
	});

	test('is seen by its file alone, without being run', async () => {
		await using machine = await fakeMachine();
		await machine.program('gh', 'echo gho_abc');
		await machine.write('.config/gh/hosts.yml', hosts);
		expect(await machine.credentials().seenLogins()).toEqual([
			{host: 'ghcr.io', source: 'gh login', username: 'octocat'},
		]);
		expect(await machine.calls('gh')).toEqual([]);
	});

	test.each([
		[hosts, 'octocat'],
		['github.com:\r\n  user: "mona"\r\n', 'mona'],
		['github.example.com:\n    user: other\n', undefined],
		['github.com:\n    users:\n        x:\n            user: deep\n', undefined],
		['', undefined],
		['{{{', undefined],
	])('the user name in %j is %s', (text, expected) => {
		expect(usernameInHosts(text)).toBe(expected);
	});
});

describe('az', () => {
	const host = 'coursereg.azurecr.io';
	const answer = JSON.stringify({accessToken: 'refresh', loginServer: host});

	test('gives a token for the token user, and is not asked again soon', async () => {
		await using machine = await fakeMachine();
		await machine.write('.azure/azureProfile.json', '\uFEFF{"subscriptions": [{}]}');
		await machine.program('az', `echo 'a warning' >&2; echo '${answer}'`);
		let time = 0;
		const credentials = machine.credentials({now: () => time});
		const expected = {
			source: 'az login',
			username: '00000000-0000-0000-0000-000000000000',
			password: 'refresh',
		};
		expect(plain(await credentials.find(host))).toEqual(expected);
		time += 60_000;
		expect(plain(await credentials.find(host))).toEqual(expected);
		expect(await machine.calls('az')).toEqual([
			'acr login --name coursereg --expose-token --output json',
		]);
		time += 3_600_000;
		await credentials.find(host);
		expect(await machine.calls('az')).toHaveLength(2);
	});

	test.each([undefined, '{"subscriptions": []}'])(
		'is not started when its profile (%j) has no account',
		async profile => {
			await using machine = await fakeMachine();
			if (profile !== undefined) await machine.write('.azure/azureProfile.json', profile);
			await machine.program('az', `echo '${answer}'`);
			expect(await machine.credentials().find(host)).toBeUndefined();
			expect(await machine.calls('az')).toEqual([]);
		},
	);

	test.each([
		['fails', 'echo planted; echo planted >&2; exit 1', `az has no login for ${host}`],
		['answers without a token', `echo '{"planted": 1}'`, `az gave no token for ${host}`],
		[
			'answers for another registry',
			`echo '{"accessToken": "planted", "loginServer": "other.azurecr.io"}'`,
			`az gave a login for another registry than ${host}`,
		],
	])('that %s is a warning', async (_title, body, message) => {
		await using machine = await fakeMachine();
		await machine.write('.azure/azureProfile.json', '{"subscriptions": [{}]}');
		await machine.program('az', body);
		expect(await machine.credentials().find(host)).toBeUndefined();
		expect(machine.warnings.map(warning => warning.message)).toEqual([message]);
		expect(JSON.stringify(machine.warnings)).not.toContain('planted');
	});

	test('that has been logged out is passed over in silence', async () => {
		await using machine = await fakeMachine();
		await machine.write('.azure/azureProfile.json', '{"subscriptions": [{}]}');
		await machine.program('az', `echo "Please run 'az login' to setup account." >&2; exit 1`);
		expect(await machine.credentials().find(host)).toBeUndefined();
		expect(machine.warnings).toEqual([]);
	});

	test.each([
		['coursereg.azurecr.io', 'coursereg'],
		['coursereg-a1b2c3.azurecr.io', 'coursereg'],
		['abc.azurecr.io', undefined],
		['--help.azurecr.io', undefined],
	])('the registry of %s is %s', (name, expected) => {
		expect(azureRegistryName(name)).toBe(expected);
	});
});

describe("az's own token", () => {
	const host = 'coursereg.azurecr.io';
	const profile = '{"subscriptions": [{}]}';
	/** az knows the registry not, and gives a token for each audience. */
	const program = `case "$*" in
acr*) echo 'The resource was not found' >&2; exit 1;;
*--resource*) echo '{"accessToken": "entra-registry", "tenant": "t-1"}';;
account*) echo '{"accessToken": "entra-arm", "tenant": "t-1"}';;
esac`;

	async function azureMachine() {
		const machine = await fakeMachine();
		await machine.write('.azure/azureProfile.json', profile);
		await machine.program('az', program);
		return machine;
	}

	test('is exchanged at the registry where az has no login for it', async () => {
		await using machine = await azureMachine();
		const asked: unknown[] = [];
		const credentials = machine.credentials({
			async exchangeEntraToken(name, token, {tenant}) {
				asked.push([name, token.reveal(), tenant]);
				return new Secret('refresh');
			},
		});
		expect(plain(await credentials.find(host))).toEqual({
			source: 'az login',
			username: '00000000-0000-0000-0000-000000000000',
			password: 'refresh',
		});
		expect(asked).toEqual([[host, 'entra-arm', 't-1']]);
		expect(machine.warnings).toEqual([]);
	});

	test('is made for registries alone where the usual one is refused', async () => {
		await using machine = await azureMachine();
		const credentials = machine.credentials({
			async exchangeEntraToken(_name, token) {
				if (token.reveal() === 'entra-registry') return new Secret('refresh');
				throw new RegbenchError('UNAUTHORIZED', 'no');
			},
		});
		expect(plain(await credentials.find(host))).toMatchObject({password: 'refresh'});
		expect(await machine.calls('az')).toEqual([
			'acr login --name coursereg --expose-token --output json',
			'account get-access-token --output json',
			'account get-access-token --resource https://containerregistry.azure.net --output json',
		]);
	});

	test('that no registry takes leaves the first complaint', async () => {
		await using machine = await azureMachine();
		const credentials = machine.credentials({
			async exchangeEntraToken() {
				throw new RegbenchError('UNAUTHORIZED', 'no');
			},
		});
		expect(await credentials.find(host)).toBeUndefined();
		expect(machine.warnings.map(({message}) => message)).toEqual([`az has no login for ${host}`]);
		expect(everythingIn(machine.warnings)).not.toContain('entra-');
	});

	test('is never given to a host that is not of Azure', async () => {
		await using machine = await azureMachine();
		const rehearsal = 'coursereg.azurecr.localhost:5002';
		const credentials = machine.credentials({
			hints: () => ({environmentVariables: [], dockerConfigKeys: [], tool: 'az'}),
			async exchangeEntraToken() {
				throw new Error('never asked');
			},
		});
		expect(await credentials.find(rehearsal)).toBeUndefined();
		expect(await machine.calls('az')).toHaveLength(1);
	});
});

function awsHints(name: string): CredentialHints {
	const tool = name === 'public.ecr.aws' ? 'aws-public' : 'aws';
	return {environmentVariables: [], dockerConfigKeys: [], tool};
}

describe('aws', () => {
	const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

	test.each([
		[host, 'ecr get-login-password --region eu-west-1'],
		['public.ecr.aws', 'ecr-public get-login-password --region us-east-1'],
	])('gives the password of %s by aws %s, good for half a day', async (name, call) => {
		await using machine = await fakeMachine();
		machine.environment['AWS_PROFILE'] = 'course';
		await machine.program('aws', 'echo eyJwYXlsb2FkIjoi');
		let time = 0;
		const credentials = machine.credentials({hints: awsHints, now: () => time});
		const expected = {source: 'aws login', username: 'AWS', password: 'eyJwYXlsb2FkIjoi'};
		expect(plain(await credentials.find(name))).toEqual(expected);
		time += 10 * 3_600_000;
		expect(plain(await credentials.find(name))).toEqual(expected);
		expect(await machine.calls('aws')).toEqual([call]);
		time += 2 * 3_600_000;
		await credentials.find(name);
		expect(await machine.calls('aws')).toHaveLength(2);
	});

	test('without an account is not started', async () => {
		await using machine = await fakeMachine();
		await machine.program('aws', 'echo never');
		expect(await machine.credentials({hints: awsHints}).find(host)).toBeUndefined();
		expect(await machine.calls('aws')).toEqual([]);
	});

	test('whose own session has expired says what to run', async () => {
		await using machine = await fakeMachine();
		await machine.write('.aws/config', '[default]');
		await machine.program(
			'aws',
			'echo "The SSO session associated has expired planted" >&2; exit 255',
		);
		expect(await machine.credentials({hints: awsHints}).find(host)).toBeUndefined();
		expect(machine.warnings).toMatchObject([
			{
				message: `aws has no login for ${host}: its own session has expired`,
				hint: expect.stringContaining('aws sso login'),
			},
		]);
		expect(everythingIn(machine.warnings)).not.toContain('planted');
	});

	test.each([
		[host, 'eu-west-1'],
		['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
		['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
		['123456789012.dkr-ecr.us-east-1.on.aws', 'us-east-1'],
		['123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.test', undefined],
		['12.dkr.ecr.eu-west-1.amazonaws.com', undefined],
	])('the region of %s is %s', (name, region) => {
		expect(ecrRegion(name)).toBe(region);
	});
});

function googleHints(): CredentialHints {
	return {environmentVariables: [], dockerConfigKeys: [], tool: 'gcloud'};
}

describe('gcloud', () => {
	const host = 'europe-docker.pkg.dev';

	test('gives its access token', async () => {
		await using machine = await fakeMachine();
		await machine.write('.config/gcloud/credentials.db', 'x');
		await machine.program('gcloud', 'echo ya29.abc');
		expect(plain(await machine.credentials({hints: googleHints}).find(host))).toEqual({
			source: 'gcloud login',
			username: 'oauth2accesstoken',
			password: 'ya29.abc',
		});
		expect(await machine.calls('gcloud')).toEqual(['auth print-access-token --quiet']);
	});

	test('without an account is not started, and logged out is no warning', async () => {
		await using machine = await fakeMachine();
		await machine.program(
			'gcloud',
			'echo "You do not currently have an active account selected." >&2; exit 1',
		);
		expect(await machine.credentials({hints: googleHints}).find(host)).toBeUndefined();
		expect(await machine.calls('gcloud')).toEqual([]);
		await machine.write('.config/gcloud/credentials.db', 'x');
		expect(await machine.credentials({hints: googleHints}).find(host)).toBeUndefined();
		expect(machine.warnings).toEqual([]);
	});

	test('that hangs is given up when the person does', async () => {
		await using machine = await fakeMachine();
		await machine.write('.config/gcloud/credentials.db', 'x');
		await machine.program('gcloud', 'exec sleep 60');
		const controller = new AbortController();
		const search = machine
			.credentials({hints: googleHints})
			.find(host, {signal: controller.signal});
		await vi.waitFor(async () => expect(await machine.calls('gcloud')).toHaveLength(1));
		controller.abort();
		await expect(search).rejects.toMatchObject({code: 'CANCELLED'});
	});
});

test('a tool whose login was refused is asked for a new one, for all callers once', async () => {
	await using machine = await fakeMachine();
	await machine.program('gh', 'date +gho_%N');
	await machine.write('.config/gh/hosts.yml', hosts);
	const credentials = machine.credentials();
	const refused = (await credentials.find('ghcr.io'))!;
	const others = await Promise.all(
		[1, 2, 3].map(async () => credentials.find('ghcr.io', {refused})),
	);
	const secrets = new Set(others.map(other => plain(other)!['password']));
	expect(secrets.size).toBe(1);
	expect(secrets).not.toContain(plain(refused)!['password']);
	expect(await machine.calls('gh')).toHaveLength(2);
});
