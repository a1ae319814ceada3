/** Manifests, indexes and configs as plain values: OCI image-spec, and Docker's schema 2. */
import type {Digest} from './digest.ts';
import type {Platform} from './platform.ts';

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
