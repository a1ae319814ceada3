/** Taking tags and manifests away (distribution-spec end-9), or by the vendor's API where that is the way. */
import {randomUUID} from 'node:crypto';
import type {Digest} from '../domain/digest.ts';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import type {HostSession} from './host-session.ts';
import type {ManifestCache} from './manifest-cache.ts';
import type {Manifests} from './manifests.ts';
import type {CallOptions, Removal} from './registry-client.ts';
import {manifestPath} from './repository-paths.ts';
import {withRetries} from './retry.ts';
import type {VendorApi} from './vendor-api.ts';

/** What was learnt of a host: whether it takes single tags away. */
export type RemovalMemory = {untags?: boolean};

export type RemovalSurroundings = {
	readonly session: HostSession;
	readonly manifests: Manifests;
	readonly vendor: VendorApi;
	readonly memory: RemovalMemory;
	readonly cache: Pick<ManifestCache, 'forget'>;
};

/** Looks its surroundings up at every call: they change with a login. */
export function createRemoval(
	{provider, domain, path}: Pick<HostSession, 'provider' | 'domain'> & {readonly path: string},
	now: () => RemovalSurroundings,
): Removal {
	const {untag, manifest, preview, note, lastTagged} = provider.removal;
	const place = {domain, path};
	const remove = (reference: string, options: CallOptions) =>
		deleteManifest(now(), path, reference, options);

	const byTag =
		untag === 'no'
			? undefined
			: untag === 'distribution'
				? remove
				: (tag: string, options: CallOptions) => untag(now().vendor, place, tag, options);
	const byDigest =
		manifest === 'no'
			? undefined
			: manifest === 'distribution'
				? remove
				: (digest: Digest, options: CallOptions) => manifest(now().vendor, place, digest, options);
	return {
		canUntag: async (options = {}) =>
			untag === 'distribution' ? probeUntag(now(), path, options) : untag !== 'no',
		...(byTag ? {untag: async (tag, options = {}) => byTag(tag, options)} : {}),
		...(byDigest
			? {
					manifest: async (digest, options = {}) => {
						// Even a failure may have deleted something.
						try {
							await byDigest(digest, options);
						} finally {
							now().cache.forget(path);
						}
					},
				}
			: {}),
		...(preview
			? {preview: async (digest, options = {}) => preview(now().vendor, place, digest, options)}
			: {}),
		...(note === undefined ? {} : {note}),
		...(lastTagged === undefined ? {} : {lastTagged}),
	};
}

async function deleteManifest(
	{session, manifests, memory}: RemovalSurroundings,
	path: string,
	reference: string,
	options: CallOptions,
): Promise<void> {
	const isTag = !reference.includes(':');
	await withRetries(session.policy, session.domain, options, async attempt => {
		// The first try may have worked though its answer was lost.
		if (attempt > 1 && !(await manifests.resolve(reference, options))) return;
		try {
			const answer = await session.once(deletion(session, path, reference), options);
			answer.discard();
		} catch (error) {
			throw isTag && refusesTags(error) ? noUntag(session.domain, memory, error) : wording(error);
		}
		if (isTag) memory.untags = true;
	});
}

function deletion({domain, provider}: HostSession, path: string, reference: string) {
	const actions = provider.removal.actions ?? ['pull', 'delete'];
	return {
		method: 'DELETE' as const,
		to: manifestPath(path, reference),
		scopes: [{type: 'repository', name: path, actions}],
		subject: {domain, provider, path, reference, writes: true, deletes: true},
		expect: [202, 200, 204],
	};
}

/** Deletes a tag that is not there: 404 from a registry that would have, 400 or 405 from one that would not. */
async function probeUntag(
	{session, memory}: RemovalSurroundings,
	path: string,
	options: CallOptions,
): Promise<boolean> {
	if (memory.untags !== undefined) return memory.untags;
	try {
		const call = deletion(session, path, `regbench-probe-${randomUUID()}`);
		const answer = await session.once({...call, expect: [202, 404]}, options);
		answer.discard();
		memory.untags = true;
	} catch (error) {
		if (!refusesTags(error)) throw error;
		memory.untags = false;
	}
	return memory.untags;
}

function refusesTags(error: unknown): boolean {
	const {status} = toRegbenchError(error);
	return status === 400 || status === 405 || status === 501;
}

function noUntag(domain: string, memory: RemovalMemory, cause: unknown): RegbenchError {
	memory.untags = false;
	return new RegbenchError('UNSUPPORTED', `${domain} does not take single tags away`, {
		hint: 'Delete the whole manifest, with all tags on it, or push another image under this tag.',
		cause,
	});
}

/** The reference registry answers 405 where deleting is switched off. */
function wording(error: unknown): unknown {
	const failure = toRegbenchError(error);
	if (failure.code !== 'UNSUPPORTED') return error;
	return new RegbenchError('UNSUPPORTED', `${failure.message}: it does not delete`, {
		hint: 'Ask the operator of the registry to allow deleting (REGISTRY_STORAGE_DELETE_ENABLED=true).',
		...(failure.status === undefined ? {} : {status: failure.status}),
		cause: error,
	});
}
