import {mkdir, rename} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {CleanUp} from '../support/clean-up.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {makeImage, makeOciLayout} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {startRehearsal, type Rehearsal} from '../support/rehearsal.ts';
import {repositoryRoot} from '../support/repository.ts';
import {runProgram, tryProgram} from '../support/run-program.ts';
import {skopeo} from '../support/skopeo.ts';
import {startDockerd, type RunningDockerd} from '../support/start-dockerd.ts';
import {startRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {openTerminal, restored, type OpenTerminal} from '../support/terminal.ts';

const needs = ['dockerd', 'docker', 'docker-registry', 'skopeo', 'openssl', 'world'] as const;

type JsonLine = {
	readonly type: string;
	readonly [field: string]: unknown;
	readonly result?: {readonly [field: string]: unknown};
	readonly error?: {readonly code: string; readonly message: string; readonly hint: string};
};

describeLive('the real engine and the rehearsed ghcr.io and azurecr.io', needs, () => {
	const cleanUp = new CleanUp();
	let rehearsal: Rehearsal;
	let dockerd: RunningDockerd;
	let environment: Record<string, string>;
	let folder: string;
	let configs = 0;

	beforeAll(async () => {
		folder = cleanUp.use(await temporaryFolder()).path;
		rehearsal = cleanUp.use(await startRehearsal({acrName: 'coursereg'}));
		dockerd = cleanUp.use(await startDockerd());
		environment = {
			DOCKER_HOST: dockerd.host,
			DOCKER_CONFIG: dockerd.configFolder,
			NODE_EXTRA_CA_CERTS: rehearsal.authorityFile,
		};
		await logIn('ghcr.io', 'octocat', 'ghp_rehearsal');
		await logIn('coursereg.azurecr.io', 'coursereg', 'admin-password');
	});
	afterAll(() => cleanUp.run());

	const logIn = (host: string, username: string, input: string) =>
		dockerd.dockerWith({input}, 'login', host, '--username', username, '--password-stdin');

	/** A settings folder of its own for each test. */
	const newConfig = async () => {
		const config = path.join(folder, `config-${++configs}`);
		await mkdir(config);
		return config;
	};

	const cli = async (words: readonly string[], extra: Record<string, string> = {}) => {
		const {code, stdout} = await tryProgram(
			process.execPath,
			[`${repositoryRoot}/dist/cli.js`, ...words, '--json', '--config-dir', `${folder}/headless`],
			{environment: {...environment, HOME: folder, ...extra}},
		);
		const lines = stdout
			.split('\n')
			.filter(Boolean)
			.map(line => JSON.parse(line) as JsonLine);
		return {code, lines, last: lines.at(-1)};
	};

	const open = async (config: string): Promise<OpenTerminal> =>
		openTerminal({args: ['--config-dir', config], env: environment});

	const images = async () => {
		const format = '{{.ID}} {{.Repository}}:{{.Tag}}';
		const rows = await dockerd.docker('images', '--all', '--format', format);
		return rows.split('\n').toSorted();
	};

	const imageId = (name: string) => dockerd.docker('image', 'inspect', '--format', '{{.Id}}', name);

	const digestBySkopeo = async (reference: string, credentials: string) => {
		const text = await runProgram(
			'skopeo',
			['--insecure-policy', 'inspect', '--creds', credentials, `docker://${reference}`],
			{environment: {SSL_CERT_FILE: rehearsal.authorityFile}},
		);
		return (JSON.parse(text) as {Digest: string}).Digest;
	};

	test('the whole round trip by keys, on both registries under their real names', async () => {
		const id = await makeImage(dockerd, {
			name: 'keys:1.0.0',
			layers: [{sizeBytes: 400_000}, {sizeBytes: 200_000}],
		});
		await using terminal = await open(await newConfig());
		await terminal.waitFor('keys');
		await terminal.waitFor('docker ');

		// Both registries are proposed from the logins that docker keeps.
		await terminal.press('3');
		await terminal.waitFor('ghcr.io/octocat');
		await terminal.waitFor('coursereg.azurecr.io');
		await terminal.press('a');
		await terminal.waitFor(/is a target now/);
		await terminal.press('g', 'j', 'a');
		await terminal.waitFor(/● ghcr.*● acr|● acr.*● ghcr/);

		await terminal.press('1', '/');
		await terminal.type('keys');
		await terminal.press('enter');
		await terminal.waitFor('▸ keys:1.0.0');
		await terminal.press('P');
		await terminal.waitFor(/to upload/);
		await terminal.press('j', 'space', 'enter');
		await terminal.press('2');
		await terminal.waitFor(/▸ 1\.0\.0 +[\da-f]{12} +✓ +✓ +✓/, 20_000);

		const onGhcr = await digestBySkopeo('ghcr.io/octocat/keys:1.0.0', 'octocat:ghp_rehearsal');
		const onAcr = await digestBySkopeo(
			'coursereg.azurecr.io/keys:1.0.0',
			'coursereg:admin-password',
		);
		expect(onAcr).toBe(onGhcr);

		await terminal.press('r');
		await terminal.waitFor('y re-pull');
		await terminal.press('y');
		await terminal.waitFor('Same image', 20_000);
		expect(await imageId('keys:1.0.0')).toBe(id);

		// An image that is known on registries is deleted, and pulled again.
		await terminal.press('1', 'd');
		await terminal.waitFor('Untags 3 references');
		await terminal.press('y');
		await expect.poll(() => dockerd.docker('images', '--quiet', 'keys')).toBe('');
		await terminal.press('p');
		await terminal.waitFor('Pull an image');
		await terminal.type('ghcr.io/octocat/keys:1.0.0');
		await terminal.press('enter');
		await terminal.waitFor('Pulled ghcr.io/octocat/keys:1.0.0', 20_000);
		expect(await imageId('ghcr.io/octocat/keys:1.0.0')).toBe(id);
		await terminal.press('esc', 'q');
		const {code, state} = await terminal.exit;
		expect({code, state}).toEqual({code: 0, state: restored});
		expect(terminal.output()).not.toMatch(/ghp_rehearsal|admin-password/);
	});

	test('the whole round trip headless; skopeo sees the digest that was told', async () => {
		const id = await makeImage(dockerd, {name: 'plain:2.0', layers: [{sizeBytes: 300_000}]});
		const push = await cli([
			'push',
			'plain:2.0',
			'--to',
			'ghcr.io/octocat',
			'--to',
			'coursereg.azurecr.io',
		]);
		expect(push.code).toBe(0);
		const results = push.lines.flatMap(({result}) => (result ? [result] : []));
		const ghcr = results.find(result => result['reference'] === 'ghcr.io/octocat/plain:2.0');
		expect(ghcr?.['webUrl']).toMatch(/^https:\/\/github\.com\//);
		expect(await digestBySkopeo('ghcr.io/octocat/plain:2.0', 'octocat:ghp_rehearsal')).toBe(
			ghcr?.['digest'],
		);
		const repull = await cli(['repull', 'coursereg.azurecr.io/plain:2.0']);
		expect(repull.code).toBe(0);
		expect(repull.last?.result).toMatchObject({same: true, imageId: id});
		expect(await imageId('plain:2.0')).toBe(id);
		const tags = await cli(['remote-tags', 'ghcr.io/octocat/plain']);
		expect(tags.lines).toMatchObject([{tag: '2.0'}]);
	});

	// Each with the code that registries put beside the status.
	const refusals = [
		[401, 'UNAUTHORIZED', 'UNAUTHORIZED'],
		// Docker hides from whom a repository is hidden whether it exists.
		[403, 'DENIED', 'TAG_NOT_FOUND'],
		[404, 'MANIFEST_UNKNOWN', 'TAG_NOT_FOUND'],
		[429, 'TOOMANYREQUESTS', 'RATE_LIMITED'],
		[500, 'UNKNOWN', 'REGISTRY_ERROR'],
		[503, 'UNAVAILABLE', 'REGISTRY_ERROR'],
	] as const;

	test.each(refusals)(
		'a pull answered with %d %s ends as %s, and nothing changes',
		async (status, word, code) => {
			await makeImage(dockerd, {name: 'kept:1'});
			const before = await images();
			const fault = {
				host: 'ghcr.io',
				path: '/manifests/',
				respond: {
					status,
					headers: {'content-type': 'application/json', 'retry-after': '1'},
					body: JSON.stringify({errors: [{code: word, message: 'refused on purpose'}]}),
				},
			};
			rehearsal.proxy.faults.unshift(fault);
			try {
				const pull = await cli(['pull', 'ghcr.io/octocat/keys:1.0.0']);
				expect(pull.code).toBe(1);
				expect(pull.last).toMatchObject({
					type: 'failed',
					error: {code, hint: expect.stringMatching(/\S/)},
				});
			} finally {
				rehearsal.proxy.faults.shift();
			}
			expect(await images()).toEqual(before);
		},
		60_000,
	);

	test("a push below somebody else's name says whose login and whose name", async () => {
		await makeImage(dockerd, {name: 'mine:1'});
		const push = await cli(['push', 'mine:1', '--to', 'ghcr.io/somebody']);
		expect(push.code).toBe(1);
		expect(push.last?.error?.code).toBe('FORBIDDEN');
		expect(push.last?.error?.message).toContain('octocat');
		expect(await dockerd.docker('images', '--quiet', 'ghcr.io/somebody/mine')).toBe('');
	});

	test('a certificate that nobody vouches for is said to be so', async () => {
		// What docker trusts, regbench trusts as well: neither may know the authority.
		const trusted = '/etc/docker/certs.d/ghcr.io/ca.crt';
		await rename(trusted, `${trusted}.aside`);
		try {
			const {code, last} = await cli(['remote-tags', 'ghcr.io/octocat/plain'], {
				NODE_EXTRA_CA_CERTS: '',
			});
			expect(code).toBe(1);
			expect(last?.error?.code).toBe('CERTIFICATE_UNTRUSTED');
			expect(last?.error?.hint).toContain('NODE_EXTRA_CA_CERTS');
		} finally {
			await rename(`${trusted}.aside`, trusted);
		}
	});

	test('a corrupted layer is refused by the engine, and named', async () => {
		await makeImage(dockerd, {name: 'torn:1', layers: [{sizeBytes: 300_000}]});
		expect((await cli(['push', 'torn:1', '--to', 'ghcr.io/octocat'])).code).toBe(0);
		await dockerd.docker('rmi', 'torn:1', 'ghcr.io/octocat/torn:1');
		rehearsal.proxy.faults.unshift({
			host: 'ghcr.io',
			method: 'GET',
			path: '/octocat/torn/blobs/',
			corruptResponseByte: 100,
		});
		try {
			const pull = await cli(['pull', 'ghcr.io/octocat/torn:1']);
			expect(pull.code).toBe(1);
			expect(pull.last?.error?.code).toBe('DIGEST_MISMATCH');
		} finally {
			rehearsal.proxy.faults.shift();
		}
		expect(await dockerd.docker('images', '--quiet', 'ghcr.io/octocat/torn')).toBe('');
		expect((await cli(['pull', 'ghcr.io/octocat/torn:1'])).code).toBe(0);
	}, 60_000);

	test('an engine that stops is said in the header, and is back by itself', async () => {
		await makeImage(dockerd, {name: 'before:1'});
		await using terminal = await open(await newConfig());
		await terminal.waitFor('before');
		await dockerd.stop();
		await terminal.waitFor('the engine is gone');
		// The last known images stay on screen.
		expect(terminal.screen()).toContain('before');
		await dockerd.start();
		await terminal.waitFor('the engine is back', 20_000);
		// Changes from elsewhere show up again.
		await dockerd.docker('tag', 'before:1', 'after-the-restart:1');
		await terminal.press('/');
		await terminal.type('after-the');
		await terminal.waitFor(/▸ .*(before|after-the)/);
		await terminal.press('esc', 'q');
		expect((await terminal.exit).state).toEqual(restored);
	}, 60_000);
});

describeLive('the embedded engine in trouble', ['docker-registry', 'skopeo', 'world'], () => {
	test('a registry killed in mid-push and back again: the push goes on and is complete', async () => {
		await using home = await temporaryFolder();
		await using registry = await startRegistry();
		await using proxy = await startFaultProxy({
			upstream: registry.url,
			faults: [{method: /PATCH|PUT/, path: '/blobs/uploads/', times: 4, bytesPerSecond: 200_000}],
		});
		const data = path.join(home.path, 'data');
		await run(data, ['images']);
		const uploading = proxy.nextRequest({method: /PATCH|PUT/, path: '/blobs/uploads/'});
		const pushing = run(data, ['push', 'hello:1.0.0', '--to', proxy.host]);
		await uploading;
		await registry.kill();
		await registry.start();
		const push = await pushing;
		expect(push.code).toBe(0);
		expect(push.lines.some(({type}) => type === 'warned')).toBe(true);
		const seen = await skopeo(
			'inspect',
			'--tls-verify=false',
			`docker://${registry.host}/hello:1.0.0`,
		);
		expect((JSON.parse(seen) as {Digest: string}).Digest).toBe(push.last?.result?.['digest']);
	});

	test('a registry that stays away fails the push, and the engine is as it was', async () => {
		await using home = await temporaryFolder();
		await using registry = await startRegistry();
		await using proxy = await startFaultProxy({
			upstream: registry.url,
			faults: [{method: /PATCH|PUT/, path: '/blobs/uploads/', bytesPerSecond: 200_000}],
		});
		const data = path.join(home.path, 'data');
		await run(data, ['images']);
		const uploading = proxy.nextRequest({method: /PATCH|PUT/, path: '/blobs/uploads/'});
		const pushing = run(data, ['push', 'hello:1.0.0', '--to', proxy.host]);
		await uploading;
		await registry.kill();
		const failed = await pushing;
		expect(failed.code).toBe(1);
		expect(failed.last?.error?.code).toBe('REGISTRY_UNREACHABLE');
		expect((await run(data, ['images'])).lines).toMatchObject([{references: ['hello:1.0.0']}]);
	}, 60_000);

	test('a disk that fills up during a pull fails it as DISK_FULL, and nothing is lost', async () => {
		await using home = await temporaryFolder();
		await using registry = await startRegistry();
		const small = path.join(home.path, 'small');
		await mkdir(small);
		const {folder, tag, manifest} = await makeOciLayout(path.join(home.path, 'big'), {
			layers: [{sizeBytes: 3_000_000}],
		});
		const big = `${registry.host}/big:1`;
		await skopeo('copy', `oci:${folder}:${tag}`, `docker://${big}`, '--dest-tls-verify=false');
		await runProgram('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'regbench', small]);
		try {
			const before = await run(small, ['images']);
			const pull = await run(small, ['pull', big]);
			expect(pull.code).toBe(1);
			expect(pull.last?.error).toMatchObject({code: 'DISK_FULL', hint: expect.any(String)});
			expect((await run(small, ['images'])).lines).toEqual(before.lines);
			// With room for it the same pull goes through, whole.
			expect((await run(small, ['rm', 'hello:1.0.0'])).code).toBe(0);
			const again = await run(small, ['pull', big]);
			expect(again.last?.result).toMatchObject({digest: manifest.digest});
		} finally {
			await runProgram('umount', ['-l', small]);
		}
	});
});

/** Runs a command on the embedded engine in `folder`. */
async function run(folder: string, words: readonly string[]) {
	const {code, stdout} = await tryProgram(
		process.execPath,
		[
			`${repositoryRoot}/dist/cli.js`,
			...words,
			...['--json', '--engine', 'embedded', '--data-dir', folder],
			...['--config-dir', path.join(folder, '..', 'config')],
		],
		{environment: {HOME: folder}},
	);
	const lines = stdout
		.split('\n')
		.filter(Boolean)
		.map(line => JSON.parse(line) as JsonLine);
	return {code, lines, last: lines.at(-1)};
}
