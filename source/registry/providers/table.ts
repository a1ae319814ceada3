/** All providers, and what follows from a host or a target by looking them up. */
import {RegbenchError} from '../../domain/errors.ts';
import {isDomain, splitReference} from '../../domain/reference-grammar.ts';
import {formatReference, tryParseReference, type Reference} from '../../domain/reference.ts';
import {explainReference, repairReference} from '../../domain/reference-problem.ts';
import {sanitise} from '../../domain/sanitise.ts';
import type {ProviderId, Target} from '../../domain/target.ts';
import {acr} from './acr.ts';
import {dockerHub} from './docker-hub.ts';
import {ecrPublic} from './ecr-public.ts';
import {ecr} from './ecr.ts';
import {embedded} from './embedded.ts';
import {generic} from './generic.ts';
import {ghcr} from './ghcr.ts';
import {gitlab} from './gitlab.ts';
import {google} from './google.ts';
import {checkAnyPath, checkTag, repairPath, repairTag} from './names.ts';
import type {NameProblem, RegistryProvider} from './provider.ts';
import {quay} from './quay.ts';

/** In the order in which they are asked; `generic` takes every host and comes last. */
export const providers: readonly RegistryProvider[] = [
	ghcr,
	acr,
	dockerHub,
	ecrPublic,
	ecr,
	google,
	quay,
	gitlab,
	embedded,
	generic,
];

/** The provider of a host as references write it, `generic` for one that is not known. */
export function providerForHost(host: string): RegistryProvider {
	const lower = host.toLowerCase();
	return providers.find(provider => provider.matches(lower)) ?? generic;
}

export function providerById(id: ProviderId): RegistryProvider {
	return providers.find(provider => provider.id === id) ?? generic;
}

export type MadeTarget = {readonly target: Target} | {readonly problem: NameProblem};

/**
 * A target out of what was typed for host and namespace: hosts in lower case, `coursereg` as
 * `coursereg.azurecr.io`. A problem's `repaired` is the whole target, to be typed as it stands.
 */
export function targetFrom(host: string, namespace: string, provider?: ProviderId): MadeTarget {
	const typedHost = host.trim();
	const typedNamespace = namespace.trim().replaceAll(/^\/+|\/+$/g, '');
	const fullHost = completeHost(typedHost);
	if (!isHost(fullHost)) {
		const why = isDomain(fullHost) ? ': it has neither a dot nor a port' : '';
		return {
			problem: {message: `${JSON.stringify(sanitise(typedHost, 60))} is not a registry host${why}`},
		};
	}

	const record = provider ? providerById(provider) : providerForHost(fullHost);
	const hostProblem = record.checkHost?.(fullHost);
	if (hostProblem) return {problem: onHost(hostProblem, typedNamespace)};
	if (typedNamespace === '') {
		if (!record.namespaceRequired) return made(record, fullHost, '');
		const label = record.namespaceLabel ?? 'namespace';
		return {
			problem: {message: `${record.title} needs a ${label}: ${fullHost}/${label.toUpperCase()}`},
		};
	}

	const problem = checkAnyPath(typedNamespace);
	if (!problem) return made(record, fullHost, typedNamespace);
	const {message, repaired} = problem;
	return {problem: {message, ...(repaired ? {repaired: `${fullHost}/${repaired}`} : {})}};
}

/**
 * A target from one text: `ghcr.io/octocat`, `coursereg`, `localhost:5000`. Throws `UNKNOWN_TARGET`
 * for what is no registry host and `NAME_NOT_ALLOWED`, with the repaired form as hint, for a name.
 */
