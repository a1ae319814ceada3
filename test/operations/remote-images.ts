/** Images of random bytes, put on a registry by the product's client without an engine. */
import {randomBytes} from 'node:crypto';
import {digestOf, type Digest} from '../../source/domain/digest.ts';
import {mediaTypes, type RawManifest} from '../../source/domain/manifest.ts';
import type {RemoteRepository} from '../../source/registry/registry-client.ts';

export type BlobDescriptor = {
	readonly mediaType: string;
	readonly digest: Digest;
	readonly size: number;
};

export type PutImage = {
	readonly manifest: RawManifest;
	readonly blobs: readonly BlobDescriptor[];
};

/** One blob; answers with its descriptor. */
export async function putBlob(
	repository: RemoteRepository,
	mediaType: string,
	content: Buffer,
): Promise<BlobDescriptor> {
	const digest = digestOf(content);
	await repository.uploadBlob({
		digest,
		size: content.byteLength,
		async *open(fromByte) {
			yield content.subarray(fromByte);
		},
	});
	return {mediaType, digest, size: content.byteLength};
}

/** A manifest or index under a tag, or under its digest alone. */
export async function putManifest(
	repository: RemoteRepository,
	tag: string | undefined,
	document: {readonly mediaType: string; readonly [key: string]: unknown},
): Promise<RawManifest> {
	// Odd white space: whoever writes JSON anew changes the digest.
	const bytes = Buffer.from(`${JSON.stringify({schemaVersion: 2, ...document}, undefined, 3)}\n`);
	const manifest = {bytes, mediaType: document.mediaType, digest: digestOf(bytes)};
	await repository.putManifest(tag ?? manifest.digest, manifest);
	return manifest;
}

/** An image of one random layer. */
export async function putImage(
	repository: RemoteRepository,
	tag: string | undefined,
	layerBytes = 1000,
	architecture = 'amd64',
): Promise<PutImage> {
	const layer = await putBlob(repository, mediaTypes.ociLayerGzip, randomBytes(layerBytes));
	const config = await putBlob(
		repository,
		mediaTypes.ociConfig,
		Buffer.from(
			JSON.stringify({
				architecture,
				os: 'linux',
				created: '2026-01-02T03:04:05Z',
				config: {Env: ['A=1'], Labels: {note: 'a\u001B[31mred'}, Cmd: ['/bin/true']},
				rootfs: {type: 'layers', diff_ids: [layer.digest]},
				history: [{created_by: `COPY ${architecture} /`, created: '2026-01-02T03:04:05Z'}],
			}),
		),
	);
	const manifest = await putManifest(repository, tag, {
		mediaType: mediaTypes.ociManifest,
		config,
		layers: [layer],
	});
	return {manifest, blobs: [layer, config]};
}

export type MadeIndex = {
	readonly root: RawManifest;
	readonly children: readonly RawManifest[];
	readonly blobs: readonly BlobDescriptor[];
};

/** An index of two platforms and the attestation of one. */
export async function putIndex(
	repository: RemoteRepository,
	tag: string,
	layerBytes = 1000,
): Promise<MadeIndex> {
	const amd64 = await putImage(repository, undefined, layerBytes);
	const arm64 = await putImage(repository, undefined, layerBytes, 'arm64');
	const attestation = await putImage(repository, undefined, 100, 'unknown');
	const root = await putManifest(repository, tag, {
		mediaType: mediaTypes.ociIndex,
		manifests: [
			entry(amd64, {platform: {os: 'linux', architecture: 'amd64'}}),
			entry(arm64, {platform: {os: 'linux', architecture: 'arm64', variant: 'v8'}}),
			entry(attestation, {
				platform: {os: 'unknown', architecture: 'unknown'},
				annotations: {
					'vnd.docker.reference.type': 'attestation-manifest',
					'vnd.docker.reference.digest': amd64.manifest.digest,
				},
			}),
		],
		annotations: {'org.opencontainers.image.source': 'https://example.com/app'},
	});
	const all = [amd64, arm64, attestation];
	return {
		root,
		children: all.map(({manifest}) => manifest),
		blobs: all.flatMap(({blobs}) => blobs),
	};
}

function entry({manifest}: PutImage, more: object) {
	return {
		mediaType: manifest.mediaType,
		digest: manifest.digest,
		size: manifest.bytes.byteLength,
		...more,
	};
}

/** An artifact with the image as its subject. */
export async function putReferrer(
	repository: RemoteRepository,
	subject: RawManifest,
	artifactType: string,
): Promise<RawManifest> {
	const empty = await putBlob(repository, 'application/vnd.oci.empty.v1+json', Buffer.from('{}'));
	const content = await putBlob(repository, artifactType, randomBytes(200));
	return putManifest(repository, undefined, {
		mediaType: mediaTypes.ociManifest,
		artifactType,
		config: empty,
		layers: [content],
		subject: {
			mediaType: subject.mediaType,
			digest: subject.digest,
			size: subject.bytes.byteLength,
		},
	});
}
