import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {Secret} from '../../source/domain/credential.ts';
import {startEmbeddedRegistry} from '../../source/registry/server/start.ts';
import {startFaultProxy} from '../support/fault-proxy.ts';
import {findProgram} from '../support/programs.ts';
import {trySkopeo} from '../support/skopeo.ts';
import {linesOf, openHeadless} from './headless.ts';

const digest = expect.stringMatching(/^sha256:[\da-f]{64}$/);
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const octocat = {username: 'octocat', password: new Secret('right-password')};

describe('images and tags', () => {
	test('are listed one a line, for people and as records', async () => {
		await using cli = await openHeadless();
		const {code, lines} = await cli.json('images');
		expect(code).toBe(0);
		expect(lines).toEqual([
			{
				id: digest,
				references: ['hello:1.0.0'],
				digests: [],
				sizeBytes: expect.any(Number),
				createdAt: expect.any(String),
				dangling: false,
			},
		]);
		const text = await cli.run(['images']);
		expect(text.stdout).toMatch(/^[\da-f]{12} +[\d.]+ MB .* hello:1\.0\.0\n$/);
		expect((await cli.run(['tags', 'hello:1.0.0'])).stdout).toBe('hello:1.0.0\n');
		expect((await cli.run(['tags', 'hello'])).stdout).toBe('hello:1.0.0\n');
		expect((await cli.json('tags', 'hello:1.0.0')).lines).toEqual([
			{reference: 'hello:1.0.0', imageId: lines[0]?.['id']},
		]);
	});
});

