import {expect, test} from 'vitest';
import type {CommandCall} from '../../source/cli/command.ts';
import {doctorCommand} from '../../source/cli/commands/doctor.ts';
import {createOutput} from '../../source/cli/output.ts';
import {Secret} from '../../source/domain/credential.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {defaultSettings} from '../../source/settings/schema.ts';
import {auth, fakeMachine, type Machine} from '../credentials/machine.ts';
import {openWorld, type OperationWorld} from '../operations/operation-world.ts';

/** Lines about registries and logins that doctor prints for a target on the host. */
async function examine(world: OperationWorld, machine: Machine, host: string): Promise<string> {
	let out = '';
	const output = createOutput(
		{out: {write: text => (out += text)}, error: {write: () => undefined}},
		false,
	);
	const credentials = machine.credentials();
	const registry = createRegistryClient({credentials});
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
