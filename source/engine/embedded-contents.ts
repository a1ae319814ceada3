/** The layers of an image in the layout, as streams. */
import {layerFacts, type ImageContents} from '../layers/image-contents.ts';
import type {ImageLayout} from '../oci-layout/open-layout.ts';
import type {ImageContent, StoredImage} from './embedded-images.ts';

export function embeddedContents(
	layout: ImageLayout,
	image: StoredImage,
	{manifest, config}: ImageContent,
	signal: AbortSignal | undefined,
): ImageContents {
	const stored = manifest?.layers ?? [];
	const layers = layerFacts(stored, config);
	const readable = stored.filter((_, index) => layers[index]?.unreadable === undefined);
	return {
		image: image.id,
		layers,
		async *streams() {
			for (const digest of new Set(readable.map(layer => layer.digest))) {
				yield {digest, bytes: layout.blobs.read(digest, {signal})};
			}
		},
	};
}
