/** What is known of an image without reading its layers, the same for local and remote ones. */
export type ImageFacts = {
	/** Full reference or ID as it was asked. */
	readonly reference: string;
	readonly tag?: string;
	readonly environment: readonly string[];
	readonly labels: Readonly<Record<string, string>>;
	/** Instructions, base first. */
	readonly history: readonly string[];
	readonly user: string;
	/** RFC 3339. */
	readonly createdAt?: string;
	readonly sizeBytes: number;
};
