import {expect, test} from 'vitest';
import {loadManyImages} from '../../scripts/bench/many-images.ts';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {previewCleanup} from '../../source/operations/look-for-cleanup.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {describeLive} from '../support/live.ts';
import {openDockerEngine} from '../support/open-docker-engine.ts';
import {startDockerd} from '../support/start-dockerd.ts';

const imageCount = 120;

describeLive('a clean-up of many images', ['dockerd', 'docker'], () => {
	test('is planned as the names alone say', async () => {
		await using dockerd = await startDockerd();
		await loadManyImages(dockerd, imageCount);
		await dockerd.docker('create', '--name', 'holder', 'team/service-7:1.0', '/nothing');
		const engine = await openDockerEngine(dockerd.host);
		const credentials = createSessionCredentials();
		const registry = createRegistryClient({credentials});
		const {signal} = new AbortController();
		const context = {engine, registry, credentials, signal, now: Date.now};
		const rules = [{repositories: '*', keepNewest: 2, protect: ['1.1']}];
		const plan = await previewCleanup({local: true, targets: []}, rules, context);

		// The engine's own list, and the rules said anew: 1.4 and 1.3 are the newest, 1.1 is protected.
		const listed = await dockerd.docker('images', '--format', '{{.Repository}}:{{.Tag}}');
		const expected = listed
			.split('\n')
			.filter(name => /:1\.[02]$/.test(name) && !name.startsWith('team/service-7:'));
		const goes = plan.entries.flatMap(({names}) =>
			names.flatMap(one => (one.goes ? [one.name] : [])),
		);
		expect(goes.toSorted()).toEqual(expected.toSorted());
		expect(goes).toHaveLength((imageCount - 1) * 2);
		expect(plan.freedBytes).toBe(0);
		await registry.close();
		await engine.close();
	});
});
