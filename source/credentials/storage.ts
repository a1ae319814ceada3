/** Where logins are kept beyond the session, and taken away again. */
import type {Credential} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import {readAuthFile} from './auth-file.ts';
import {configuredHelper, dockerConfigFile} from './docker-config.ts';
import {removeDockerConfigEntry} from './docker-config-entry.ts';
import {helperErase, helperGet, helperName, helperStore} from './helper.ts';
import {keysOf} from './host-keys.ts';
import {defaultHelper, workingDefaultHelper} from './keychain.ts';
import type {Query, SourceContext} from './source-context.ts';

/**
 * Keeps a login in the helper that docker's configuration names for the host, else in the system's
 * own where that works; the helper's name. Undefined when nothing could keep it, with a warning when
 * a helper had been configured. The docker configuration file itself, which is not encrypted, is
 * never written to.
 */
export async function storePersistently(
	query: Query,
	credential: Credential,
	context: SourceContext,
): Promise<string | undefined> {
	if (credential.kind === 'bearer') return undefined;
	const file = await readAuthFile(dockerConfigFile(context), context);
	const configured = configuredHelper(file, query);
	const suffix = configured ?? (await workingDefaultHelper(context, query.signal));
	if (suffix === undefined) return undefined;
	try {
		await helperStore(suffix, keysOf(query)[0]!, credential, context, query.signal);
		return helperName(suffix);
	} catch (error) {
		if (!(error instanceof RegbenchError) || error.code === 'CANCELLED') throw error;
		context.warn({host: query.host, message: error.message, hint: error.hint});
		return undefined;
	}
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
