/** Tags with times and sizes where the registry's own API tells them, plain ones otherwise. */
import {toRegbenchError} from '../domain/errors.ts';
import type {TagEntry} from '../domain/remote.ts';
import type {HostSession} from './host-session.ts';
import type {CallOptions} from './registry-client.ts';
import {listTags} from './tag-list.ts';
import type {VendorApi} from './vendor-api.ts';

/** Failures of a vendor's API that say nothing against the plain listing. */
const unhelpful = new Set([
	'FORBIDDEN',
	'UNAUTHORIZED',
	'TAG_NOT_FOUND',
	'UNSUPPORTED',
	'PROTOCOL_ERROR',
	'RATE_LIMITED',
	'REGISTRY_ERROR',
	'REGISTRY_UNREACHABLE',
]);

export async function* listTagEntries(
	session: HostSession,
	vendor: VendorApi,
	path: string,
	options: CallOptions,
): AsyncGenerator<readonly TagEntry[], void, undefined> {
	const {domain, provider} = session;
	if (provider.tagEntries) {
		let begun = false;
		try {
			for await (const page of provider.tagEntries(vendor, {domain, path}, options)) {
				begun = true;
				yield page;
			}
			return;
		} catch (error) {
			const {code, message} = toRegbenchError(error);
			if (begun || !unhelpful.has(code)) throw error;
			options.onNotice?.({
				message: `No times and sizes of ${path}: ${message}; listing its tags without`,
			});
		}
	}

	for await (const tags of listTags(session, path, options)) yield tags.map(tag => ({tag}));
}
