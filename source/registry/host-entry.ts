/** Everything that is kept of one host between calls: the conversation, and what was learnt in it. */
import {createHostSession, type HostSession, type HostSessionOptions} from './host-session.ts';
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
	readonly referrers: ReferrersMemory;
	readonly removal: RemovalMemory;
};

export function createEntry(options: Omit<HostSessionOptions, 'provider'>): HostEntry {
	const {transport, credentials, concurrency, now} = options;
	const provider = providerForHost(options.domain);
	const session = createHostSession({...options, provider});
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
		vendor: createVendorApi({session, anonymous, transport, credentials, concurrency, now}),
		headTrust: {proven: false},
		referrers: {absent: false},
		removal: {},
	};
}
