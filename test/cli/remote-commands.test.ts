import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import type {CommandCall} from '../../source/cli/command.ts';
import {loadCommand} from '../../source/cli/commands.ts';
import {createOutput} from '../../source/cli/output.ts';
import {toRegbenchError} from '../../source/domain/errors.ts';
import {defaultSettings} from '../../source/settings/schema.ts';
import {openWorld, type OperationWorld} from '../operations/operation-world.ts';
import {putImage, putIndex, putReferrer} from '../operations/remote-images.ts';
import {makeKeys} from '../signatures/key-pairs.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

type Ran = {readonly code: number | string; readonly out: string; readonly error: string};

/** Runs one command in this process; an error that it rejects with is the code. */
async function run(
	world: OperationWorld,
	name: string,
	words: readonly string[],
	options: Readonly<Record<string, unknown>> = {},
): Promise<Ran> {
	const written = {out: '', error: ''};
	const output = createOutput(
		{
			out: {write: text => (written.out += text)},
			error: {write: text => (written.error += text)},
		},
		options['json'] === true,
	);
	const {registry, credentials, engine} = world;
	const parts = {
		settings: {get: () => defaultSettings, update: async () => defaultSettings},
		registry,
		credentials,
		engine,
		tried: () => [],
		credentialWarnings: () => [],
		sessionTargets: [],
		dataFolder: '/nonexistent',
		close: async () => {},
	} as unknown as CommandCall['parts'];
	const command = await loadCommand(name);
	const {signal} = new AbortController();
	try {
		const code = await command!.run({parts, output, signal, words, options});
		return {code, ...written};
	} catch (thrown) {
		const {code, hint} = toRegbenchError(thrown);
		return {code, out: written.out, error: `${written.error}${hint}`};
	}
}

function rows(out: string): ReadonlyArray<Readonly<Record<string, unknown>>> {
	return out
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line) as Record<string, unknown>);
}

describe('reading registries by command', () => {
	test('repos lists those below the namespace', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		for (const path of ['team/app', 'team/web', 'other/app']) {
			await putImage(world.registry.repository(host, path), '1.0');
		}
		const {code, out} = await run(world, 'repos', [`${host}/team`]);
		expect(code).toBe(0);
		expect(out).toBe(`${host}/team/app\n${host}/team/web\n`);
		const {out: json} = await run(world, 'repos', [host], {json: true});
		expect(rows(json)).toContainEqual({host, path: 'other/app'});
	});

	test('remote-tags sorts by version, keeps to a limit and hides artifacts', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const {manifest} = await putImage(repository, '1.2.9');
		for (const tag of ['1.2.10', '1.2.10-rc.1', 'latest']) {
			await repository.putManifest(tag, manifest);
		}
		await putImage(repository, `${manifest.digest.replace(':', '-')}.sig`);
		const name = `${host}/app`;
		const sorted = await run(world, 'remote-tags', [name], {sort: 'version'});
		expect(sorted.out).toBe('1.2.10\n1.2.10-rc.1\n1.2.9\nlatest\n');
		expect(sorted.error).toBe('1 tag of artifacts not shown: see --artifacts\n');
		const two = await run(world, 'remote-tags', [name], {limit: '2', json: true});
		expect(rows(two.out)).toEqual([
			{repository: name, tag: '1.2.10'},
			{repository: name, tag: '1.2.10-rc.1'},
		]);
		expect((await run(world, 'remote-tags', [name], {artifacts: true})).out).toContain('.sig\n');
		expect((await run(world, 'remote-tags', [name], {limit: 'two'})).code).toBe('USAGE');
		expect((await run(world, 'remote-tags', [`${host}/none`])).code).toBe('TAG_NOT_FOUND');
	});

	test('inspect tells people what is there, and programs all of it', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'app');
		const index = await putIndex(repository, '1.0');
		await putReferrer(repository, index.root, 'application/spdx+json');
		const {out} = await run(world, 'inspect', [`${host}/app:1.0`]);
		for (const text of [
			index.root.digest,
			'linux/arm64/v8',
			'["/bin/true"]',
			'A=1',
			'sbom',
			'org.opencontainers.image.source=https://example.com/app',
		]) {
			expect(out).toContain(text);
		}
		expect(out).not.toContain('\u001B');
		const {out: json} = await run(world, 'inspect', [`${host}/app:1.0`], {json: true});
		expect(rows(json)[0]).toMatchObject({digest: index.root.digest, attestations: 1});
	});
});

