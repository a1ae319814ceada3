/** Listings of vendors' APIs, page by page, never without an end. */
import {guardPages} from './pages.ts';
import type {CallOptions} from './registry-client.ts';
import type {VendorAnswer, VendorApi, VendorRequest} from './vendor-api.ts';

export type VendorListing<Entry> = {
	readonly request: VendorRequest;
	/** What is listed, for the message of an endless list: `tags`. */
	readonly what: string;
	/** The entries of a page. */
	readonly parse: (json: unknown) => readonly Entry[];
	/** Where the next page is, in place of the answer's Link header. */
	readonly next?: (answer: VendorAnswer, entries: readonly Entry[]) => string | undefined;
};

const maximumPages = 2000;

export async function* listVendorPages<Entry>(
	api: VendorApi,
	{request, what, parse, next}: VendorListing<Entry>,
	options: CallOptions,
): AsyncGenerator<readonly Entry[], void, undefined> {
	const guard = guardPages('The registry', what, maximumPages);
	let to: string | undefined = request.to;
	while (to !== undefined) {
		const answer: VendorAnswer = await api.request({...request, to}, options);
		const entries = parse(answer.json);
		to = next ? next(answer, entries) : answer.next;
		if (to !== undefined) guard.follow(to, entries.length);
		yield entries;
	}
}
