/**
 * Manifests, indexes and configs as plain values (OCI image-spec, Docker's schema 2), and their reading:
 * lenient towards what is missing or unknown, strict about what is used to fetch and check content.
 */
import {isDigest, type Digest} from './digest.ts';
import {RegbenchError} from './errors.ts';
import {isObject, optional, optionalText, textRecord, texts, type Fields} from './json-fields.ts';
import type {Platform} from './platform.ts';
import {sanitise} from './sanitise.ts';

export const mediaTypes = {
	ociIndex: 'application/vnd.oci.image.index.v1+json',
	ociManifest: 'application/vnd.oci.image.manifest.v1+json',
	ociConfig: 'application/vnd.oci.image.config.v1+json',
	ociLayer: 'application/vnd.oci.image.layer.v1.tar',
	ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
	ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
	dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
	dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
	dockerConfig: 'application/vnd.docker.container.image.v1+json',
	dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const;

/** OCI descriptor.md; `size` is in bytes. */
export type Descriptor = {
	readonly mediaType: string;
	readonly digest: Digest;
	readonly size: number;
	readonly platform?: Platform;
	readonly annotations?: Readonly<Record<string, string>>;
	readonly artifactType?: string;
};

/** A manifest or index exactly as it was read: the bytes are what is hashed, stored and pushed on. */
export type RawManifest = {
	readonly bytes: Uint8Array;
	readonly mediaType: string;
	readonly digest: Digest;
};

export type ImageManifest = {
	readonly kind: 'manifest';
	readonly mediaType: string;
	readonly config: Descriptor;
	readonly layers: readonly Descriptor[];
	readonly subject?: Descriptor;
	readonly artifactType?: string;
	readonly annotations?: Readonly<Record<string, string>>;
};

export type ImageIndex = {
	readonly kind: 'index';
	readonly mediaType: string;
	readonly manifests: readonly Descriptor[];
	readonly subject?: Descriptor;
	readonly artifactType?: string;
	readonly annotations?: Readonly<Record<string, string>>;
};

export type Manifest = ImageManifest | ImageIndex;

/** OCI config.md, as far as regbench reads it. */
export type ImageConfig = {
	readonly created?: string;
	readonly author?: string;
	readonly architecture?: string;
	readonly os?: string;
	readonly variant?: string;
	readonly config?: {
		readonly User?: string;
		readonly Env?: readonly string[];
		readonly Entrypoint?: readonly string[];
		readonly Cmd?: readonly string[];
		readonly WorkingDir?: string;
		readonly ExposedPorts?: Readonly<Record<string, unknown>>;
		readonly Labels?: Readonly<Record<string, string>>;
		readonly Volumes?: Readonly<Record<string, unknown>>;
	};
	readonly rootfs?: {readonly type: string; readonly diff_ids: readonly string[]};
	readonly history?: ReadonlyArray<{
		readonly created?: string;
		readonly created_by?: string;
		readonly comment?: string;
		readonly empty_layer?: boolean;
	}>;
};

/** Most bytes a manifest or index may have: what registries accept at least (distribution-spec, "Pushing Manifests"). */
export const maxManifestBytes = 4 * 1024 * 1024;
/** Most bytes a config may have. */
export const maxConfigBytes = 8 * 1024 * 1024;

/**
 * The manifest or index in `raw`. Which of the two it is is told by its fields (`layers` or
 * `manifests`), for an OCI document need not carry its media type. Throws `PROTOCOL_ERROR` for what is
 * neither or both, or contradicts the media type it was sent with; `TOO_LARGE`; `UNSUPPORTED` for schema 1.
 */
export function parseManifest(raw: RawManifest): Manifest {
	const fields = parseObject(raw.bytes, maxManifestBytes, 'manifest');
	const sentAs = (raw.mediaType.split(';')[0] ?? '').trim().toLowerCase();
	const ownType = optionalText(fields['mediaType']);
	refuseSchema1(fields, ownType ?? sentAs);

	const hasLayers = fields['layers'] !== undefined || fields['config'] !== undefined;
	const hasManifests = fields['manifests'] !== undefined;
	if (hasLayers === hasManifests) {
		throw malformed(
			hasLayers ? 'it is an index and an image at once' : 'it has neither layers nor manifests',
		);
	}
	// CVE-2021-41190: one document must not be read as two things by two readers.
	for (const mediaType of [sentAs, ownType ?? '']) {
		const contradicts = hasManifests ? isImageMediaType(mediaType) : isIndexMediaType(mediaType);
		if (contradicts) throw malformed(`its media type says ${sanitise(mediaType, 100)}`);
	}

	const shared = {
		...optional(
			'subject',
			fields['subject'] === undefined ? undefined : descriptor(fields['subject']),
		),
		...optional('artifactType', optionalText(fields['artifactType'])),
		...optional('annotations', textRecord(fields['annotations'])),
	};
	if (hasManifests) {
		return {
			kind: 'index',
			mediaType: ownType ?? (isIndexMediaType(sentAs) ? sentAs : mediaTypes.ociIndex),
			manifests: descriptors(fields['manifests']),
			...shared,
		};
	}
	return {
		kind: 'manifest',
		mediaType: ownType ?? (isImageMediaType(sentAs) ? sentAs : mediaTypes.ociManifest),
		config: descriptor(fields['config']),
		layers: descriptors(fields['layers'] ?? []),
		...shared,
	};
}

/**
 * The image config in `bytes`; fields of a wrong type are left out. Throws `PROTOCOL_ERROR` for what is
 * no JSON object, `TOO_LARGE` for more than {@link maxConfigBytes}.
 */
export function parseConfig(bytes: Uint8Array): ImageConfig {
	const fields = parseObject(bytes, maxConfigBytes, 'image config');
	const {config, rootfs, history} = fields;
	return {
		...optional('created', optionalText(fields['created'])),
		...optional('author', optionalText(fields['author'])),
		...optional('architecture', optionalText(fields['architecture'])),
		...optional('os', optionalText(fields['os'])),
		...optional('variant', optionalText(fields['variant'])),
		...optional('config', isObject(config) ? runConfig(config) : undefined),
		...optional(
			'rootfs',
			isObject(rootfs)
				? {
						type: optionalText(rootfs['type']) ?? 'layers',
						diff_ids: texts(rootfs['diff_ids']) ?? [],
					}
				: undefined,
		),
		...optional('history', Array.isArray(history) ? history.filter(isObject).map(step) : undefined),
	};
}

function runConfig(fields: Fields): NonNullable<ImageConfig['config']> {
	return {
		...optional('User', optionalText(fields['User'])),
		...optional('Env', texts(fields['Env'])),
		...optional('Entrypoint', texts(fields['Entrypoint'])),
		...optional('Cmd', texts(fields['Cmd'])),
		...optional('WorkingDir', optionalText(fields['WorkingDir'])),
		...optional(
			'ExposedPorts',
			isObject(fields['ExposedPorts']) ? fields['ExposedPorts'] : undefined,
		),
		...optional('Labels', textRecord(fields['Labels'])),
		...optional('Volumes', isObject(fields['Volumes']) ? fields['Volumes'] : undefined),
	};
}

function step(fields: Fields): NonNullable<ImageConfig['history']>[number] {
	return {
		...optional('created', optionalText(fields['created'])),
		...optional('created_by', optionalText(fields['created_by'])),
		...optional('comment', optionalText(fields['comment'])),
		...(fields['empty_layer'] === true ? {empty_layer: true} : {}),
	};
}

function refuseSchema1(fields: Fields, mediaType: string): void {
	if (fields['schemaVersion'] !== 1 && !mediaType.includes('distribution.manifest.v1+')) return;
	throw new RegbenchError(
		'UNSUPPORTED',
		'The image is in the old schema 1 format, which Docker gave up in 2019',
		{
			hint: 'Build or push the image anew with a current engine.',
		},
	);
}

/** Whether the media type is that of an index (OCI) or a manifest list (Docker). */
export function isIndexMediaType(mediaType: string): boolean {
	return mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerIndex;
}

function isImageMediaType(mediaType: string): boolean {
	return mediaType === mediaTypes.ociManifest || mediaType === mediaTypes.dockerManifest;
}

function descriptors(value: unknown): Descriptor[] {
	if (!Array.isArray(value)) throw malformed('its list of contents is no list');
	return value.map(descriptor);
}

function descriptor(value: unknown): Descriptor {
	if (!isObject(value)) throw malformed('a descriptor in it is no object');
	const {digest, size} = value;
	if (typeof digest !== 'string' || !isDigest(digest)) {
		throw malformed(
			`it names content by ${sanitise(JSON.stringify(digest) ?? 'nothing', 100)}, which is no digest`,
		);
	}
	if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
		throw malformed(`the size of ${digest} is missing or no whole number`);
	}
	return {
		mediaType: optionalText(value['mediaType']) ?? 'application/octet-stream',
		digest,
		size,
		...optional('platform', platform(value['platform'])),
		...optional('annotations', textRecord(value['annotations'])),
		...optional('artifactType', optionalText(value['artifactType'])),
	};
}

function platform(value: unknown): Platform | undefined {
	if (!isObject(value)) return undefined;
	const os = optionalText(value['os']);
	const architecture = optionalText(value['architecture']);
	if (os === undefined || architecture === undefined) return undefined;
	return {
		os,
		architecture,
		...optional('variant', optionalText(value['variant'])),
		...optional('os.version', optionalText(value['os.version'])),
	};
}

function parseObject(bytes: Uint8Array, limit: number, what: string): Fields {
	if (bytes.byteLength > limit) {
		throw new RegbenchError('TOO_LARGE', `The ${what} is larger than ${limit / 1024 / 1024} MiB`);
	}
	let value: unknown;
	try {
		value = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
	} catch (error) {
		throw new RegbenchError('PROTOCOL_ERROR', `The ${what} is not JSON`, {cause: error});
	}
	if (!isObject(value))
		throw new RegbenchError('PROTOCOL_ERROR', `The ${what} is not a JSON object`);
	return value;
}

function malformed(reason: string): RegbenchError {
	return new RegbenchError('PROTOCOL_ERROR', `The manifest cannot be used: ${reason}`);
}
