import {expect, test} from 'vitest';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {makeImage, makeOciLayout} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {startRehearsal} from '../support/rehearsal.ts';
import {runProgram} from '../support/run-program.ts';
import {skopeo, trySkopeo} from '../support/skopeo.ts';
import {startDockerd} from '../support/start-dockerd.ts';
import {startPodman} from '../support/start-podman.ts';
import {startRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {refreshTokenUser, startTokenServer} from '../support/token-server.ts';

describeLive('the harness', ['dockerd', 'docker', 'docker-registry', 'skopeo', 'openssl'], () => {
	test('docker pushes to an open registry and skopeo reads it back', async () => {
		await using dockerd = await startDockerd();
		await using registry = await startRegistry();
		const name = `${registry.host}/app:1.0`;
		const id = await makeImage(dockerd, {name, layers: [{sizeBytes: 20_000}, {sizeBytes: 10}]});
		await dockerd.docker('push', name);
		const manifest = JSON.parse(
			await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${name}`),
		);
		expect(manifest.config.digest).toBe(id);
		expect(manifest.layers).toHaveLength(2);
	});

	test('skopeo accepts the layouts that are made here', async () => {
		await using folder = await temporaryFolder();
		await using registry = await startRegistry({tls: true});
		const layout = await makeOciLayout(`${folder.path}/layout`, {layers: [{sizeBytes: 1111}]});
		await skopeo(
			'copy',
			'--dest-tls-verify=false',
			`oci:${layout.folder}:${layout.tag}`,
			`docker://${registry.host}/app:1.0`,
		);
		const read = await skopeo(
			'inspect',
			'--tls-verify=false',
			'--format={{.Digest}}',
			`docker://${registry.host}/app:1.0`,
		);
		expect(read).toBe(layout.manifest.digest);
	});

	test('a registry with basic auth takes the right password only', async () => {
		await using dockerd = await startDockerd();
		await using registry = await startRegistry({
			auth: {basic: {username: 'octo cat', password: 's:e crét'}},
		});
		const name = `${registry.host}/app:1.0`;
		await makeImage(dockerd, {name});
		const logIn = (input: string) =>
			dockerd.dockerWith({input}, 'login', '-u', 'octo cat', '--password-stdin', registry.host);
		await expect(logIn('wrong')).rejects.toThrow(/unauthorized/i);
		expect((await dockerd.tryDocker('push', name)).stderr).toContain('no basic auth credentials');
		await logIn('s:e crét');
		await dockerd.docker('push', name);
	});

	test('a registry with GHCR-shaped tokens takes what the rule grants', async () => {
		await using dockerd = await startDockerd();
		await using tokens = await startTokenServer({
			shape: 'ghcr',
			accounts: {octocat: 'secret', other: 'secret'},
			grants: ({account, name, actions}) => {
				if (account && name.startsWith(`${account}/`)) return actions;
				return name.startsWith('octocat/public') ? actions.filter(action => action === 'pull') : [];
			},
		});
		await using registry = await startRegistry({auth: {token: tokens}});
		const logIn = (username: string, input: string) =>
			dockerd.dockerWith({input}, 'login', '-u', username, '--password-stdin', registry.host);

		await expect(logIn('octocat', 'wrong')).rejects.toThrow('denied');
		await logIn('octocat', 'secret');
		const name = `${registry.host}/octocat/public-app:1.0`;
		await makeImage(dockerd, {name});
		await dockerd.docker('push', name);
		expect(tokens.requests.at(-1)?.granted).toEqual([
			{type: 'repository', name: 'octocat/public-app', actions: ['push', 'pull']},
		]);

		const read = await skopeo('inspect', '--tls-verify=false', '--raw', `docker://${name}`);
		expect(read).toContain('"schemaVersion"');
		expect(tokens.requests.at(-1)?.account).toBeUndefined();

		await logIn('other', 'secret');
		const refused = await dockerd.tryDocker('push', name);
		expect(refused.stderr).toContain('denied');
	});

	test('a registry with ACR-shaped tokens takes passwords and refresh tokens', async () => {
		await using dockerd = await startDockerd();
		await using tokens = await startTokenServer({
			shape: 'acr',
			accounts: {myacr: 'admin-password'},
			entraTokens: {'entra-token': 'someone'},
		});
		await using registry = await startRegistry({auth: {token: tokens}});
		const name = `${registry.host}/app:1.0`;
		await makeImage(dockerd, {name});
		const logIn = (username: string, input: string) =>
			dockerd.dockerWith({input}, 'login', '-u', username, '--password-stdin', registry.host);

		await expect(logIn('myacr', 'wrong')).rejects.toThrow('unauthorized');
		await logIn('myacr', 'admin-password');
		await dockerd.docker('push', name);

		const exchanged = await fetch(`${tokens.url}/oauth2/exchange`, {
			method: 'POST',
			body: new URLSearchParams({grant_type: 'access_token', access_token: 'entra-token'}),
		});
		const {refresh_token: refreshToken} = (await exchanged.json()) as {refresh_token: string};
		await logIn(refreshTokenUser, refreshToken);
		await dockerd.docker('push', name);
		expect(tokens.requests.at(-1)).toMatchObject({
			method: 'POST',
			grantType: 'refresh_token',
			account: 'someone',
			status: 200,
		});

		tokens.revokeRefreshTokens();
		expect((await dockerd.tryDocker('push', name)).code).toBe(1);
	});

	test('tokens can be made to go stale within a push', async () => {
		await using tokens = await startTokenServer({
			shape: 'ghcr',
			accounts: {octocat: 'secret'},
			refusedAfterSeconds: -1,
		});
		await using registry = await startRegistry({auth: {token: tokens}});
		const {stderr} = await trySkopeo(
			'list-tags',
			'--tls-verify=false',
			'--creds=octocat:secret',
			`docker://${registry.host}/octocat/app`,
		);
		expect(stderr).toMatch(/unauthorized|authentication required/);
	});

	test('docker meets the faults of the proxy', async () => {
		await using dockerd = await startDockerd();
		await using registry = await startRegistry();
		await using proxy = await startFaultProxy({upstream: registry.url});
		const name = `${proxy.host}/app:1.0`;
		const id = await makeImage(dockerd, {name, layers: [{sizeBytes: 300_000}]});

		proxy.faults.push({
			method: 'POST',
			times: 1,
			respond: {
				status: 403,
				headers: {'content-type': 'application/json'},
				body: '{"errors":[{"code":"DENIED","message":"permission_denied: write_package"}]}',
			},
		});
		const refused = await dockerd.tryDocker('push', name);
		expect(refused.stderr).toContain('permission_denied: write_package');

		proxy.faults.push({method: 'PATCH', times: 1, cutRequestAfterBytes: 100_000});
		const patch = proxy.nextRequest({method: 'PATCH'});
		await dockerd.docker('push', name);
		expect((await patch).requestBytes).toBe(100_000);
		expect((await patch).status).toBeUndefined();

		await dockerd.docker('rmi', '--force', id);
		proxy.faults.push({method: 'GET', path: id, corruptResponseByte: 50});
		const corrupt = await dockerd.tryDocker('pull', name);
		expect(corrupt.stderr).toContain('verification failed');
		proxy.faults.length = 0;
		await dockerd.docker('pull', name);
	}, 60_000);

	test('the proxy cuts, truncates, throttles and drops answers', async () => {
		await using folder = await temporaryFolder();
		await using registry = await startRegistry();
		await using proxy = await startFaultProxy({upstream: registry.url});
		const layout = await makeOciLayout(`${folder.path}/layout`, {layers: [{sizeBytes: 50_000}]});
		await skopeo(
			'copy',
			'--dest-tls-verify=false',
			`oci:${layout.folder}:1.0`,
			`docker://${proxy.host}/app:1.0`,
		);
		const layer = layout.layers[0];
		const get = () => fetch(`${proxy.url}/v2/app/blobs/${layer?.digest}`);
		const whole = await (await get()).arrayBuffer();
		expect(whole.byteLength).toBe(layer?.size);

		proxy.faults.push({truncateResponseTo: 1000, times: 1});
		expect((await (await get()).arrayBuffer()).byteLength).toBe(1000);

		proxy.faults.push({cutResponseAfterBytes: 2000, times: 1});
		const cut = await get();
		let received = 0;
		await expect(
			(async () => {
				for await (const chunk of cut.body ?? []) received += chunk.length;
			})(),
		).rejects.toThrow();
		expect(received).toBe(2000);

		proxy.faults.push({drop: true, times: 1});
		await expect(get()).rejects.toThrow();

		proxy.faults.push({bytesPerSecond: 100_000, times: 1});
		const start = performance.now();
		await (await get()).arrayBuffer();
		expect(performance.now() - start).toBeGreaterThan(350);
	});

	test('a killed daemon and a killed registry come back with what they had', async () => {
		await using dockerd = await startDockerd();
		await using registry = await startRegistry();
		const name = `${registry.host}/app:1.0`;
		await makeImage(dockerd, {name});
		await dockerd.docker('push', name);
		await dockerd.kill();
		await registry.kill();
		expect((await dockerd.tryDocker('version')).code).toBe(1);
		await dockerd.start();
		await registry.start();
		await dockerd.docker('rmi', name);
		await dockerd.docker('pull', name);
	});
});

describeLive(
	'the rehearsal of the real names',
	['dockerd', 'docker', 'docker-registry', 'skopeo', 'openssl'],
	() => {
		test('docker pushes to ghcr.io and to an azurecr.io host', async () => {
			await using rehearsal = await startRehearsal();
			await using dockerd = await startDockerd();
			const logIn = (host: string, username: string, input: string) =>
				dockerd.dockerWith({input}, 'login', '-u', username, '--password-stdin', host);

			await makeImage(dockerd, {name: 'ghcr.io/octocat/app:1.0'});
			const names = ['ghcr.io/someone-else/app:1.0', 'ghcr.io/app:1.0', 'myacr.azurecr.io/app:1.0'];
			for (const name of names) await dockerd.docker('tag', 'ghcr.io/octocat/app:1.0', name);

			await expect(logIn('ghcr.io', 'octocat', 'wrong')).rejects.toThrow('denied');
			await logIn('ghcr.io', 'octocat', 'ghp_rehearsal');
			await dockerd.docker('push', 'ghcr.io/octocat/app:1.0');
			for (const refused of names.slice(0, 2)) {
				expect((await dockerd.tryDocker('push', refused)).stderr).toContain('denied');
			}

			await logIn('myacr.azurecr.io', 'myacr', 'admin-password');
			await dockerd.docker('push', 'myacr.azurecr.io/app:1.0');

			const copied = await skopeo(
				'inspect',
				'--creds=octocat:ghp_rehearsal',
				'--format={{.Digest}}',
				'docker://ghcr.io/octocat/app:1.0',
			);
			const status = await runProgram(
				process.execPath,
				['-e', "fetch('https://ghcr.io/v2/').then(answer => console.log(answer.status))"],
				{environment: rehearsal.environment},
			);
			expect(copied).toMatch(/^sha256:/);
			expect(status).toBe('401');
			expect(rehearsal.proxy.requests.some(({host}) => host === 'myacr.azurecr.io')).toBe(true);
		});

		test('a second rehearsal waits for the first', async () => {
			const first = await startRehearsal();
			const second = startRehearsal({acrName: 'other'});
			await first[Symbol.asyncDispose]();
			await using rehearsal = await second;
			expect(rehearsal.acr.host).toBe('other.azurecr.io');
		});
	},
);

describeLive("podman's service", ['podman', 'docker-registry', 'skopeo'], () => {
	test('pulls from an open registry and pushes to it', async () => {
		await using folder = await temporaryFolder();
		await using registry = await startRegistry();
		await using podman = await startPodman();
		const layout = await makeOciLayout(`${folder.path}/layout`);
		const name = `${registry.host}/app:1.0`;
		await skopeo('copy', '--dest-tls-verify=false', `oci:${layout.folder}:1.0`, `docker://${name}`);
		await podman.podman('pull', '--quiet', name);
		await podman.podman('push', name, `${registry.host}/copy:1.0`);
		await podman.podman('rmi', name);
		await podman.podman('pull', '--quiet', `${registry.host}/copy:1.0`);
		expect(await podman.podman('images', '--format={{.Repository}}')).toBe(`${registry.host}/copy`);
	});
});
