/** The repositories of a host, by whichever way its provider's record names. */
import {RegbenchError} from '../domain/errors.ts';
import type {RepositoryEntry} from '../domain/remote.ts';
import {listCatalogue} from './catalogue.ts';
import type {HostSession} from './host-session.ts';
import type {CallOptions} from './registry-client.ts';
import type {VendorApi} from './vendor-api.ts';

export async function* listRepositories(
	session: HostSession,
	vendor: VendorApi,
	namespace: string,
	options: CallOptions,
): AsyncGenerator<readonly RepositoryEntry[], void, undefined> {
	const {domain, provider} = session;
	const {repositories} = provider;
	if (repositories.by === 'catalogue') yield* listCatalogue(session, namespace, options);
	else if (repositories.by === 'vendor') {
		yield* repositories.list(vendor, {domain, namespace}, options);
	} else {
		throw new RegbenchError('UNSUPPORTED', `${domain} lists no repositories`, {
			hint: repositories.reason,
		});
	}
}
