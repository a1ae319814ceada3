/** One layer read to its end: its files as a list, and the diff ID of what was read. */
import {leadsOutside, openLayer, type LayerOutcome, type OpenLayerOptions} from './open-layer.ts';
import type {TarKind} from './read-tar.ts';

export type LayerEntry = {
	/** As {@link openLayer} gives it: sanitised, without leading `/` and `./`. */
	readonly path: string;
	readonly kind: TarKind;
	readonly sizeBytes: number;
};

export type LayerContent = LayerOutcome & {
	/** In archive order; grows while the layer is read. */
	readonly entries: readonly LayerEntry[];
	/** Entries beyond the bound: counted, not listed. */
	readonly unlisted: number;
	/** Names that would lead out of the image: engines refuse them or cut them off. */
	readonly outside: number;
	readonly devices: number;
};

export type LayerReading = {
	/** Settles with the whole layer. Fails as the items of {@link openLayer} do. */
	readonly done: Promise<LayerContent>;
	/** What was read so far. */
	readonly sofar: () => LayerContent;
};

export type ReadLayerOptions = OpenLayerOptions & {
	/** Entries that are listed. */
	readonly mostEntries?: number;
};

/** Entries of one layer that are listed. */
export const mostEntries = 200_000;

/** Starts reading; memory grows with the number of listed entries, never with their content. */
export function readLayer(
	stored: AsyncIterable<Uint8Array>,
	{mostEntries: most = mostEntries, ...options}: ReadLayerOptions = {},
): LayerReading {
	const layer = openLayer(stored, options);
	const entries: LayerEntry[] = [];
	let unlisted = 0;
	let outside = 0;
	let devices = 0;
	const sofar = (): LayerContent => ({...layer.outcome(), entries, unlisted, outside, devices});
	const read = async () => {
		for await (const {path, kind, sizeBytes} of layer.items()) {
			if (kind === 'device') devices++;
			if (leadsOutside(path)) outside++;
			if (entries.length < most) entries.push({path, kind, sizeBytes});
			else unlisted++;
		}
		return sofar();
	};
	return {done: read(), sofar};
}
