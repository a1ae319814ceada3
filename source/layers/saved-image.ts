/** What `docker save` streams, as the layers in it: old archives, Podman's and those that are an OCI layout. */
import type {LayerStream} from './image-contents.ts';
import {readTar} from './read-tar.ts';

/** Every file of the archive that may be a layer; which one it is tells its diff ID once it was read. */
export async function* layersOfSaved(
	archive: AsyncIterable<Uint8Array>,
): AsyncGenerator<LayerStream, void, undefined> {
	for await (const {name, kind, sizeBytes, content} of readTar(archive)) {
		if (kind !== 'file' || sizeBytes < 2) continue;
		if (!/(?:\.tar|^blobs\/sha256\/[\da-f]{64})$/.test(name)) continue;
		const source = content[Symbol.asyncIterator]();
		const first = await source.next();
		if (first.done) continue;
		// Manifests and configs lie among the blobs.
		if (first.value[0] === 0x7b) continue;
		yield {
			bytes: (async function* () {
				yield first.value;
				for (;;) {
					const next = await source.next();
					if (next.done) return;
					yield next.value;
				}
			})(),
		};
	}
}
