/** The layers of one image as streams, wherever it lies. */
import {sanitise} from '../domain/sanitise.ts';

export type LayerFacts = {
	/** Of the stored blob, where one is known. */
	readonly digest?: string;
	readonly diffId?: string;
	/** Of the stored blob, where a manifest tells. */
	readonly mediaType?: string;
	/** Stored, where a blob is known; else unpacked. */
	readonly sizeBytes: number;
	/** The instruction that made it; empty where history and layers do not fit each other. */
	readonly createdBy: string;
	/** Why it is not even tried to read it, in a sentence; such a layer is not among the streams. */
	readonly unreadable?: string;
};

export type LayerStream = {
	/** Of the stored blob; absent where only reading tells which layer it is. */
	readonly digest?: string;
	/** Stored bytes, maybe packed: to be given to `openLayer` (open-layer.ts). Left unread, they are passed over. */
	readonly bytes: AsyncIterable<Uint8Array>;
};

/** Where the layers of an image come from: `Engine.contents`, or `openImageContents` for both engine and registry. */
export type ImageContents = {
	/** Full reference or ID. */
	readonly image: string;
	/** Base first. */
	readonly layers: readonly LayerFacts[];
	/**
	 * Each layer once, in the order in which they come: base first, but from a Docker engine in the order
	 * of its archive. One after the other: asking for the next ends the one before.
	 */
	readonly streams: () => AsyncGenerator<LayerStream, void, undefined>;
	/** Instructions of the layers that only reading tells, base first; empty before. */
	readonly toldInstructions?: () => readonly string[];
};

/**
 * Indexes of the layers that a stream was, by its digest or, once it was read, by the diff ID of its
 * outcome: more than one where layers are equal.
 */
export function layersHolding(
	layers: readonly LayerFacts[],
	digest: string | undefined,
	diffId: string | undefined,
): readonly number[] {
	return layers.flatMap((layer, index) => {
		if (digest !== undefined) return layer.digest === digest ? [index] : [];
		return diffId !== undefined && layer.diffId === diffId ? [index] : [];
	});
}

type Step = {readonly created_by?: string; readonly empty_layer?: boolean};

/** The instruction of each of `count` layers, base first, sanitised (OCI config.md: empty steps consume none). */
export function instructions(history: readonly Step[], count: number): readonly string[] {
	const steps = history.filter(step => step.empty_layer !== true);
	return Array.from({length: count}, (_, index) =>
		steps.length === count ? sanitise(steps[index]?.created_by ?? '') : '',
	);
}

/** The layers that a manifest and its config tell of, base first. */
export function layerFacts(
	layers: ReadonlyArray<{
		readonly digest: string;
		readonly size: number;
		readonly mediaType: string;
	}>,
	config: {
		readonly history?: readonly Step[];
		readonly rootfs?: {readonly diff_ids: readonly string[]};
	},
): readonly LayerFacts[] {
	const made = instructions(config.history ?? [], layers.length);
	// Where their counts differ it is not known which belongs to which.
	const diffIds = config.rootfs?.diff_ids ?? [];
	const isPaired = diffIds.length === layers.length;
	return layers.map(({digest, size, mediaType}, index) => {
		const diffId = isPaired ? diffIds[index] : undefined;
		const unreadable = whyUnreadable(mediaType);
		return {
			digest,
			mediaType: sanitise(mediaType),
			sizeBytes: size,
			createdBy: made[index] ?? '',
			...(diffId === undefined ? {} : {diffId: sanitise(diffId)}),
			...(unreadable === undefined ? {} : {unreadable}),
		};
	});
}

/**
 * What a media type promises to be unreadable; undefined for layers, and for what is worth a try
 * (OCI layer.md; ocicrypt's `+encrypted` types).
 */
function whyUnreadable(mediaType: string): string | undefined {
	if (mediaType.endsWith('+encrypted')) return 'It is encrypted';
	if (/^(?:application\/(?:.+\+)?json|text\/.+)$/.test(mediaType)) {
		return `It holds ${sanitise(mediaType)}, no files`;
	}
	return undefined;
}

/** Whether registries need not keep the blob of this media type: it may only be had from elsewhere. */
export function isForeign(mediaType: string | undefined): boolean {
	return /\.(?:foreign\.diff|nondistributable)\./.test(mediaType ?? '');
}
