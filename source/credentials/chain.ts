/** The chain of credential sources: who is asked, in which order, and where a login is kept. */
import {sameCredential, type FoundCredential} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import type {Environment} from '../process/find-program.ts';
import {runProgram, type RunProgram} from '../process/run.ts';
import type {
	CredentialHints,
	Credentials,
	ExchangeEntraToken,
	RemainingLogin,
	SeenLogin,
} from './credentials.ts';
import {dockerConfigSource} from './docker-config.ts';
import {environmentSource} from './environment.ts';
import {keychainSource} from './keychain.ts';
import {keyringSource, openKeyring, type Keyring} from './keyring.ts';
import {memorySource} from './memory.ts';
import {podmanPlace, podmanSource} from './podman-auth.ts';
import {providerToolSource} from './provider-tools.ts';
import {sharedLookups} from './shared-lookups.ts';
import type {CredentialWarning, Query, Source, SourceContext} from './source-context.ts';
import {eraseEverywhere, firstPlace, storePersistently} from './storage.ts';

export type CredentialsOptions = {
	/** The credentials part of a host's provider record. */
	readonly hints: (host: string) => CredentialHints;
	/** Without GPG_TTY no pinentry can draw over a full screen. */
	readonly environment: Environment;
	readonly homeFolder: string;
	/** Hosts whose logins in environment variables are proposed, and whose aliases in files are known. */
	readonly knownHosts?: readonly string[];
	/** A source that failed and was passed over. The same warning about a host comes once. */
	readonly onWarning?: (warning: CredentialWarning) => void;
	readonly platform?: NodeJS.Platform;
	readonly runProgram?: RunProgram;
	/** Folder of podman's logins for users without XDG_RUNTIME_DIR. */
	readonly podmanRunFolder?: string;
	/** Opens the system's keychain; tests bring their own. */
	readonly openKeyring?: () => Promise<Keyring | undefined>;
	/** Asks Azure registries to take az's own token, where az has no login for them. */
	readonly exchangeEntraToken?: ExchangeEntraToken;
	/** Milliseconds, as Date.now; for tests. */
	readonly now?: () => number;
};

/** How long an answer is used again: long enough for one operation, too short to miss a docker login. */
const keepMs = 15_000;

/**
 * Credentials of this machine, searched in the order: typed in this session, environment, docker's
 * configuration, the system's keychain (by docker's usual helper, or itself), podman, the registry's own tool. Sources that fail are passed
 * over with a warning. The calls reject only with `CANCELLED`, and {@link Credentials.forget} also
 * with the code of a store that could not be written. Starts no program and reads no file until asked.
 */
export function createCredentials(options: CredentialsOptions): Credentials {
	const warnings = warningsOnce(options.onWarning);
	const context = createContext(options, warnings.warn);
	const memory = memorySource();
	const persistent = [
		environmentSource(context),
		dockerConfigSource(context),
		keychainSource(context),
		keyringSource(context),
		podmanSource(context),
		providerToolSource(context),
	];
	const sources: readonly Source[] = [memory, ...persistent];
	const lookups = sharedLookups<FoundCredential | undefined>(keepMs, context.now);

	const renewals = new Map<string, number>();

	const queryFor = (host: string, signal: AbortSignal | undefined, path?: string): Query => {
		const name = host.toLowerCase();
		return {host: name, hints: context.hintsFor(name), signal, path};
	};
	const dropLookups = (host: string) => {
		lookups.drop(key => key === host || key.startsWith(`${host}/`));
	};
	const invalidate = (host: string) => {
		dropLookups(host);
		warnings.reset(host);
		for (const source of sources) source.invalidate?.(host);
	};

	return {
		async find(host, {signal, path, refused} = {}) {
			const name = host.toLowerCase();
			const place = path === undefined ? name : await podmanPlace(name, path, context);
			const look = async () =>
				lookups.get(
					place,
					async shared => (await firstOf(sources, queryFor(name, shared, path), context))?.found,
					signal,
				);
			const round = renewals.get(place);
			const found = await look();
			if (!refused || !found) return found;
			if (!sameCredential(found.credential, refused.credential)) return found;
			// Of several callers with the same refused login, the first has it looked for anew.
			if (renewals.get(place) === round) {
				renewals.set(place, (round ?? 0) + 1);
				dropLookups(name);
				for (const source of sources) source.invalidate?.(name);
			}
			return look();
		},

		placeOf: async (host, path) => podmanPlace(host.toLowerCase(), path, context),

		keepsIn: async (host, {signal} = {}) =>
			(await firstPlace(queryFor(host, signal), context)) ?? 'memory',

		async keep(host, credential, {signal} = {}) {
			const query = queryFor(host, signal);
			invalidate(query.host);
			const helper = await storePersistently(query, credential, context);
			const storedIn = helper ?? 'memory';
			// It stays in memory as well: in this session nothing older may be found before it.
			memory.keep(query.host, credential, helper ?? 'typed');
			// A search that began before is not to be remembered.
			dropLookups(query.host);
			if (helper !== undefined) await warnOfEarlier(persistent, query, helper, context);
			return {storedIn};
		},

		async forget(host, {signal} = {}) {
			const query = queryFor(host, signal);
			const removedFrom = memory.forget(query.host) === 'typed' ? ['memory'] : [];
			invalidate(query.host);
			try {
				removedFrom.push(...(await eraseEverywhere(query, context)));
			} finally {
				dropLookups(query.host);
			}
			return removedFrom;
		},

		async seenLogins({signal} = {}) {
			const seen = await Promise.all(
				sources.map(async source =>
					source.seen(signal).catch((error: unknown): readonly SeenLogin[] => {
						passOver(error, context);
						return [];
					}),
				),
			);
			return withoutRepeats(seen.flat());
		},

		async remaining(host, {signal} = {}) {
			const query = queryFor(host, signal);
			const remaining: RemainingLogin[] = [];
			for (const source of persistent) {
				const first = await firstOf([source], query, context);
				const remedy = first && source.removal(first.found, query.host);
				if (remedy !== undefined) remaining.push({source: first!.found.source, remedy});
			}
			return remaining;
		},
	};
}