describe('operations', () => {
	test('print their events as JSON lines, exactly as documented', async () => {
		await using cli = await openHeadless();
		await using registry = await startEmbeddedRegistry({folder: path.join(cli.folder, 'r')});
		const reference = `${registry.host}/team/hello:1.0.0`;

		const tag = await cli.json('tag', 'hello:1.0.0', reference);
		expect(tag.code).toBe(0);
		expect(tag.lines).toEqual([
			{time, job: '1', type: 'started', operation: 'tag', subject: `hello:1.0.0 → ${reference}`},
			{
				time,
				job: '1',
				type: 'step',
				message: `Tagging hello:1.0.0 as ${reference}`,
				command: `docker tag hello:1.0.0 ${reference}`,
			},
			{
				time,
				job: '1',
				type: 'finished',
				result: {operation: 'tag', source: 'hello:1.0.0', reference, imageId: digest},
			},
		]);

		const push = await cli.json('push', reference);
		expect(push.code).toBe(0);
		expect(push.lines.at(0)).toMatchObject({type: 'started', operation: 'push'});
		for (const line of push.lines) expect(line).toMatchObject({time, job: '1'});
		const transfers = push.lines.filter(({type}) => type === 'transfer');
		expect(transfers.length).toBeGreaterThanOrEqual(3);
		expect(transfers[0]).toEqual({
			time,
			job: '1',
			type: 'transfer',
			direction: 'push',
			reference,
			layer: digest,
			state: expect.any(String),
			doneBytes: expect.any(Number),
			totalBytes: expect.any(Number),
		});
		const pushed = push.lines.at(-1)?.result;
		expect(push.lines.at(-1)).toEqual({
			time,
			job: '1',
			type: 'finished',
			result: {
				operation: 'push',
				reference,
				digest,
				bytesTotal: expect.any(Number),
				bytesUploaded: pushed?.['bytesTotal'],
				layersReused: 0,
				layersTotal: 3,
				durationMs: expect.any(Number),
			},
		});

		const repull = await cli.json('repull', reference);
		expect(repull.code).toBe(0);
		expect(repull.lines.at(-1)?.result).toMatchObject({
			operation: 'repull',
			reference,
			imageId: digest,
			digest: pushed?.['digest'],
			same: true,
		});

		const remove = await cli.json('rm', reference, 'hello:1.0.0');
		expect(remove.lines.at(-1)?.result).toMatchObject({
			operation: 'remove',
			untagged: [reference, 'hello:1.0.0'],
			deleted: [digest],
		});
		expect((await cli.json('images')).lines).toEqual([]);

		const pull = await cli.json('pull', reference);
		expect(pull.lines.at(-1)?.result).toMatchObject({
			operation: 'pull',
			reference,
			digest: pushed?.['digest'],
			changed: true,
		});
		expect((await cli.json('remote-tags', `${registry.host}/team/hello`)).lines).toEqual([
			{repository: `${registry.host}/team/hello`, tag: '1.0.0'},
		]);
	});

	test('without --json speak to people: results on standard output, progress on standard error', async () => {
		await using cli = await openHeadless();
		await using registry = await startEmbeddedRegistry({folder: path.join(cli.folder, 'r')});
		const {code, stdout, stderr} = await cli.run(['push', 'hello:1.0.0', '--to', registry.host]);
		expect(code).toBe(0);
		expect(stdout).toMatch(new RegExp(`^pushed ${registry.host}/hello:1.0.0 [\\da-f]{12} in `));
		expect(stderr).toContain(`$ docker tag hello:1.0.0 ${registry.host}/hello:1.0.0\n`);
		expect(stderr).toContain(`$ docker push ${registry.host}/hello:1.0.0\n`);
		expect(stderr).toMatch(/↑ [\da-f]{12} {2}/);
	});

	test('push to several targets run as jobs of their own, and one that fails makes the exit code 1', async () => {
		await using cli = await openHeadless();
		await using open = await startEmbeddedRegistry({folder: path.join(cli.folder, 'a')});
		await using closed = await startEmbeddedRegistry({
			folder: path.join(cli.folder, 'b'),
			authentication: 'basic',
			users: [octocat],
		});
		const {code, lines} = await cli.json(
			'push',
			'hello:1.0.0',
			'--to',
			open.host,
			'--to',
			closed.host,
		);
		expect(code).toBe(1);
		const ends = lines.filter(({type}) => type === 'finished' || type === 'failed');
		expect(ends.toSorted((a, b) => a.job.localeCompare(b.job))).toMatchObject([
			{job: '1', type: 'finished'},
			{job: '2', type: 'failed', error: {code: 'UNAUTHORIZED'}},
		]);
		const [image] = (await cli.json('images')).lines;
		expect(image?.references.toSorted()).toEqual([`${open.host}/hello:1.0.0`, 'hello:1.0.0']);
	});

	test('a re-pull that brings another image exits with 1', async () => {
		await using cli = await openHeadless();
		await using registry = await startEmbeddedRegistry({folder: path.join(cli.folder, 'r')});
		await using other = await openHeadless();
		const reference = `${registry.host}/hello:1`;
		await cli.run(['tag', 'hello:1.0.0', reference]);
		// Someone else pushes something different under the tag.
		expect((await cli.run(['push', reference])).code).toBe(0);
		const manifest = await fetch(`${registry.url}/v2/hello/manifests/1`);
		const changed = JSON.parse(await manifest.text()) as Record<string, unknown>;
		const put = await fetch(`${registry.url}/v2/hello/manifests/1`, {
			method: 'PUT',
			headers: {'content-type': manifest.headers.get('content-type') ?? ''},
			body: JSON.stringify({...changed, annotations: {changed: 'yes'}}),
		});
		expect(put.status).toBe(201);
		const {code, lines} = await cli.json('repull', reference);
		expect(code).toBe(1);
		expect(lines.at(-1)?.result).toMatchObject({same: false});
		await other.json('images');
	});
});

