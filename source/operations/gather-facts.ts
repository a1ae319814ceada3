/** Facts for explanations, read from the engine and from what was read of registries. */
import {formatPlatform} from '../domain/platform.ts';
import type {RemoteDetails} from '../domain/remote.ts';
import type {Engine, EngineInfo} from '../engine/engine.ts';
import type {EngineFacts, ImageFacts, RemoteFacts} from '../explain/facts.ts';

/** What an engine says of itself, as facts. */
export function engineFacts(info: EngineInfo): EngineFacts {
	const {title, address, store, storage, containersUnavailable} = info;
	return {
		title: title === 'embedded' ? 'the embedded engine' : title,
		address,
		store,
		...(storage?.folder === undefined ? {} : {rootFolder: storage.folder}),
		...(storage?.driver === undefined ? {} : {driver: storage.driver}),
		place: storage?.place ?? 'here',
		...(storage?.machine === undefined ? {} : {machine: storage.machine}),
		...(containersUnavailable === undefined ? {} : {containersUnavailable}),
	};
}

/** One local image with its layers, and who uses it. Rejects as {@link Engine.inspect} does. */
export async function readImageFacts(
	engine: Engine,
	image: string,
	signal: AbortSignal,
): Promise<ImageFacts> {
	const details = await engine.inspect(image, {signal});
	const {id, references, digests, sizeBytes, folders, user, exposedPorts} = details;
	const [layers, containers] = await Promise.all([
		engine.layersToPush(id, {signal}),
		engine.containersUsing(id, {signal}),
	]);
	return {
		id,
		references,
		digests,
		sizeBytes,
		...(details.os === '' ? {} : {platform: formatPlatform(details)}),
		...(details.manifestDigest === undefined ? {} : {manifestDigest: details.manifestDigest}),
		...(details.configDigest === undefined ? {} : {configDigest: details.configDigest}),
		layers,
		...(folders === undefined ? {} : {folders}),
		user,
		exposedPorts,
		containers: containers.map(({name}) => name),
	};
}

/** One tag of a registry. */
export function remoteFacts(details: RemoteDetails): RemoteFacts {
	const {reference, digest, mediaType, platforms, configDigest, layers, sizeBytes} = details;
	const signatures = details.referrers.filter(({kind}) => kind === 'signature').length;
	return {
		reference,
		digest,
		mediaType,
		platforms: platforms.map(({title}) => title),
		configDigest,
		layers: layers.map(layer => ({digest: layer.digest, sizeBytes: layer.size, exact: true})),
		sizeBytes,
		signatures,
		otherReferrers: details.referrers.length - signatures,
	};
}
