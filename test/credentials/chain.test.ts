import {lstat, mkdir, readFile, stat, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test, vi} from 'vitest';
import type {RunProgram} from '../../source/process/run.ts';
import {Secret} from '../../source/domain/credential.ts';
import {auth, basic, everythingIn, fakeMachine, plain} from './machine.ts';

const config = '.docker/config.json';
const host = 'registry.test';

describe('finding', () => {
	test('goes through the sources in their order', async () => {
		await using machine = await fakeMachine();
		const source = async () => (await machine.credentials().find('ghcr.io'))?.source;
		expect(await source()).toBeUndefined();
		await machine.program('gh', 'echo gho_abc');
		expect(await source()).toBe('gh login');
		const login = {auths: {'ghcr.io': {auth: auth('ada:pw')}}};
		await machine.write('.config/containers/auth.json', login);
		expect(await source()).toBe('podman login');
		await machine.helper('secretservice', {'ghcr.io': ['ada', 'pw']});
		expect(await source()).toBe('docker-credential-secretservice');
		await machine.write(config, login);
		expect(await source()).toBe('docker config');
		machine.environment['GITHUB_TOKEN'] = 'abc';
		expect(await source()).toBe('environment GITHUB_TOKEN');
		const credentials = machine.credentials();
		await credentials.keep('ghcr.io', {kind: 'bearer', token: new Secret('abc')});
		expect((await credentials.find('ghcr.io'))?.source).toBe('typed');
	});

	test('asks once for callers at the same time, and again only after a while', async () => {
		await using machine = await fakeMachine();
		await machine.helper('store', {[host]: ['ada', 'pw']});
		await machine.write(config, {credsStore: 'store'});
		let time = 0;
		const credentials = machine.credentials({now: () => time});
		const found = await Promise.all([1, 2, 3].map(async () => credentials.find(host)));
		expect(found.every(one => one?.source === 'docker-credential-store')).toBe(true);
		time += 14_000;
		await credentials.find(host.toUpperCase());
		expect(await machine.calls('docker-credential-store')).toEqual(['get']);
		time += 2000;
		await credentials.find(host);
		expect(await machine.calls('docker-credential-store')).toEqual(['get', 'get']);
	});

	test('goes on for the others when one caller gives up, and ends when the last one does', async () => {
		await using machine = await fakeMachine();
		await machine.helper('store');
		await machine.write(config, {credsStore: 'store'});
		let ended: AbortSignal | undefined;
		const never: RunProgram = async ({signal}) => {
			ended = signal;
			return new Promise(() => {});
		};
		const credentials = machine.credentials({runProgram: never});
		const [one, two] = [new AbortController(), new AbortController()];
		const first = credentials.find(host, {signal: one.signal});
		const second = credentials.find(host, {signal: two.signal});
		await vi.waitFor(() => expect(ended).toBeDefined());
		one.abort();
		await expect(first).rejects.toMatchObject({code: 'CANCELLED'});
		expect(ended!.aborted).toBe(false);
		two.abort();
		await expect(second).rejects.toMatchObject({code: 'CANCELLED'});
		expect(ended!.aborted).toBe(true);
	});

	test('a cancelled search is not remembered as "no login"', async () => {
		await using machine = await fakeMachine();
		await machine.program('docker-credential-slow', 'sleep 60');
		await machine.write(config, {credsStore: 'slow'});
		const credentials = machine.credentials();
		const controller = new AbortController();
		const search = credentials.find(host, {signal: controller.signal});
		await vi.waitFor(async () =>
			expect(await machine.calls('docker-credential-slow')).toHaveLength(1),
		);
		controller.abort();
		await expect(search).rejects.toMatchObject({code: 'CANCELLED'});
		await machine.helper('slow', {[host]: ['ada', 'pw']});
		expect(plain(await credentials.find(host))).toMatchObject({username: 'ada'});
		expect(machine.warnings).toEqual([]);
	});

	test('a warning comes once, and once more after the logins were changed', async () => {
		await using machine = await fakeMachine();
		await machine.write(config, '{');
		let time = 0;
		const credentials = machine.credentials({now: () => time});
		await credentials.find(host);
		time += 20_000;
		await credentials.find(host);
		expect(machine.warnings).toHaveLength(1);
		await credentials.keep(host, basic('ada', 'pw'));
		expect(machine.warnings).toHaveLength(2);
	});
});

