/** Finds out how the tags of an image stand on every target, in the background and only once each. */
import PQueue from 'p-queue';
import {RegbenchError, toErrorRecord} from '../domain/errors.ts';
import type {LocalImage} from '../domain/image.ts';
import {hostPlatform} from '../domain/platform.ts';
import {parseReference, type Reference} from '../domain/reference.ts';
import type {Digest} from '../domain/digest.ts';
import {readConfig} from '../operations/inspect-remote.ts';
import {readRemoteImage} from '../operations/remote-image.ts';
import type {RegistryClient} from '../registry/registry-client.ts';
import {tagRowsOf} from './tag-rows.ts';
import type {RemoteTag} from './state.ts';
import {isSameImage} from './tag-standing.ts';
import type {Workbench} from './workbench.ts';

/** Of each registry: they limit what one client may ask at once, and a push should not wait behind this. */
const requestsAtOnce = 4;

/** What a digest stands for; the same for ever, so it is read once. */
type RemoteFacts = {
	/** Digests by which a local copy of it may be known. */
	readonly identities: readonly string[];
	readonly createdAt: string | undefined;
};

/**
 * Answers a function that asks the registries about every tag of an image that is not known yet: by one
 * HEAD, and where the digest is not that of the image by its manifest and config, once for each digest.
 * At most four requests are under way to each registry, so that a slow one holds up no other; the image
 * that was asked for last comes first.
 */
export function createTagChecks(workbench: Workbench): (image: LocalImage) => Promise<void> {
	const {store, registry, surroundings} = workbench;
	const {signal} = surroundings;
	const queues = new Map<string, PQueue>();
	const facts = new Map<string, Promise<RemoteFacts>>();
	let turn = 0;

	const queueOf = (text: string): PQueue => {
		const {domain} = parseReference(text);
		const queue = queues.get(domain) ?? new PQueue({concurrency: requestsAtOnce});
		queues.set(domain, queue);
		return queue;
	};

	const factsOf = (reference: Reference, digest: Digest): Promise<RemoteFacts> => {
		const known = facts.get(digest);
		if (known) return known;
		const reading = readFacts(registry, reference, digest, signal);
		facts.set(digest, reading);
		// What failed is asked again the next time.
		reading.catch(() => facts.delete(digest));
		return reading;
	};

	return async image => {
		const {targets, remoteTags} = store.getState();
		const references = tagRowsOf(image, targets)
			.flatMap(row => Object.values(row.remote))
			.filter(reference => (remoteTags[reference]?.phase ?? 'unknown') === 'unknown');
		if (references.length === 0) return;
		const checking = Object.fromEntries(
			references.map(reference => [reference, {phase: 'checking'} as const]),
		);
		store.dispatch({type: 'remoteTagsChanged', entries: checking});
		const priority = ++turn;
		const check = async (text: string) => {
			if (signal.aborted) return;
			const status = await checkTag({registry, image, signal, factsOf}, text);
			if (!signal.aborted) store.dispatch({type: 'remoteTagsChanged', entries: {[text]: status}});
		};
		await Promise.all(references.map(text => queueOf(text).add(() => check(text), {priority})));
	};
}

type Check = {
	readonly registry: RegistryClient;
	readonly image: LocalImage;
	readonly signal: AbortSignal;
	readonly factsOf: (reference: Reference, digest: Digest) => Promise<RemoteFacts>;
};

async function checkTag(
	{registry, image, signal, factsOf}: Check,
	text: string,
): Promise<RemoteTag> {
	try {
		const reference = parseReference(text);
		const {domain, path, tag} = reference;
		const remote = await registry.repository(domain, path).resolve(tag ?? 'latest', {signal});
		if (!remote) return {phase: 'absent'};
		const {digest} = remote;
		// Enough for this image; another that is looked at later is compared with what its manifest tells.
		if (isSameImage(image, [digest])) return {phase: 'known', digest, identities: [image.id]};
		// An engine that never pushed or pulled the image there knows it by its config alone.
		const {identities, createdAt} = await factsOf(reference, digest);
		return {phase: 'known', digest, identities, ...(createdAt === undefined ? {} : {createdAt})};
	} catch (thrown) {
		// A registry that hides what is absent behind a refusal is asked again after a login.
		if (thrown instanceof RegbenchError && thrown.code === 'TAG_NOT_FOUND')
			return {phase: 'absent'};
		return {phase: 'failed', error: toErrorRecord(thrown)};
	}
}

async function readFacts(
	registry: RegistryClient,
	{domain, path}: Reference,
	digest: Digest,
	signal: AbortSignal,
): Promise<RemoteFacts> {
	const options = {signal};
	try {
		const place = {domain, path, digest};
		const found = await readRemoteImage(registry, place, hostPlatform(), options);
		const {config} = found.manifest;
		const {created} = await readConfig(registry.repository(domain, path), config, options);
		return {identities: [found.manifestDigest, config.digest], createdAt: created};
	} catch (thrown) {
		// Made for other machines only, or no image at all: that it is another one is known all the same.
		if (thrown instanceof RegbenchError && ['UNSUPPORTED', 'PROTOCOL_ERROR'].includes(thrown.code))
			return {identities: [], createdAt: undefined};
		throw thrown;
	}
}
