/** Throw-away parts for `--demo`: an embedded engine and two registries shaped as GHCR and as ACR. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createSessionCredentials} from '../credentials/session-credentials.ts';
import {Secret} from '../domain/credential.ts';
import type {Target} from '../domain/target.ts';
import {createEmbeddedEngine} from '../engine/embedded.ts';
import {createLateEngine} from '../engine/late-engine.ts';
import {createRegistryClient} from '../registry/client.ts';
import {startEmbeddedRegistry} from '../registry/server/start.ts';
import {openSettings} from '../settings/settings.ts';
import type {RegbenchParts} from './compose.ts';

/** The login of both demo registries; it opens nothing else. */
const demoUser = {username: 'octocat', password: new Secret('demo')};

/** Nothing of the person's is read or changed; `close` deletes everything. */
export async function composeDemo(signal: AbortSignal): Promise<RegbenchParts> {
	const folder = await mkdtemp(path.join(tmpdir(), 'regbench-demo-'));
	const [ghcr, acr] = await Promise.all(
		(['ghcr', 'acr'] as const).map(authentication =>
			startEmbeddedRegistry({
				folder: path.join(folder, authentication),
				authentication,
				users: [demoUser],
				signal,
			}),
		),
	);
	const targets: readonly Target[] = [
		demoTarget('ghcr', `ghcr.localhost:${ghcr?.port}`, demoUser.username),
		demoTarget('acr', `demoregistry.azurecr.localhost:${acr?.port}`, ''),
	];
	// Knows these logins and no others: neither environment nor home is read.
	const credentials = createSessionCredentials(
		Object.fromEntries(targets.map(({host}) => [host, {kind: 'basic', ...demoUser}])),
	);
	const registry = createRegistryClient({credentials});
	const settings = await openSettings({configFolder: path.join(folder, 'settings')});
	const engine = createLateEngine(() =>
		createEmbeddedEngine({folder: path.join(folder, 'images'), registry, samples: 'all', signal}),
	);
	return {
		settings,
		credentials,
		registry,
		engine,
		tried: () => [],
		sessionTargets: targets,
		dataFolder: folder,
		async close() {
			await Promise.all([engine.close(), registry.close(), ghcr?.close(), acr?.close()]);
			await rm(folder, {recursive: true, force: true});
		},
	};
}

function demoTarget(provider: 'ghcr' | 'acr', host: string, namespace: string): Target {
	return {id: namespace ? `${host}/${namespace}` : host, provider, host, namespace};
}