describe('failures', () => {
	test.each([
		[['push', 'hello:1.0.0', '--to', 'nowhere'], 'UNKNOWN_TARGET'],
		[['tag', 'hello:1.0.0', 'not a reference'], 'INVALID_REFERENCE'],
		[['tag', 'hello:1.0.0', 'ghcr.localhost:1/OctoCat/hello:1'], 'INVALID_REFERENCE'],
		[['tag', 'hello:1.0.0', 'ghcr.localhost:1/hello:1'], 'NAME_NOT_ALLOWED'],
		[['tags', 'nothing:1'], 'IMAGE_NOT_FOUND'],
		[['rm', 'nothing:1'], 'IMAGE_NOT_FOUND'],
		[['push', 'nothing:1'], 'IMAGE_NOT_FOUND'],
		[['pull', '127.0.0.1:1/hello:1'], 'REGISTRY_UNREACHABLE'],
		[['targets', 'default', 'nowhere'], 'UNKNOWN_TARGET'],
		[['targets', 'add', 'ghcr.localhost:1/OctoCat'], 'NAME_NOT_ALLOWED'],
	] as const)('%j exits with 1 and says %s with a hint', async (words, code) => {
		await using cli = await openHeadless();
		const before = (await cli.json('images')).lines;
		const result = await cli.json(...words);
		expect(result.code).toBe(1);
		expect(result.lines.at(-1)).toMatchObject({
			type: 'failed',
			error: {code, message: expect.any(String), hint: expect.stringMatching(/\S/)},
		});
		expect((await cli.json('images')).lines).toEqual(before);
	});

	test('an upper-case owner is answered with the repaired form', async () => {
		await using cli = await openHeadless();
		const tag = await cli.run(['tag', 'hello:1.0.0', 'ghcr.localhost:1/OctoCat/hello:1']);
		expect(tag.stderr).toContain('ghcr.localhost:1/octocat/hello:1');
		const add = await cli.run(['targets', 'add', 'ghcr.localhost:1/OctoCat']);
		expect(add.stderr).toContain('ghcr.localhost:1/octocat');
	});

	test.each([
		[['--nonsense']],
		[['nonsense']],
		[['tag', 'only-one']],
		[['images', 'too', 'many']],
		[['targets', 'fly', 'x']],
		[['targets', 'fly']],
		[['targets', 'add']],
		[['serve', '--port', '99999']],
		[['serve', '--auth', 'magic']],
		[['--engine', 'magic', 'images']],
		[['login', 'ghcr.localhost:1', '--password-stdin']],
	])('%j is used wrongly: exit code 2 and what to do', async words => {
		await using cli = await openHeadless();
		const {code, stdout, stderr} = await cli.run(words);
		expect({code, stdout}).toEqual({code: 2, stdout: ''});
		expect(stderr).toMatch(/^regbench: .+ \(USAGE\)\n +\S/);
	});

	test('without a terminal the workbench says so, names the commands and exits with 2', async () => {
		await using cli = await openHeadless();
		const {code, stdout, stderr} = await cli.run([]);
		expect({code, stdout}).toEqual({code: 2, stdout: ''});
		expect(stderr).toContain('NOT_A_TERMINAL');
		for (const command of ['images', 'push', 'pull', 'repull', 'login', 'serve']) {
			expect(stderr).toContain(command);
		}
	});

	test('no engine at its address is said, with what to do', async () => {
		await using cli = await openHeadless();
		for (const words of [
			['images', '--engine', 'docker', '--host', 'unix:///nonexistent/docker.sock'],
			['images', '--engine', 'auto', '--host', 'tcp://127.0.0.1:1'],
		]) {
			const {code, stderr} = await cli.run(words);
			expect(code).toBe(1);
			expect(stderr).toContain('ENGINE_UNREACHABLE');
			expect(stderr).toMatch(/\n {10}\S.*(?:start|embedded|running)/i);
		}
	});

	test('with --read-only every change is refused and nothing else', async () => {
		await using cli = await openHeadless();
		await cli.json('images');
		for (const words of [
			['tag', 'hello:1.0.0', 'other:1'],
			['push', 'hello:1.0.0'],
			['pull', 'hello:1'],
			['rm', 'hello:1.0.0'],
			['repull', 'hello:1.0.0'],
			['targets', 'add', 'localhost:5000'],
			['login', 'localhost:5000'],
			['logout', 'localhost:5000'],
		]) {
			const {code, lines} = await cli.json(...words, '--read-only');
			expect([words[0], code]).toEqual([words[0], 1]);
			expect(lines).toEqual([
				{type: 'failed', error: expect.objectContaining({code: 'READ_ONLY'})},
			]);
		}
		expect((await cli.json('images', '--read-only')).lines).toHaveLength(1);
		expect((await cli.json('targets', '--read-only')).code).toBe(0);
	});
});

