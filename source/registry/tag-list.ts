/** A repository's tags, page by page (distribution-spec end-8; pages by Link, RFC 8288). */
import {RegbenchError} from '../domain/errors.ts';
import {sameOrigin} from './hosts.ts';
import type {HostSession} from './host-session.ts';
import {isRecord} from './refusals.ts';
import type {CallOptions} from './registry-client.ts';
import {tagsPath} from './repository-paths.ts';
import {withRetries} from './retry.ts';
import {pullScope} from './scopes.ts';

/** More than 1000 is an error on ECR. */
const pageSize = 1000;
const maximumPages = 10_000;
const pageBytes = 16 * 1024 * 1024;
const tagPattern = /^\w[\w.-]{0,127}$/;

/** Tags that no client could ask for (control characters, spaces) are left out. */
export async function* listTags(
	session: HostSession,
	path: string,
	options: CallOptions,
): AsyncGenerator<readonly string[], void, undefined> {
	const seen = new Set<string>();
	let next: string | URL | undefined = tagsPath(path, pageSize);
	while (next !== undefined) {
		const to: string | URL = next;
		const page: Page = await withRetries(session.policy, session.domain, options, () =>
			readPage(session, path, to, options),
		);
		yield page.tags;
		next = page.next;
		if (page.next === undefined) return;
		if (seen.has(page.next.href) || seen.size === maximumPages) {
			throw new RegbenchError('PROTOCOL_ERROR', `${session.domain} lists tags without an end`);
		}
		seen.add(page.next.href);
	}
}

type Page = {readonly tags: readonly string[]; readonly next: URL | undefined};

async function readPage(
	session: HostSession,
	path: string,
	to: string | URL,
	options: CallOptions,
): Promise<Page> {
	const {domain, provider} = session;
	const answer = await session.once(
		{
			method: 'GET',
			to,
			headers: {accept: 'application/json'},
			scopes: [pullScope(path)],
			subject: {domain, provider, path, writes: false},
			expect: [200],
		},
		options,
	);
	const tags = parseTags(await answer.bytes(pageBytes), domain);
	const link = nextLink(answer.header('link'));
	if (link === undefined) return {tags, next: undefined};
	const next = session.resolve(link, answer.url);
	if (!sameOrigin(next, answer.url)) {
		throw new RegbenchError('PROTOCOL_ERROR', `${domain} continues its tags on ${next.host}`);
	}
	return {tags, next};
}

function parseTags(bytes: Buffer, domain: string): readonly string[] {
	let body: unknown;
	try {
		body = JSON.parse(bytes.toString('utf8'));
	} catch {
		body = undefined;
	}

	// An emptied repository of registry 2.8 has `"tags": null`.
	const tags = isRecord(body) ? (body['tags'] ?? []) : undefined;
	if (!Array.isArray(tags)) {
		throw new RegbenchError(
			'PROTOCOL_ERROR',
			`${domain} sent something that is not a list of tags`,
		);
	}
	return tags.filter((tag): tag is string => typeof tag === 'string' && tagPattern.test(tag));
}

/** `<target>; name=value; name="value"`, RFC 8288 section 3. */
const linkValue = /<([^<>]*)>((?:\s*;\s*[^\s"=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]+))?)*)/g;
const relationNext = /;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?![^\s;,]))/i;

/** The target of `rel="next"` in a Link header. */
export function nextLink(header: string | undefined): string | undefined {
	for (const [, target, parameters] of (header ?? '').matchAll(linkValue)) {
		if (relationNext.test(parameters!)) return target;
	}
	return undefined;
}
