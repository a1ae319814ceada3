/** Platforms as image indexes name them (OCI image-index.md). */

export type Platform = {
	readonly os: string;
	readonly architecture: string;
	readonly variant?: string;
	readonly 'os.version'?: string;
};