describe('being interrupted', () => {
	test.each(['SIGINT', 'SIGTERM'] as const)(
		'%s in mid-push ends with cancelled, and the tag made for it is gone',
		async signal => {
			await using cli = await openHeadless();
			await cli.json('images');
			await using registry = await startEmbeddedRegistry({folder: path.join(cli.folder, 'r')});
			await using proxy = await startFaultProxy({
				upstream: registry.url,
				faults: [{method: /PATCH|PUT/, path: '/blobs/uploads/', bytesPerSecond: 20_000}],
			});
			const uploading = proxy.nextRequest({method: /PATCH|PUT/, path: '/blobs/uploads/'});
			const {child, ended} = cli.start('push', 'hello:1.0.0', '--to', proxy.host, '--json');
			await uploading;
			child.kill(signal);
			const {code, stdout} = await ended;
			expect(code).toBe(130);
			expect(linesOf(stdout).at(-1)).toEqual({time, job: '1', type: 'cancelled'});
			const [image] = (await cli.json('images')).lines;
			expect(image?.references).toEqual(['hello:1.0.0']);
		},
	);

	test('a reader that goes away is no crash', async () => {
		await using cli = await openHeadless();
		const {child, ended} = cli.start('--help');
		child.stdout?.destroy();
		const {stderr} = await ended;
		expect(stderr).not.toContain('at ');
	});
});

describe('targets', () => {
	test('are added, listed, made the default and removed', async () => {
		await using cli = await openHeadless();
		await using registry = await startEmbeddedRegistry({folder: path.join(cli.folder, 'r')});
		const {host} = registry;
		expect((await cli.run(['targets'])).stderr).toContain('regbench targets add');
		expect((await cli.run(['targets', 'add', `${host}/team`])).stdout).toBe(`added ${host}/team\n`);
		await cli.run(['targets', 'add', host]);
		await cli.run(['targets', 'default', host]);
		expect((await cli.json('targets', 'list')).lines).toEqual([
			{
				id: `${host}/team`,
				provider: 'generic',
				host,
				namespace: 'team',
				default: false,
				login: null,
				username: null,
			},
			{
				id: host,
				provider: 'generic',
				host,
				namespace: '',
				default: true,
				login: null,
				username: null,
			},
		]);
		await cli.run(['targets', 'add', `${host}/other`]);
		await cli.run(['targets', 'remove', `${host}/other`]);
		// The exact name goes before others on the same host.
		await cli.run(['targets', 'remove', host]);
		const {lines} = await cli.json('targets');
		expect(lines).toMatchObject([{id: `${host}/team`, default: true}]);
	});
});

