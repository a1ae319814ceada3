/** From registry to registry without an engine: every platform, byte for byte, the tag last. */
import type {CopyResult, Operation, OperationEvent} from '../domain/events.ts';
import {runWithEvents} from '../domain/event-channel.ts';
import {RegbenchError} from '../domain/errors.ts';
import {parseManifest, type RawManifest} from '../domain/manifest.ts';
import {formatPlatform, isAttestation} from '../domain/platform.ts';
import {
	familiarReference,
	formatReference,
	parseReference,
	tagOrDigest,
	type Reference,
} from '../domain/reference.ts';
import {shortDigest, type Digest} from '../domain/digest.ts';
import {readImageTree, type ImageTree} from '../engine/image-tree.ts';
import {providerForHost} from '../registry/providers/table.ts';
import type {CallOptions} from '../registry/registry-client.ts';
import {checkReference} from './check-reference.ts';
import type {OperationContext} from './context.ts';
import {copyBlobs, type BlobTally} from './copy-blobs.ts';
import {copyReferrers} from './copy-referrers.ts';
import {openSide, type CopySide} from './copy-side.ts';
import {guardCopy} from './guard-push.ts';
import {skopeoCommand} from './docker-command.ts';

export type CopyRequest = {
	/** Tag or digest on the registry it comes from. */
	readonly source: string;
	/** Tag on the registry it goes to. */
	readonly destination: string;
	/** Brings signatures, SBOMs and attestations that refer to the image as well. */
	readonly withReferrers?: boolean;
};

/**
 * Copies what `source` points at, with all platforms and attestations of an index. Blobs that the
 * destination has are skipped, those of the same registry are mounted, the others stream through this
 * machine without being kept. The destination's tag is set when everything else is there, so a
 * failed or cancelled copy leaves it as it was. What the settings refuse to push is not copied either.
 * Fails with `INVALID_REFERENCE`, `NAME_NOT_ALLOWED`, `POLICY_BROKEN`, and as {@link RemoteRepository} says; a refusal names the side and the login that was refused.
 */
export async function* copyImage(
	request: CopyRequest,
	context: OperationContext,
): Operation<CopyResult> {
	const {signal, now} = context;
	const from = parseReference(request.source);
	const to = destinationOf(request.destination);
	const begun = now();
	const [source, destination] = await Promise.all([
		openSide(from, context),
		openSide(to, context, 'write to'),
	]);
	yield {
		type: 'step',
		message: `Copying ${familiarReference(from)} to ${familiarReference(to)}`,
		command: skopeoCommand(
			'copy',
			'--all',
			`docker://${formatReference(from)}`,
			`docker://${formatReference(to)}`,
		),
	};
	const outcome = yield* runWithEvents<OperationEvent, Outcome>(
		(emit, inner) => copy({source, destination, request}, {...context, signal: inner}, emit),
		signal,
	);
	const webUrl = providerForHost(to.domain).webAddress?.(to.domain, to.path, to.tag);
	return {
		operation: 'copy',
		source: formatReference(from),
		destination: formatReference(to),
		...outcome,
		durationMs: now() - begun,
		...(webUrl === undefined ? {} : {webUrl}),
	};
}

type Outcome = Omit<CopyResult, 'operation' | 'source' | 'destination' | 'durationMs' | 'webUrl'>;

type Work = {
	readonly source: CopySide;
	readonly destination: CopySide;
	readonly request: CopyRequest;
};

async function copy(
	{source, destination, request}: Work,
	context: OperationContext,
	emit: (event: OperationEvent) => void,
): Promise<Outcome> {
	const {signal} = context;
	const options: CallOptions = {
		signal,
		onNotice: notice => emit({type: 'warned', ...notice}),
	};
	const wanted = tagOrDigest(destination.reference);
	const [root, before] = await Promise.all([
		source.guard(source.repository.manifest(tagOrDigest(source.reference), options)),
		destination.guard(destination.repository.resolve(wanted, options)),
	]);
	const isThere = before?.digest === root.digest;
	if (before && !isThere) {
		emit({
			type: 'step',
			message: `${familiarReference(destination.reference)} is moved from ${shortDigest(before.digest)} to ${shortDigest(root.digest)}`,
		});
	}
	const whole = () => source.guard(readTree(source, root, options, signal));
	const {domain, path} = source.reference;
	const images = async () => imagesIn(await whole()).map(one => `${domain}/${path}@${one}`);
	for await (const event of guardCopy(images, destination.reference, context)) emit(event);
	// Within one repository nothing has to be brought: the tag is only put on what is there.
	const tree = sameRepository(source, destination)
		? {root, manifests: [root], configs: [], layers: []}
		: await whole();
	const work = {source, destination, emit, options};
	const tally = await copyBlobs([...tree.layers, ...tree.configs], work, signal);
	await putBelowRoot(tree, destination, options);
	const referrers =
		request.withReferrers === true && !sameRepository(source, destination)
			? await copyReferrers(tree, work, signal)
			: {count: 0, bytesCopied: 0};
	if (!isThere) await destination.guard(destination.repository.putManifest(wanted, root, options));
	return {
		digest: root.digest,
		...tallied(tally, referrers.bytesCopied),
		platforms: platformsOf(root),
		referrers: referrers.count,
		...(before && !isThere ? {replaced: before.digest} : {}),
	};
}

function readTree(
	{repository}: CopySide,
	root: RawManifest,
	options: CallOptions,
	signal: AbortSignal,
): Promise<ImageTree> {
	return readImageTree(
		root,
		({digest}) => repository.manifest(digest, {...options, signal}),
		signal,
	);
}

/** The images of all platforms, without their attestations. */
function imagesIn({manifests}: ImageTree): readonly Digest[] {
	const parsed = manifests.map(manifest => ({digest: manifest.digest, ...parseManifest(manifest)}));
	const attestations = new Set(
		parsed.flatMap(one =>
			one.kind === 'index' ? one.manifests.filter(isAttestation).map(({digest}) => digest) : [],
		),
	);
	return parsed
		.filter(({kind, digest}) => kind === 'manifest' && !attestations.has(digest))
		.map(({digest}) => digest);
}

/** Everything but the root, leaves first: a registry takes an index only when its parts are there. */
async function putBelowRoot(
	{root, manifests}: ImageTree,
	{repository, guard}: CopySide,
	options: CallOptions,
): Promise<void> {
	for (const manifest of manifests) {
		if (manifest.digest === root.digest) continue;
		await guard(repository.putManifest(manifest.digest, manifest, options));
	}
}

function tallied(tally: BlobTally, furtherBytes: number) {
	return {...tally, bytesCopied: tally.bytesCopied + furtherBytes};
}

function platformsOf(root: RawManifest): readonly string[] {
	const parsed = parseManifest(root);
	if (parsed.kind === 'manifest') return [];
	return parsed.manifests
		.filter(entry => entry.platform !== undefined && !isAttestation(entry))
		.map(entry => formatPlatform(entry.platform!));
}

function sameRepository(one: CopySide, other: CopySide): boolean {
	return (
		one.reference.domain === other.reference.domain && one.reference.path === other.reference.path
	);
}

function destinationOf(text: string): Reference {
	const reference = parseReference(text);
	if (reference.digest !== undefined || reference.tag === undefined) {
		throw new RegbenchError('INVALID_REFERENCE', `A copy needs a tag to go to: ${text}`, {
			hint: 'Leave out the part from @ on.',
		});
	}
	checkReference(reference);
	return reference;
}
