/** The layers of an image with their files, read to the end. */
import type {Engine} from '../engine/engine.ts';
import {RegbenchError} from '../domain/errors.ts';
import {hostPlatform} from '../domain/platform.ts';
import {formatReference, parseReference} from '../domain/reference.ts';
import {sanitise} from '../domain/sanitise.ts';
import {compareLayers, type LayerFile, type WastedFile} from '../layers/compare-layers.ts';
import {instructions, type ImageContents, type LayerFacts} from '../layers/image-contents.ts';
import {readLayer, type LayerContent} from '../layers/read-layer.ts';
import type {OperationContext} from './context.ts';
import {openSide} from './copy-side.ts';
import {readConfig} from './inspect-remote.ts';
import {readRemoteImage} from './remote-image.ts';

export type ListedLayer = LayerFacts & {
	/** Absent until the layer was read. */
	readonly entries?: number;
	readonly unpackedBytes?: number;
	/** Marked against the layers below once all were read; empty before. */
	readonly files: readonly LayerFile[];
	/** Bytes of this layer that later ones hide. */
	readonly wastedBytes: number;
	/** Other local images that hold the layer: their first reference, or ID. */
	readonly sharedWith: readonly string[];
	/** Why it could not be read. */
	readonly problem?: string;
};

export type LayerReport = {
	readonly image: string;
	/** Base first. */
	readonly layers: readonly ListedLayer[];
	readonly read: number;
	/** Largest first; empty until all layers were read. */
	readonly wasted: readonly WastedFile[];
	readonly complete: boolean;
};

export type LayerRequest = {readonly image: string; readonly from: 'engine' | 'registry'};

/** Other images that are asked whether they share a layer. */
const mostCompared = 100;

/**
 * Yields the report as it grows: at once with the layers' facts, after each layer that was read, and
 * last with marks and waste. A layer that cannot be read is told in its `problem` and stops nothing.
 */
export async function* listLayers(
	request: LayerRequest,
	context: Pick<OperationContext, 'engine' | 'registry' | 'credentials' | 'signal'>,
): AsyncGenerator<LayerReport, void, undefined> {
	const {engine, signal} = context;
	const contents =
		request.from === 'engine'
			? await engine.contents(request.image, {signal})
			: await remoteContents(request.image, context);
	const {layers} = contents;
	const read: Array<LayerContent | undefined> = layers.map(() => undefined);
	const problems: Array<string | undefined> = layers.map(() => undefined);
	let shared: ReadonlyMap<string, readonly string[]> = new Map();

	const report = (compared?: ReturnType<typeof compareLayers>): LayerReport => ({
		image: sanitise(contents.image),
		read: read.filter(Boolean).length,
		wasted: compared?.wasted ?? [],
		complete: compared !== undefined,
		layers: layers.map((facts, index) => {
			const content = read[index];
			const diffId = facts.diffId ?? content?.diffId;
			const problem = problems[index];
			return {
				...facts,
				...(diffId === undefined ? {} : {diffId}),
				...(content
					? {
							entries: content.entries.length + content.unlisted,
							unpackedBytes: content.unpackedBytes,
						}
					: {}),
				files: compared?.files[index] ?? [],
				wastedBytes: (compared?.wasted ?? [])
					.filter(({layer}) => layer === index)
					.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
				sharedWith: shared.get(diffId ?? '') ?? [],
				...(problem === undefined ? {} : {problem}),
			};
		}),
	});

	yield report();
	for await (const {digest, bytes} of contents.streams()) {
		try {
			const content = await readLayer(bytes, {signal});
			for (const [index, facts] of layers.entries()) {
				const isIt =
					digest === undefined ? facts.diffId === content.diffId : facts.digest === digest;
				if (isIt) read[index] = content;
			}
		} catch (error) {
			if (!(error instanceof RegbenchError) || error.code === 'CANCELLED') throw error;
			if (digest === undefined) throw error;
			for (const [index, facts] of layers.entries()) {
				if (facts.digest === digest) problems[index] = error.message;
			}
		}
		yield report();
	}
	for (const [index, content] of read.entries()) {
		if (!content) problems[index] ??= 'The engine did not give this layer out';
	}
	shared = await sharing(contents, engine, signal).catch(() => new Map());
	yield report(compareLayers(read.map(content => content?.entries ?? [])));
}

async function sharing(
	contents: ImageContents,
	engine: Engine,
	signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
	const wanted = new Set(contents.layers.map(({diffId}) => diffId));
	const found = new Map<string, string[]>();
	const self = await engine.inspect(contents.image, {signal}).catch(() => undefined);
	for (const {id, references} of (await engine.listImages({signal})).slice(0, mostCompared)) {
		if (id === self?.id) continue;
		const other = await engine.inspect(id, {signal}).catch(() => undefined);
		for (const diffId of new Set(other?.diffIds ?? [])) {
			if (!wanted.has(diffId)) continue;
			found.set(diffId, [...(found.get(diffId) ?? []), references[0] ?? id]);
		}
	}
	return found;
}

async function remoteContents(
	text: string,
	context: Pick<OperationContext, 'registry' | 'credentials' | 'signal'>,
): Promise<ImageContents> {
	const {signal, registry} = context;
	const reference = parseReference(text);
	const side = await openSide(reference, context);
	const {manifest} = await side.guard(
		readRemoteImage(registry, reference, hostPlatform(), {signal}),
	);
	const config = await side.guard(readConfig(side.repository, manifest.config, {signal}));
	const made = instructions(config.history ?? [], manifest.layers.length);
	return {
		image: formatReference(reference),
		layers: manifest.layers.map(({digest, size}, index) => {
			const diffId = config.rootfs?.diff_ids[index];
			return {
				digest,
				sizeBytes: size,
				createdBy: sanitise(made[index] ?? ''),
				...(diffId === undefined ? {} : {diffId}),
			};
		}),
		async *streams() {
			const unique = new Map(manifest.layers.map(layer => [layer.digest, layer]));
			for (const layer of unique.values()) {
				yield {digest: layer.digest, bytes: side.repository.readBlob(layer, {signal})};
			}
		},
	};
}
