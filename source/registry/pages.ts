/** Listings in pages: the next one by Link (RFC 8288), on the same origin, and never without an end. */
import {RegbenchError} from '../domain/errors.ts';
import {sameOrigin} from './hosts.ts';
import type {Call, HostSession} from './host-session.ts';
import type {CallOptions} from './registry-client.ts';
import {withRetries} from './retry.ts';
import type {WireAnswer} from './wire-answer.ts';

/** More than 1000 entries to a page is an error on ECR. */
export const pageSize = 1000;
const pageBytes = 16 * 1024 * 1024;
const maximumAddressLength = 4096;
const maximumEmptyPages = 20;

/** Guards against listings that go in circles or never end: to be told of every page. */
export type PageGuard = {
	/** Throws `PROTOCOL_ERROR` when `next` was seen before, or the list goes on beyond all reason. */
	follow(next: string, entries: number): void;
};

/** `what` is what is listed, for the message: `tags`. */
export function guardPages(host: string, what: string, maximumPages = 5000): PageGuard {
	const seen = new Set<string>();
	let empty = 0;
	return {
		follow(next, entries) {
			empty = entries === 0 ? empty + 1 : 0;
			if (
				seen.has(next) ||
				seen.size >= maximumPages ||
				empty > maximumEmptyPages ||
				next.length > maximumAddressLength
			) {
				throw new RegbenchError('PROTOCOL_ERROR', `${host} lists ${what} without an end`);
			}
			seen.add(next);
		},
	};
}

export type PagedCall<Entry> = Omit<Call, 'method' | 'expect'> & {
	readonly what: string;
	/** The entries of a page; `PROTOCOL_ERROR` where it is none. */
	readonly parse: (json: unknown, answer: WireAnswer) => readonly Entry[];
};

/** All pages of a listing of the distribution API. */
export async function* listPages<Entry>(
	session: HostSession,
	paged: PagedCall<Entry>,
	options: CallOptions,
): AsyncGenerator<readonly Entry[], void, undefined> {
	const {what, parse, ...call} = paged;
	const guard = guardPages(session.domain, what);
	let to: string | URL | undefined = call.to;
	while (to !== undefined) {
		const address: string | URL = to;
		const page: {entries: readonly Entry[]; next: URL | undefined} = await withRetries(
			session.policy,
			session.domain,
			options,
			async () => {
				const answer = await session.once(
					{
						...call,
						headers: {accept: 'application/json', ...call.headers},
						method: 'GET',
						to: address,
						expect: [200],
					},
					options,
				);
				const entries = parse(parseJson(await answer.bytes(pageBytes)), answer);
				return {entries, next: nextPage(session, answer, what)};
			},
		);
		if (page.next) guard.follow(page.next.href, page.entries.length);
		yield page.entries;
		to = page.next;
	}
}

function nextPage(session: HostSession, answer: WireAnswer, what: string): URL | undefined {
	const link = nextLink(answer.header('link'));
	if (link === undefined) return undefined;
	const next = session.resolve(link, answer.url);
	if (sameOrigin(next, answer.url)) return next;
	throw new RegbenchError(
		'PROTOCOL_ERROR',
		`${session.domain} continues its ${what} on ${next.host}`,
	);
}

/** Parsed JSON; undefined where the bytes are none. */
export function parseJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(bytes.toString('utf8'));
	} catch {
		return undefined;
	}
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
