/** Sample images built on the spot: for a first look without internet or engine, and for tests. */
import {digestOf, type Digest} from '../domain/digest.ts';
import {mediaTypes, type Descriptor} from '../domain/manifest.ts';
import type {CallOptions} from './blob-store.ts';
import type {ImageLayout} from './open-layout.ts';
import {buildLayer, fillerBytes, type SampleFile, type SampleLayer} from './sample-layer.ts';
import {printingProgram} from './sample-program.ts';

export type SampleImage = {
	/** Short name for texts and labels: `hello`. */
	readonly title: string;
	readonly version: string;
	/** Full references that point at the image; none makes it dangling. */
	readonly references: readonly string[];
	/** RFC 3339. */
	readonly created: string;
	/** Rough size of the layer that all versions of this title share, in bytes. */
	readonly assetsBytes: number;
	/** Made as one should not: with made-up secrets in it, one of them deleted too late, and as root. */
	readonly careless?: boolean;
};

/**
 * The images of the demo: five tags and one dangling image, about 8 MB in all. Versions of one
 * title differ in their top layer only, and all images share their base.
 */
export function sampleImages(): readonly SampleImage[] {
	const hello = {title: 'hello', assetsBytes: 900_000};
	return [
		{...hello, version: '0.9.0', references: [], created: '2026-09-30T08:12:00Z'},
		{
			...hello,
			version: '1.0.0',
			references: ['docker.io/library/hello:1.0.0'],
			created: '2026-10-20T09:30:00Z',
		},
		{
			...hello,
			version: '1.1.0',
			references: ['docker.io/library/hello:1.1.0', 'docker.io/library/hello:latest'],
			created: '2026-11-18T14:05:00Z',
		},
		{
			title: 'api',
			version: '2.3.1',
			references: ['docker.io/web/api:2.3.1'],
			created: '2026-11-12T16:40:00Z',
			assetsBytes: 3_200_000,
		},
		{
			title: 'backup',
			version: 'nightly',
			references: ['docker.io/tools/backup:nightly'],
			created: '2026-11-23T02:00:00Z',
			assetsBytes: 1_600_000,
			careless: true,
		},
	];
}

/**
 * Builds one sample image into the layout (blobs first, names last) and returns its manifest's
 * descriptor. The same image makes the same digests. Rejects as {@link ImageLayout} calls do.
 */
export async function writeSampleImage(
	layout: ImageLayout,
	image: SampleImage,
	options: CallOptions = {},
): Promise<Descriptor> {
	const parts = [
		{files: baseFiles(), createdBy: 'ADD base.tar.gz / # regbench sample base'},
		{files: assetFiles(image), createdBy: `COPY assets/ /usr/share/${image.title}/`},
		{files: applicationFiles(image), createdBy: `COPY app/ /app/ # ${image.version}`},
	];
	if (image.careless) parts.push(...carelessParts());
	const layers = await Promise.all(parts.map(({files}) => buildLayer(files)));
	const config = json(
		configOf(
			image,
			layers,
			parts.map(({createdBy}) => createdBy),
		),
	);
	const manifest = json({
		schemaVersion: 2,
		mediaType: mediaTypes.ociManifest,
		config: describe(mediaTypes.ociConfig, config),
		layers: layers.map(({bytes}) => describe(mediaTypes.ociLayerGzip, bytes)),
		annotations: {'org.opencontainers.image.version': image.version},
	});
	const descriptor: Descriptor = {
		...describe(mediaTypes.ociManifest, manifest),
		platform: {os: 'linux', architecture: 'amd64'},
	};

	const blobs = [...layers.map(({bytes}) => bytes), config, manifest];
	const digests = blobs.map(bytes => digestOf(bytes));
	const hold = await layout.hold(digests, options);
	try {
		for (const bytes of blobs) await layout.blobs.putBytes(digestOf(bytes), bytes, options);
		if (image.references.length === 0) await layout.add(descriptor, options);
		for (const reference of image.references) await layout.tag(descriptor, reference, options);
	} finally {
		await hold.release();
	}
	return descriptor;
}

