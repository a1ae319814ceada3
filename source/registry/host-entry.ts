/** Everything that is kept of one host between calls: the conversation, and what was learnt in it. */
import {createHostSession, type HostSession, type HostSessionOptions} from './host-session.ts';
import {createManifestCache, type ManifestCache} from './manifest-cache.ts';
import {createManifests} from './manifests.ts';
import {providerForHost} from './providers/table.ts';
import type {ReferrersMemory} from './referrers.ts';
import type {RemovalMemory} from './removal.ts';
import type {VendorApi} from './vendor-api.ts';
import {createVendorApi} from './vendor.ts';

export type HostEntry = {
	readonly session: HostSession;
	/** The same host, asked by somebody without a login. */
	readonly anonymous: () => HostSession;
	readonly vendor: VendorApi;
	readonly headTrust: {proven: boolean};
	readonly cache: ManifestCache;
	readonly referrers: ReferrersMemory;
	readonly removal: RemovalMemory;
};

export type EntryOptions = Omit<HostSessionOptions, 'provider'> & {
	/** Largest manifest that is read. */
	readonly limitBytes: number;
};

export function createEntry(options: EntryOptions): HostEntry {
	const {transport, credentials, concurrency, now, limitBytes} = options;
	const provider = providerForHost(options.domain);
	const session = createHostSession({...options, provider});
	const headTrust = {proven: false};
	const cache = createManifestCache(now);
	let nobody: HostSession | undefined;
	const anonymous = () =>
		(nobody ??= createHostSession({
			...options,
			provider,
			credentials: {find: async () => undefined},
		}));
	return {
		session,
		anonymous,
		vendor: createVendorApi({
			session,
			anonymous,
			transport,
			credentials,
			concurrency,
			now,
			manifests: path => createManifests(session, path, {limitBytes, headTrust, cache}),
		}),
		headTrust,
		cache,
		referrers: {absent: false},
		removal: {},
	};
}
