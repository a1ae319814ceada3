/** The layers of one image as streams, wherever it lies. */
export type LayerFacts = {
	/** Of the stored blob, where one is known. */
	readonly digest?: string;
	readonly diffId?: string;
	/** Stored, where a blob is known; else unpacked. */
	readonly sizeBytes: number;
	/** The instruction that made it; empty where history and layers do not fit each other. */
	readonly createdBy: string;
};

export type LayerStream = {
	/** Of the stored blob; absent where only reading tells which layer it is. */
	readonly digest?: string;
	/** Stored bytes. To be read to its end before the next one is asked for. */
	readonly bytes: AsyncIterable<Uint8Array>;
};

export type ImageContents = {
	/** Full reference or ID. */
	readonly image: string;
	/** Base first. */
	readonly layers: readonly LayerFacts[];
	/** Each layer once, in the order in which they come. */
	readonly streams: () => AsyncGenerator<LayerStream, void, undefined>;
};

type Step = {readonly created_by?: string; readonly empty_layer?: boolean};

/** The instruction of each of `count` layers, base first (OCI config.md: empty steps consume none). */
export function instructions(history: readonly Step[], count: number): readonly string[] {
	const steps = history.filter(step => step.empty_layer !== true);
	return Array.from({length: count}, (_, index) =>
		steps.length === count ? (steps[index]?.created_by ?? '') : '',
	);
}
