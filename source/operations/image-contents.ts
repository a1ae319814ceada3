/** The layers of an image as streams, from the engine or straight from a registry. */
import {RegbenchError} from '../domain/errors.ts';
import {hostPlatform} from '../domain/platform.ts';
import {formatReference, parseReference} from '../domain/reference.ts';
import {isForeign, layerFacts, type ImageContents} from '../layers/image-contents.ts';
import type {OperationContext} from './context.ts';
import {openSide} from './copy-side.ts';
import {readConfig} from './inspect-remote.ts';
import {readRemoteImage} from './remote-image.ts';

export type ContentsRequest = {readonly image: string; readonly from: 'engine' | 'registry'};

/**
 * Finds out which layers an image has; no layer is read before `streams()` is asked. Of an index on a
 * registry it is the image for this machine. Fails with `IMAGE_NOT_FOUND`, `TAG_NOT_FOUND` and as every
 * call of engine and registry; the streams fail as reading does there.
 */
export async function openImageContents(
	{image, from}: ContentsRequest,
	context: Pick<OperationContext, 'engine' | 'registry' | 'credentials' | 'signal'>,
): Promise<ImageContents> {
	const {signal, registry} = context;
	if (from === 'engine') return context.engine.contents(image, {signal});
	const reference = parseReference(image);
	const side = await openSide(reference, context);
	const {manifest} = await side.guard(
		readRemoteImage(registry, reference, hostPlatform(), {signal}),
	);
	const config = await side.guard(readConfig(side.repository, manifest.config, {signal}));
	const layers = layerFacts(manifest.layers, config);
	return {
		image: formatReference(reference),
		layers,
		async *streams() {
			const unique = new Map(
				manifest.layers
					.filter((_, index) => layers[index]?.unreadable === undefined)
					.map(layer => [layer.digest, layer]),
			);
			for (const layer of unique.values()) {
				const bytes = side.repository.readBlob(layer, {signal});
				yield {
					digest: layer.digest,
					bytes: isForeign(layer.mediaType) ? foreign(bytes) : bytes,
				};
			}
		},
	};
}

/** Registries may leave such layers to whoever made them: that one is missing then is no fault. */
async function* foreign(
	bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
	try {
		yield* bytes;
	} catch (error) {
		if (!(error instanceof RegbenchError) || error.code !== 'TAG_NOT_FOUND') throw error;
		throw new RegbenchError('UNSUPPORTED', 'It is a foreign layer: its maker keeps it elsewhere', {
			cause: error,
		});
	}
}
