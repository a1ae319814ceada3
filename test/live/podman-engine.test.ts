import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, expect, test, vi} from 'vitest';
import type {OperationEvent} from '../../source/domain/events.ts';
import {parseReference} from '../../source/domain/reference.ts';
import {createDockerEngine} from '../../source/engine/docker.ts';
import {openConnection, pingEngine} from '../../source/engine/engine-connection.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {makeOciLayout} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {runProgram} from '../support/run-program.ts';
import {startService, type ServiceProcess} from '../support/service-process.ts';
import {skopeo} from '../support/skopeo.ts';
import {startRegistry, type RunningRegistry} from '../support/start-registry.ts';
import {temporaryFolder, type TemporaryFolder} from '../support/temporary-folder.ts';

async function drain<Outcome>(
	operation: AsyncGenerator<OperationEvent, Outcome, undefined>,
): Promise<Outcome> {
	for (;;) {
		const step = await operation.next();
		if (step.done === true) return step.value;
	}
}

describeLive('Podman’s compatible API', ['podman', 'skopeo', 'docker-registry'], () => {
	let folder: TemporaryFolder;
	let registry: RunningRegistry;
	let service: ServiceProcess;
	let engine: Engine;
	let podman: (...args: string[]) => Promise<string>;

	beforeAll(async () => {
		registry = await startRegistry();
		folder = await temporaryFolder();
		const at = (name: string): string => path.join(folder.path, name);
		const flags = [
			['--root', at('root'), '--runroot', at('run'), '--tmpdir', at('tmp')],
			['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'],
		].flat();
		// Podman trusts no plain http by itself, not even on loopback.
		await writeFile(
			at('registries.conf'),
			`[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n`,
		);
		const environment = {CONTAINERS_REGISTRIES_CONF: at('registries.conf')};
		podman = async (...args) => runProgram('podman', [...flags, ...args], {environment});
		const url = `unix://${at('podman.sock')}`;
		service = startService('podman', [...flags, 'system', 'service', '--time=0', url], {
			environment,
		});
		const connection = await openConnection({url, origin: 'test'});
		const ping = async () => pingEngine(connection, {timeoutMs: 1000});
		await vi.waitFor(ping, {timeout: 20_000});
		engine = await createDockerEngine({connection, ping: await ping()});
	});

	afterAll(async () => {
		await engine?.close();
		await service?.stop();
		await registry?.[Symbol.asyncDispose]();
		await folder?.[Symbol.asyncDispose]();
	});

	async function makeImage(name: string): Promise<void> {
		await using made = await temporaryFolder();
		const image = await makeOciLayout(made.path, {
			layers: [{sizeBytes: 30_000}, {sizeBytes: 40_000}],
		});
		const seed = `${registry.host}/seed/image:1`;
		await skopeo(
			'copy',
			'--dest-tls-verify=false',
			`oci:${image.folder}:${image.tag}`,
			`docker://${seed}`,
		);
		await podman('pull', '--quiet', seed);
		await podman('tag', seed, name);
		await podman('untag', seed, seed);
	}

	test('it is recognised', async () => {
		expect(await engine.info()).toMatchObject({
			kind: 'podman',
			title: expect.stringMatching(/^podman \d+\.\d+$/),
			store: 'graph-driver',
		});
	});

	test('names are in the familiar form, and the round trip brings the same image back', async () => {
		const name = `${registry.host}/me/app:1.0`;
		await makeImage('docker.io/library/app:1.0');
		const before = await engine.inspect('docker.io/library/app:1.0');
		expect(before.references).toContain('app:1.0');
		expect(before.id).toMatch(/^sha256:[0-9a-f]{64}$/);
		expect(before.diffIds).toHaveLength(2);
		await engine.tag(before.id, parseReference(name));
		const pushed = await drain(engine.push(parseReference(name)));
		expect(pushed.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
		const removed = await engine.remove(before.id);
		expect(removed.deleted).toContain(before.id);
		await expect(engine.inspect(name)).rejects.toMatchObject({code: 'IMAGE_NOT_FOUND'});
		const pulled = await drain(engine.pull(parseReference(name)));
		expect(pulled).toMatchObject({imageId: before.id, digest: pushed.digest, changed: true});
		expect((await drain(engine.pull(parseReference(name)))).changed).toBe(false);
		await expect(
			drain(engine.pull(parseReference(`${registry.host}/me/app:none`))),
		).rejects.toMatchObject({code: 'TAG_NOT_FOUND'});
		await expect(
			drain(engine.push(parseReference(`${registry.host}/me/none:1`))),
		).rejects.toMatchObject({code: 'IMAGE_NOT_FOUND'});
	});

	test('changes by the podman client show up', async () => {
		const abort = new AbortController();
		await makeImage('docker.io/library/watched:1');
		const changes = engine.changes({signal: abort.signal})[Symbol.asyncIterator]();
		const next = changes.next();
		let told = false;
		void (async () => {
			await next;
			told = true;
		})();
		let round = 0;
		await expect
			.poll(
				async () => {
					round += 1;
					await podman(
						'tag',
						'docker.io/library/watched:1',
						`docker.io/library/watched:again-${round}`,
					);
					return told;
				},
				{timeout: 10_000},
			)
			.toBe(true);
		expect((await next).value).toEqual({type: 'images-changed'});
		const last = changes.next();
		abort.abort();
		await last;
	});
});