export function parseTarget(text: string): Target {
	const typed = text.trim().replace(/^https?:\/\//i, '');
	const slash = typed.indexOf('/');
	const host = slash < 0 ? typed : typed.slice(0, slash);
	const result = targetFrom(host, slash < 0 ? '' : typed.slice(slash + 1));
	if ('target' in result) return result.target;
	const {message, repaired} = result.problem;
	const code = isHost(completeHost(host)) ? 'NAME_NOT_ALLOWED' : 'UNKNOWN_TARGET';
	throw new RegbenchError(code, message, repaired ? {hint: `Use ${repaired} instead.`} : {});
}

/** Where a repository and tag go on a target: its namespace in front of the name. */
export function targetReference(target: Target, repository: string, tag: string): Reference {
	const path = target.namespace ? `${target.namespace}/${repository}` : repository;
	return {domain: target.host, path, tag};
}

/** Checks namespace, repository and tag against a provider's rules; `repaired` is `path:tag` as a whole. */
export function checkName(
	provider: RegistryProvider,
	namespace: string,
	repository: string,
	tag: string,
): NameProblem | undefined {
	const path = namespace ? `${namespace}/${repository}` : repository;
	const inPath = provider.checkPath(path);
	const inTag = checkTag(tag);
	const problem = inPath ?? inTag;
	if (!problem) return undefined;
	const repairedPath = inPath ? inPath.repaired : path;
	const repairedTag = inTag ? inTag.repaired : tag;
	const whole =
		repairedPath !== undefined && repairedTag !== undefined && !provider.checkPath(repairedPath);
	return {
		message: problem.message,
		...(whole ? {repaired: `${repairedPath}:${repairedTag}`} : {}),
	};
}

/** Checks a reference while it is typed, by the grammar and by its registry's rules. */
export function checkReferenceText(text: string): NameProblem | undefined {
	const typed = text.trim();
	const reference = tryParseReference(typed);
	if (!reference) {
		const {problem} = explainReference(typed, isReference);
		const repaired = [repairReference(typed), repairThoroughly(typed)].find(
			candidate => candidate !== undefined && isReference(candidate),
		);
		return {message: problem, ...(repaired === undefined ? {} : {repaired})};
	}

	const provider = providerForHost(reference.domain);
	const problem =
		provider.checkHost?.(reference.domain) ??
		provider.checkPath(reference.path) ??
		provider.checkHostPath?.(reference.domain, reference.path);
	if (!problem) return undefined;
	const {message, repaired} = problem;
	if (repaired === undefined || repaired === reference.domain) return {message};
	const {tag, digest} = splitReference(typed);
	const fixed = tryParseReference(`${reference.domain}/${repaired}`);
	if (!fixed) return {message};
	return {
		message,
		repaired: formatReference({
			domain: fixed.domain,
			path: fixed.path,
			...(tag === undefined ? {} : {tag}),
			...(digest === undefined || reference.digest === undefined ? {} : {digest: reference.digest}),
		}),
	};
}

function isReference(text: string): boolean {
	return tryParseReference(text) !== undefined;
}

/** Repairs what is between the slashes as well; a digest is given up. */
function repairThoroughly(typed: string): string | undefined {
	const {name, tag} = splitReference(typed);
	const slash = name.indexOf('/');
	const host = slash < 0 ? '' : name.slice(0, slash).toLowerCase();
	const hasHost = isDomain(host) && (/[.:]/.test(host) || host === 'localhost');
	const path = repairPath(hasHost ? name.slice(slash + 1) : name);
	if (path === undefined) return undefined;
	const repairedTag = tag ? repairTag(tag) : undefined;
	return `${hasHost ? `${host}/` : ''}${path}${repairedTag ? `:${repairedTag}` : ''}`;
}

/** The host a person means: a bare word is an Azure registry's name, everything else stands, in lower case. */
export function completeHost(typed: string): string {
	const lower = typed.toLowerCase();
	if (providerForHost(lower).id === 'docker-hub') return 'docker.io';
	return /^[a-z\d]{5,50}$/.test(lower) && lower !== 'localhost' ? acr.completeHost!(lower) : lower;
}

/** In a reference, a first part without dot and port is no host but a name on Docker Hub. */
function isHost(text: string): boolean {
	return isDomain(text) && tryParseReference(`${text}/name`)?.domain === text;
}

function made(provider: RegistryProvider, host: string, namespace: string): MadeTarget {
	const id = namespace ? `${host}/${namespace}` : host;
	return {target: {id, provider: provider.id, host, namespace}};
}

function onHost({message, repaired}: NameProblem, namespace: string): NameProblem {
	if (repaired === undefined) return {message};
	return {message, repaired: namespace ? `${repaired}/${namespace}` : repaired};
}
