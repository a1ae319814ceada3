/** The keys under which credential files and helpers keep a registry host. */
import type {SourceContext, Query} from './source-context.ts';

const hostPattern = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[a-f0-9:]+\])(?::\d{1,5})?$/i;

/**
 * The host in a key as docker has written them over the years (`https://host/v1/`, `host`), or as
 * podman does (`host/path`); undefined when there is no host in it.
 */
export function hostOfKey(key: string): string | undefined {
	const host = key.replace(/^https?:\/\//i, '').replace(/\/.*$/s, '');
	return hostPattern.test(host) ? host.toLowerCase() : undefined;
}

/** Keys of a host, the one to write first: Docker Hub's URL form comes before its host name. */
export function keysOf({host, hints}: Pick<Query, 'host' | 'hints'>): readonly string[] {
	return [...new Set([...hints.dockerConfigKeys, host])];
}

/**
 * The value kept for the host: under exactly one of its keys, else under an old key with a scheme
 * or, where `paths` is not false, a path that names the same host.
 */
export function entryOf<Value>(
	entries: ReadonlyMap<string, Value>,
	query: Pick<Query, 'host' | 'hints'>,
	{paths = true} = {},
): {readonly key: string; readonly value: Value} | undefined {
	const keys = keysOf(query);
	for (const key of keys) {
		const value = entries.get(key);
		if (value !== undefined) return {key, value};
	}
	const hosts = new Set(keys.map(key => hostOfKey(key)));
	for (const [key, value] of entries) {
		if (!paths && !/^https?:/i.test(key) && key.includes('/')) continue;
		const host = hostOfKey(key);
		if (host !== undefined && hosts.has(host)) return {key, value};
	}
	return undefined;
}

/**
 * The keys under which podman keeps a login for a part of a registry, the narrowest first:
 * `quay.io/team/app`, `quay.io/team`.
 */
export function pathKeys(host: string, path: string): readonly string[] {
	const parts = path.split('/').filter(Boolean);
	return parts.map((_, index) => [host, ...parts.slice(0, parts.length - index)].join('/'));
}

/** The host as references name it, for a key found in a file: Docker Hub's URL is `docker.io`. */
export function referenceHost(key: string, context: SourceContext): string | undefined {
	const host = hostOfKey(key);
	return (
		context.knownHosts.find(known =>
			keysOf({host: known, hints: context.hintsFor(known)}).some(
				candidate => candidate === key || hostOfKey(candidate) === host,
			),
		) ?? host
	);
}
