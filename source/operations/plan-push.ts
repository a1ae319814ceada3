/** What a push will move, found out from the registry before bytes do. */
import {isDigest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {parseConfig, parseManifest} from '../domain/manifest.ts';
import {choosePlatform, isAttestation} from '../domain/platform.ts';
import {parseReference, type Reference} from '../domain/reference.ts';
import type {ImageDetails} from '../domain/image.ts';
import type {PushPlanLayer} from '../engine/engine.ts';
import type {CallOptions, RemoteRepository} from '../registry/registry-client.ts';
import type {OperationContext} from './context.ts';
import {explainRegistryFailure} from './explain-failure.ts';
import {mountableLayers, siblingRepositories} from './mountable-layers.ts';
import {readRemoteImage} from './remote-image.ts';
import type {PushDestination} from './request.ts';

export type PushPreview = {
	readonly layersTotal: number;
	readonly layersPresent: number;
	/** Layers that another repository of the registry has: linked, not sent. */
	readonly layersMountable: number;
	readonly bytesMountable: number;
	/** Bytes to upload, without those that can be mounted; an upper bound where not `exact`. */
	readonly bytesToUpload: number;
	readonly exact: boolean;
	/** Digest that the tag points at on the registry now, when that is another image. */
	readonly replaces?: string;
	readonly warnings: readonly string[];
};

/**
 * Asks the registry which layers of `source` it has, or could mount. An engine that keeps no compressed
 * layers is compared by diff IDs with what the registry's tag holds, and its sizes are upper bounds.
 * Fails as a pull's first step does; a repository that does not exist yet is simply empty.
 */
export async function planPush(
	{source, reference: text}: PushDestination,
	context: Pick<OperationContext, 'engine' | 'registry' | 'credentials' | 'signal'>,
): Promise<PushPreview> {
	const {engine, registry, credentials, signal} = context;
	const reference = parseReference(text);
	const found = await credentials.find(reference.domain, {signal, path: reference.path});
	const options = {signal};
	try {
		const repository = registry.repository(reference.domain, reference.path);
		const [image, stored, current] = await Promise.all([
			engine.inspect(source, options),
			engine.layersToPush(source, options),
			repository.resolve(reference.tag ?? 'latest', options),
		]);
		const {layers, warnings} = await trueLayers(stored, image, context);
		const sameAsCurrent =
			current !== undefined &&
			(current.digest === image.id ||
				current.digest === image.manifestDigest ||
				image.digests.some(digest => digest.endsWith(`@${current.digest}`)));
		const present = sameAsCurrent
			? new Set(layers.map(layer => layer.digest))
			: await presentLayers(repository, layers, reference, image, current !== undefined, context);
		const absent = layers.filter(layer => !present.has(layer.digest));
		const mountable = await findMountable(absent, reference, image, context);
		const linked = absent.filter(layer => mountable.has(layer.digest));
		const sent = absent.filter(layer => !mountable.has(layer.digest));
		return {
			layersTotal: layers.length,
			layersPresent: layers.length - absent.length,
			layersMountable: linked.length,
			bytesMountable: sizeOf(linked),
			bytesToUpload: sizeOf(sent),
			exact: sent.every(layer => layer.exact),
			...(current && !sameAsCurrent ? {replaces: current.digest} : {}),
			warnings: [
				...(reference.tag === 'latest'
					? [':latest is only a default name, not the newest image']
					: []),
				...warnings,
			],
		};
	} catch (thrown) {
		throw explainRegistryFailure(thrown, reference, found);
	}
}

function sizeOf(layers: readonly PushPlanLayer[]): number {
	return layers.reduce((sum, layer) => sum + (layer.sizeBytes ?? 0), 0);
}

type KnownLayers = {
	readonly layers: readonly PushPlanLayer[];
	readonly warnings: readonly string[];
};

/** Layers with their true digests where any registry manifest of the image tells them, else as the engine has them. */
async function trueLayers(
	stored: readonly PushPlanLayer[],
	image: ImageDetails,
	{engine, registry, signal}: Pick<OperationContext, 'engine' | 'registry' | 'signal'>,
): Promise<KnownLayers> {
	const warnings: string[] = [];
	if (stored.every(layer => layer.exact)) return {layers: stored, warnings};
	for (const text of image.digests) {
		try {
			const {domain, path, digest} = parseReference(text);
			if (!digest) continue;
			const repository = registry.repository(domain, path);
			let manifest = parseManifest(await repository.manifest(digest, {signal}));
			if (manifest.kind === 'index') {
				const images = manifest.manifests.filter(entry => !isAttestation(entry));
				const {store} = await engine.info({signal});
				if (images.length > 1 && store === 'graph-driver') {
					warnings.push(
						`${domain}/${path} has ${images.length} platforms of it; this engine keeps and pushes only its own. A copy from registry to registry brings all of them`,
					);
				}
				const own = choosePlatform(images, image);
				if (!own) continue;
				manifest = parseManifest(await repository.manifest(own.digest, {signal}));
			}
			if (manifest.kind !== 'manifest') continue;
			const layers = manifest.layers.map(layer => ({
				digest: layer.digest,
				sizeBytes: layer.size,
				exact: true,
			}));
			return {layers, warnings};
		} catch (thrown) {
			if (thrown instanceof RegbenchError && thrown.code === 'CANCELLED') throw thrown;
			// That registry does not tell; another may.
		}
	}
	return {layers: stored, warnings};
}

async function findMountable(
	absent: readonly PushPlanLayer[],
	reference: Reference,
	image: ImageDetails,
	{engine, registry, signal}: Pick<OperationContext, 'engine' | 'registry' | 'signal'>,
): Promise<ReadonlySet<string>> {
	const digests = absent.flatMap(({digest, exact}) => (exact && isDigest(digest) ? [digest] : []));
	if (digests.length === 0) return new Set();
	const images = await engine.listImages({signal});
	const siblings = siblingRepositories(reference, image, images);
	return mountableLayers(digests, siblings, reference, {registry, signal});
}

async function presentLayers(
	repository: RemoteRepository,
	layers: readonly PushPlanLayer[],
	reference: Reference,
	image: ImageDetails,
	tagExists: boolean,
	{registry, signal}: Pick<OperationContext, 'registry' | 'signal'>,
): Promise<ReadonlySet<string>> {
	const options: CallOptions = {signal};
	if (layers.every(layer => layer.exact)) {
		const digests = layers.map(layer => layer.digest as `sha256:${string}`);
		const answers = await Promise.all(digests.map(digest => repository.hasBlob(digest, options)));
		return new Set(digests.filter((_, index) => answers[index]));
	}
	if (!tagExists) return new Set();
	const remote = await readRemoteImage(registry, reference, image, options);
	const chunks: Uint8Array[] = [];
	for await (const chunk of repository.readBlob(remote.manifest.config, options))
		chunks.push(chunk);
	return new Set(parseConfig(Buffer.concat(chunks)).rootfs?.diff_ids);
}
