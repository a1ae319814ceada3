/** What `docker save` streams, as the layers in it: old archives, Podman's and those that are an OCI layout. */
import {parseConfig, type ImageConfig} from '../domain/manifest.ts';
import {createByteReader} from './byte-reader.ts';
import type {LayerStream} from './image-contents.ts';
import {readTar, type TarEntry} from './read-tar.ts';

/** Configs are small; what is larger is not looked at as one. */
const longestConfig = 4 * 1024 * 1024;

/**
 * Every file of the archive that may be a layer; which one it is tells its diff ID once it was read.
 * Image configs that lie between them are told to `onConfig`.
 */
export async function* layersOfSaved(
	archive: AsyncIterable<Uint8Array>,
	onConfig: (config: ImageConfig) => void = () => undefined,
): AsyncGenerator<LayerStream, void, undefined> {
	const reader = createByteReader(archive);
	try {
		for await (const entry of readTar(reader)) {
			const {name, kind, sizeBytes} = entry;
			if (kind !== 'file' || sizeBytes < 2) continue;
			if (!/(?:\.tar|\.json|^blobs\/sha256\/[\da-f]{64})$/.test(name)) continue;
			const {isJson, bytes} = await peeked(entry);
			if (!isJson && !name.endsWith('.json')) yield {bytes};
			else if (sizeBytes <= longestConfig) await tellConfig(bytes, onConfig);
		}
	} finally {
		await reader.close();
	}
}

/** Manifests and configs lie among the blobs, and begin with a brace; no archive does. */
async function peeked({
	content,
}: TarEntry): Promise<{isJson: boolean; bytes: AsyncIterable<Uint8Array>}> {
	const source = content[Symbol.asyncIterator]();
	const first = await source.next();
	const bytes = (async function* () {
		if (first.done) return;
		yield first.value;
		for (;;) {
			const next = await source.next();
			if (next.done) return;
			yield next.value;
		}
	})();
	return {isJson: first.done !== true && first.value[0] === 0x7b, bytes};
}

async function tellConfig(
	bytes: AsyncIterable<Uint8Array>,
	onConfig: (config: ImageConfig) => void,
): Promise<void> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of bytes) chunks.push(chunk);
	try {
		onConfig(parseConfig(Buffer.concat(chunks)));
	} catch {
		// It is a manifest, or a list of names.
	}
}
