/** The repositories of a registry by `/v2/_catalog`, Docker's addition to the distribution API. */
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import {isRepositoryPath} from '../domain/reference-grammar.ts';
import type {RepositoryEntry} from '../domain/remote.ts';
import type {HostSession} from './host-session.ts';
import {listPages} from './pages.ts';
import {isRecord} from './refusals.ts';
import type {CallOptions} from './registry-client.ts';

/** The reference registry refuses more than it was configured for, which is 1000 in older builds. */
const cataloguePage = 1000;
/** Codes that mean that there is no catalogue, or none for this login (a missing login stays one). */
const noCatalogue = new Set(['TAG_NOT_FOUND', 'UNSUPPORTED', 'FORBIDDEN']);

/** Those below `namespace` (all where it is empty). `UNSUPPORTED` where the registry has no catalogue. */
export async function* listCatalogue(
	session: HostSession,
	namespace: string,
	options: CallOptions,
): AsyncGenerator<readonly RepositoryEntry[], void, undefined> {
	let begun = false;
	try {
		for await (const page of listPaths(session, options)) {
			begun = true;
			yield page.filter(path => isBelow(path, namespace)).map(path => ({path}));
		}
	} catch (error) {
		const {code, message, status} = toRegbenchError(error);
		if (begun || !noCatalogue.has(code)) throw error;
		throw new RegbenchError('UNSUPPORTED', `${session.domain} lists no repositories: ${message}`, {
			hint: 'Type the name of a repository instead.',
			...(status === undefined ? {} : {status}),
			cause: error,
		});
	}
}

async function* listPaths(
	session: HostSession,
	options: CallOptions,
): AsyncGenerator<readonly string[], void, undefined> {
	const {domain, provider} = session;
	const call = {
		what: 'repositories',
		scopes: [{type: 'registry', name: 'catalog', actions: ['*']}],
		subject: {domain, provider, writes: false},
		parse: (json: unknown) => parseCatalogue(json, domain),
	};
	let begun = false;
	try {
		for await (const page of listPages(
			session,
			{...call, to: `/v2/_catalog?n=${cataloguePage}`},
			options,
		)) {
			begun = true;
			yield page;
		}
	} catch (error) {
		// PAGINATION_NUMBER_INVALID: its operator has set a lower limit, which it uses by itself.
		if (begun || toRegbenchError(error).status !== 400) throw error;
		yield* listPages(session, {...call, to: '/v2/_catalog'}, options);
	}
}

/** Whether a repository is the namespace itself or lies below it. */
export function isBelow(path: string, namespace: string): boolean {
	return namespace === '' || path === namespace || path.startsWith(`${namespace}/`);
}

function parseCatalogue(body: unknown, domain: string): readonly string[] {
	const paths = isRecord(body) ? (body['repositories'] ?? []) : undefined;
	if (!Array.isArray(paths)) {
		throw new RegbenchError(
			'PROTOCOL_ERROR',
			`${domain} sent something that is not a list of repositories`,
		);
	}
	return paths.filter((path): path is string => typeof path === 'string' && isRepositoryPath(path));
}
