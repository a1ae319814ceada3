import {expect, test} from 'vitest';
import {tokenVariable} from '../../source/credentials/environment.ts';
import {fakeMachine, plain} from './machine.ts';

test.each([
	['ghcr.io', 'REGBENCH_TOKEN_GHCR_IO'],
	['localhost:5000', 'REGBENCH_TOKEN_LOCALHOST_5000'],
	['my-reg.azurecr.io', 'REGBENCH_TOKEN_MY_REG_AZURECR_IO'],
	['[::1]:5000', 'REGBENCH_TOKEN____1__5000'],
])('the token of %s is in %s', (host, variable) => {
	expect(tokenVariable(host)).toBe(variable);
});

test('a value with a user name is cut at the first colon', async () => {
	await using machine = await fakeMachine();
	machine.environment['REGBENCH_TOKEN_LOCALHOST_5000'] = 'ada:pass:word\n';
	expect(plain(await machine.credentials().find('localhost:5000'))).toEqual({
		source: 'environment REGBENCH_TOKEN_LOCALHOST_5000',
		username: 'ada',
		password: 'pass:word',
	});
});

test('a bare token goes with the user name of the registry, or with any', async () => {
	await using machine = await fakeMachine();
	machine.environment['REGBENCH_TOKEN_COURSEREG_AZURECR_IO'] = 'abc';
	machine.environment['REGBENCH_TOKEN_REGISTRY_TEST'] = ':abc';
	const credentials = machine.credentials();
	expect(plain(await credentials.find('coursereg.azurecr.io'))).toMatchObject({
		username: '00000000-0000-0000-0000-000000000000',
		password: 'abc',
	});
	expect(plain(await credentials.find('registry.test'))).toMatchObject({
		username: 'token',
		password: 'abc',
	});
});

test('for GHCR the usual variables are tried in order after the own one', async () => {
	await using machine = await fakeMachine();
	const find = async () => plain(await machine.credentials().find('ghcr.io'));
	machine.environment['GITHUB_TOKEN'] = 'third';
	machine.environment['GITHUB_ACTOR'] = 'octocat';
	expect(await find()).toEqual({
		source: 'environment GITHUB_TOKEN',
		username: 'octocat',
		password: 'third',
	});
	machine.environment['GHCR_TOKEN'] = 'second';
	expect(await find()).toMatchObject({source: 'environment GHCR_TOKEN', password: 'second'});
	machine.environment['CR_PAT'] = 'first';
	expect(await find()).toMatchObject({source: 'environment CR_PAT', password: 'first'});
	machine.environment['REGBENCH_TOKEN_GHCR_IO'] = 'me:own';
	expect(await find()).toMatchObject({username: 'me', password: 'own'});
});

test("without an actor the name of gh's account goes with a bare GHCR token", async () => {
	await using machine = await fakeMachine();
	await machine.write('.config/gh/hosts.yml', 'github.com:\n    user: mona\n');
	machine.environment['CR_PAT'] = 'abc';
	expect(plain(await machine.credentials().find('ghcr.io'))).toMatchObject({username: 'mona'});
});

test('an empty variable counts as not set, one without a token is warned of', async () => {
	await using machine = await fakeMachine();
	machine.environment['REGBENCH_TOKEN_GHCR_IO'] = '  ';
	machine.environment['REGBENCH_TOKEN_REGISTRY_TEST'] = 'ada:';
	const credentials = machine.credentials();
	expect(await credentials.find('ghcr.io')).toBeUndefined();
	expect(machine.warnings).toEqual([]);
	expect(await credentials.find('registry.test')).toBeUndefined();
	expect(machine.warnings.map(warning => warning.message)).toEqual([
		'REGBENCH_TOKEN_REGISTRY_TEST holds a user name but no token',
	]);
});

test('hosts are seen in variables where their names are certain', async () => {
	await using machine = await fakeMachine();
	machine.environment['GITHUB_TOKEN'] = 'abc';
	machine.environment['REGBENCH_TOKEN_OTHERREG_AZURECR_IO'] = 'ada:abc';
	machine.environment['REGBENCH_TOKEN_A_B_C_D_IO'] = 'abc';
	machine.environment['REGBENCH_TOKEN_LOCALHOST_5000'] = 'abc';
	expect(await machine.credentials().seenLogins()).toEqual([
		{host: 'ghcr.io', source: 'environment GITHUB_TOKEN'},
		{
			host: 'otherreg.azurecr.io',
			source: 'environment REGBENCH_TOKEN_OTHERREG_AZURECR_IO',
			username: 'ada',
		},
	]);
});
