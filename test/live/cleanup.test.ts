import {expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {cleanUp} from '../../source/operations/cleanup.ts';
import {previewCleanup} from '../../source/operations/look-for-cleanup.ts';
import {targetFrom} from '../../source/registry/providers/table.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {drain, fail} from '../operations/operation-world.ts';
import {putImage} from '../operations/remote-images.ts';
import {CleanUp} from '../support/clean-up.ts';
import {makeWebImage} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {openDockerEngine} from '../support/open-docker-engine.ts';
import {startDockerd} from '../support/start-dockerd.ts';
import {startRegistry} from '../support/start-registry.ts';

const keepOne = [{repositories: '*', keepNewest: 1, protect: []}];

async function openRegistryClient() {
	const cleanUp = new CleanUp();
	const credentials = createSessionCredentials();
	const registry = createRegistryClient({credentials});
	cleanUp.defer(() => registry.close());
	return {credentials, registry, [Symbol.asyncDispose]: () => cleanUp.run()};
}

describeLive('cleaning up for real', ['dockerd', 'docker', 'docker-registry', 'busybox'], () => {
	test('an engine loses what is old, and keeps what a container uses', async () => {
		await using client = await openRegistryClient();
		await using dockerd = await startDockerd();
		const engine = await openDockerEngine(dockerd.host);
		for (const version of ['1.0', '1.1', '1.2'])
			await makeWebImage(dockerd, {name: `web:${version}`, page: version});
		for (const version of ['1.0', '1.1', '1.2']) {
			await dockerd.docker('tag', `web:${version}`, `other:${version}`);
		}
		await dockerd.docker('create', '--name', 'holder', 'web:1.0');
		const context = {
			...client,
			engine,
			signal: new AbortController().signal,
			now: Date.now,
			wait: async () => {},
		};
		const plan = await previewCleanup({local: true, targets: []}, keepOne, context);
		const reasons = plan.entries.map(({reason}) => reason).join('; ');
		expect(reasons).toContain('used by the container holder');
		const before = await dockerd.docker('images', '--quiet', '--no-trunc');
		await drain(cleanUp({plan}, context));
		const left = await dockerd.docker('images', '--format', '{{.Repository}}:{{.Tag}}');
		expect(left).toContain('web:1.0');
		expect(before.length).toBeGreaterThan(0);
		for (const entry of plan.entries) {
			for (const {name, goes} of entry.names) expect(left.split('\n').includes(name)).toBe(!goes);
		}
		await engine.close();
	});

	test('the reference registry loses old manifests, and nothing of a plan that is out of date', async () => {
		await using client = await openRegistryClient();
		await using registry = await startRegistry();
		const repository = client.registry.repository(registry.host, 'app');
		for (const version of ['1.0', '1.1', '2.0']) await putImage(repository, version);
		const made = targetFrom(registry.host, '');
		if (!('target' in made)) throw new Error('no target');
		const context = {
			...client,
			engine: undefined as never,
			signal: new AbortController().signal,
			now: Date.now,
			wait: async () => {},
		};
		const scope = {local: false, targets: [made.target]};
		const plan = await previewCleanup(scope, keepOne, context);
		const {result} = await drain(cleanUp({plan}, context));
		expect(result.removed).toBe(2);
		expect(await repository.resolve('1.0')).toBeUndefined();
		expect(await repository.resolve('2.0')).toBeDefined();
		expect((await fail(cleanUp({plan}, context))).error.code).toBe('CHANGED_MEANWHILE');
	});
});
