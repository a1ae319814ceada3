/** The one place where the parts are built and joined. */
import {homedir} from 'node:os';
import {createCredentials} from '../credentials/chain.ts';
import type {Credentials} from '../credentials/credentials.ts';
import type {CredentialWarning} from '../credentials/source-context.ts';
import type {Target} from '../domain/target.ts';
import {openEngine} from '../engine/connect.ts';
import type {EngineAttempt} from '../engine/discover.ts';
import type {Engine} from '../engine/engine.ts';
import {createLateEngine} from '../engine/late-engine.ts';
import {createRegistryClient} from '../registry/client.ts';
import {certificateFolders, readAuthorities} from '../registry/certificates.ts';
import {providerForHost} from '../registry/providers/table.ts';
import type {RegistryClient} from '../registry/registry-client.ts';
import {dataFolder} from '../settings/folders.ts';
import type {SettingsStore} from '../settings/settings.ts';
import type {GlobalOptions} from './command.ts';
import {openPersonalSettings} from './personal-settings.ts';
import {version} from './version.ts';

export type RegbenchParts = {
	readonly settings: SettingsStore;
	readonly credentials: Credentials;
	readonly registry: RegistryClient;
	/** Opened at its first use. */
	readonly engine: Engine;
	/** What discovery said of each address it tried; empty before the engine was used. */
	readonly tried: () => readonly EngineAttempt[];
	/** Sources of credentials that failed and were passed over, so far. */
	readonly credentialWarnings: () => readonly CredentialWarning[];
	/** Targets of this session only. */
	readonly sessionTargets: readonly Target[];
	/** Where the embedded engine (`images`) and registry (`registry`) keep their bytes. */
	readonly dataFolder: string;
	close(): Promise<void>;
};

/** Builds the parts for one run; nothing is asked of an engine or a registry yet. */
export async function compose(
	globals: GlobalOptions,
	signal: AbortSignal,
	warn: (message: string) => void,
	opened?: SettingsStore,
): Promise<RegbenchParts> {
	// A passphrase prompt of gpg would be drawn over the screen.
	const {GPG_TTY: _, ...environment} = process.env;
	const homeFolder = homedir();
	const data = dataFolder({flag: globals.dataDir, environment});
	const settings = opened ?? (await openPersonalSettings(globals, environment));
	if (settings.notice) warn(settings.notice);
	const credentialWarnings: CredentialWarning[] = [];
	const credentials = createCredentials({
		hints: host => providerForHost(host).credentials,
		environment,
		homeFolder,
		knownHosts: ['ghcr.io', 'docker.io', ...settings.get().targets.map(({host}) => host)],
		exchangeEntraToken: async (host, token, options) =>
			registry.exchangeEntraToken(host, token, options),
		onWarning(warning) {
			credentialWarnings.push(warning);
			warn(warning.message);
		},
	});
	const registry = createRegistryClient({
		credentials,
		concurrency: settings.get().concurrency.registryRequests,
		userAgent: `regbench/${version}`,
		insecureHosts: settings.get().insecureRegistries,
		certificateAuthorities: await readAuthorities(
			settings.get().certificateAuthorities,
			homeFolder,
			warn,
		),
		certificateFolders: certificateFolders(homeFolder),
		environment,
	});
	let tried: readonly EngineAttempt[] = [];
	const engine = createLateEngine(async () => {
		const saved = settings.get().engine;
		const opened = await openEngine({
			choice: globals.engine ?? saved.choice,
			host: globals.host ?? saved.host,
			environment,
			homeFolder,
			platform: process.platform,
			userId: process.getuid?.(),
			signal,
			async openEmbedded() {
				const {createEmbeddedEngine} = await import('../engine/embedded.ts');
				return createEmbeddedEngine({folder: `${data}/images`, registry});
			},
		});
		({tried} = opened);
		return opened.engine;
	});
	return {
		settings,
		credentials,
		registry,
		engine,
		tried: () => tried,
		credentialWarnings: () => credentialWarnings,
		sessionTargets: [],
		dataFolder: data,
		async close() {
			await Promise.all([engine.close(), registry.close()]);
		},
	};
}