describe('changing registries by command', () => {
	test('copy tells what it did', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const {manifest} = await putImage(world.registry.repository(host, 'staging'), '1.2');
		const words = [`${host}/staging:1.2`, `${host}/prod:1.2`];
		const {code, out} = await run(world, 'copy', words);
		expect(code).toBe(0);
		expect(out).toMatch(
			new RegExp(
				`^copied ${words[0]} to ${words[1]} [\\da-f]{12} in .+, 0 B moved, 2 blobs mounted`,
			),
		);
		const copied = await world.registry.repository(host, 'prod').resolve('1.2');
		expect(copied?.digest).toBe(manifest.digest);
	});

	test('rm-remote shows its plan, and deletes only what was named again', async () => {
		await using world = await openWorld('none');
		const {host} = await world.startRegistry();
		const repository = world.registry.repository(host, 'team/app');
		const {manifest} = await putImage(repository, '1.0');
		await repository.putManifest('latest', manifest);
		const name = `${host}/team/app:1.0`;

		const dry = await run(world, 'rm-remote', [name], {dryRun: true});
		expect(dry.code).toBe(0);
		expect(dry.out).toContain('1.0, latest');
		const unconfirmed = await run(world, 'rm-remote', [name]);
		expect(unconfirmed.code).toBe('USAGE');
		expect(unconfirmed.error).toBe('To delete what is listed, add --confirm team/app:1.0');
		const wrong = await run(world, 'rm-remote', [name], {confirm: 'team/app:latest'});
		expect(wrong.code).toBe('USAGE');
		expect((await repository.resolve('1.0'))?.digest).toBe(manifest.digest);

		const untagged = await run(world, 'rm-remote', [`${host}/team/app:latest`], {
			untag: true,
			confirm: 'team/app:latest',
		});
		expect(untagged.code).toBe(0);
		expect(await repository.resolve('latest')).toBeUndefined();
		const gone = await run(world, 'rm-remote', [name], {confirm: 'team/app:1.0'});
		expect(gone.code).toBe(0);
		expect(await repository.resolve('1.0')).toBeUndefined();
	});

	test('both count as changes, which --read-only refuses', async () => {
		for (const name of ['copy', 'rm-remote']) {
			expect((await loadCommand(name))?.changes).toBe(true);
		}
	});
});

describe('signatures by command', () => {
	test('sign and verify tell by their exit code whether the image is signed by the key', async () => {
		await using world = await openWorld('none');
		await using folder = await temporaryFolder();
		const {host} = await world.startRegistry();
		await putImage(world.registry.repository(host, 'app'), '1.0');
		const name = `${host}/app:1.0`;
		const keys = makeKeys();
		const publicFile = path.join(folder.path, 'own.pub');
		const privateFile = path.join(folder.path, 'own.key');
		const otherFile = path.join(folder.path, 'other.pub');
		await writeFile(publicFile, keys.publicPem);
		await writeFile(privateFile, keys.privatePem);
		await writeFile(otherFile, makeKeys().publicPem);

		expect((await run(world, 'sign', [name])).code).toBe('USAGE');
		const unsigned = await run(world, 'verify', [name], {key: [publicFile]});
		expect(unsigned.code).toBe(1);
		expect(unsigned.out).toContain('Not signed');
		expect((await run(world, 'sign', [name], {key: privateFile})).code).toBe(0);

		const verified = await run(world, 'verify', [name], {key: [publicFile]});
		expect(verified.code).toBe(0);
		expect(verified.out).toContain('✓ cosign signature');
		expect(verified.out).toContain('verified with own.pub');
		const refused = await run(world, 'verify', [name], {key: [otherFile], json: true});
		expect(refused.code).toBe(1);
		expect(rows(refused.out)).toMatchObject([{verdict: 'refused', keys: ['other.pub']}]);
		expect((await run(world, 'verify', [name])).code).toBe(1);
		expect((await run(world, 'verify', [name], {key: [privateFile]})).code).toBe('USAGE');
		// Half a signer, a signer without roots, roots that are none.
		const issuer = 'https://login.example.com';
		for (const given of [
			{identity: 'octocat'},
			{identity: 'octocat', issuer},
			{identity: 'octocat', issuer, trustRoot: publicFile},
		]) {
			expect((await run(world, 'verify', [name], given)).code).toBe('USAGE');
		}
		expect((await run(world, 'verify', [`${host}/app:2.0`])).code).toBe('TAG_NOT_FOUND');
	});
});
