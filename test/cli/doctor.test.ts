import {expect, test} from 'vitest';
import type {CommandCall} from '../../source/cli/command.ts';
import {doctorCommand} from '../../source/cli/commands/doctor.ts';
import {createOutput} from '../../source/cli/output.ts';
import {Secret} from '../../source/domain/credential.ts';
import type {Connector} from '../../source/registry/agents.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {defaultSettings} from '../../source/settings/schema.ts';
import {auth, fakeMachine, type Machine} from '../credentials/machine.ts';
import {openWorld, type OperationWorld} from '../operations/operation-world.ts';
import {scriptedWorld, tokenLine, wantsToken} from '../registry/providers/world.ts';

/** Lines about registries and logins that doctor prints for a target on the host. */
async function examine(
	world: OperationWorld,
	machine: Machine,
	host: string,
	connector?: Connector,
): Promise<string> {
	let out = '';
	const output = createOutput(
		{out: {write: text => (out += text)}, error: {write: () => undefined}},
		false,
	);
	const credentials = machine.credentials();
	const registry = createRegistryClient({
		credentials,
		...(connector ? {connector} : {}),
	});
	const target = {id: host, provider: 'generic', host, namespace: ''};
	const parts = {
		settings: {get: () => ({...defaultSettings, targets: [target]}), path: 'settings.json'},
		registry,
		credentials,
		engine: world.context().engine,
		tried: () => [],
		credentialWarnings: () => machine.warnings,
		sessionTargets: [],
		dataFolder: '/nonexistent',
	} as unknown as CommandCall['parts'];
	const {signal} = new AbortController();
	try {
		await doctorCommand.run({parts, output, signal, words: [], options: {}});
	} finally {
		await registry.close();
	}
	return out.slice(out.search(/^. (?:registry|login)/m));
}

const users = [{username: 'ada', password: new Secret('planted')}];

test('doctor names the login that is used, those that are not, and what failed on the way', async () => {
	await using world = await openWorld('none');
	await using machine = await fakeMachine();
	const {host} = await world.startRegistry({authentication: 'basic', users});
	const login = {auths: {[host]: {auth: auth('ada:planted')}}};
	await machine.write('.docker/config.json', {credsStore: 'gone', ...login});
	await machine.write('.config/containers/auth.json', login);
	expect(await examine(world, machine, host))
		.toBe(`✓ registry   ${host} takes the login from podman login as ada
✗ login      ${host}: docker-credential-gone could not be asked for the login: it is not installed (not found on PATH)
    Run docker-credential-gone list by hand to see what is wrong, or log in with a token.
`);
	await machine.write('.docker/config.json', login);
	expect(await examine(world, machine, host)).toContain(
		`✓ registry   ${host} takes the login from docker config as ada\n    Also found, and not used: podman login\n`,
	);
});

test('doctor tells where it looked when there is no login, and whose was refused', async () => {
	await using world = await openWorld('none');
	await using machine = await fakeMachine();
	const {host, port} = await world.startRegistry({authentication: 'basic', users});
	expect(await examine(world, machine, host)).toBe(`✓ registry   ${host} answers, no login found
    Looked in: environment (REGBENCH_TOKEN_127_0_0_1_${port}), docker config, system keychain, podman. To push, log in: regbench login ${host}
`);
	await machine.write('.docker/config.json', {auths: {[host]: {auth: auth('ada:wrong')}}});
	const text = await examine(world, machine, host);
	expect(text).toContain(`✗ registry   ${host} refused this login (from docker config)`);
	expect(text).not.toMatch(/planted|wrong/);
});

test('doctor tells how many pulls the registry leaves to this login, and nothing where it sets no limit', async () => {
	await using world = await openWorld('none');
	await using machine = await fakeMachine();
	await machine.write('.docker/config.json', {
		auths: {'https://index.docker.io/v1/': {auth: auth('ada:planted')}},
	});
	const realm = 'https://auth.docker.io/token';
	const service = 'registry.docker.io';
	const base = 'https://registry-1.docker.io/v2/';
	const scope = 'repository:ratelimitpreview/test:pull';
	const first = wantsToken(realm, service);
	const withToken = {authorization: 'Bearer t'};
	const limits = {'ratelimit-limit': '200;w=21600', 'ratelimit-remaining': '187;w=21600'};
	await using hub = await scriptedWorld({
		[`GET ${base}`]: [first, withToken, first, first, withToken, first],
		[tokenLine(realm, service, [], 'ada')]: {body: {token: 't', expires_in: 300}},
		[tokenLine(realm, service, [scope], 'ada')]: {body: {token: 't', expires_in: 300}},
		[`HEAD ${base}ratelimitpreview/test/manifests/latest`]: [{headers: limits}, {}],
	});
	const takes = '✓ registry   docker.io takes the login from docker config as ada';
	const told = await examine(world, machine, 'docker.io', hub.connector);
	expect(told).toBe(`${takes}; 187 of 200 pulls left in 6 hours\n`);
	expect(told).not.toContain('planted');
	expect(await examine(world, machine, 'docker.io', hub.connector)).toBe(`${takes}\n`);
});

test('doctor says nothing of a limit that the registry would not tell', async () => {
	await using world = await openWorld('none');
	await using machine = await fakeMachine();
	const base = 'https://registry-1.docker.io/v2/';
	await using hub = await scriptedWorld({
		[`GET ${base}`]: {},
		[`HEAD ${base}ratelimitpreview/test/manifests/latest`]: {status: 403},
	});
	const told = await examine(world, machine, 'docker.io', hub.connector);
	expect(told).toBe('✓ registry   docker.io answers and wants no login\n');
});
