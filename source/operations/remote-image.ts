/** What a registry has under a reference, found out before anything is done with it. */
import type {Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {parseManifest, type ImageManifest} from '../domain/manifest.ts';
import {choosePlatform, type Platform} from '../domain/platform.ts';
import {formatReference, type Reference} from '../domain/reference.ts';
import type {CallOptions, RegistryClient, RemoteRepository} from '../registry/registry-client.ts';

export type RemoteImage = {
	/** Digest of what the tag points at: manifest or index. */
	readonly digest: Digest;
	/** The manifest for the platform; the same as `digest` where there is no index. */
	readonly manifestDigest: Digest;
	readonly manifest: ImageManifest;
};

/** Reads the manifest under a reference, through an index to the one for the platform. `TAG_NOT_FOUND` where there is none. */
export async function readRemoteImage(
	registry: RegistryClient,
	reference: Reference,
	platform: Platform,
	options: CallOptions,
): Promise<RemoteImage> {
	const repository = registry.repository(reference.domain, reference.path);
	const top = await repository.manifest(reference.digest ?? reference.tag ?? 'latest', options);
	const parsed = parseManifest(top);
	if (parsed.kind === 'manifest') {
		return {digest: top.digest, manifestDigest: top.digest, manifest: parsed};
	}
	const chosen = choosePlatform(parsed.manifests, platform);
	if (!chosen) {
		throw new RegbenchError(
			'UNSUPPORTED',
			`${formatReference(reference)} has no image for ${platform.os}/${platform.architecture}`,
		);
	}
	const child = await repository.manifest(chosen.digest, options);
	const manifest = parseManifest(child);
	if (manifest.kind !== 'manifest') {
		throw new RegbenchError(
			'PROTOCOL_ERROR',
			`${formatReference(reference)}: an index inside an index`,
		);
	}
	return {digest: top.digest, manifestDigest: child.digest, manifest};
}

/** The first blob of an image that its repository does not have, or undefined when all are there. */
export async function findMissingBlob(
	repository: RemoteRepository,
	{manifest}: RemoteImage,
	options: CallOptions,
): Promise<Digest | undefined> {
	const digests = [...new Set([manifest.config, ...manifest.layers].map(blob => blob.digest))];
	const present = await Promise.all(digests.map(digest => repository.hasBlob(digest, options)));
	return digests.find((_, index) => !present[index]);
}
