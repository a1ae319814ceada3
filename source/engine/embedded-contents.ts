/** The layers of an image in the layout, as streams. */
import {sanitise} from '../domain/sanitise.ts';
import {instructions, type ImageContents} from '../layers/image-contents.ts';
import type {ImageLayout} from '../oci-layout/open-layout.ts';
import type {ImageContent, StoredImage} from './embedded-images.ts';

export function embeddedContents(
	layout: ImageLayout,
	image: StoredImage,
	{manifest, config}: ImageContent,
	signal: AbortSignal | undefined,
): ImageContents {
	const layers = manifest?.layers ?? [];
	const made = instructions(config.history ?? [], layers.length);
	return {
		image: image.id,
		layers: layers.map(({digest, size}, index) => {
			const diffId = config.rootfs?.diff_ids[index];
			return {
				digest,
				sizeBytes: size,
				createdBy: sanitise(made[index] ?? ''),
				...(diffId === undefined ? {} : {diffId}),
			};
		}),
		async *streams() {
			for (const digest of new Set(layers.map(layer => layer.digest))) {
				yield {digest, bytes: layout.blobs.read(digest, {signal})};
			}
		},
	};
}