describe('logins', () => {
	test('a good one that nothing can keep is said to be so; a wrong one fails; no secret is printed', async () => {
		await using cli = await openHeadless();
		await using registry = await startEmbeddedRegistry({
			folder: path.join(cli.folder, 'r'),
			authentication: 'basic',
			users: [octocat],
		});
		const words = ['login', registry.host, '--username', 'octocat', '--password-stdin'];
		const wrong = await cli.run(words, {input: 'wrong-password\n'});
		expect(wrong.code).toBe(1);
		expect(wrong.stderr).toContain('UNAUTHORIZED');
		const right = await cli.run(words, {
			input: 'right-password\n',
			environment: {PATH: '/usr/bin/nothing'},
		});
		expect(right.code).toBe(1);
		expect(right.stderr).toContain('REGBENCH_TOKEN_127_0_0_1');
		for (const {stdout, stderr} of [wrong, right]) {
			expect(stdout + stderr).not.toMatch(/wrong-password|right-password/);
		}
	});

	test('are taken from the environment, and doctor says that they work', async () => {
		await using cli = await openHeadless();
		await using registry = await startEmbeddedRegistry({
			folder: path.join(cli.folder, 'r'),
			authentication: 'basic',
			users: [octocat],
		});
		const variable = `REGBENCH_TOKEN_${registry.host.replaceAll(/[^\dA-Z]/gi, '_')}`;
		const environment = {[variable]: 'octocat:right-password'};
		const push = await cli.run(['push', 'hello:1.0.0', '--to', registry.host], {environment});
		expect(push.code).toBe(0);
		expect(push.stdout + push.stderr).not.toContain('right-password');
		await cli.run(['targets', 'add', registry.host]);
		const doctor = await cli.run(['doctor', '--json'], {environment});
		expect(doctor.code).toBe(0);
		const findings = linesOf(doctor.stdout);
		expect(findings.every(({ok}) => ok === true)).toBe(true);
		expect(JSON.stringify(findings)).toContain(`${registry.host} takes the login from`);
		const without = await cli.run(['doctor']);
		expect(without.stdout).toContain('no login found');
		expect(without.stdout).toContain(`regbench login ${registry.host}`);
	});
});

describe('serve', () => {
	test('runs a registry until it is stopped, for regbench and for others', async () => {
		await using cli = await openHeadless();
		const server = cli.start('serve', '--json');
		const {host, url} = JSON.parse(await server.line(/serving/)) as {host: string; url: string};
		expect((await fetch(`${url}/v2/`)).status).toBe(200);
		const push = await cli.json('push', 'hello:1.0.0', '--to', host);
		expect(push.code).toBe(0);
		if (findProgram('skopeo')) {
			const {code, stdout} = await trySkopeo(
				'inspect',
				'--tls-verify=false',
				`docker://${host}/hello:1.0.0`,
			);
			expect(code).toBe(0);
			expect(JSON.parse(stdout)).toMatchObject({Digest: push.lines.at(-1)?.result['digest']});
		}
		// A second one may not serve the same folder.
		const second = await cli.json('serve');
		expect(second.code).toBe(1);
		expect(second.lines[0]).toMatchObject({type: 'failed', error: {code: 'LAYOUT_LOCKED'}});
		server.child.kill('SIGINT');
		expect((await server.ended).code).toBe(0);
		await expect(fetch(`${url}/v2/`)).rejects.toThrow();
	});

	test.each(['basic', 'ghcr', 'acr'])('with --auth %s lets only its user in', async shape => {
		await using cli = await openHeadless();
		const server = cli.start(
			'serve',
			'--auth',
			shape,
			'--username',
			'octocat',
			'--password-stdin',
			'--json',
		);
		server.child.stdin?.end('right-password\n');
		const {host} = JSON.parse(await server.line(/serving/)) as {host: string};
		const place = shape === 'ghcr' ? `${host}/octocat` : host;
		const variable = `REGBENCH_TOKEN_${host.replaceAll(/[^\dA-Z]/gi, '_')}`;
		const refused = await cli.json('push', 'hello:1.0.0', '--to', place);
		expect(refused.code).toBe(1);
		const push = await cli.run(['push', 'hello:1.0.0', '--to', place], {
			environment: {[variable]: 'octocat:right-password'},
		});
		expect(push).toMatchObject({code: 0});
	});
});

test('the version and the help are printed, and help names every command', async () => {
	await using cli = await openHeadless();
	const {version} = JSON.parse(await readFile('package.json', 'utf8')) as {version: string};
	expect((await cli.run(['--version'])).stdout).toBe(`${version}\n`);
	const {code, stdout} = await cli.run(['--help']);
	expect(code).toBe(0);
	for (const name of [
		'images',
		'tags',
		'tag',
		'push',
		'pull',
		'rm',
		'repull',
		'targets',
		'login',
		'logout',
		'remote-tags',
		'doctor',
		'serve',
	]) {
		expect(stdout).toMatch(new RegExp(`^ +${name} `, 'm'));
	}
});
