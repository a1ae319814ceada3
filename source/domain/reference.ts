/** Image references, as github.com/distribution/reference parses and normalises them. */
import {isDigest, type Digest} from './digest.ts';
import {RegbenchError} from './errors.ts';
import {explainReference} from './reference-problem.ts';
import {
	isDomain,
	isPathComponent,
	isRepositoryPath,
	isTag,
	maxPathLength,
	splitReference,
} from './reference-grammar.ts';

/**
 * A normalised reference. `domain` is the registry host as written in references (`docker.io` for
 * Docker Hub), `path` the repository below it, and at least one of `tag` and `digest` is there.
 *
 * `domain` is empty in one odd case that the Distribution library lets through: a first component
 * that looks like a host but holds an underscore (`my_host.example/app`). No registry answers to it.
 */
export type Reference = {
	readonly domain: string;
	readonly path: string;
	readonly tag?: string;
	readonly digest?: Digest;
};

const hub = 'docker.io';
const hubAlias = 'index.docker.io';
const officialPrefix = 'library/';

/**
 * Parses and normalises what a person or an engine writes: `docker.io/`, `library/` and `:latest`
 * are added where they are left out. Accepts and refuses what the library's ParseNormalizedNamed
 * with TagNameOnly does. Throws `INVALID_REFERENCE`; the hint names the repaired form where there is one.
 */
export function parseReference(text: string): Reference {
	const reference = tryParseReference(text);
	if (reference) return reference;
	const {problem, hint} = explainReference(
		text,
		candidate => tryParseReference(candidate) !== undefined,
	);
	throw new RegbenchError('INVALID_REFERENCE', problem, hint === undefined ? {} : {hint});
}

/** As {@link parseReference}, with `undefined` for a text that is no reference. */
export function tryParseReference(text: string): Reference | undefined {
	// 64 hex digits alone are an image ID to every engine, never a name.
	if (/^[a-f0-9]{64}$/.test(text)) return undefined;

	const {name, tag, digest} = splitReference(text);
	if (tag !== undefined && !isTag(tag)) return undefined;
	if (digest !== undefined && !isDigest(digest)) return undefined;

	const repository = parseName(name);
	if (!repository || repository.path.length > maxPathLength) return undefined;
	return {
		...repository,
		...(tag === undefined ? {} : {tag}),
		...(digest === undefined ? {} : {digest}),
		...(tag === undefined && digest === undefined ? {tag: 'latest'} : {}),
	};
}

function parseName(name: string): {domain: string; path: string} | undefined {
	const slash = name.indexOf('/');
	const first = slash < 0 ? '' : name.slice(0, slash);
	const rest = name.slice(slash + 1);

	if (!looksLikeDomain(first)) return onHub(name);
	if (first === hub || first === hubAlias) return onHub(rest);
	if (!isRepositoryPath(rest)) return undefined;
	if (isDomain(first)) return {domain: first, path: rest};
	return isPathComponent(first) ? {domain: '', path: name} : undefined;
}

/** The library's rule for the part before the first slash; an upper-case letter cannot be in a path. */
function looksLikeDomain(first: string): boolean {
	return first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase();
}

function onHub(path: string): {domain: string; path: string} | undefined {
	if (!isRepositoryPath(path)) return undefined;
	return {domain: hub, path: path.includes('/') ? path : officialPrefix + path};
}

/** The full form: `docker.io/library/hello:1.0.0`, with digest where there is one. */
export function formatReference(reference: Reference): string {
	return formatRepository(reference) + referenceSuffix(reference);
}

/** The short form as docker shows it: `hello:1.0.0`, `me/hello:1`, `ghcr.io/me/hello:1`. */
export function familiarReference(reference: Reference): string {
	return familiarRepository(reference) + referenceSuffix(reference);
}

/** Host and path without tag and digest: `docker.io/library/hello`. */
export function formatRepository({domain, path}: Pick<Reference, 'domain' | 'path'>): string {
	return domain === '' ? path : `${domain}/${path}`;
}

/** Host and path as docker shows them: without `docker.io/`, and without `library/` before a single name. */
export function familiarRepository({domain, path}: Pick<Reference, 'domain' | 'path'>): string {
	if (domain !== hub) return formatRepository({domain, path});
	const official = path.startsWith(officialPrefix) && path.indexOf('/') === path.lastIndexOf('/');
	return official ? path.slice(officialPrefix.length) : path;
}

/** What follows the repository: `:tag`, `@digest` or both. */
export function referenceSuffix({tag, digest}: Pick<Reference, 'tag' | 'digest'>): string {
	return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

/** What a registry is asked for: the digest where there is one (the tag is then only a remark), else the tag. */
export function tagOrDigest({tag, digest}: Pick<Reference, 'tag' | 'digest'>): string {
	return digest ?? tag ?? 'latest';
}

/** The same repository under another tag, without digest. Throws `INVALID_REFERENCE` for what is no tag. */
export function withTag(
	{domain, path}: Pick<Reference, 'domain' | 'path'>,
	tag: string,
): Reference {
	if (isTag(tag)) return {domain, path, tag};
	const {problem, hint} = explainReference(
		`${familiarRepository({domain, path})}:${tag}`,
		() => false,
	);
	throw new RegbenchError('INVALID_REFERENCE', problem, hint === undefined ? {} : {hint});
}

/** The same repository at exact content, without tag. */
export function withDigest(
	{domain, path}: Pick<Reference, 'domain' | 'path'>,
	digest: Digest,
): Reference {
	return {domain, path, digest};
}

/** The last component of a repository path: `hello` of `octocat/hello`. */
export function lastPathComponent(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}
