import {chmod, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {describePlace, type SafetyReport} from '../../source/domain/safety.ts';
import {parseReference} from '../../source/domain/reference.ts';
import {createEmbeddedEngine} from '../../source/engine/embedded.ts';
import {checkToEnd} from '../../source/operations/check-image.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {findProgram} from '../support/programs.ts';
import {describeLive} from '../support/live.ts';
import {openDockerEngine} from '../support/open-docker-engine.ts';
import {startDockerd} from '../support/start-dockerd.ts';
import {startRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

const token = `ghp${'_'}${'aB3dE6gH9j'.repeat(4).slice(0, 36)}`;

describeLive('safety', ['dockerd', 'docker', 'docker-registry', 'busybox'], () => {
	test('a secret that a later layer deletes is found on docker, a registry and the embedded engine', async () => {
		await using folder = await temporaryFolder();
		await using dockerd = await startDockerd();
		await using there = await startRegistry();
		const reference = `${there.host}/team/app:latest`;
		const context = path.join(folder.path, 'context');
		await mkdir(path.join(context, 'secrets'), {recursive: true});
		await mkdir(path.join(context, 'bin'));
		await writeFile(path.join(context, 'secrets', 'env'), `GITHUB_TOKEN=${token}\n`);
		await writeFile(path.join(context, 'installed'), 'P:musl\nV:1.2.5-r0\n');
		await writeFile(
			path.join(context, 'Dockerfile'),
			[
				'FROM scratch',
				'COPY busybox /bin/busybox',
				'COPY busybox /bin/rm',
				'COPY secrets /app/',
				'COPY installed /lib/apk/db/installed',
				'RUN ["/bin/rm", "/app/env"]',
				'ENV DB_PASSWORD=correct-horse',
			].join('\n'),
		);
		const {copyFile} = await import('node:fs/promises');
		await copyFile(findProgram('busybox') ?? '', path.join(context, 'busybox'));
		await chmod(path.join(context, 'busybox'), 0o755);
		await dockerd.docker('build', '--quiet', '--tag', reference, context);
		await dockerd.docker('push', reference);

		const credentials = createSessionCredentials();
		const registry = createRegistryClient({credentials});
		const docker = await openDockerEngine(dockerd.host);
		const embedded = await createEmbeddedEngine({
			folder: path.join(folder.path, 'layout'),
			registry,
			samples: 'none',
		});
		// A scanner that tells what it was asked, and of which engine.
		const programs = path.join(folder.path, 'programs');
		await mkdir(programs);
		await writeFile(
			path.join(programs, 'trivy'),
			`#!${process.execPath}\nprocess.stdout.write(JSON.stringify({SchemaVersion: 2, Results: [{Vulnerabilities: [{VulnerabilityID: 'CVE-1', PkgName: process.env.DOCKER_HOST ?? 'none', InstalledVersion: process.argv.at(-1), Severity: 'HIGH'}]}]}))\n`,
			{mode: 0o755},
		);
		const shared = {
			registry,
			credentials,
			signal: new AbortController().signal,
			now: Date.now,
			environment: {PATH: programs},
		};
		try {
			for await (const _ of embedded.pull(parseReference(reference)));
			const request = {image: reference, depth: 'full'} as const;
			const reports: Readonly<Record<string, SafetyReport>> = {
				docker: await checkToEnd({...request, from: 'engine'}, {...shared, engine: docker}),
				registry: await checkToEnd({...request, from: 'registry'}, {...shared, engine: docker}),
				embedded: await checkToEnd({...request, from: 'engine'}, {...shared, engine: embedded}),
			};
			for (const [where, report] of Object.entries(reports)) {
				const found = report.findings.map(one => `${one.rule}: ${describePlace(one.where)}`);
				expect(found, where).toEqual(
					expect.arrayContaining([
						'GITHUB_TOKEN: /app/env in layer 3, deleted by layer 5 and still there',
						'secret-name: environment DB_PASSWORD',
						'runs-as-root: the image',
						'latest: the image',
					]),
				);
				expect(report.scan, where).toMatchObject({layers: 5, layersRead: 5});
				expect(report.inventory.map(({name}) => name)).toEqual(['musl']);
				expect(JSON.stringify(report)).not.toContain(token);
				expect(JSON.stringify(report)).not.toContain('correct-horse');
			}
			expect(reports['docker']?.vulnerabilities).toMatchObject([
				{package: dockerd.host, version: reference},
			]);
			expect(reports['registry']?.vulnerabilities).toMatchObject([
				{package: 'none', version: reference},
			]);
			expect(reports['embedded']?.notChecked).toContainEqual(
				expect.objectContaining({why: 'trivy cannot read the embedded engine'}),
			);
		} finally {
			await docker.close();
			await embedded.close();
			await registry.close();
		}
	});
});
