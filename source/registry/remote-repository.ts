/** One repository of the port: its calls, each put together from the parts that know how. */
import {RegbenchError} from '../domain/errors.ts';
import {readBlob} from './download.ts';
import type {HostEntry} from './host-entry.ts';
import {createManifests} from './manifests.ts';
import {providerForHost} from './providers/table.ts';
import {findReferrers} from './referrers.ts';
import type {CallOptions, RemoteRepository} from './registry-client.ts';
import {createRemoval} from './removal.ts';
import {listTagEntries} from './tag-entries.ts';
import {listTags} from './tag-list.ts';
import {blobExists, uploadBlob} from './upload.ts';

/** Looks the host up at every call, so that it keeps up with a login or logout. */
export function createRepository(
	entry: () => HostEntry,
	domain: string,
	path: string,
	limitBytes: number,
): RemoteRepository {
	const provider = providerForHost(domain);
	const untagged = provider.untaggedEntries;
	const manifests = () => {
		const {session, headTrust, cache} = entry();
		return createManifests(session, path, {limitBytes, headTrust, cache});
	};

	const readableByAnyone = async (reference: string, call: CallOptions): Promise<boolean> => {
		const asNobody = createManifests(entry().anonymous(), path, {
			limitBytes,
			headTrust: {proven: false},
		});
		try {
			return (await asNobody.resolve(reference, call)) !== undefined;
		} catch (error) {
			const refused =
				error instanceof RegbenchError && ['UNAUTHORIZED', 'FORBIDDEN'].includes(error.code);
			if (refused) return false;
			throw error;
		}
	};

	return {
		domain,
		path,
		resolve: async (reference, call = {}) => manifests().resolve(reference, call),
		manifest: async (reference, call = {}) => manifests().read(reference, call),
		putManifest: async (reference, manifest, call = {}) =>
			manifests().put(reference, manifest, call),
		hasBlob: async (digest, call = {}) => blobExists(entry().session, path, digest, call),
		readBlob: (blob, call = {}) => readBlob(entry().session, path, blob, call),
		uploadBlob: async (source, call = {}) => uploadBlob(entry().session, path, source, call),
		tags: (call = {}) => listTags(entry().session, path, call),
		tagEntries: (call = {}) => listTagEntries(entry().session, entry().vendor, path, call),
		...(untagged
			? {untaggedEntries: (call = {}) => untagged(entry().vendor, {domain, path}, call)}
			: {}),
		async referrers(digest, call = {}) {
			const {session, referrers: memory} = entry();
			return findReferrers(session, path, digest, {manifests: manifests(), memory}, call);
		},
		readableByAnyone: async (reference, call = {}) => readableByAnyone(reference, call),
		facts: async (call = {}) => provider.facts?.(entry().vendor, {domain, path}, call),
		removal: createRemoval({provider, domain, path}, () => {
			const {session, vendor, removal: memory, cache} = entry();
			return {session, vendor, memory, cache, manifests: manifests()};
		}),
	};
}
