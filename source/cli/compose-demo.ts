/** Throw-away parts for `--demo`: an embedded engine and two registries shaped as GHCR and as ACR. */
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createSessionCredentials} from '../credentials/session-credentials.ts';
import {Secret} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import type {Target} from '../domain/target.ts';
import {createEmbeddedEngine} from '../engine/embedded.ts';
import {createLateEngine} from '../engine/late-engine.ts';
import {createRegistryClient} from '../registry/client.ts';
import {startEmbeddedRegistry, type EmbeddedRegistry} from '../registry/server/start.ts';
import {openSettings} from '../settings/settings.ts';
import type {RegbenchParts} from './compose.ts';

/** The login of both demo registries; it opens nothing else. */
const demoUser = {username: 'octocat', password: new Secret('demo')};

/** Tried first, so that a lesson looks alike on every machine; where one is taken, any free port serves. */
const demoPorts = {ghcr: 5651, acr: 5652} as const;

const folderPrefix = 'regbench-demo-';

/** Removes what demos left behind that were killed before they could. */
async function sweepFolders(): Promise<void> {
	try {
		for (const name of await readdir(tmpdir())) {
			const owner = new RegExp(`^${folderPrefix}(\\d+)-`).exec(name)?.[1];
			if (owner === undefined || isRunning(Number(owner))) continue;
			await rm(path.join(tmpdir(), name), {recursive: true, force: true});
		}
	} catch {
		// Another user's, or gone already: it is only tidying.
	}
}

function isRunning(processId: number): boolean {
	try {
		return process.kill(processId, 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** Nothing of the person's is read or changed; `close` deletes everything. */
export async function composeDemo(signal: AbortSignal): Promise<RegbenchParts> {
	const folder = await mkdtemp(path.join(tmpdir(), `${folderPrefix}${process.pid}-`));
	void sweepFolders();
	const [ghcr, acr] = await Promise.all([
		startDemoRegistry(folder, 'ghcr', signal),
		startDemoRegistry(folder, 'acr', signal),
	]);
	const targets: readonly Target[] = [
		demoTarget('ghcr', `ghcr.localhost:${ghcr.port}`, demoUser.username),
		demoTarget('acr', `coursereg.azurecr.localhost:${acr.port}`, ''),
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
		credentialWarnings: () => [],
		sessionTargets: targets,
		dataFolder: folder,
		async close() {
			await Promise.all([engine.close(), registry.close(), ghcr.close(), acr.close()]);
			await rm(folder, {recursive: true, force: true});
		},
	};
}

async function startDemoRegistry(
	folder: string,
	authentication: keyof typeof demoPorts,
	signal: AbortSignal,
): Promise<EmbeddedRegistry> {
	const start = (port: number) =>
		startEmbeddedRegistry({
			folder: path.join(folder, authentication),
			port,
			authentication,
			users: [demoUser],
			signal,
		});
	try {
		return await start(demoPorts[authentication]);
	} catch (error) {
		if (!(error instanceof RegbenchError) || error.code !== 'USAGE') throw error;
		return start(0);
	}
}

function demoTarget(provider: 'ghcr' | 'acr', host: string, namespace: string): Target {
	return {id: namespace ? `${host}/${namespace}` : host, provider, host, namespace};
}
