/** What a push will move, found out from the registry before bytes do. */
import {RegbenchError} from '../domain/errors.ts';
import {parseConfig, parseManifest} from '../domain/manifest.ts';
import {parseReference, type Reference} from '../domain/reference.ts';
import type {ImageDetails} from '../domain/image.ts';
import type {PushPlanLayer} from '../engine/engine.ts';
import type {CallOptions, RemoteRepository} from '../registry/registry-client.ts';
import type {OperationContext} from './context.ts';
import {explainRegistryFailure} from './explain-failure.ts';
import {readRemoteImage} from './remote-image.ts';
import type {PushDestination} from './request.ts';

export type PushPreview = {
	readonly layersTotal: number;
	readonly layersPresent: number;
	/** Bytes to upload; an upper bound where not `exact`. */
	readonly bytesToUpload: number;
	readonly exact: boolean;
	/** Digest that the tag points at on the registry now, when that is another image. */
	readonly replaces?: string;
	readonly warnings: readonly string[];
};

/**
 * Asks the registry which layers of `source` it has. An engine that keeps no compressed layers is
 * compared by diff IDs with what the registry's tag holds, and its sizes are upper bounds. Fails as
 * a pull's first step does; a repository that does not exist yet is simply empty.
 */
export async function planPush(
	{source, reference: text}: PushDestination,
	context: Pick<OperationContext, 'engine' | 'registry' | 'credentials' | 'signal'>,
): Promise<PushPreview> {
	const {engine, registry, credentials, signal} = context;
	const reference = parseReference(text);
	const found = await credentials.find(reference.domain, {signal});
	const options = {signal};
	try {
		const repository = registry.repository(reference.domain, reference.path);
		const [image, layers, current] = await Promise.all([
			engine.inspect(source, options),
			layersOf(source, context),
			repository.resolve(reference.tag ?? 'latest', options),
		]);
		const sameAsCurrent =
			current !== undefined &&
			(current.digest === image.id ||
				current.digest === image.manifestDigest ||
				image.digests.some(digest => digest.endsWith(`@${current.digest}`)));
		const present = sameAsCurrent
			? new Set(layers.map(layer => layer.digest))
			: await presentLayers(repository, layers, reference, image, current !== undefined, context);
		const absent = layers.filter(layer => !present.has(layer.digest));
		const warnings =
			reference.tag === 'latest' ? [':latest is only a default name, not the newest image'] : [];
		return {
			layersTotal: layers.length,
			layersPresent: layers.length - absent.length,
			bytesToUpload: absent.reduce((sum, layer) => sum + (layer.sizeBytes ?? 0), 0),
			exact: absent.every(layer => layer.exact),
			...(current && !sameAsCurrent ? {replaces: current.digest} : {}),
			warnings,
		};
	} catch (thrown) {
		throw explainRegistryFailure(thrown, reference, found);
	}
}

/** Layers with their true digests where any registry manifest of the image tells them, else as the engine has them. */
async function layersOf(
	source: string,
	{engine, registry, signal}: Pick<OperationContext, 'engine' | 'registry' | 'signal'>,
): Promise<readonly PushPlanLayer[]> {
	const layers = await engine.layersToPush(source, {signal});
	if (layers.every(layer => layer.exact)) return layers;
	const {digests} = await engine.inspect(source, {signal});
	for (const text of digests) {
		try {
			const {domain, path, digest} = parseReference(text);
			if (!digest) continue;
			const manifest = parseManifest(
				await registry.repository(domain, path).manifest(digest, {signal}),
			);
			if (manifest.kind !== 'manifest') continue;
			return manifest.layers.map(layer => ({
				digest: layer.digest,
				sizeBytes: layer.size,
				exact: true,
			}));
		} catch (thrown) {
			if (thrown instanceof RegbenchError && thrown.code === 'CANCELLED') throw thrown;
			// That registry does not tell; another may.
		}
	}
	return layers;
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
