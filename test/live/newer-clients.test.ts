import path from 'node:path';
import {expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import type {OperationContext} from '../../source/operations/context.ts';
import {copyImage} from '../../source/operations/copy.ts';
import {inspectRemote} from '../../source/operations/inspect-remote.ts';
import {waitFor} from '../../source/operations/retry.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {drain} from '../operations/operation-world.ts';
import {demo, startTestRegistry} from '../registry-server/registry-calls.ts';
import {CleanUp} from '../support/clean-up.ts';
import {makeOciLayout} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {runProgram} from '../support/run-program.ts';
import {startRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

/** A folder that is also the home of the clients, and what an operation needs. */
async function openWorld() {
	const cleanUp = new CleanUp();
	const {path: folder} = cleanUp.use(await temporaryFolder());
	const credentials = createSessionCredentials();
	const registry = createRegistryClient({credentials});
	cleanUp.defer(() => registry.close());
	const context: OperationContext = {
		// What is done here needs no engine.
		engine: {} as OperationContext['engine'],
		registry,
		credentials,
		signal: new AbortController().signal,
		now: Date.now,
		wait: waitFor,
	};
	const run = async (program: string, ...args: readonly string[]) =>
		runProgram(program, args, {folder, environment: {HOME: folder, DOCKER_CONFIG: folder}});
	return {folder, context, run, [Symbol.asyncDispose]: () => cleanUp.run()};
}

describeLive('crane', ['crane', 'docker-registry'], () => {
	test.each(['basic', 'ghcr'] as const)(
		'logs in to the embedded registry as %s, pushes, lists and reads back what it sent',
		async way => {
			await using world = await openWorld();
			await using registry = await startTestRegistry({authentication: way});
			const layout = await makeOciLayout(path.join(world.folder, 'layout'), {
				layers: [{sizeBytes: 300_000}, {sizeBytes: 20}],
			});
			const name = `${registry.host}/demo/hello`;
			const [username, password] = demo;
			await world.run('crane', 'auth', 'login', registry.host, '-u', username, '-p', password);
			await world.run('crane', 'push', layout.folder, `${name}:1.0`);
			await world.run('crane', 'tag', `${name}:1.0`, 'stable');
			expect((await world.run('crane', 'ls', name)).split('\n')).toEqual(['1.0', 'stable']);
			expect(await world.run('crane', 'digest', `${name}:stable`)).toBe(layout.manifest.digest);
			// Fetches every layer and compares its digests.
			await world.run('crane', 'validate', '--remote', `${name}:1.0`);
		},
	);

	test('finds a copied image whole and unchanged on another registry', async () => {
		await using world = await openWorld();
		await using from = await startTestRegistry({authentication: 'none'});
		await using to = await startRegistry();
		const layout = await makeOciLayout(path.join(world.folder, 'layout'), {
			layers: [{sizeBytes: 2_000_000}],
		});
		const source = `${from.host}/team/hello:1.0`;
		const destination = `${to.host}/mirror/hello:1.0`;
		await world.run('crane', 'push', layout.folder, source);
		await drain(copyImage({source, destination}, world.context));
		expect(await world.run('crane', 'digest', destination)).toBe(layout.manifest.digest);
		await world.run('crane', 'validate', '--remote', destination);
	});
});

describeLive('oras', ['oras', 'crane', 'docker-registry'], () => {
	test.each([
		['by the referrers API', 'embedded'],
		['by the fallback tag', 'distribution'],
	] as const)('attaches an artifact %s, which is seen and copied along', async (_, kind) => {
		await using world = await openWorld();
		await using from =
			kind === 'embedded'
				? await startTestRegistry({authentication: 'none'})
				: await startRegistry();
		await using to = await startRegistry();
		const layout = await makeOciLayout(path.join(world.folder, 'layout'), {
			layers: [{sizeBytes: 1000}],
		});
		const source = `${from.host}/team/hello:1.0`;
		const destination = `${to.host}/mirror/hello:1.0`;
		await world.run('crane', 'push', layout.folder, source);
		await world.run(
			'oras',
			'attach',
			'--plain-http',
			'--artifact-type',
			'application/vnd.example.report',
			'--annotation',
			'org.example.note=checked',
			source,
		);
		const {referrers} = await inspectRemote(source, world.context);
		expect(referrers).toMatchObject([{artifactType: 'application/vnd.example.report'}]);

		await drain(copyImage({source, destination, withReferrers: true}, world.context));
		const tree = await world.run('oras', 'discover', '--plain-http', destination);
		expect(tree).toContain('application/vnd.example.report');
		expect(tree).toContain(referrers?.[0]?.digest);
	});
});
