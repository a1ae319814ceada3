import {shortDigest} from '../domain/digest.ts';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import type {Operation, OperationEvent, RepullResult} from '../domain/events.ts';
import type {ImageDetails} from '../domain/image.ts';
import {
	familiarReference,
	familiarRepository,
	formatReference,
	parseReference,
	type Reference,
} from '../domain/reference.ts';
import type {OperationContext} from './context.ts';
import {dockerCommand} from './docker-command.ts';
import {explainRegistryFailure} from './explain-failure.ts';
import {pullImage} from './pull.ts';
import {findMissingBlob, readRemoteImage, type RemoteImage} from './remote-image.ts';

export type RepullRequest = {readonly reference: string};

/**
 * The round trip's second half: remember what the image is, delete every local copy of it, pull it
 * from its registry, compare, and put its other references back. Whatever can make the pull fail is
 * found out before anything is deleted; when the registry has other bytes under the tag, the old
 * image is not deleted at all. Fails as a pull does, and with `IMAGE_NOT_FOUND` and `IMAGE_IN_USE`.
 */
export async function* repullImage(
	{reference: text}: RepullRequest,
	context: OperationContext,
): Operation<RepullResult> {
	const {engine, signal, now} = context;
	const begun = now();
	const reference = parseReference(text);
	const name = familiarReference(reference);
	const image = await engine.inspect(name, {signal});
	const knownDigest = digestIn(image, reference);
	yield {
		type: 'step',
		message: `Remembering ${name}: image ${shortDigest(image.id)}${knownDigest ? `, digest ${shortDigest(knownDigest)}` : ''}`,
		command: dockerCommand('image', 'inspect', name),
	};
	yield {type: 'step', message: `Checking that ${name} can be pulled before anything is deleted`};
	const remote = await checkPullable(image, reference, context);
	const expected = isSameContent(image, remote, knownDigest);

	if (expected) {
		await refuseWhenInUse(image, context);
		yield {
			type: 'step',
			message: `Deleting the local copy (${image.references.join(', ')})`,
			command: dockerCommand('rmi', ...image.references),
		};
		await engine.remove(image.id, {signal});
	} else {
		yield {
			type: 'warned',
			message: `${reference.domain} has another image under this tag (${shortDigest(remote.digest)}).`,
			hint: 'The old image is kept: these may be its only bytes.',
		};
	}

	const pulled = yield* pullBack(image, reference, remote, expected, context);
	const after = await engine.inspect(name, {signal});
	const digest = pulled.digest;
	const differences = compare(image, after, knownDigest, digest);
	const same = differences.length === 0;
	const restored = same ? yield* restoreReferences(image, name, context) : [];
	return {
		operation: 'repull',
		reference: formatReference(reference),
		imageId: after.id,
		digest,
		same,
		before: {imageId: image.id, ...(knownDigest === undefined ? {} : {digest: knownDigest})},
		restored,
		differences:
			same || expected
				? differences
				: [...differences, `The old image is still here: ${shortDigest(image.id)}.`],
		durationMs: now() - begun,
	};
}

/** The digest that the engine knows the image by in the reference's repository. */
function digestIn(image: ImageDetails, reference: Reference): string | undefined {
	const prefix = `${familiarRepository(reference)}@`;
	return image.digests.find(digest => digest.startsWith(prefix))?.slice(prefix.length);
}

async function checkPullable(
	image: ImageDetails,
	reference: Reference,
	{registry, credentials, signal}: OperationContext,
): Promise<RemoteImage> {
	const found = await credentials.find(reference.domain, {signal, path: reference.path});
	try {
		const remote = await readRemoteImage(registry, reference, image, {signal});
		const repository = registry.repository(reference.domain, reference.path);
		const missing = await findMissingBlob(repository, remote, {signal});
		if (missing) {
			throw new RegbenchError(
				'REGISTRY_ERROR',
				`${formatReference(reference)} is incomplete: the registry has lost ${shortDigest(missing)}`,
				{hint: 'Push the image again.'},
			);
		}
		return remote;
	} catch (thrown) {
		const error = explainRegistryFailure(thrown, reference, found, 'read');
		if (error.code === 'CANCELLED') throw error;
		const hint =
			error.code === 'TAG_NOT_FOUND' ? `Push ${familiarReference(reference)} first.` : error.hint;
		throw new RegbenchError(error.code, `${error.message}. Nothing was deleted`, {
			hint,
			cause: error,
		});
	}
}

function isSameContent(
	image: ImageDetails,
	remote: RemoteImage,
	knownDigest: string | undefined,
): boolean {
	const local = [knownDigest, image.id, image.manifestDigest, image.configDigest];
	return [remote.digest, remote.manifestDigest, remote.manifest.config.digest].some(digest =>
		local.includes(digest),
	);
}

async function refuseWhenInUse(
	image: ImageDetails,
	{engine, signal}: OperationContext,
): Promise<void> {
	const [container] = await engine.containersUsing(image.id, {signal});
	if (!container) return;
	throw new RegbenchError(
		'IMAGE_IN_USE',
		`The container ${container.name} uses the image, so its local copy cannot be deleted`,
		{hint: `Remove it first: docker rm ${container.running ? '--force ' : ''}${container.name}`},
	);
}

/** Pulls; when that fails after the delete, the error says how to get the very same image back. */
async function* pullBack(
	image: ImageDetails,
	reference: Reference,
	remote: RemoteImage,
	deleted: boolean,
	context: OperationContext,
): AsyncGenerator<OperationEvent, {readonly digest: string}, undefined> {
	try {
		return yield* pullImage({reference: formatReference(reference)}, context);
	} catch (thrown) {
		if (!deleted) throw thrown;
		const error = toRegbenchError(thrown);
		const pinned = `${familiarRepository(reference)}@${remote.digest}`;
		const others = image.references.filter(name => name !== familiarReference(reference));
		const tags = others.length > 0 ? `, then tag it as ${others.join(', ')}` : '';
		const cancelled = error.code === 'CANCELLED';
		throw new RegbenchError(
			cancelled ? 'IMAGE_NOT_FOUND' : error.code,
			`${cancelled ? 'Cancelled' : error.message} after the local copy was deleted`,
			{
				hint: `Get the same image back with: ${dockerCommand('pull', pinned)}${tags}.`,
				cause: error,
			},
		);
	}
}

function compare(
	before: ImageDetails,
	after: ImageDetails,
	digestBefore: string | undefined,
	digestAfter: string,
): readonly string[] {
	const differences: string[] = [];
	if (before.id !== after.id) {
		differences.push(`The image ID was ${shortDigest(before.id)} and is ${shortDigest(after.id)}.`);
	}
	if (digestBefore !== undefined && digestBefore !== digestAfter) {
		differences.push(
			`The manifest digest was ${shortDigest(digestBefore)} and is ${shortDigest(digestAfter)}.`,
		);
	}
	if (before.id !== after.id && before.diffIds.join() === after.diffIds.join()) {
		differences.push(
			'The files in all layers are equal; only the wrapping (config or manifest) differs.',
		);
	}
	return differences;
}

async function* restoreReferences(
	before: ImageDetails,
	name: string,
	{engine, signal}: OperationContext,
): AsyncGenerator<OperationEvent, readonly string[], undefined> {
	const others = before.references.filter(other => other !== name);
	for (const other of others) {
		yield {
			type: 'step',
			message: `Putting ${other} back`,
			command: dockerCommand('tag', name, other),
		};
		await engine.tag(name, parseReference(other), {signal});
	}
	return others;
}
