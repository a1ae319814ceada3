/** Deleting on a registry, exactly what the plan said. */
import {randomUUID} from 'node:crypto';
import {digestOf, shortDigest} from '../domain/digest.ts';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import {runWithEvents} from '../domain/event-channel.ts';
import type {Operation, OperationEvent, RemoteRemoveResult} from '../domain/events.ts';
import {mediaTypes, type RawManifest} from '../domain/manifest.ts';
import {parseReference, tagOrDigest} from '../domain/reference.ts';
import type {RemoteRemovalPlan} from '../domain/remote.ts';
import type {CallOptions, RemoteRepository} from '../registry/registry-client.ts';
import type {OperationContext} from './context.ts';
import {openSide} from './copy-side.ts';
import {readTags, tagsOn} from './shared-tags.ts';

export type RemoteRemoveRequest = {readonly plan: RemoteRemovalPlan};

/**
 * Looks again whether digest and tags are as planned, then deletes. Fails with `UNSUPPORTED` for a
 * refused plan or a registry that will not, `CHANGED_MEANWHILE`, `TAG_NOT_FOUND`, and as every registry call.
 */
export async function* removeRemote(
	{plan}: RemoteRemoveRequest,
	context: OperationContext,
): Operation<RemoteRemoveResult> {
	const {mode, digest, tags} = plan;
	if (mode === 'refused') {
		throw new RegbenchError('UNSUPPORTED', plan.reason ?? `${plan.reference} cannot be deleted`);
	}
	const reference = parseReference(plan.reference);
	const side = await openSide(reference, context, 'delete');
	yield {
		type: 'step',
		message:
			mode === 'untag'
				? `Untagging ${plan.reference} (${shortDigest(digest)})`
				: `Deleting ${shortDigest(digest)} from ${side.repository.domain}/${side.repository.path}: ${tags.join(', ') || 'no tag'}`,
	};
	yield* runWithEvents<OperationEvent, void>((emit, signal) => {
		const options = {
			signal,
			onNotice: (notice: {readonly message: string; readonly hint?: string}) =>
				emit({type: 'warned', ...notice}),
		};
		return side.guard(removeAsPlanned(side.repository, plan, emit, options, signal));
	}, context.signal);
	return {operation: 'remove-remote', reference: plan.reference, digest, mode, tags};
}

async function removeAsPlanned(
	repository: RemoteRepository,
	plan: RemoteRemovalPlan,
	emit: (event: OperationEvent) => void,
	options: CallOptions,
	signal: AbortSignal,
): Promise<void> {
	const {removal} = repository;
	await checkUnchanged(repository, plan, options, signal);
	if (plan.mode === 'untag') {
		await untag(repository, plan, emit, options);
	} else {
		if (!removal.manifest) throw refused(plan, removal.note);
		const {wholeRepository = false} = plan;
		await removal.manifest(plan.digest, {...options, wholeRepository});
	}
	if (plan.referrersList) await tidyList(repository, plan.referrersList, emit, options);
	const name = tagOrDigest(parseReference(plan.reference));
	const left = await repository.resolve(name, options);
	if (left?.digest === plan.digest) {
		emit({
			type: 'warned',
			message: `${repository.domain} has taken the delete, but still answers with ${shortDigest(plan.digest)} for ${name}`,
			hint: 'Some registries delete a little later; look again in a minute.',
		});
	} else {
		emit({type: 'step', message: `verified: ${plan.reference} is gone`});
	}
}

/** The image is gone, so a list that stays is untidy and no failure. */
async function tidyList(
	{removal, resolve}: RemoteRepository,
	{tag, digest}: NonNullable<RemoteRemovalPlan['referrersList']>,
	emit: (event: OperationEvent) => void,
	options: CallOptions,
): Promise<void> {
	try {
		if ((await resolve(tag, options))?.digest !== digest) return;
		await removal.manifest?.(digest, options);
		emit({type: 'step', message: `Deleted the list of what referred to it (${tag})`});
	} catch (error) {
		const {code, message} = toRegbenchError(error);
		if (code === 'CANCELLED') throw error;
		emit({type: 'warned', message: `${tag}, the list of what referred to it, stays: ${message}`});
	}
}

