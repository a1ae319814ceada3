import {createHash} from 'node:crypto';
import {mkdir, symlink, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import path from 'node:path';
import {expect, test} from 'vitest';
import {openEngine} from '../../source/engine/connect.ts';
import {discoverEngine, probeEngines} from '../../source/engine/discover.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {startFakeDaemon} from './fake-daemon.ts';

type Facts = Parameters<typeof discoverEngine>[0];

function machine(homeFolder: string, more: Partial<Facts> = {}): Facts {
	return {
		environment: {XDG_RUNTIME_DIR: path.join(homeFolder, 'run')},
		homeFolder,
		platform: 'darwin',
		userId: 1000,
		...more,
	};
}

async function writeContext(
	configFolder: string,
	name: string,
	endpoint: object,
	files: Record<string, string> = {},
): Promise<void> {
	const id = createHash('sha256').update(name).digest('hex');
	const meta = path.join(configFolder, 'contexts', 'meta', id);
	await mkdir(meta, {recursive: true});
	await writeFile(
		path.join(meta, 'meta.json'),
		JSON.stringify({Name: name, Metadata: {}, Endpoints: {docker: endpoint}}),
	);
	const tls = path.join(configFolder, 'contexts', 'tls', id, 'docker');
	await mkdir(tls, {recursive: true});
	for (const [file, text] of Object.entries(files)) await writeFile(path.join(tls, file), text);
}

test('--host comes first and is used alone', async () => {
	await using home = await temporaryFolder();
	await using daemon = await startFakeDaemon(() => undefined);
	const found = await discoverEngine(
		machine(home.path, {
			host: daemon.url,
			environment: {DOCKER_HOST: 'unix:///nowhere', DOCKER_CONTEXT: 'nowhere'},
		}),
	);
	expect(found.connection?.address).toMatchObject({url: daemon.url, origin: '--host'});
	expect(found.tried).toHaveLength(1);
	found.connection?.close();
});

test('an address the person named and that does not answer is an error, not another engine', async () => {
	await using home = await temporaryFolder();
	const named = [
		{host: 'unix:///nowhere/docker.sock'},
		{environment: {DOCKER_HOST: 'unix:///nowhere/docker.sock'}},
		{environment: {DOCKER_CONTEXT: 'nowhere'}},
	];
	for (const more of named) {
		await expect(discoverEngine(machine(home.path, more))).rejects.toMatchObject({
			code: 'ENGINE_UNREACHABLE',
			message: expect.stringMatching(/from (--host|DOCKER_HOST|docker context "nowhere")/),
		});
	}
	await expect(discoverEngine(machine(home.path, {host: 'ftp://x'}))).rejects.toMatchObject({
		code: 'USAGE',
	});
});

test('the current context is found in docker’s files, with its TLS files', async () => {
	await using home = await temporaryFolder();
	await using daemon = await startFakeDaemon(() => undefined);
	const config = path.join(home.path, '.docker');
	await writeContext(config, 'lab', {Host: daemon.url, SkipTLSVerify: false});
	await writeContext(
		config,
		'far',
		{Host: 'tcp://127.0.0.1:1', SkipTLSVerify: true},
		{'ca.pem': 'CA', 'key.pem': 'KEY'},
	);
	await writeFile(path.join(config, 'config.json'), JSON.stringify({currentContext: 'lab'}));
	const found = await discoverEngine(machine(home.path));
	expect(found.connection?.address).toEqual({url: daemon.url, origin: 'docker context "lab"'});
	found.connection?.close();

	await expect(
		discoverEngine(machine(home.path, {environment: {DOCKER_CONTEXT: 'far'}})),
	).rejects.toMatchObject({code: 'ENGINE_UNREACHABLE'});
});

test('known sockets are tried in order, and each says what was wrong with it', async () => {
	await using home = await temporaryFolder();
	await using daemon = await startFakeDaemon(() => undefined);
	const colima = path.join(home.path, '.colima', 'default');
	await mkdir(colima, {recursive: true});
	await mkdir(path.join(home.path, '.orbstack', 'run'), {recursive: true});
	await mkdir(path.join(home.path, '.rd'), {recursive: true});
	// Somebody who answers, but is no engine.
	const impostor = createServer(connection => connection.end('HTTP/1.1 200 OK\r\n\r\n'));
	await new Promise<void>(resolve => {
		impostor.listen(path.join(colima, 'docker.sock'), resolve);
	});
	await symlink(daemon.socket, path.join(home.path, '.orbstack', 'run', 'docker.sock'));
	try {
		const found = await discoverEngine(machine(home.path));
		// This machine may have an engine of its own at the first place.
		if (found.connection?.address.origin !== 'Docker') {
			expect(found.connection?.address.origin).toBe('OrbStack');
			expect(found.tried.find(({origin}) => origin === 'Colima')).toMatchObject({
				answered: false,
				message: expect.stringContaining('no container engine'),
			});
			expect(found.tried.find(({origin}) => origin === 'Rancher Desktop')).toMatchObject({
				answered: false,
				message: expect.stringContaining('Nothing is at'),
				hint: expect.stringContaining('start'),
			});
		}
		found.connection?.close();
		const all = await probeEngines(machine(home.path));
		expect(all.find(({origin}) => origin === 'OrbStack')).toMatchObject({answered: true});
	} finally {
		impostor.close();
	}
});

test('an engine that does not answer in time is given up with a reason', async () => {
	await using home = await temporaryFolder();
	const silent = createServer(() => undefined);
	const socket = path.join(home.path, 'silent.sock');
	await new Promise<void>(resolve => {
		silent.listen(socket, resolve);
	});
	try {
		await expect(discoverEngine(machine(home.path, {host: socket}))).rejects.toMatchObject({
			code: 'ENGINE_UNREACHABLE',
			message: expect.stringContaining('within 1.5 s'),
		});
		const abort = AbortSignal.timeout(20);
		await expect(
			discoverEngine(machine(home.path, {host: socket, signal: abort})),
		).rejects.toMatchObject({code: 'CANCELLED'});
	} finally {
		silent.close();
	}
});

test('auto falls back to the embedded engine and keeps the reasons; docker does not', async () => {
	await using home = await temporaryFolder();
	// Windows has no unix sockets to be found on the machine that runs this test.
	const facts = machine(home.path, {platform: 'win32'});
	const embedded = {} as Engine;
	const openEmbedded = async (): Promise<Engine> => embedded;
	const opened = await openEngine({...facts, choice: 'auto', openEmbedded});
	expect(opened.engine).toBe(embedded);
	expect(opened.tried.map(({url}) => url)).toContain('npipe:////./pipe/docker_engine');
	await expect(openEngine({...facts, choice: 'docker', openEmbedded})).rejects.toMatchObject({
		code: 'ENGINE_UNREACHABLE',
		message: expect.stringContaining('docker_engine'),
	});
	expect((await openEngine({...facts, choice: 'embedded', openEmbedded})).tried).toEqual([]);
});
