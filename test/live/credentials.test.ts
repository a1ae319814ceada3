import {mkdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {runProgram} from '../../source/process/run.ts';
import {Secret} from '../../source/domain/credential.ts';
import {basic, fakeMachine, plain, type Machine} from '../credentials/machine.ts';
import {describeLive} from '../support/live.ts';
import {startDockerd, type RunningDockerd} from '../support/start-dockerd.ts';
import {startRegistry} from '../support/start-registry.ts';

const account = {username: 'ada', password: 'pa:ss wörd'};
const config = '.docker/config.json';

/** Runs a real program in the made-up home folder. */
async function run(machine: Machine, command: string, ...args: string[]) {
	const outcome = await runProgram({
		command,
		args,
		input: new Secret(account.password),
		environment: {
			...machine.environment,
			PATH: `${machine.bin}:${process.env['PATH']}`,
		},
		timeoutMs: 30_000,
	});
	expect(outcome, `${command} ${args.join(' ')}: ${outcome.stderr}`).toMatchObject({exitCode: 0});
	return outcome.stdout;
}

describeLive('logins of docker', ['docker', 'dockerd', 'docker-registry', 'htpasswd'], () => {
	let dockerd: RunningDockerd;
	beforeAll(async () => {
		dockerd = await startDockerd();
	});
	afterAll(async () => {
		await dockerd?.[Symbol.asyncDispose]();
	});

	/** The client asks its engine to try a login. */
	async function withEngine(): Promise<Machine> {
		const machine = await fakeMachine();
		machine.environment['DOCKER_HOST'] = dockerd.host;
		return machine;
	}

	test('a login that docker wrote into its file is found, seen and taken away', async () => {
		await using registry = await startRegistry({auth: {basic: account}});
		await using machine = await withEngine();
		await run(
			machine,
			'docker',
			'login',
			'-u',
			account.username,
			'--password-stdin',
			registry.host,
		);
		const credentials = machine.credentials();
		expect(plain(await credentials.find(registry.host))).toEqual({
			source: 'docker config',
			...account,
		});
		expect(await credentials.seenLogins()).toEqual([
			{host: registry.host, source: 'docker config', username: account.username},
		]);
		expect(await credentials.forget(registry.host)).toEqual(['docker config']);
		const text = await readFile(path.join(machine.home, config), 'utf8');
		expect(JSON.parse(text).auths).toEqual({});
		expect(await machine.credentials().find(registry.host)).toBeUndefined();
	});

	test('docker and regbench share a credential helper in both directions', async () => {
		await using registry = await startRegistry({auth: {basic: account}});
		await using machine = await withEngine();
		await machine.helper('shared');
		await machine.write(config, {credsStore: 'shared'});
		await run(
			machine,
			'docker',
			'login',
			'-u',
			account.username,
			'--password-stdin',
			registry.host,
		);
		const credentials = machine.credentials();
		const expected = {source: 'docker-credential-shared', ...account};
		expect(plain(await credentials.find(registry.host))).toEqual(expected);
		expect(await credentials.seenLogins()).toEqual([
			{host: registry.host, source: 'docker-credential-shared', username: account.username},
		]);

		expect(await credentials.forget(registry.host)).toContain('docker-credential-shared');
		expect(await credentials.find(registry.host)).toBeUndefined();

		await credentials.keep(registry.host, basic(account.username, account.password));
		// docker tries the stored login against the registry when it is given none.
		expect(await run(machine, 'docker', 'login', registry.host)).toContain('Login Succeeded');
	});
});

describeLive('logins of skopeo', ['skopeo', 'docker-registry', 'htpasswd'], () => {
	test('a login in its own file is found, seen and left alone', async () => {
		await using registry = await startRegistry({auth: {basic: account}});
		await using machine = await fakeMachine();
		machine.environment['XDG_RUNTIME_DIR'] = path.join(machine.home, 'runtime');
		await mkdir(machine.environment['XDG_RUNTIME_DIR']);
		await run(
			machine,
			'skopeo',
			'login',
			'--tls-verify=false',
			'-u',
			account.username,
			'--password-stdin',
			registry.host,
		);
		const credentials = machine.credentials();
		expect(plain(await credentials.find(registry.host))).toEqual({
			source: 'podman login',
			...account,
		});
		expect(await credentials.forget(registry.host)).toEqual([]);
		expect(await credentials.remaining(registry.host)).toEqual([
			{source: 'podman login', remedy: `Run podman logout ${registry.host}.`},
		]);
	});
});

describeLive('logins of podman', ['podman', 'docker-registry', 'htpasswd'], () => {
	test('a login of a user without a session folder is found below /run', async () => {
		await using registry = await startRegistry({auth: {basic: account}});
		await using machine = await fakeMachine();
		await run(
			machine,
			'podman',
			'login',
			'--tls-verify=false',
			'-u',
			account.username,
			'--password-stdin',
			registry.host,
		);
		const runFolder = `/run/containers/${process.getuid!()}`;
		const credentials = machine.credentials({podmanRunFolder: runFolder});
		expect(plain(await credentials.find(registry.host))).toEqual({
			source: 'podman login',
			...account,
		});
	});
});
