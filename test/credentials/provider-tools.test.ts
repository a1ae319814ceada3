import {describe, expect, test} from 'vitest';
import {usernameInHosts} from '../../source/credentials/github-hosts.ts';
import {azureRegistryName} from '../../source/credentials/tools/azure.ts';
import {fakeMachine, plain} from './machine.ts';

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
