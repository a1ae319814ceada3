/** An image of a gigabyte in many files, as an OCI layout, made without holding it. */
import {createHash, randomFillSync} from 'node:crypto';
import {createReadStream, createWriteStream} from 'node:fs';
import {mkdir, rename, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {createGzip} from 'node:zlib';
import {pack, type Pack} from 'tar-stream';

export type LargeImage = {
	readonly layers: number;
	readonly files: number;
	readonly bytesPerFile: number;
};

/** Five layers of 10,000 files of 20 kB each: 50,000 files, 1 GB unpacked, a quarter of it packed. */
export const largeImage: LargeImage = {layers: 5, files: 10_000, bytesPerFile: 20_000};

/** Every layer writes over some files of the one below it. */
const overwritten = 100;

/** Writes the layout under the tag `1`. */
export async function makeLargeImage(folder: string, image: LargeImage): Promise<void> {
	const blobs = path.join(folder, 'blobs/sha256');
	await mkdir(blobs, {recursive: true});
	const layers = [];
	for (let index = 0; index < image.layers; index++) {
		layers.push(await writeLayer(blobs, index, image));
	}
	const store = async (mediaType: string, value: unknown) => {
		const bytes = Buffer.from(JSON.stringify(value));
		const hex = createHash('sha256').update(bytes).digest('hex');
		await writeFile(path.join(blobs, hex), bytes);
		return {mediaType, digest: `sha256:${hex}`, size: bytes.length};
	};
	const config = await store('application/vnd.oci.image.config.v1+json', {
		architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
		os: 'linux',
		created: '2026-01-02T03:04:05Z',
		config: {},
		rootfs: {type: 'layers', diff_ids: layers.map(({diffId}) => diffId)},
		history: layers.map((_, index) => ({created_by: `COPY part-${index} /srv/`})),
	});
	const manifest = await store('application/vnd.oci.image.manifest.v1+json', {
		schemaVersion: 2,
		mediaType: 'application/vnd.oci.image.manifest.v1+json',
		config,
		layers: layers.map(({digest, size}) => ({
			mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
			digest,
			size,
		})),
	});
	await writeFile(path.join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
	await writeFile(
		path.join(folder, 'index.json'),
		JSON.stringify({
			schemaVersion: 2,
			manifests: [{...manifest, annotations: {'org.opencontainers.image.ref.name': '1'}}],
		}),
	);
}

async function writeLayer(blobs: string, index: number, image: LargeImage) {
	const unfinished = path.join(blobs, `unfinished-${index}`);
	const archive = pack();
	const hash = createHash('sha256');
	const written = pipeline(
		archive as unknown as Readable,
		async function* (chunks: AsyncIterable<Uint8Array>) {
			for await (const chunk of chunks) {
				hash.update(chunk);
				yield chunk;
			}
		},
		createGzip({level: 1}),
		createWriteStream(unfinished),
	);
	// A quarter of each file is noise, as much as programs and their data leave to be packed.
	const content = Buffer.alloc(image.bytesPerFile);
	for (let number = 0; number < image.files; number++) {
		randomFillSync(content, 0, image.bytesPerFile / 4);
		const isOver = index > 0 && number < overwritten;
		const part = isOver ? index - 1 : index;
		const file = isOver ? number + overwritten : number;
		await add(archive, `srv/part-${part}/folder-${number % 100}/file-${file}.bin`, content);
	}
	archive.finalize();
	await written;
	const digest = await hashOf(unfinished);
	await rename(unfinished, path.join(blobs, digest));
	const {size} = await stat(path.join(blobs, digest));
	return {digest: `sha256:${digest}`, size, diffId: `sha256:${hash.digest('hex')}`};
}

async function add(archive: Pack, name: string, content: Buffer): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		archive.entry({name}, Buffer.from(content), error => (error ? reject(error) : resolve()));
	});
}

async function hashOf(file: string): Promise<string> {
	const hash = createHash('sha256');
	await pipeline(createReadStream(file), hash);
	return hash.digest('hex');
}
