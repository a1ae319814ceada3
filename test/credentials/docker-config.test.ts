import {describe, expect, test} from 'vitest';
import {auth, fakeMachine, plain} from './machine.ts';

const config = '.docker/config.json';

describe('entries in the file', () => {
	test.each([
		['a plain host', 'registry.test:5000', 'registry.test:5000'],
		['an old key with a scheme', 'https://registry.test', 'registry.test'],
		['an old key with scheme and path', 'https://registry.test/v1/', 'registry.test'],
		['another letter case', 'Registry.Test', 'registry.test'],
		["Docker Hub's address", 'https://index.docker.io/v1/', 'docker.io'],
		["Docker Hub's host", 'index.docker.io', 'docker.io'],
	])('%s is found', async (_title, key, host) => {
		await using machine = await fakeMachine();
		await machine.write(config, {auths: {[key]: {auth: auth('ada:pw')}}});
		expect(plain(await machine.credentials().find(host))).toEqual({
			source: 'docker config',
			username: 'ada',
			password: 'pw',
		});
	});

	test('the exact key is taken before an old one', async () => {
		await using machine = await fakeMachine();
		await machine.write(config, {
			auths: {
				'https://registry.test/v1/': {auth: auth('old:pw')},
				'registry.test': {auth: auth('new:pw')},
			},
		});
		expect(plain(await machine.credentials().find('registry.test'))).toMatchObject({
			username: 'new',
		});
	});

	test('a host is not found by a part of its name', async () => {
		await using machine = await fakeMachine();
		await machine.write(config, {
			auths: {
				'registry.test.evil.test': {auth: auth('a:b')},
				'registry.test:5000': {auth: auth('a:b')},
				'https://evil.test/registry.test': {auth: auth('a:b')},
			},
		});
		expect(await machine.credentials().find('registry.test')).toBeUndefined();
	});

	test.each([
		[{auth: auth('ada:p:w\0\0')}, {username: 'ada', password: 'p:w'}],
		[
			{username: 'ada', password: 'pw'},
			{username: 'ada', password: 'pw'},
		],
		[
			{auth: auth('00000000-0000-0000-0000-000000000000:'), identitytoken: 'refresh'},
			{'identity-token': 'refresh', username: '00000000-0000-0000-0000-000000000000'},
		],
		[{identitytoken: 'refresh'}, {'identity-token': 'refresh'}],
		[{registrytoken: 'bearer'}, {bearer: 'bearer'}],
	])('the entry form %j is understood', async (entry, expected) => {
		await using machine = await fakeMachine();
		await machine.write(config, {auths: {'registry.test': entry}});
		expect(plain(await machine.credentials().find('registry.test'))).toEqual({
			source: 'docker config',
			...expected,
		});
	});

	test.each([
		['no base64', {auth: '%%%'}],
		['no colon', {auth: auth('planted')}],
		['no user', {auth: auth(':planted')}],
		['no password', {auth: auth('ada:')}],
		['not an object', 'planted'],
	])('an entry with %s is warned of and passed over', async (_title, entry) => {
		await using machine = await fakeMachine();
		await machine.write(config, {auths: {'registry.test': entry}});
		expect(await machine.credentials().find('registry.test')).toBeUndefined();
		expect(machine.warnings).toEqual([
			{
				host: 'registry.test',
				message: 'The docker login of registry.test cannot be understood',
				hint: 'Run docker login registry.test to have it written anew.',
			},
		]);
	});

	test.each([
		['broken JSON', '{"auths": {"registry.test": {"auth": "planted"'],
		['another type', '["planted"]'],
		['auths of another type', '{"auths": "planted"}'],
	])('a file with %s is a warning that names the file and not its text', async (_title, text) => {
		await using machine = await fakeMachine();
		const file = await machine.write(config, text);
		expect(await machine.credentials().find('registry.test')).toBeUndefined();
		expect(machine.warnings).toHaveLength(1);
		expect(machine.warnings[0]!.message).toBe(`${file} is not a valid login file`);
		expect(JSON.stringify(machine.warnings)).not.toContain('planted');
	});

	test('a file that is far too large is not read', async () => {
		await using machine = await fakeMachine();
		await machine.write(config, JSON.stringify({filler: 'x'.repeat(2_000_000)}));
		expect(await machine.credentials().find('registry.test')).toBeUndefined();
		expect(machine.warnings[0]!.message).toContain('cannot be read');
	});

	test('no file at all is no reason to warn', async () => {
		await using machine = await fakeMachine();
		expect(await machine.credentials().find('registry.test')).toBeUndefined();
		expect(machine.warnings).toEqual([]);
	});

	test('DOCKER_CONFIG names another folder', async () => {
		await using machine = await fakeMachine();
		await machine.write('elsewhere/config.json', {auths: {'registry.test': {auth: auth('a:b')}}});
		machine.environment['DOCKER_CONFIG'] = `${machine.home}/elsewhere`;
		expect(plain(await machine.credentials().find('registry.test'))).toMatchObject({username: 'a'});
	});
});

describe('DOCKER_AUTH_CONFIG', () => {
	test('wins over the file, and leaves other hosts to it', async () => {
		await using machine = await fakeMachine();
		machine.environment['DOCKER_AUTH_CONFIG'] = JSON.stringify({
			auths: {'registry.test': {auth: auth('env:pw')}},
		});
		await machine.write(config, {
			auths: {'registry.test': {auth: auth('a:b')}, 'other.test': {auth: auth('file:pw')}},
		});
		const credentials = machine.credentials();
		expect(plain(await credentials.find('registry.test'))).toEqual({
			source: 'environment DOCKER_AUTH_CONFIG',
			username: 'env',
			password: 'pw',
		});
		expect(plain(await credentials.find('other.test'))).toMatchObject({username: 'file'});
	});

	test('is warned of without its text when it is malformed', async () => {
		await using machine = await fakeMachine();
		machine.environment['DOCKER_AUTH_CONFIG'] = '{"auths": planted';
		expect(await machine.credentials().find('registry.test')).toBeUndefined();
		expect(machine.warnings[0]!.message).toMatch(/^DOCKER_AUTH_CONFIG is not valid/);
		expect(JSON.stringify(machine.warnings)).not.toContain('planted');
	});
});

