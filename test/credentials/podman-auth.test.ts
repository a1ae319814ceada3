import {expect, test} from 'vitest';
import {auth, fakeMachine, plain} from './machine.ts';

const login = (user: string) => ({auths: {'registry.test': {auth: auth(`${user}:pw`)}}});

test('the files are read in their order', async () => {
	await using machine = await fakeMachine();
	const user = async () => plain(await machine.credentials().find('registry.test'))?.['username'];
	await machine.write('.config/containers/auth.json', login('config'));
	expect(await user()).toBe('config');
	await machine.write('runtime/containers/auth.json', login('session'));
	machine.environment['XDG_RUNTIME_DIR'] = `${machine.home}/runtime`;
	expect(await user()).toBe('session');
	machine.environment['REGISTRY_AUTH_FILE'] = await machine.write('named.json', login('named'));
	expect(await user()).toBe('named');
});

test('without XDG_RUNTIME_DIR the folder of the user below /run is read', async () => {
	await using machine = await fakeMachine();
	await machine.write('run/auth.json', login('root'));
	const credentials = machine.credentials({podmanRunFolder: `${machine.home}/run`});
	expect(plain(await credentials.find('registry.test'))).toEqual({
		source: 'podman login',
		username: 'root',
		password: 'pw',
	});
});

test("docker's configuration comes first", async () => {
	await using machine = await fakeMachine();
	await machine.write('.config/containers/auth.json', login('podman'));
	await machine.write('.docker/config.json', login('docker'));
	expect(plain(await machine.credentials().find('registry.test'))).toMatchObject({
		username: 'docker',
	});
});

test('a login for one namespace is not taken for the whole host', async () => {
	await using machine = await fakeMachine();
	await machine.write('.config/containers/auth.json', {
		auths: {'registry.test/team': {auth: auth('team:pw')}},
	});
	expect(await machine.credentials().find('registry.test')).toBeUndefined();
	expect(await machine.credentials().seenLogins()).toEqual([]);
});

test("podman's credential helpers are asked", async () => {
	await using machine = await fakeMachine();
	await machine.helper('own', {'registry.test': ['ada', 'pw']});
	await machine.write('.config/containers/auth.json', {credHelpers: {'registry.test': 'own'}});
	expect(plain(await machine.credentials().find('registry.test'))).toMatchObject({
		source: 'docker-credential-own',
	});
});

test('a malformed file is a warning, and the next one is read', async () => {
	await using machine = await fakeMachine();
	machine.environment['REGISTRY_AUTH_FILE'] = await machine.write('named.json', '{');
	await machine.write('.config/containers/auth.json', login('config'));
	expect(plain(await machine.credentials().find('registry.test'))).toMatchObject({
		username: 'config',
	});
	expect(machine.warnings).toHaveLength(1);
});

test('hosts are seen once, with their user names', async () => {
	await using machine = await fakeMachine();
	machine.environment['REGISTRY_AUTH_FILE'] = await machine.write('named.json', login('named'));
	await machine.write('.config/containers/auth.json', {
		auths: {...login('config').auths, 'docker.io': {auth: auth('hub:pw')}},
	});
	expect(await machine.credentials().seenLogins()).toEqual([
		{host: 'registry.test', source: 'podman login', username: 'named'},
		{host: 'docker.io', source: 'podman login', username: 'hub'},
	]);
});
