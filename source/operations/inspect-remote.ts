/** One tag or digest of a registry in full, read without an engine. */
import {RegbenchError} from '../domain/errors.ts';
import {
	maxConfigBytes,
	parseConfig,
	parseManifest,
	type Descriptor,
	type ImageConfig,
	type ImageManifest,
	type Manifest,
	type RawManifest,
} from '../domain/manifest.ts';
import {choosePlatform, formatPlatform, hostPlatform, isAttestation} from '../domain/platform.ts';
import {formatReference, parseReference, tagOrDigest} from '../domain/reference.ts';
import type {RemoteDetails, RemotePlatform} from '../domain/remote.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {CallOptions, RemoteRepository} from '../registry/registry-client.ts';
import type {OperationContext} from './context.ts';
import {openSide} from './copy-side.ts';

/** No image is made for more; an index that names more is not read to its end. */
const mostPlatforms = 100;

/**
 * Platforms with sizes, config, layers, history, annotations and referrers of what `reference` points
 * at. Config and layers are those of the image for this machine, else of the first one. Texts of
 * the image are sanitised. Fails with `INVALID_REFERENCE`, `TAG_NOT_FOUND` and as every registry call.
 */
export async function inspectRemote(
	text: string,
	context: Pick<OperationContext, 'registry' | 'credentials' | 'signal'> &
		Pick<CallOptions, 'onNotice'>,
): Promise<RemoteDetails> {
	const {signal, onNotice} = context;
	const side = await openSide(parseReference(text), context);
	return side.guard(readDetails(side.repository, text, {signal, onNotice}));
}

async function readDetails(
	repository: RemoteRepository,
	text: string,
	options: CallOptions,
): Promise<RemoteDetails> {
	const reference = parseReference(text);
	const root = await repository.manifest(tagOrDigest(reference), options);
	const parsed = parseManifest(root);
	const [referrers, image] = await Promise.all([
		repository.referrers(root.digest, options),
		parsed.kind === 'index'
			? readIndex(repository, parsed.manifests, options)
			: readImage(repository, root, parsed, options),
	]);
	return clean({
		reference: formatReference(reference),
		digest: root.digest,
		mediaType: root.mediaType,
		...image,
		annotations: parsed.annotations ?? {},
		attestations: parsed.kind === 'index' ? parsed.manifests.filter(isAttestation).length : 0,
		referrers,
	});
}

type ImagePart = Pick<
	RemoteDetails,
	'platforms' | 'manifestDigest' | 'configDigest' | 'config' | 'layers' | 'sizeBytes'
>;

async function readIndex(
	repository: RemoteRepository,
	entries: readonly Descriptor[],
	options: CallOptions,
): Promise<ImagePart> {
	const images = entries.filter(entry => !isAttestation(entry)).slice(0, mostPlatforms);
	const read = await Promise.all(
		images.map(async descriptor => {
			const raw = await repository.manifest(descriptor.digest, options);
			return {descriptor, raw, manifest: parseManifest(raw)};
		}),
	);
	const platforms: readonly RemotePlatform[] = read.map(({descriptor, manifest}) => ({
		descriptor,
		title: descriptor.platform ? formatPlatform(descriptor.platform) : 'any platform',
		sizeBytes: sizeOf(manifest),
	}));
	const wanted = choosePlatform(images, hostPlatform());
	const shown = read.find(({descriptor}) => descriptor === wanted) ?? read[0];
	if (shown?.manifest.kind !== 'manifest') {
		throw new RegbenchError(
			'UNSUPPORTED',
			shown ? 'The index names another index, not images' : 'The index names no image',
		);
	}
	return {...(await readImage(repository, shown.raw, shown.manifest, options)), platforms};
}

async function readImage(
	repository: RemoteRepository,
	raw: RawManifest,
	manifest: ImageManifest,
	options: CallOptions,
): Promise<ImagePart> {
	return {
		platforms: [],
		manifestDigest: raw.digest,
		configDigest: manifest.config.digest,
		config: await readConfig(repository, manifest.config, options),
		layers: manifest.layers,
		sizeBytes: sizeOf(manifest),
	};
}

/** The config of an image; empty for an artifact that keeps something of its own there. `TOO_LARGE` beyond its bound. */
export async function readConfig(
	repository: RemoteRepository,
	config: Descriptor,
	options: CallOptions,
): Promise<ImageConfig> {
	// Charts, signatures and other artifacts keep something of their own there.
	if (!/\.(?:image\.config|container\.image)\.v1\+json$/.test(config.mediaType)) return {};
	if (config.size > maxConfigBytes) {
		throw new RegbenchError('TOO_LARGE', `The image config has ${config.size} bytes`);
	}
	const chunks: Uint8Array[] = [];
	for await (const chunk of repository.readBlob(config, options)) chunks.push(chunk);
	return parseConfig(Buffer.concat(chunks));
}

function sizeOf(manifest: Manifest): number {
	if (manifest.kind === 'index') return 0;
	const blobs = new Map(
		[manifest.config, ...manifest.layers].map(({digest, size}) => [digest, size]),
	);
	return [...blobs.values()].reduce((sum, size) => sum + size, 0);
}

/** The value with every text in it, keys as well, made safe to draw. */
function clean<Value>(value: Value): Value {
	return cleaned(value) as Value;
}

function cleaned(value: unknown): unknown {
	if (typeof value === 'string') return sanitise(value);
	if (Array.isArray(value)) return value.map(cleaned);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [sanitise(key), cleaned(inner)]),
	);
}