describe('keeping', () => {
	test('uses the helper that is configured for the host', async () => {
		await using machine = await fakeMachine();
		await machine.helper('own');
		await machine.helper('store');
		await machine.write(config, {credsStore: 'store', credHelpers: {[host]: 'own'}});
		const credentials = machine.credentials();
		expect(await credentials.keep(host, basic('ada', 'pw'))).toEqual({
			storedIn: 'docker-credential-own',
		});
		expect(plain(await credentials.find(host))).toEqual({
			source: 'docker-credential-own',
			username: 'ada',
			password: 'pw',
		});
		expect(await credentials.seenLogins()).toEqual([
			{host, source: 'docker-credential-own', username: 'ada'},
		]);
		expect(plain(await machine.credentials().find(host))).toMatchObject({password: 'pw'});
		expect(await machine.calls('docker-credential-store')).not.toContain('store');
		expect(machine.warnings).toEqual([]);
	});

	test("stores Docker Hub's login under the address that docker looks for", async () => {
		await using machine = await fakeMachine();
		await machine.helper('store');
		await machine.write(config, {credsStore: 'store'});
		await machine.credentials().keep('docker.io', basic('ada', 'pw'));
		const stored = await readFile(join(machine.bin, 'docker-credential-store.logins'), 'utf8');
		expect(JSON.parse(stored)).toEqual({'https://index.docker.io/v1/': ['ada', 'pw']});
	});

	test('keeps an identity token as docker marks it', async () => {
		await using machine = await fakeMachine();
		await machine.helper('store');
		await machine.write(config, {credsStore: 'store'});
		const token = new Secret('refresh');
		await machine.credentials().keep(host, {kind: 'identity-token', token});
		expect(plain(await machine.credentials().find(host))).toEqual({
			source: 'docker-credential-store',
			'identity-token': 'refresh',
		});
	});

	test.each([
		['linux', 'secretservice'],
		['darwin', 'osxkeychain'],
	] as const)(
		"on %s uses the system's helper %s where none is configured",
		async (platform, name) => {
			await using machine = await fakeMachine();
			await machine.helper(name);
			expect(await machine.credentials({platform}).keep(host, basic('ada', 'pw'))).toEqual({
				storedIn: `docker-credential-${name}`,
			});
		},
	);

	test('prefers pass only where pass itself is installed', async () => {
		await using machine = await fakeMachine();
		await machine.helper('pass');
		expect(await machine.credentials().keep(host, basic('a', 'b'))).toEqual({storedIn: 'memory'});
		await machine.program('pass', 'exit 0');
		expect(await machine.credentials().keep(host, basic('a', 'b'))).toEqual({
			storedIn: 'docker-credential-pass',
		});
	});

	test('stays in memory where no helper works, until the session ends', async () => {
		await using machine = await fakeMachine();
		await machine.program(
			'docker-credential-secretservice',
			'echo "Cannot autolaunch D-Bus"; exit 1',
		);
		const credentials = machine.credentials();
		expect(await credentials.keep(host, basic('ada', 'pw'))).toEqual({storedIn: 'memory'});
		expect(plain(await credentials.find(host))).toEqual({
			source: 'typed',
			username: 'ada',
			password: 'pw',
		});
		expect(await machine.credentials().find(host)).toBeUndefined();
		expect(machine.warnings).toEqual([]);
	});

	test('falls back to memory with a warning when the configured helper fails', async () => {
		await using machine = await fakeMachine();
		await machine.program('docker-credential-odd', 'cat; exit 1');
		await machine.write(config, {credsStore: 'odd'});
		expect(await machine.credentials().keep(host, basic('ada', 'planted'))).toEqual({
			storedIn: 'memory',
		});
		expect(machine.warnings.map(warning => warning.message)).toEqual([
			'docker-credential-odd could not keep the login: exit code 1',
		]);
	});

	test('never writes to the docker configuration file', async () => {
		await using machine = await fakeMachine();
		await machine.helper('store');
		const file = await machine.write(config, '{ "credsStore" :"store"}');
		await machine.credentials().keep(host, basic('ada', 'pw'));
		expect(await readFile(file, 'utf8')).toBe('{ "credsStore" :"store"}');
	});

	test('warns of an older login that comes first in the next session', async () => {
		await using machine = await fakeMachine();
		await machine.helper('secretservice');
		await machine.write(config, {auths: {[host]: {auth: auth('old:pw')}}});
		await machine.credentials().keep(host, basic('new', 'pw'));
		expect(machine.warnings).toEqual([
			{
				host,
				message:
					'The login from docker config is used before the new one when regbench starts again',
				hint: 'Run docker logout registry.test.',
			},
		]);
	});

	test('is found at once although "no login" had been remembered', async () => {
		await using machine = await fakeMachine();
		const credentials = machine.credentials();
		expect(await credentials.find(host)).toBeUndefined();
		await credentials.keep(host, basic('ada', 'pw'));
		expect(await credentials.find(host)).toBeDefined();
	});
});

