/** Logins of docker's own config.json: its helpers, and the entries in the file itself. */
import {join} from 'node:path';
import {credentialUsername, type FoundCredential} from '../domain/credential.ts';
import {sanitise} from '../domain/sanitise.ts';
import {parseAuthFile, readAuthFile, type AuthFile} from './auth-file.ts';
import type {SeenLogin} from './credentials.ts';
import {helperGet, helperList, helperName} from './helper.ts';
import {entryOf, keysOf, referenceHost} from './host-keys.ts';
import type {Query, Source, SourceContext} from './source-context.ts';

/** `config.json` in `$DOCKER_CONFIG` or `~/.docker`. */
export function dockerConfigFile({
	environment,
	homeFolder,
}: Pick<SourceContext, 'environment' | 'homeFolder'>): string {
	return join(environment['DOCKER_CONFIG'] || join(homeFolder, '.docker'), 'config.json');
}

/** The helper that the file names for the host: `credHelpers` before `credsStore`. */
export function configuredHelper(
	file: AuthFile | undefined,
	query: Pick<Query, 'host' | 'hints'>,
): string | undefined {
	return file && (entryOf(file.credHelpers, query)?.value ?? file.credsStore);
}

/**
 * The search order of docker's client: `DOCKER_AUTH_CONFIG`, then the host's helper and only that
 * one, then the file's entries.
 */
export function dockerConfigSource(context: SourceContext): Source {
	return {
		async find(query) {
			const inEnvironment = loginIn(environmentFile(context), query, context);
			if (inEnvironment) return {...inEnvironment, source: 'environment DOCKER_AUTH_CONFIG'};
			const file = await readAuthFile(dockerConfigFile(context), context);
			const helper = configuredHelper(file, query);
			if (helper !== undefined) {
				const credential = await helperGet(helper, keysOf(query)[0]!, context, query.signal);
				return credential && {credential, source: helperName(helper)};
			}
			return loginIn(file, query, context);
		},
		async seen(signal) {
			const file = await readAuthFile(dockerConfigFile(context), context);
			return [
				...seenInFile(environmentFile(context), 'environment DOCKER_AUTH_CONFIG', context),
				...(file ? await seenInHelpers(file, context, signal) : []),
				...seenInFile(file, 'docker config', context),
			];
		},
		removal: ({source}, host) =>
			source.startsWith('environment')
				? 'Unset DOCKER_AUTH_CONFIG in your shell.'
				: `Run docker logout ${host}.`,
	};
}

function environmentFile(context: SourceContext): AuthFile | undefined {
	const text = context.environment['DOCKER_AUTH_CONFIG'];
	if (!text) return undefined;
	const file = parseAuthFile(text);
	if (!file) {
		context.warn({
			message: 'DOCKER_AUTH_CONFIG is not valid: JSON with auths is expected',
			hint: 'Correct the variable or unset it.',
		});
	}
	return file;
}

function loginIn(
	file: AuthFile | undefined,
	query: Query,
	context: SourceContext,
): FoundCredential | undefined {
	const entry = file && entryOf(file.auths, query)?.value;
	if (entry?.kind === 'login') return {credential: entry.credential, source: 'docker config'};
	if (entry?.kind === 'broken') {
		context.warn({
			host: query.host,
			message: `The docker login of ${query.host} cannot be understood`,
			hint: `Run docker login ${query.host} to have it written anew.`,
		});
	}
	return undefined;
}

function seenInFile(
	file: AuthFile | undefined,
	source: string,
	context: SourceContext,
): readonly SeenLogin[] {
	if (!file) return [];
	const seen: SeenLogin[] = [];
	for (const [key, entry] of file.auths) {
		const host = referenceHost(key, context);
		if (host === undefined || entry.kind !== 'login') continue;
		// A host with a helper is never looked up among the entries.
		if (configuredHelper(file, {host, hints: context.hintsFor(host)}) !== undefined) continue;
		const username = credentialUsername(entry.credential);
		seen.push({host, source, ...(username === undefined ? {} : {username: sanitise(username)})});
	}
	return seen;
}

/** Hosts whose login is in a helper. One that cannot list is believed the file's marks. */
async function seenInHelpers(
	file: AuthFile,
	context: SourceContext,
	signal: AbortSignal | undefined,
): Promise<readonly SeenLogin[]> {
	const helpers = new Set([
		...file.credHelpers.values(),
		...(file.credsStore ? [file.credsStore] : []),
	]);
	const listed = await Promise.all(
		[...helpers].map(async helper => {
			const list = await helperList(helper, context, signal).catch(() => undefined);
			if (list) return seenInList(list, helper, context);
			const marked = helper === file.credsStore ? [...file.auths.keys()] : [];
			const named = [...file.credHelpers].filter(pair => pair[1] === helper).map(pair => pair[0]);
			return seenInList(new Map([...marked, ...named].map(key => [key, ''])), helper, context);
		}),
	);
	return listed
		.flat()
		.filter(
			({host, source}) =>
				source === helperName(configuredHelper(file, {host, hints: context.hintsFor(host)}) ?? ''),
		);
}

/** What a helper has listed, as hosts that references name. */
export function seenInList(
	list: ReadonlyMap<string, string>,
	helper: string,
	context: SourceContext,
): readonly SeenLogin[] {
	const seen = new Map<string, SeenLogin>();
	for (const [key, name] of list) {
		const host = referenceHost(key, context);
		if (host === undefined || seen.has(host)) continue;
		const username = name === '<token>' ? '' : sanitise(name);
		seen.set(host, {host, source: helperName(helper), ...(username === '' ? {} : {username})});
	}
	return [...seen.values()];
}
