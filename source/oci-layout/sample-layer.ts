import {createCipheriv} from 'node:crypto';
import {promisify} from 'node:util';
import {gzip} from 'node:zlib';
import {digestOf, type Digest} from '../domain/digest.ts';

/** A file of a sample layer; folders are made as needed. */
export type SampleFile = {
	readonly name: string;
	readonly content: Uint8Array | string;
	readonly executable?: boolean;
};

export type SampleLayer = {
	readonly bytes: Uint8Array;
	readonly digest: Digest;
	readonly diffId: Digest;
};

const gzipAsync = promisify(gzip);
const modified = new Date('2026-01-01T00:00:00Z');

/** A gzip tar layer with these files; equal files make equal bytes. */
export async function buildLayer(files: readonly SampleFile[]): Promise<SampleLayer> {
	// A CommonJS package: once bundled, only its default export is there.
	const {
		default: {pack},
	} = await import('tar-stream');
	const archive = pack();
	const collected = (async () => {
		const chunks: Buffer[] = [];
		for await (const chunk of archive) chunks.push(chunk as Buffer);
		return Buffer.concat(chunks);
	})();
	for (const folder of foldersOf(files)) {
		archive.entry({name: folder, type: 'directory', mode: 0o755, mtime: modified});
	}
	for (const {name, content, executable} of files) {
		const mode = executable ? 0o755 : 0o644;
		archive.entry({name, mode, mtime: modified}, Buffer.from(content));
	}
	archive.finalize();
	const tar = await collected;
	const bytes = await gzipAsync(tar, {level: 6});
	// The header's last byte names the operating system; "unknown" everywhere keeps digests equal.
	bytes[9] = 255;
	return {bytes, digest: digestOf(bytes), diffId: digestOf(tar)};
}

/** Bytes that no compression makes smaller, the same for the same seed. */
export function fillerBytes(seed: string, sizeBytes: number): Uint8Array {
	const key = Buffer.alloc(16);
	key.write(digestOf(seed).slice(7, 39), 'hex');
	return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes));
}

function foldersOf(files: readonly SampleFile[]): readonly string[] {
	const folders = new Set<string>();
	for (const {name} of files) {
		const parts = name.split('/').slice(0, -1);
		for (let depth = 1; depth <= parts.length; depth++) {
			folders.add(`${parts.slice(0, depth).join('/')}/`);
		}
	}
	return [...folders].toSorted();
}