describe('forgetting', () => {
	test('empties memory, helper and docker configuration, and says so', async () => {
		await using machine = await fakeMachine();
		await machine.helper('store', {[host]: ['ada', 'pw'], 'other.test': ['bob', 'pw']});
		await machine.write(config, {credsStore: 'store', auths: {[host]: {}, 'other.test': {}}});
		const credentials = machine.credentials();
		await credentials.keep(host, {kind: 'bearer', token: new Secret('abc')});
		expect(await credentials.forget(host)).toEqual([
			'memory',
			'docker-credential-store',
			'docker config',
		]);
		expect(await credentials.find(host)).toBeUndefined();
		expect(await credentials.find('other.test')).toBeDefined();
		expect(await credentials.forget(host)).toEqual([]);
	});

	test("takes away what was kept in the system's helper", async () => {
		await using machine = await fakeMachine();
		await machine.helper('secretservice');
		const credentials = machine.credentials();
		await credentials.keep(host, basic('ada', 'pw'));
		expect(await credentials.forget(host)).toEqual(['docker-credential-secretservice']);
		expect(await machine.credentials().find(host)).toBeUndefined();
	});

	test('leaves everything else in the configuration file, its link, and only its owner reads it', async () => {
		await using machine = await fakeMachine();
		const other = {auth: auth('bob:pw'), email: 'bob@test'};
		const real = await machine.write('dotfiles/docker.json', {
			HttpHeaders: {'X-Own': '1'},
			auths: {[host]: {auth: auth('a:b')}, 'other.test': other, [`https://${host}/v1/`]: {}},
			currentContext: 'lab',
		});
		await mkdir(join(machine.home, '.docker'));
		const link = join(machine.home, config);
		await symlink(real, link);
		expect(await machine.credentials().forget(host)).toEqual(['docker config']);
		expect(JSON.parse(await readFile(real, 'utf8'))).toEqual({
			HttpHeaders: {'X-Own': '1'},
			auths: {'other.test': other},
			currentContext: 'lab',
		});
		expect((await lstat(link)).isSymbolicLink()).toBe(true);
		expect((await stat(real)).mode & 0o777).toBe(0o600);
	});

	test('does not touch a configuration file that has no login of the host', async () => {
		await using machine = await fakeMachine();
		const file = await machine.write(config, '{ "auths":{} }');
		expect(await machine.credentials().forget(host)).toEqual([]);
		expect(await readFile(file, 'utf8')).toBe('{ "auths":{} }');
	});

	test('refuses to write a malformed configuration file, after the other places were emptied', async () => {
		await using machine = await fakeMachine();
		await machine.helper('secretservice', {[host]: ['ada', 'pw']});
		const file = await machine.write(config, '{"auths": {');
		const credentials = machine.credentials();
		await expect(credentials.forget(host)).rejects.toMatchObject({code: 'SETTINGS_UNREADABLE'});
		expect(await readFile(file, 'utf8')).toBe('{"auths": {');
		expect(await credentials.find(host)).toBeUndefined();
	});

	test('leaves the environment, podman and tools alone and tells how each is removed', async () => {
		await using machine = await fakeMachine();
		machine.environment['GHCR_TOKEN'] = 'abc';
		await machine.program('gh', 'echo gho_abc');
		const file = await machine.write('.config/containers/auth.json', {
			auths: {'ghcr.io': {auth: auth('ada:pw')}},
		});
		const before = await readFile(file, 'utf8');
		const credentials = machine.credentials();
		expect(await credentials.forget('ghcr.io')).toEqual([]);
		expect(await credentials.remaining('ghcr.io')).toEqual([
			{source: 'environment GHCR_TOKEN', remedy: 'Unset GHCR_TOKEN in your shell.'},
			{source: 'podman login', remedy: 'Run podman logout ghcr.io.'},
			{source: 'gh login', remedy: 'Run gh auth logout.'},
		]);
		expect(await readFile(file, 'utf8')).toBe(before);
		expect(await machine.calls('gh')).not.toContain('auth logout');
	});
});