function createContext(
	options: CredentialsOptions,
	warn: (warning: CredentialWarning) => void,
): SourceContext {
	const {platform = process.platform} = options;
	const open = options.openKeyring ?? (async () => openKeyring(platform));
	let keyring: Promise<Keyring | undefined> | undefined;
	return {
		keyring: async () => (keyring ??= open()),
		environment: options.environment,
		homeFolder: options.homeFolder,
		platform,
		run: options.runProgram ?? runProgram,
		warn,
		hintsFor: options.hints,
		knownHosts: (options.knownHosts ?? []).map(host => host.toLowerCase()),
		podmanRunFolder: options.podmanRunFolder ?? `/run/containers/${process.getuid?.() ?? 0}`,
		now: options.now ?? Date.now,
		exchangeEntraToken: options.exchangeEntraToken,
	};
}

/** The first source that has a credential, and the credential. */
async function firstOf(
	sources: readonly Source[],
	query: Query,
	context: SourceContext,
): Promise<{readonly source: Source; readonly found: FoundCredential} | undefined> {
	for (const source of sources) {
		const found = await source.find(query).catch((error: unknown) => {
			passOver(error, context, query.host);
			return undefined;
		});
		if (query.signal?.aborted) throw new RegbenchError('CANCELLED', 'Cancelled');
		if (found) return {source, found};
	}
	return undefined;
}

/** A login kept in this session is in memory and in its helper, and is one login all the same. */
function withoutRepeats(seen: readonly SeenLogin[]): readonly SeenLogin[] {
	const first = new Map<string, SeenLogin>();
	for (const login of seen) {
		const key = `${login.host} ${login.source}`;
		if (!first.has(key)) first.set(key, login);
	}
	return [...first.values()];
}

/** Turns a source's failure into a warning; only a cancellation goes on. */
function passOver(error: unknown, context: SourceContext, host?: string): void {
	const about = host === undefined ? {} : {host};
	if (!(error instanceof RegbenchError)) {
		// The text of an unforeseen error may repeat what was read.
		const message = 'A source of credentials could not be read';
		context.warn({...about, message, hint: 'Log in with a token.'});
		return;
	}
	if (error.code === 'CANCELLED') throw error;
	context.warn({...about, message: error.message, hint: error.hint});
}

/** An older login that is searched first would win when regbench is started again. */
async function warnOfEarlier(
	persistent: readonly Source[],
	query: Query,
	storedIn: string,
	context: SourceContext,
): Promise<void> {
	const first = await firstOf(persistent, query, context);
	if (!first || first.found.source === storedIn) return;
	context.warn({
		host: query.host,
		message: `The login from ${first.found.source} is used before the new one when regbench starts again`,
		hint: first.source.removal(first.found, query.host) ?? `Remove it from ${first.found.source}.`,
	});
}

function warningsOnce(onWarning: ((warning: CredentialWarning) => void) | undefined) {
	const told = new Map<string, CredentialWarning>();
	return {
		warn(warning: CredentialWarning) {
			const key = `${warning.host ?? ''}\n${warning.message}`;
			if (told.has(key)) return;
			told.set(key, warning);
			onWarning?.(warning);
		},
		/** After a change of the host's logins everything may be said again. */
		reset(host: string) {
			for (const [key, warning] of told) {
				if (warning.host === undefined || warning.host === host) told.delete(key);
			}
		},
	};
}
