/** Where logins are kept beyond the session, and taken away again. */
import type {Credential} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import {findProgram} from '../process/find-program.ts';
import {readAuthFile} from './auth-file.ts';
import {configuredHelper, dockerConfigFile} from './docker-config.ts';
import {removeDockerConfigEntry} from './docker-config-entry.ts';
import {helperErase, helperGet, helperName, helperStore} from './helper.ts';
import {keysOf} from './host-keys.ts';
import {defaultHelper, workingDefaultHelper} from './keychain.ts';
import {keyringName, keyringStore} from './keyring.ts';
import type {Query, SourceContext} from './source-context.ts';

type Place = {
	/** As it is shown. */
	readonly name: string;
	/** False where it is known beforehand that it cannot keep anything. */
	readonly there: boolean;
	readonly keep: (credential: Exclude<Credential, {kind: 'bearer'}>) => Promise<void>;
};

/**
 * Keeps a login in the first place that takes it: the helper that docker's configuration names for
 * the host (so that docker sees it too), the system's usual helper where it works, the system's
 * keychain. The place's name; undefined when nothing could keep it. A place that fails is warned
 * of. The docker configuration file itself, which is not encrypted, is never written to.
 */
export async function storePersistently(
	query: Query,
	credential: Credential,
	context: SourceContext,
): Promise<string | undefined> {
	if (credential.kind === 'bearer') return undefined;
	for await (const {name, keep} of places(query, context)) {
		try {
			await keep(credential);
			return name;
		} catch (error) {
			if (!(error instanceof RegbenchError) || error.code === 'CANCELLED') throw error;
			context.warn({host: query.host, message: error.message, hint: error.hint});
		}
	}
	return undefined;
}

/** The place where a login of the host will be kept, if it takes it; undefined where there is none. */
export async function firstPlace(
	query: Query,
	context: SourceContext,
): Promise<string | undefined> {
	for await (const {name, there} of places(query, context)) if (there) return name;
	return undefined;
}

/** The places that are there, best first; looked for one by one. */
async function* places(query: Query, context: SourceContext): AsyncGenerator<Place> {
	const {signal} = query;
	const key = keysOf(query)[0]!;
	const inHelper = async (suffix: string): Promise<Place> => ({
		name: helperName(suffix),
		there: (await findProgram(helperName(suffix), context.environment)) !== undefined,
		keep: async credential => helperStore(suffix, key, credential, context, signal),
	});
	const file = await readAuthFile(dockerConfigFile(context), context);
	const configured = configuredHelper(file, query);
	if (configured !== undefined) yield await inHelper(configured);
	else {
		const standard = await workingDefaultHelper(context, signal);
		if (standard !== undefined) yield await inHelper(standard);
	}
	const keyring = await context.keyring();
	if (!keyring) return;
	yield {
		name: keyringName,
		there: true,
		keep: async credential => keyringStore(keyring, key, credential),
	};
}

/**
 * Removes the host's login from its helper and from docker's configuration file; the places it was
 * in. Every place is tried before the first failure is thrown.
 */
export async function eraseEverywhere(
	query: Query,
	context: SourceContext,
): Promise<readonly string[]> {
	const path = dockerConfigFile(context);
	const file = await readAuthFile(path, {warn: () => {}});
	const removedFrom: string[] = [];
	const failures: unknown[] = [];
	const attempt = async (place: string, remove: () => Promise<boolean>) => {
		try {
			if (await remove()) removedFrom.push(place);
		} catch (error) {
			failures.push(error);
		}
	};

	const configured = configuredHelper(file, query);
	if (configured !== undefined) {
		await attempt(helperName(configured), async () => eraseFromHelper(configured, query, context));
	}
	const standard = await defaultHelper(context);
	if (standard !== undefined && standard !== configured) {
		await attempt(helperName(standard), async () => {
			// Not configured by anybody: when it does not work there is nothing of ours in it.
			if ((await workingDefaultHelper(context, query.signal)) === undefined) return false;
			return eraseFromHelper(standard, query, context);
		});
	}
	await attempt(keyringName, async () => {
		const keyring = await context.keyring();
		return keyring ? keyring.erase(keysOf(query)[0]!) : false;
	});
	await attempt('docker config', async () => removeDockerConfigEntry(path, query));
	if (failures.length > 0) throw failures[0];
	return removedFrom;
}

/** Helpers do not tell whether there was something to erase, so it is asked for first. */
async function eraseFromHelper(
	suffix: string,
	query: Query,
	context: SourceContext,
): Promise<boolean> {
	let removed = false;
	for (const key of keysOf(query)) {
		if ((await helperGet(suffix, key, context, query.signal)) === undefined) continue;
		await helperErase(suffix, key, context, query.signal);
		removed = true;
	}
	return removed;
}