/** Somebody may have pushed since the person looked: then what was confirmed is not what would go. */
async function checkUnchanged(
	repository: RemoteRepository,
	plan: RemoteRemovalPlan,
	options: CallOptions,
	signal: AbortSignal,
): Promise<void> {
	const found = await repository.resolve(tagOrDigest(parseReference(plan.reference)), options);
	if (!found) throw new RegbenchError('TAG_NOT_FOUND', `${plan.reference} is already gone`);
	if (found.digest !== plan.digest) {
		throw changed(
			`${plan.reference} points at ${shortDigest(found.digest)} now, not at ${shortDigest(plan.digest)}`,
		);
	}
	if (plan.mode !== 'manifest') return;
	const {tag, digest} = parseReference(plan.reference);
	const known = {tag: digest === undefined ? tag : undefined, at: found};
	const tags = await readTags(repository, known, options, signal);
	const now = plan.wholeRepository ? tags.entries.map(({tag}) => tag) : tagsOn(tags, plan.digest);
	const added = now.filter(tag => !plan.tags.includes(tag));
	const lost = plan.tags.filter(tag => !now.includes(tag));
	if (added.length > 0) throw changed(`${added.join(', ')} would go as well by now`);
	if (lost.length > 0) throw changed(`${lost.join(', ')} is no longer on it`);
}

async function untag(
	repository: RemoteRepository,
	plan: RemoteRemovalPlan,
	emit: (event: OperationEvent) => void,
	options: CallOptions,
): Promise<void> {
	const [tag] = plan.tags;
	if (tag === undefined) throw refused(plan, undefined);
	if (plan.byReplacement === true) {
		emit({type: 'step', message: `Leading ${tag} to an empty manifest that is deleted then`});
		await replaceAndDelete(repository, plan, tag, options);
		return;
	}
	const {untag: remove, note} = repository.removal;
	if (!remove) throw refused(plan, note);
	await remove(tag, options);
}

/**
 * Untags where there is only the delete by digest: the tag is moved to a manifest that nobody else has,
 * and that one is deleted with its tag. It is tried without the tag first, so that a registry
 * which deletes nothing is found out while the tag is still right; should the last step fail all
 * the same, the tag is put back.
 */
async function replaceAndDelete(
	repository: RemoteRepository,
	plan: RemoteRemovalPlan,
	tag: string,
	options: CallOptions,
): Promise<void> {
	const {manifest: remove} = repository.removal;
	if (!remove) throw refused(plan, repository.removal.note);
	const original = await repository.manifest(plan.digest, options);
	const trial = await pushEmpty(repository, undefined, options);
	await remove(trial.digest, options);
	const empty = await pushEmpty(repository, tag, options);
	try {
		await remove(empty.digest, options);
	} catch (thrown) {
		// Without the signal: a cancelled untag must not leave the tag on an empty manifest.
		await repository.putManifest(tag, original);
		throw thrown;
	}
}

async function pushEmpty(
	repository: RemoteRepository,
	tag: string | undefined,
	options: CallOptions,
): Promise<RawManifest> {
	// Unique content: its digest can be nobody else's image.
	const config = Buffer.from(JSON.stringify({comment: `placeholder ${randomUUID()}`}));
	const digest = digestOf(config);
	await repository.uploadBlob(
		{
			digest,
			size: config.byteLength,
			async *open(fromByte) {
				yield config.subarray(fromByte);
			},
		},
		options,
	);
	const bytes = Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: mediaTypes.ociManifest,
			config: {mediaType: mediaTypes.ociConfig, digest, size: config.byteLength},
			layers: [],
		}),
	);
	const manifest = {bytes, mediaType: mediaTypes.ociManifest, digest: digestOf(bytes)};
	await repository.putManifest(tag ?? manifest.digest, manifest, options);
	return manifest;
}

function refused(plan: RemoteRemovalPlan, note: string | undefined): RegbenchError {
	return new RegbenchError('UNSUPPORTED', note ?? `${plan.reference} cannot be deleted`);
}

function changed(how: string): RegbenchError {
	return new RegbenchError('CHANGED_MEANWHILE', `The registry has changed since: ${how}`);
}
