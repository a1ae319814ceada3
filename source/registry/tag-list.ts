/** A repository's tags, page by page (distribution-spec end-8). */
import {RegbenchError} from '../domain/errors.ts';
import {isTag} from '../domain/reference-grammar.ts';
import type {HostSession} from './host-session.ts';
import {listPages, pageSize} from './pages.ts';
import {isRecord} from './refusals.ts';
import type {CallOptions} from './registry-client.ts';
import {tagsPath} from './repository-paths.ts';
import {pullScope} from './scopes.ts';

/** Tags that no client could ask for (control characters, spaces) are left out. */
export function listTags(
	session: HostSession,
	path: string,
	options: CallOptions,
): AsyncGenerator<readonly string[], void, undefined> {
	const {domain, provider} = session;
	return listPages(
		session,
		{
			what: 'tags',
			to: tagsPath(path, pageSize),
			scopes: [pullScope(path)],
			subject: {domain, provider, path, writes: false},
			parse: json => parseTags(json, domain),
		},
		options,
	);
}

function parseTags(body: unknown, domain: string): readonly string[] {
	// An emptied repository of registry 2.8 has `"tags": null`.
	const tags = isRecord(body) ? (body['tags'] ?? []) : undefined;
	if (!Array.isArray(tags)) {
		throw new RegbenchError(
			'PROTOCOL_ERROR',
			`${domain} sent something that is not a list of tags`,
		);
	}
	return tags.filter((tag): tag is string => typeof tag === 'string' && isTag(tag));
}
