/** Logins that podman, buildah and skopeo have kept: containers-auth.json(5). */
import {join} from 'node:path';
import {credentialUsername} from '../domain/credential.ts';
import {sanitise} from '../domain/sanitise.ts';
import {readAuthFile, type AuthFile} from './auth-file.ts';
import type {SeenLogin} from './credentials.ts';
import {helperGet, helperName} from './helper.ts';
import {entryOf, pathKeys, referenceHost} from './host-keys.ts';
import type {Query, Source, SourceContext} from './source-context.ts';

/** The files in their order; docker's own, which podman reads as well, is another source. */
export function podmanAuthFiles(
	context: Pick<SourceContext, 'environment' | 'homeFolder' | 'platform' | 'podmanRunFolder'>,
): readonly string[] {
	const {environment, homeFolder, platform, podmanRunFolder} = context;
	const {REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, XDG_CONFIG_HOME} = environment;
	// Only Linux has a folder per login session.
	const session = XDG_RUNTIME_DIR ? join(XDG_RUNTIME_DIR, 'containers') : podmanRunFolder;
	const files = [
		REGISTRY_AUTH_FILE,
		platform === 'linux' ? join(session, 'auth.json') : undefined,
		join(XDG_CONFIG_HOME || join(homeFolder, '.config'), 'containers', 'auth.json'),
	];
	return [...new Set(files.filter(file => file !== undefined && file !== ''))] as string[];
}

/** The narrowest key (`quay.io/team`) in podman's files that the repository is under, or the host. */
export async function podmanPlace(
	host: string,
	path: string,
	context: SourceContext,
): Promise<string> {
	for (const name of podmanAuthFiles(context)) {
		const file = await readAuthFile(name, {warn: () => {}});
		const key = file && pathKeys(host, path).find(candidate => isIn(file, candidate));
		if (key !== undefined) return key;
	}
	return host;
}

function isIn({auths, credHelpers}: AuthFile, key: string): boolean {
	return auths.get(key)?.kind === 'login' || credHelpers.has(key);
}

/** The entry for the query: the narrowest key with a path that the repository is under, else the host's own. */
function entryFor<Value>(entries: ReadonlyMap<string, Value>, query: Query) {
	for (const key of pathKeys(query.host, query.path ?? '')) {
		const value = entries.get(key);
		if (value !== undefined) return {key, value};
	}
	return entryOf(entries, query, {paths: false});
}

/**
 * Reads the narrowest key that the repository is under. Keys with a path (`quay.io/org`) belong to
 * one namespace and are not taken for the whole host.
 */
export function podmanSource(context: SourceContext): Source {
	return {
		async find(query) {
			for (const path of podmanAuthFiles(context)) {
				const file = await readAuthFile(path, context);
				if (!file) continue;
				const helper = entryFor(file.credHelpers, query);
				if (helper) {
					const credential = await helperGet(helper.value, helper.key, context, query.signal);
					if (credential) return {credential, source: helperName(helper.value)};
				}
				const entry = entryFor(file.auths, query)?.value;
				if (entry?.kind === 'login') return {credential: entry.credential, source: 'podman login'};
				if (entry?.kind === 'broken') {
					context.warn({
						host: query.host,
						message: `The podman login of ${query.host} cannot be understood`,
						hint: `Run podman login ${query.host} to have it written anew.`,
					});
				}
			}
			return undefined;
		},
		async seen() {
			const seen = new Map<string, SeenLogin>();
			for (const path of podmanAuthFiles(context)) {
				const file = await readAuthFile(path, context);
				for (const [key, entry] of file?.auths ?? []) {
					const host = referenceHost(key, context);
					if (host === undefined || seen.has(host) || key.includes('/')) continue;
					if (entry.kind !== 'login') continue;
					const username = credentialUsername(entry.credential);
					const named = username === undefined ? {} : {username: sanitise(username)};
					seen.set(host, {host, source: 'podman login', ...named});
				}
			}
			return [...seen.values()];
		},
		removal: (_found, host) => `Run podman logout ${host}.`,
	};
}
