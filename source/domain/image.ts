/** What an engine tells of its images: plain values, the same for every engine. */

/** One image ID on an engine. References are in the familiar form (`hello:1.0.0`, `ghcr.io/me/hello:1`). */
export type LocalImage = {
	/** The engine's image ID, `sha256:…`: config digest or manifest digest, as the engine's store has it. */
	readonly id: string;
	readonly references: readonly string[];
	/** `repository@sha256:…` of manifests this image is known by on registries, familiar form. */
	readonly digests: readonly string[];
	readonly sizeBytes: number;
	/** RFC 3339; absent where the image does not say. */
	readonly createdAt?: string;
	/** True when no reference points at the image. */
	readonly dangling: boolean;
};

export type LayerSummary = {
	/** The instruction that made it, or an empty text. */
	readonly createdBy: string;
	readonly sizeBytes: number;
	readonly createdAt?: string;
	/** Digest of the layer blob or the diff ID; absent for steps that made no layer. */
	readonly digest?: string;
};

/** One image in full, for the details view and for comparisons. */
export type ImageDetails = LocalImage & {
	readonly os: string;
	readonly architecture: string;
	readonly variant?: string;
	readonly author?: string;
	/** diff IDs, base first: what the content is, whatever the compression. */
	readonly diffIds: readonly string[];
	/** Digest of the manifest the engine holds for the image, where its store keeps manifests. */
	readonly manifestDigest?: string;
	/** Digest of the config blob, where known: equal on every engine and registry for equal content. */
	readonly configDigest?: string;
	readonly environment: readonly string[];
	readonly entrypoint: readonly string[];
	readonly command: readonly string[];
	readonly workingDirectory: string;
	readonly user: string;
	readonly exposedPorts: readonly string[];
	readonly labels: Readonly<Record<string, string>>;
	/** Folders in which the engine says that it keeps the layers, topmost first; absent where it does not say. */
	readonly folders?: readonly string[];
	/** Newest first. */
	readonly history: readonly LayerSummary[];
};

/** A container that holds an image. */
export type ContainerUse = {
	readonly id: string;
	readonly name: string;
	readonly running: boolean;
	readonly imageId: string;
};
