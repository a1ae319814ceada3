/** The layers of an image while they are read: what is known of each, and what they hide of each other. */
import {RegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import {createComparison, type LayerFile, type WastedFile} from '../layers/compare-layers.ts';
import {layersHolding, type ImageContents, type LayerFacts} from '../layers/image-contents.ts';
import type {LayerContent} from '../layers/read-layer.ts';
import type {SharedLayers} from './shared-layers.ts';

export type ListedLayer = LayerFacts & {
	readonly state: 'waiting' | 'reading' | 'read' | 'failed';
	/** So far, while it is read. */
	readonly entries: number;
	readonly unpackedBytes: number;
	/** So far; marked once all layers below were read. */
	readonly files: readonly LayerFile[];
	/** Bytes of this layer that later ones hide, as far as they were read. */
	readonly wastedBytes: number;
	/** Other local images that hold the layer: their first reference, or ID. Absent while it is not known. */
	readonly sharedWith?: readonly string[];
	/** Why it could not be read, or not to its end. */
	readonly problem?: string;
	/** What is odd in it, in sentences: names that lead outside, what is not listed, no comparison. */
	readonly remarks: readonly string[];
};

export type LayerReport = {
	readonly image: string;
	/** Base first. */
	readonly layers: readonly ListedLayer[];
	/** Layers that were read or failed. */
	readonly settled: number;
	/** Bytes of what was read, and of all that is to be read; stored ones, or for Docker unpacked ones. */
	readonly doneBytes: number;
	readonly totalBytes: number;
	/** Largest first; complete when the report is. */
	readonly wasted: readonly WastedFile[];
	readonly wastedBytes: number;
	/** Local images that were not asked whether they share a layer: there are too many. */
	readonly unaskedImages: number;
	readonly complete: boolean;
};

/** Entries of one image that are listed, over all layers. */
const mostListed = 400_000;

export type LayerReading = {
	report(): LayerReport;
	/** Entries that may still be listed. */
	room(): number;
	begin(digest: string | undefined, sofar: () => LayerContent): void;
	end(digest: string | undefined, content: LayerContent): void;
	/** Throws what is no failure of this layer alone. */
	fail(digest: string | undefined, error: unknown): void;
	share(found: SharedLayers | undefined): void;
	/** Nothing more will be read. */
	finish(): void;
};

type Progress = {
	files: readonly LayerFile[];
	content?: Counts;
	/** Whether it was compared with the layers below. */
	isMarked: boolean;
	state: ListedLayer['state'];
	problem?: string;
	wastedBytes: number;
};

/** What stays of a content when its list went into the comparison. */
type Counts = Omit<LayerContent, 'entries'> & {readonly count: number};

/** What is known of the layers while they are read. */
export function createLayerReading(contents: ImageContents): LayerReading {
	const {layers} = contents;
	const comparison = createComparison();
	const progress = layers.map(({unreadable}): Progress => ({
		files: [],
		isMarked: false,
		state: unreadable === undefined ? 'waiting' : 'failed',
		wastedBytes: 0,
		...(unreadable === undefined ? {} : {problem: unreadable}),
	}));
	/** Of streams that could not be matched with a layer. */
	const strays: string[] = [];
	let current: Current | undefined;
	let shared: SharedLayers | undefined;
	let compared = 0;
	let counted = 0;
	let listed = 0;
	let isFinished = false;
	let wasted: readonly WastedFile[] = [];

	/** Compares what can be compared: layers from the base on without a gap. */
	const compare = () => {
		for (; compared < progress.length; compared++) {
			const layer = progress[compared];
			if (!layer || layer.state === 'waiting') break;
			// Equal layers were given the same list; each is compared in its own place.
			layer.files = comparison.add(layer.files);
			layer.isMarked = true;
		}
		if (counted === comparison.wasted.length) return;
		for (const {layer, sizeBytes} of comparison.wasted.slice(counted)) {
			const place = progress[layer];
			if (place) place.wastedBytes += sizeBytes;
		}
		counted = comparison.wasted.length;
		wasted = comparison.wasted.toSorted((one, other) => other.sizeBytes - one.sizeBytes);
	};

	const listedLayer = (facts: LayerFacts, index: number): ListedLayer => {
		const layer = progress[index];
		const live = current?.indexes.includes(index) === true ? current.sofar() : undefined;
		const content = layer?.content ?? (live && countsOf(live));
		const diffId = facts.diffId ?? content?.diffId;
		const unpackedBytes = content?.unpackedBytes ?? 0;
		const made = contents.toldInstructions?.()[index];
		const sharedWith = shared && (shared.holders.get(diffId ?? '') ?? []);
		const isKept = facts.digest !== undefined || facts.sizeBytes > 0;
		return {
			...facts,
			...(made ? {createdBy: made} : {}),
			...(diffId === undefined ? {} : {diffId}),
			// Of an engine that tells no size of a layer it is what was read.
			sizeBytes: isKept ? facts.sizeBytes : unpackedBytes,
			state: live ? 'reading' : (layer?.state ?? 'waiting'),
			entries: content?.count ?? 0,
			unpackedBytes,
			files: live ? live.entries.slice() : (layer?.files ?? []),
			wastedBytes: layer?.wastedBytes ?? 0,
			remarks: [
				...(content ? remarksOf(content) : []),
				...(layer?.isMarked && progress.slice(0, index).some(({state}) => state === 'failed')
					? ['A layer below was not read: what is called added may have been there']
					: []),
			],
			...(sharedWith ? {sharedWith} : {}),
			...(layer?.problem === undefined ? {} : {problem: layer.problem}),
		};
	};

	return {
		report() {
			const all = layers.map(listedLayer);
			return {
				image: sanitise(contents.image),
				layers: all,
				settled: all.filter(({state}) => state === 'read' || state === 'failed').length,
				doneBytes: doneBytes(all, current),
				totalBytes: all.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
				wasted,
				wastedBytes: progress.reduce((sum, {wastedBytes}) => sum + wastedBytes, 0),
				unaskedImages: shared?.unasked ?? 0,
				complete: isFinished && shared !== undefined,
			};
		},
		room: () => Math.max(0, mostListed - listed),
		begin(digest, sofar) {
			const waiting = progress.flatMap(({state}, index) => (state === 'waiting' ? [index] : []));
			const indexes =
				digest === undefined && waiting.length === 1
					? waiting
					: layersHolding(layers, digest, undefined);
			current = {indexes, sofar};
		},
		end(digest, content) {
			current = undefined;
			const {problem, entries} = content;
			const indexes = layersHolding(layers, digest, content.diffId);
			if (indexes.length === 0 && problem !== undefined) strays.push(problem);
			for (const index of indexes) {
				listed += entries.length;
				Object.assign(progress[index] ?? {}, {
					files: entries,
					content: countsOf(content),
					state: problem === undefined ? 'read' : 'failed',
					...(problem === undefined ? {} : {problem}),
				});
			}
			compare();
		},
		fail(digest, error) {
			current = undefined;
			if (!(error instanceof RegbenchError) || error.code === 'CANCELLED') throw error;
			strays.push(error.message);
			for (const index of layersHolding(layers, digest, undefined)) {
				Object.assign(progress[index] ?? {}, {state: 'failed', problem: error.message});
			}
			compare();
		},
		share(found) {
			shared = found ?? {holders: new Map(), unasked: 0};
		},
		finish() {
			isFinished = true;
			const problem = strays[0] ?? 'The engine did not give this layer out';
			for (const layer of progress) {
				if (layer.state === 'waiting') Object.assign(layer, {state: 'failed', problem});
			}
			compare();
		},
	};
}

type Current = {readonly indexes: readonly number[]; readonly sofar: () => LayerContent};

function countsOf({entries, ...content}: LayerContent): Counts {
	return {...content, count: entries.length + content.unlisted};
}

/** Of stored layers stored bytes, of an engine that keeps them unpacked unpacked ones. */
function doneBytes(layers: readonly ListedLayer[], current: Current | undefined): number {
	const settled = layers.filter(({state}) => state === 'read' || state === 'failed');
	const sum = settled.reduce((bytes, {sizeBytes}) => bytes + sizeBytes, 0);
	if (!current) return sum;
	const {storedBytes, unpackedBytes} = current.sofar();
	const isStored = current.indexes.some(index => layers[index]?.digest !== undefined);
	return sum + (isStored ? storedBytes : unpackedBytes);
}

function remarksOf({unlisted, outside, devices}: Counts): readonly string[] {
	const remarks: string[] = [];
	if (unlisted > 0) remarks.push(`${unlisted} entries are counted, not listed: there are too many`);
	if (outside > 0) remarks.push(`${outside} names would lead out of the image (..)`);
	if (devices > 0) remarks.push(`${devices} device nodes or pipes`);
	return remarks;
}
