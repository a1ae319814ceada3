import {expect, test} from 'vitest';
import {openKeyring, type Keyring} from '../../source/credentials/keyring.ts';
import {Secret} from '../../source/domain/credential.ts';
import {RegbenchError} from '../../source/domain/errors.ts';
import {basic, everythingIn, fakeMachine, plain} from './machine.ts';

const host = 'registry.test';

/** A keychain in memory. */
function fakeKeyring(): Keyring & {readonly entries: Map<string, string>} {
	const entries = new Map<string, string>();
	return {
		entries,
		async get(key) {
			const text = entries.get(key);
			return text === undefined ? undefined : new Secret(text);
		},
		async set(key, text) {
			entries.set(key, text.reveal());
		},
		erase: async key => entries.delete(key),
	};
}

test('a login goes to the system keychain where docker has no helper, and is found again', async () => {
	await using machine = await fakeMachine();
	const keyring = fakeKeyring();
	const open = {openKeyring: async () => keyring};
	const credentials = machine.credentials(open);
	expect(await credentials.keepsIn(host)).toBe('system keychain');
	expect(await credentials.keep(host, basic('ada', 'pw'))).toEqual({storedIn: 'system keychain'});
	expect([...keyring.entries.keys()]).toEqual([host]);
	expect(plain(await machine.credentials(open).find(host))).toEqual({
		source: 'system keychain',
		username: 'ada',
		password: 'pw',
	});
	expect(await machine.credentials(open).forget(host)).toEqual(['system keychain']);
	expect(await machine.credentials(open).find(host)).toBeUndefined();
	expect(await credentials.forget(host)).toEqual([]);
});

test('Docker Hub and identity tokens are kept as docker would keep them', async () => {
	await using machine = await fakeMachine();
	const keyring = fakeKeyring();
	const open = {openKeyring: async () => keyring};
	const token = {kind: 'identity-token', token: new Secret('refresh')} as const;
	await machine.credentials(open).keep('docker.io', token);
	expect([...keyring.entries.keys()]).toEqual(['https://index.docker.io/v1/']);
	expect(plain(await machine.credentials(open).find('docker.io'))).toEqual({
		source: 'system keychain',
		'identity-token': 'refresh',
	});
});

test("docker's helper comes before the keychain", async () => {
	await using machine = await fakeMachine();
	const keyring = fakeKeyring();
	await machine.helper('secretservice');
	const credentials = machine.credentials({openKeyring: async () => keyring});
	expect(await credentials.keepsIn(host)).toBe('docker-credential-secretservice');
	await credentials.keep(host, basic('ada', 'pw'));
	expect(keyring.entries.size).toBe(0);
});

async function locked(): Promise<never> {
	throw new RegbenchError('CREDENTIAL_HELPER_FAILED', 'The system keychain could not keep it');
}

test('a configured helper that is missing is named, and the keychain keeps the login', async () => {
	await using machine = await fakeMachine();
	const keyring = fakeKeyring();
	await machine.write('.docker/config.json', {credsStore: 'gone'});
	const open = {openKeyring: async () => keyring};
	const credentials = machine.credentials(open);
	expect(await credentials.keepsIn(host)).toBe('system keychain');
	expect(await credentials.keep(host, basic('ada', 'pw'))).toEqual({storedIn: 'system keychain'});
	expect(machine.warnings.map(({message}) => message)).toContain(
		'docker-credential-gone could not keep the login: it is not installed (not found on PATH)',
	);
	expect(plain(await machine.credentials(open).find(host))).toMatchObject({password: 'pw'});
});

test('a keychain that refuses leaves the login in memory and says so, without the secret', async () => {
	await using machine = await fakeMachine();
	const keyring = {get: async () => undefined, set: locked, erase: async () => false};
	const credentials = machine.credentials({openKeyring: async () => keyring});
	expect(await credentials.keep(host, basic('ada', 'planted'))).toEqual({storedIn: 'memory'});
	expect(machine.warnings).toHaveLength(1);
	expect(everythingIn(machine.warnings)).not.toContain('planted');
});

test('where there is no keychain at all, memory is named before anything is typed', async () => {
	await using machine = await fakeMachine();
	expect(await machine.credentials().keepsIn(host)).toBe('memory');
});

test("the library is not an error where it cannot work: the kernel's keyring does not count", async () => {
	// With a session bus this may be a real keychain: then it answers, and holds no such key.
	const keyring = await openKeyring(process.platform);
	expect(keyring === undefined || (await keyring.get('nobody.invalid')) === undefined).toBe(true);
});