describe('secrets', () => {
	const planted = 'pl4nted-s3cret';

	/** Programs that repeat what they hear and know on both outputs, in every way of failing. */
	const leaks = [
		`cat; echo ${planted}; echo ${planted} >&2; exit 1`,
		`cat; echo ${planted}; echo ${planted} >&2`,
		`echo '{"Username": "${planted}", "Secret": 7}'`,
		`echo '{"Secret": "${planted}"'`,
		`yes ${planted}`,
	];

	test.each(leaks)('are in no error and no warning when programs do: %s', async body => {
		await using machine = await fakeMachine();
		for (const name of ['docker-credential-leaky', 'docker-credential-secretservice', 'az']) {
			await machine.program(name, body);
		}
		await machine.program('gh', 'exit 1');
		await machine.write('.azure/azureProfile.json', '{"subscriptions": [{}]}');
		const errors: unknown[] = [];
		const files = [
			{credsStore: 'leaky'},
			{auths: {[host]: {auth: planted}, 'coursereg.azurecr.io': planted}},
			`{"auths": {"${host}": {"auth": "${planted}" `,
		];
		for (const file of files) {
			await machine.write(config, file);
			await machine.write('.config/containers/auth.json', file);
			const credentials = machine.credentials();
			for (const name of [host, 'coursereg.azurecr.io', 'ghcr.io']) {
				for (const call of [
					async () => credentials.find(name),
					async () => credentials.keep(name, basic('ada', planted)),
					async () => credentials.remaining(name),
					async () => credentials.forget(name),
					async () => credentials.seenLogins(),
				]) {
					await call().catch((error: unknown) => errors.push(error));
				}
			}
		}
		expect(machine.warnings.length).toBeGreaterThan(0);
		expect(errors.length).toBeGreaterThan(0);
		expect(everythingIn([errors, machine.warnings])).not.toContain(planted);
		expect(everythingIn([errors, machine.warnings])).not.toContain(auth(planted));
		const calls = await Promise.all(
			['docker-credential-leaky', 'docker-credential-secretservice', 'az', 'gh'].map(async name =>
				machine.calls(name),
			),
		);
		expect(everythingIn(calls)).not.toContain(planted);
	});

	test('do not show when what was found is printed', async () => {
		await using machine = await fakeMachine();
		await machine.write(config, {auths: {[host]: {auth: auth(`ada:${planted}`)}}});
		const found = await machine.credentials().find(host);
		expect(everythingIn(found)).not.toContain(planted);
		expect(JSON.stringify(found)).not.toContain(planted);
	});
});
