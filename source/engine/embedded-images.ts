/** Images of an OCI layout as values: what the embedded engine lists and tells of them. */
import {isDigest, type Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import type {ImageDetails, LayerSummary, LocalImage} from '../domain/image.ts';
import {
	parseConfig,
	parseManifest,
	type Descriptor,
	type ImageConfig,
	type ImageManifest,
	type RawManifest,
} from '../domain/manifest.ts';
import {choosePlatform, isAttestation, type Platform} from '../domain/platform.ts';
import {
	familiarReference,
	familiarRepository,
	formatReference,
	tryParseReference,
} from '../domain/reference.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {ImageLayout, LayoutEntry} from '../oci-layout/open-layout.ts';
import {isOnRegistry} from './embedded-copies.ts';
import {readImageTree, type ImageTree} from './image-tree.ts';

/** One image of the layout: all entries with its digest. */
export type StoredImage = {
	readonly id: Digest;
	readonly descriptor: Descriptor;
	/** Full references of its entries, tags and digests alike. */
	readonly names: readonly string[];
	/** Those of them whose registry is known to hold the image. */
	readonly copies: readonly string[];
};

/** What an image is, read from its manifest and config. */
export type ImageContent = {
	readonly tree: ImageTree;
	/** The manifest for this machine's platform, or the first there is. */
	readonly manifest?: ImageManifest;
	readonly config: ImageConfig;
};

/** Entries of the layout joined by digest, in the layout's order. */
export function storedImages(entries: readonly LayoutEntry[]): readonly StoredImage[] {
	const images = new Map<Digest, {descriptor: Descriptor; names: string[]; copies: string[]}>();
	for (const {descriptor, reference} of entries) {
		const image = images.get(descriptor.digest) ?? {descriptor, names: [], copies: []};
		if (reference !== undefined) image.names.push(reference);
		if (reference !== undefined && isOnRegistry(descriptor)) image.copies.push(reference);
		images.set(descriptor.digest, image);
	}
	return [...images].map(([id, image]) => ({id, ...image}));
}

/** The image meant by a reference, a digest or an ID of twelve hex digits or more; `IMAGE_NOT_FOUND`. */
export function findImage(images: readonly StoredImage[], wanted: string): StoredImage {
	const hex = wanted.replace(/^sha256:/, '');
	const reference = isDigest(wanted) ? undefined : tryParseReference(wanted);
	const byName =
		reference === undefined
			? undefined
			: images.find(
					({id, names}) =>
						names.includes(formatReference(reference)) ||
						(id === reference.digest &&
							names.some(name => {
								const other = tryParseReference(name);
								return other?.domain === reference.domain && other.path === reference.path;
							})),
				);
	const found =
		byName ??
		(/^[0-9a-f]{12,}$/.test(hex)
			? images.find(({id}) => id.startsWith(`sha256:${hex}`))
			: undefined) ??
		images.find(({id}) => id === wanted);
	if (found !== undefined) return found;
	throw new RegbenchError('IMAGE_NOT_FOUND', `No image here is called ${sanitise(wanted)}`);
}

/** Reads manifests and config; branches of an index that are not in the layout are left out. */
export async function readContent(
	layout: ImageLayout,
	descriptor: Descriptor,
	platform: Platform,
	signal: AbortSignal | undefined,
): Promise<ImageContent> {
	const load = async (link: Pick<Descriptor, 'digest' | 'mediaType'>): Promise<RawManifest> => ({
		bytes: await layout.blobs.readSmall(link.digest, {signal}),
		mediaType: link.mediaType,
		digest: link.digest,
	});
	const tree = await readImageTree(
		await load(descriptor),
		async link => ((await layout.blobs.size(link.digest)) === undefined ? undefined : load(link)),
		signal,
	);
	const manifest = chooseManifest(tree, platform);
	const config =
		manifest === undefined || (await layout.blobs.size(manifest.config.digest)) === undefined
			? {}
			: parseConfig(await layout.blobs.readSmall(manifest.config.digest, {signal}));
	return {tree, ...(manifest === undefined ? {} : {manifest}), config};
}

function chooseManifest(tree: ImageTree, platform: Platform): ImageManifest | undefined {
	const root = parseManifest(tree.root);
	if (root.kind === 'manifest') return root;
	const here = root.manifests.filter(({digest}) =>
		tree.manifests.some(manifest => manifest.digest === digest),
	);
	const chosen =
		choosePlatform(here, platform) ?? here.find(descriptor => !isAttestation(descriptor));
	const raw = tree.manifests.find(({digest}) => digest === chosen?.digest);
	const parsed = raw === undefined ? undefined : parseManifest(raw);
	return parsed?.kind === 'manifest' ? parsed : undefined;
}

/** A row of the list. Without content (its manifest is damaged) the image still shows. */
export function localImage(image: StoredImage, content: ImageContent | undefined): LocalImage {
	const parsed = image.names.flatMap(name => tryParseReference(name) ?? []);
	const references = parsed.filter(({tag}) => tag !== undefined).map(familiarReference);
	const repositories = new Set(
		image.copies.flatMap(name => tryParseReference(name) ?? []).map(familiarRepository),
	);
	const createdAt = content?.config.created;
	return {
		id: image.id,
		references,
		digests: [...repositories].map(repository => `${repository}@${image.id}`),
		sizeBytes: content === undefined ? image.descriptor.size : sizeOf(content.tree),
		...(createdAt === undefined ? {} : {createdAt: sanitise(createdAt)}),
		dangling: references.length === 0,
	};
}

/** The image in full. */
export function imageDetails(image: StoredImage, content: ImageContent): ImageDetails {
	const {config, manifest} = content;
	const run = config.config;
	return {
		...localImage(image, content),
		os: sanitise(config.os ?? ''),
		architecture: sanitise(config.architecture ?? ''),
		...(config.variant === undefined ? {} : {variant: sanitise(config.variant)}),
		...(config.author === undefined ? {} : {author: sanitise(config.author)}),
		diffIds: clean(config.rootfs?.diff_ids),
		manifestDigest: image.id,
		...(manifest === undefined ? {} : {configDigest: manifest.config.digest}),
		environment: clean(run?.Env),
		entrypoint: clean(run?.Entrypoint),
		command: clean(run?.Cmd),
		workingDirectory: sanitise(run?.WorkingDir ?? ''),
		user: sanitise(run?.User ?? ''),
		exposedPorts: clean(Object.keys(run?.ExposedPorts ?? {})),
		labels: Object.fromEntries(
			Object.entries(run?.Labels ?? {}).map(([key, value]) => [sanitise(key), sanitise(value)]),
		),
		history: historyOf(config, manifest),
	};
}

/** OCI config.md: steps that are no `empty_layer` take the manifest's layers one after the other. */
function historyOf(
	config: ImageConfig,
	manifest: ImageManifest | undefined,
): readonly LayerSummary[] {
	const layers = manifest?.layers ?? [];
	const steps = config.history ?? [];
	const fits = steps.filter(step => step.empty_layer !== true).length === layers.length;
	if (!fits) {
		return layers.map(({digest, size}) => ({createdBy: '', sizeBytes: size, digest})).toReversed();
	}
	let next = 0;
	return steps
		.map(step => {
			const layer = step.empty_layer === true ? undefined : layers[next++];
			return {
				createdBy: sanitise(step.created_by ?? ''),
				sizeBytes: layer?.size ?? 0,
				...(step.created === undefined ? {} : {createdAt: sanitise(step.created)}),
				...(layer === undefined ? {} : {digest: layer.digest}),
			};
		})
		.toReversed();
}

function sizeOf(tree: ImageTree): number {
	const manifests = tree.manifests.reduce((sum, {bytes}) => sum + bytes.byteLength, 0);
	return [...tree.configs, ...tree.layers].reduce((sum, {size}) => sum + size, manifests);
}

function clean(values: readonly string[] | undefined): readonly string[] {
	return (values ?? []).map(value => sanitise(value));
}
