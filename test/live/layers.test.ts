import {execFile} from 'node:child_process';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {openConnection, pingEngine} from '../../source/engine/engine-connection.ts';
import {createDockerEngine} from '../../source/engine/docker.ts';
import {createEmbeddedEngine} from '../../source/engine/embedded.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {parseReference} from '../../source/domain/reference.ts';
import type {LayerReport} from '../../source/operations/layer-reading.ts';
import {listLayers, type LayerRequest} from '../../source/operations/list-layers.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {describeLive} from '../support/live.ts';
import {startDockerd} from '../support/start-dockerd.ts';
import {startRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

describeLive('layers', ['dockerd', 'docker', 'docker-registry'], () => {
	test('are the same on docker, on a registry and on the embedded engine', async () => {
		await using folder = await temporaryFolder();
		await using dockerd = await startDockerd();
		await using there = await startRegistry();
		const reference = `${there.host}/team/app:1`;
		await writeFile(
			path.join(folder.path, 'Dockerfile'),
			'FROM scratch\nCOPY one /data/\nENV A=b\nWORKDIR /empty\nCOPY two /data/\n',
		);
		for (const [name, files] of [
			['one', {big: 50_000, same: 10}],
			['two', {big: 100, more: 20}],
		] as const) {
			await mkdir(path.join(folder.path, name));
			for (const [file, size] of Object.entries(files)) {
				await writeFile(path.join(folder.path, name, file), Buffer.alloc(size, 7));
			}
		}
		await promisify(execFile)('docker', [
			'-H',
			dockerd.host,
			'build',
			'-t',
			reference,
			folder.path,
		]);
		await dockerd.docker('push', reference);

		const credentials = createSessionCredentials();
		const registry = createRegistryClient({credentials});
		const connection = await openConnection({url: dockerd.host, origin: 'test'});
		const docker = await createDockerEngine({
			connection,
			ping: await pingEngine(connection, {timeoutMs: 5000}),
		});
		const embedded = await createEmbeddedEngine({
			folder: path.join(folder.path, 'layout'),
			registry,
			samples: 'none',
		});
		try {
			for await (const _ of embedded.pull(parseReference(reference)));
			const read = async (engine: Engine, from: LayerRequest['from']) => {
				const reports: LayerReport[] = [];
				const {signal} = new AbortController();
				const context = {engine, registry, credentials, signal};
				for await (const report of listLayers({image: reference, from}, context)) {
					reports.push(report);
				}
				expect(reports[0]?.layers).toHaveLength(3);
				return reports.at(-1);
			};
			const found = [
				await read(docker, 'engine'),
				await read(embedded, 'engine'),
				await read(embedded, 'registry'),
			];
			for (const report of found) {
				expect(report?.layers.map(({problem}) => problem)).toEqual([
					undefined,
					undefined,
					undefined,
				]);
				// Docker's own history does not say that WORKDIR made a layer and ENV none.
				expect(
					report?.layers.map(({createdBy}) => /COPY|WORKDIR|ENV/.exec(createdBy)?.[0]),
				).toEqual(['COPY', 'WORKDIR', 'COPY']);
				expect(report).toMatchObject({complete: true, settled: 3, wastedBytes: 50_000});
				expect(report?.wasted).toEqual([
					{path: 'data/big', sizeBytes: 50_000, layer: 0, hiddenBy: 2, how: 'changed'},
				]);
				expect(
					report?.layers[2]?.files
						.filter(({kind}) => kind === 'file')
						.map(({path: at, mark}) => [at, mark]),
				).toEqual([
					['data/big', 'changed'],
					['data/more', 'added'],
				]);
			}
			const diffIds = found.map(report => report?.layers.map(({diffId}) => diffId));
			expect(diffIds[1]).toEqual(diffIds[0]);
			expect(diffIds[2]).toEqual(diffIds[0]);
		} finally {
			await docker.close();
			await embedded.close();
			await registry.close();
		}
	});
});
