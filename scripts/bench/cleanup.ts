/** How long the preview of a clean-up takes on an engine with a thousand images of five names each. */
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {previewCleanup} from '../../source/operations/look-for-cleanup.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {openDockerEngine} from '../../test/support/open-docker-engine.ts';
import {startDockerd, type RunningDockerd} from '../../test/support/start-dockerd.ts';
import {formatMilliseconds, median, type Row} from './figures.ts';
import {loadManyImages} from './many-images.ts';

const limitMs = 500;
const imageCount = 1000;
const rounds = 7;
const rules = [
	{repositories: 'team/service-1*', keepNewest: 1, order: 'time', protect: []},
	{repositories: '*', keepNewest: 2, olderThanDays: 1, protect: ['1.1']},
] as const;

/** On an engine of its own: the one that the other suites share has fewer images. */
export async function measureCleanup(shared: RunningDockerd | undefined): Promise<readonly Row[]> {
	const name = `clean-up preview of ${imageCount} images`;
	if (!shared) {
		return [{name, unit: 'ms', limit: limitMs, detail: 'needs dockerd, docker, docker-registry'}];
	}
	await using dockerd = await startDockerd();
	await loadManyImages(dockerd, imageCount);
	const engine = await openDockerEngine(dockerd.host);
	const credentials = createSessionCredentials();
	const registry = createRegistryClient({credentials});
	const {signal} = new AbortController();
	const context = {engine, registry, credentials, signal, now: Date.now};
	try {
		const times: number[] = [];
		let names = 0;
		for (let round = 0; round < rounds; round++) {
			const begun = performance.now();
			const {entries} = await previewCleanup({local: true, targets: []}, rules, context);
			times.push(performance.now() - begun);
			names = entries.flatMap(entry => entry.names).filter(({goes}) => goes).length;
		}
		const detail = `${formatMilliseconds(Math.min(...times))} at best, ${formatMilliseconds(Math.max(...times))} at worst; ${names} names would go`;
		return [{name, figure: median(times), unit: 'ms', limit: limitMs, detail}];
	} finally {
		await registry.close();
		await engine.close();
	}
}