describe('credential helpers', () => {
	test("the host's own helper is asked before the store, and instead of entries", async () => {
		await using machine = await fakeMachine();
		await machine.helper('own', {'registry.test': ['own', 'pw']});
		await machine.helper('store', {
			'registry.test': ['store', 'pw'],
			'other.test': ['store', 'pw'],
		});
		await machine.write(config, {
			auths: {'registry.test': {auth: auth('file:pw')}, 'third.test': {auth: auth('file:pw')}},
			credHelpers: {'registry.test': 'own'},
			credsStore: 'store',
		});
		const credentials = machine.credentials();
		expect(plain(await credentials.find('registry.test'))).toEqual({
			source: 'docker-credential-own',
			username: 'own',
			password: 'pw',
		});
		expect(plain(await credentials.find('other.test'))).toMatchObject({
			source: 'docker-credential-store',
		});
		expect(await credentials.find('third.test')).toBeUndefined();
		expect(machine.warnings).toEqual([]);
	});

	test('Docker Hub is asked for under the address that docker uses', async () => {
		await using machine = await fakeMachine();
		await machine.helper('store', {'https://index.docker.io/v1/': ['ada', 'pw']});
		await machine.write(config, {credsStore: 'store'});
		expect(plain(await machine.credentials().find('docker.io'))).toMatchObject({username: 'ada'});
	});

	test('the user <token> marks an identity token', async () => {
		await using machine = await fakeMachine();
		await machine.helper('store', {'registry.test': ['<token>', 'refresh']});
		await machine.write(config, {credsStore: 'store'});
		expect(plain(await machine.credentials().find('registry.test'))).toEqual({
			source: 'docker-credential-store',
			'identity-token': 'refresh',
		});
	});

	test.each([
		['that is missing', undefined, 'it is not installed (not found on PATH)'],
		['that fails', 'echo planted; exit 7', 'exit code 7'],
		['that answers nonsense', 'echo planted', 'its answer is not understood'],
		['that answers without a user', `echo '{"Secret": "planted"}'`, 'its answer is not understood'],
		['that cannot reach its keychain', 'echo "Cannot autolaunch D-Bus"; exit 1', /D-Bus/],
		['that writes without end', 'yes planted', 'its answer is too long'],
	])('a helper %s is a warning, and the search goes on', async (_title, body, reason) => {
		await using machine = await fakeMachine();
		if (body !== undefined) await machine.program('docker-credential-odd', body);
		await machine.write(config, {credsStore: 'odd'});
		await machine.write('.config/containers/auth.json', {
			auths: {'registry.test': {auth: auth('ada:pw')}},
		});
		expect(plain(await machine.credentials().find('registry.test'))).toMatchObject({
			source: 'podman login',
		});
		expect(machine.warnings).toHaveLength(1);
		expect(machine.warnings[0]!.message).toMatch(
			/^docker-credential-odd could not be asked for the login: /,
		);
		expect(machine.warnings[0]!.message).toMatch(reason);
		expect(JSON.stringify(machine.warnings)).not.toContain('planted');
	});

	test('a helper name that is a path is refused', async () => {
		await using machine = await fakeMachine();
		await machine.write(config, {credsStore: '../../bin/sh'});
		expect(await machine.credentials().find('registry.test')).toBeUndefined();
		expect(machine.warnings[0]!.message).toBe('A credential helper has an invalid name');
	});
});

describe('logins that are seen', () => {
	test('come from entries and from what helpers list, with user names and no secrets', async () => {
		await using machine = await fakeMachine();
		await machine.helper('store', {
			'https://index.docker.io/v1/': ['hubuser', 'planted'],
			'coursereg.azurecr.io': ['<token>', 'planted'],
		});
		await machine.write(config, {
			auths: {
				'https://index.docker.io/v1/': {},
				'coursereg.azurecr.io': {},
				'stale.test': {},
			},
			credsStore: 'store',
		});
		const seen = await machine.credentials().seenLogins();
		expect(seen).toEqual([
			{host: 'docker.io', source: 'docker-credential-store', username: 'hubuser'},
			{host: 'coursereg.azurecr.io', source: 'docker-credential-store'},
		]);
		expect(JSON.stringify(seen)).not.toContain('planted');
		expect(await machine.calls('docker-credential-store')).toEqual(['list']);
	});

	test('come from entries with a login only, and control characters are dropped', async () => {
		await using machine = await fakeMachine();
		await machine.write(config, {
			auths: {
				'https://registry.test/v1/': {auth: auth('ad\u001B[31ma:pw')},
				'marked.test': {},
				'not a host': {auth: auth('a:b')},
			},
		});
		const seen = await machine.credentials().seenLogins();
		expect(seen.map(login => login.host)).toEqual(['registry.test']);
		expect(seen[0]!.username).not.toContain('\u001B');
	});

	test('of a helper that cannot list are the hosts that the file names for it', async () => {
		await using machine = await fakeMachine();
		await machine.program('docker-credential-gcloud', 'exit 1');
		await machine.write(config, {credHelpers: {'us-docker.pkg.dev': 'gcloud'}});
		expect(await machine.credentials().seenLogins()).toEqual([
			{host: 'us-docker.pkg.dev', source: 'docker-credential-gcloud'},
		]);
	});
});