function configOf(
	image: SampleImage,
	layers: readonly SampleLayer[],
	steps: readonly string[],
): object {
	const {title, version, created} = image;
	const step = (createdBy: string) => ({created, created_by: createdBy});
	const setting = (createdBy: string) => ({...step(createdBy), empty_layer: true});
	return {
		created,
		author: 'regbench',
		architecture: 'amd64',
		os: 'linux',
		config: {
			User: image.careless ? '' : '1000:1000',
			Env: [
				'PATH=/app:/usr/bin:/bin',
				`APP_NAME=${title}`,
				`APP_VERSION=${version}`,
				...(image.careless ? ['BACKUP_PASSWORD=made-up-for-practice'] : []),
			],
			Entrypoint: ['/app/hello'],
			WorkingDir: '/app',
			ExposedPorts: {'8080/tcp': {}},
			Labels: {
				'org.opencontainers.image.title': title,
				'org.opencontainers.image.description': 'A sample application to practise with',
				'org.opencontainers.image.source': 'https://github.com/octocat/hello',
				'org.opencontainers.image.version': version,
				'org.opencontainers.image.licenses': 'MIT',
			},
		},
		rootfs: {type: 'layers', diff_ids: layers.map(({diffId}): Digest => diffId)},
		history: [
			...steps.map(text => step(text)),
			setting(`ENV APP_NAME=${title} APP_VERSION=${version}`),
			setting('EXPOSE 8080/tcp'),
			setting('ENTRYPOINT ["/app/hello"]'),
		],
	};
}

function baseFiles(): readonly SampleFile[] {
	return [
		{
			name: 'etc/os-release',
			content:
				'NAME="regbench sample base"\nID=regbench\nVERSION_ID=1\nHOME_URL=https://opencontainers.org\n',
		},
		{
			name: 'etc/passwd',
			content: 'root:x:0:0:root:/:/sbin/nologin\napp:x:1000:1000:app:/app:/sbin/nologin\n',
		},
		{name: 'etc/group', content: 'root:x:0:\napp:x:1000:\n'},
		{name: 'usr/share/base/data.bin', content: fillerBytes('base', 1_400_000)},
	];
}

function assetFiles({title, assetsBytes}: SampleImage): readonly SampleFile[] {
	return [
		{
			name: `usr/share/${title}/README.md`,
			content: `# Assets of ${title}\n\nThe same in every version.\n`,
		},
		{name: `usr/share/${title}/assets.bin`, content: fillerBytes(title, assetsBytes)},
	];
}

function applicationFiles({title, version}: SampleImage): readonly SampleFile[] {
	const page = `<!doctype html>\n<title>${title} ${version}</title>\n<h1>${title}</h1>\n<p>Version ${version}</p>\n`;
	return [
		{
			name: 'app/README.md',
			content: `# ${title} ${version}\n\nA sample application: push it, delete it, pull it back.\n`,
		},
		{
			name: 'app/hello',
			content: printingProgram(`Hello from ${title} ${version}, a regbench sample image.\n`),
			executable: true,
		},
		{name: 'app/index.html', content: page},
		{
			name: 'app/server.sh',
			content:
				'#!/bin/sh\n# Serves the page where the image has a shell and busybox.\nexec httpd -f -p 8080 -h /app\n',
			executable: true,
		},
		{name: 'app/bundle.bin', content: fillerBytes(`${title} ${version}`, 180_000)},
	];
}

/** What happens where a whole folder is copied and tidied up later: nothing that was in a layer leaves it. */
function carelessParts(): ReadonlyArray<{files: readonly SampleFile[]; createdBy: string}> {
	// In two halves, so that no scanner takes this file for a leak.
	const token = `ghp${'_'}${'MadeUp4Practice'.repeat(3).slice(0, 36)}`;
	return [
		{
			files: [
				{name: 'app/.env', content: `# Made up, opens nothing.\nGITHUB_TOKEN=${token}\n`},
				{
					name: 'app/node_modules/lodash/package.json',
					content: '{"name": "lodash", "version": "4.17.4"}\n',
				},
			],
			createdBy: 'COPY . /app/',
		},
		{files: [{name: 'app/.wh..env', content: ''}], createdBy: 'RUN rm /app/.env'},
	];
}

function describe(mediaType: string, bytes: Uint8Array): Descriptor {
	return {mediaType, digest: digestOf(bytes), size: bytes.byteLength};
}

function json(value: object): Uint8Array {
	return Buffer.from(JSON.stringify(value));
}
