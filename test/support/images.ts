import {createHash, randomBytes} from 'node:crypto';
import {copyFile, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {findProgram} from './programs.ts';
import type {RunningDockerd} from './start-dockerd.ts';
import {temporaryFolder} from './temporary-folder.ts';

export type LayerSpec = {readonly sizeBytes: number};

export type ImageSpec = {
	/** With or without a tag. */
	readonly name: string;
	/** One layer each, of random bytes that nothing can compress. Default: one of 1 kB. */
	readonly layers?: readonly LayerSpec[];
	readonly labels?: Readonly<Record<string, string>>;
};

/** Builds an image in the daemon without any base, and answers with its id (`sha256:…`). */
export async function makeImage(
	dockerd: RunningDockerd,
	{name, layers = [{sizeBytes: 1000}], labels = {}}: ImageSpec,
): Promise<string> {
	await using context = await temporaryFolder();
	const lines = ['FROM scratch'];
	for (const [index, {sizeBytes}] of layers.entries()) {
		await writeFile(path.join(context.path, `layer-${index}`), randomBytes(sizeBytes));
		lines.push(`COPY layer-${index} /data/`);
	}
	for (const [key, value] of Object.entries(labels)) {
		lines.push(`LABEL ${JSON.stringify(key)}=${JSON.stringify(value)}`);
	}
	return await build(dockerd, context.path, name, lines);
}

/** Builds a small image that has a shell and can run, from the machine's static busybox. */
export async function makeBusyboxImage(dockerd: RunningDockerd, name: string): Promise<string> {
	const busybox = findProgram('busybox');
	if (!busybox) throw new Error('busybox is not installed');
	await using context = await temporaryFolder();
	await copyFile(busybox, path.join(context.path, 'busybox'));
	return await build(dockerd, context.path, name, [
		'FROM scratch',
		'COPY busybox /bin/busybox',
		'COPY busybox /bin/sh',
		'CMD ["/bin/sh", "-c", "echo hello"]',
	]);
}

export type WebImageSpec = {
	readonly name: string;
	/** What it serves under `/`. */
	readonly page: string;
	/** A line of the Dockerfile. */
	readonly health?: string;
	/** Instead of the web server, run by a shell. */
	readonly script?: string;
	/** Default 8080. Suites that run side by side take different ones: the same is offered on the host. */
	readonly port?: number;
};

/** Builds an image that serves a page with busybox, or does what `script` says. */
export async function makeWebImage(
	dockerd: RunningDockerd,
	{name, page, health, script, port = 8080}: WebImageSpec,
): Promise<string> {
	const busybox = findProgram('busybox');
	if (!busybox) throw new Error('busybox is not installed');
	await using context = await temporaryFolder();
	await copyFile(busybox, path.join(context.path, 'busybox'));
	await writeFile(path.join(context.path, 'index.html'), page);
	const command = script ?? `echo serving; exec busybox httpd -f -p ${port} -h /www`;
	return await build(dockerd, context.path, name, [
		'FROM scratch',
		'COPY busybox /bin/busybox',
		'COPY busybox /bin/sh',
		'COPY index.html /www/index.html',
		'ENV PATH=/bin',
		`EXPOSE ${port}`,
		...(health === undefined ? [] : [health]),
		`CMD ["/bin/sh", "-c", ${JSON.stringify(command)}]`,
	]);
}

async function build(dockerd: RunningDockerd, folder: string, name: string, lines: string[]) {
	await writeFile(path.join(folder, 'Dockerfile'), `${lines.join('\n')}\n`);
	await dockerd.docker('build', '--quiet', '--tag', name, folder);
	return dockerd.docker('image', 'inspect', '--format', '{{.Id}}', name);
}

export type Descriptor = {
	readonly mediaType: string;
	readonly digest: string;
	readonly size: number;
};

/** What an OCI layout made here holds, worked out without any of the product's own code. */
export type MadeLayout = {
	readonly folder: string;
	readonly tag: string;
	readonly manifest: Descriptor;
	readonly config: Descriptor;
	readonly layers: readonly (Descriptor & {readonly diffId: string})[];
};

export type LayoutSpec = {
	readonly tag?: string;
	readonly layers?: readonly LayerSpec[];
	readonly labels?: Readonly<Record<string, string>>;
};

/** Writes an OCI image layout with one image of random layers into `folder`, which is made. */
export async function makeOciLayout(
	folder: string,
	{tag = '1.0', layers = [{sizeBytes: 1000}], labels = {}}: LayoutSpec = {},
): Promise<MadeLayout> {
	const blobs = path.join(folder, 'blobs', 'sha256');
	await mkdir(blobs, {recursive: true});
	const store = async (mediaType: string, bytes: Buffer): Promise<Descriptor> => {
		const hex = sha256(bytes);
		await writeFile(path.join(blobs, hex), bytes);
		return {mediaType, digest: `sha256:${hex}`, size: bytes.length};
	};
	const storeJson = (mediaType: string, value: unknown) =>
		store(mediaType, Buffer.from(JSON.stringify(value)));

	const storedLayers: (Descriptor & {diffId: string})[] = [];
	for (const [index, {sizeBytes}] of layers.entries()) {
		const tar = tarOf(`data/layer-${index}`, randomBytes(sizeBytes));
		const layer = await store(
			'application/vnd.oci.image.layer.v1.tar+gzip',
			gzipSync(tar, {level: 1}),
		);
		storedLayers.push({...layer, diffId: `sha256:${sha256(tar)}`});
	}
	const config = await storeJson('application/vnd.oci.image.config.v1+json', {
		architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
		os: 'linux',
		created: '2026-01-02T03:04:05Z',
		config: {Labels: labels, Cmd: ['/bin/true']},
		rootfs: {type: 'layers', diff_ids: storedLayers.map(layer => layer.diffId)},
		history: layers.map((_, index) => ({
			created: '2026-01-02T03:04:05Z',
			created_by: `COPY layer-${index} /data/`,
		})),
	});
	const manifest = await storeJson('application/vnd.oci.image.manifest.v1+json', {
		schemaVersion: 2,
		mediaType: 'application/vnd.oci.image.manifest.v1+json',
		config,
		layers: storedLayers.map(({mediaType, digest, size}) => ({mediaType, digest, size})),
	});
	await writeFile(
		path.join(folder, 'index.json'),
		JSON.stringify({
			schemaVersion: 2,
			manifests: [{...manifest, annotations: {'org.opencontainers.image.ref.name': tag}}],
		}),
	);
	await writeFile(path.join(folder, 'oci-layout'), JSON.stringify({imageLayoutVersion: '1.0.0'}));
	return {folder, tag, manifest, config, layers: storedLayers};
}

function sha256(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** A tar archive (POSIX ustar) with one file. */
function tarOf(name: string, content: Buffer): Buffer {
	const header = Buffer.alloc(512);
	header.write(name, 0);
	header.write(octal(0o644, 7), 100);
	header.write(octal(0, 7), 108);
	header.write(octal(0, 7), 116);
	header.write(octal(content.length, 11), 124);
	header.write(octal(1_767_323_045, 11), 136);
	header.write('        ', 148);
	header.write('0', 156);
	header.write('ustar\u000000', 257);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
	const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
	return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

function octal(value: number, digits: number): string {
	return `${value.toString(8).padStart(digits, '0')}\0`;
}
