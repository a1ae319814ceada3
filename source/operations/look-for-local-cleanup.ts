/** What is there to clean up on this machine. */
import {toRegbenchError} from '../domain/errors.ts';
import type {ContainerUse, LocalImage} from '../domain/image.ts';
import {parseReference} from '../domain/reference.ts';
import type {Engine} from '../engine/engine.ts';
import {inParallel} from '../engine/in-parallel.ts';
import type {OperationContext} from './context.ts';
import type {CleanupItem} from './plan-cleanup.ts';

const atOnce = 6;
const mostInspected = 200;

/** The engine's images with what the rules need of them. */
export async function localItems({
	engine,
	signal,
}: Pick<OperationContext, 'engine' | 'signal'>): Promise<readonly CleanupItem[]> {
	const images = await engine.listImages({signal});
	const [used, blobs] = await Promise.all([
		usedImages(images, engine, signal),
		blobsOfImages(images, engine, signal),
	]);
	return images.map(image => {
		const use = used.get(image.id);
		const own = blobs.get(image.id);
		return {
			place: 'local',
			id: image.id,
			names: image.references.map(name => ({name, ...localName(name)})),
			sizeBytes: image.sizeBytes,
			...(image.createdAt === undefined ? {} : {createdAt: image.createdAt}),
			...(use === undefined ? {} : {held: usedBy(use)}),
			...(own === undefined ? {} : {blobs: own}),
		};
	});
}

/** How a container that holds an image is told of. */
export function usedBy({name, id}: ContainerUse): string {
	return `used by the container ${name || id.slice(0, 12)}`;
}

/** A container for each image that one uses, by image ID: in one call where that tells enough. */
export async function usedImages(
	images: ReadonlyArray<Pick<LocalImage, 'id'>>,
	engine: Engine,
	signal: AbortSignal,
): Promise<ReadonlyMap<string, ContainerUse>> {
	const containers = await engine.allContainers?.({signal});
	const known = new Set(images.map(({id}) => id));
	// Some stores of images name another ID with the container than in the list: those are asked one by one.
	if (containers?.every(({imageId}) => known.has(imageId))) {
		return new Map(containers.map(use => [use.imageId, use]));
	}
	const found = new Map<string, ContainerUse>();
	await inParallel(
		images,
		atOnce,
		async ({id}, inner) => {
			const [use] = await engine.containersUsing(id, {signal: inner});
			if (use) found.set(id, use);
		},
		signal,
	);
	return found;
}

/**
 * Layers with their sizes, so that what is shared counts once; nothing for very many images, where asking
 * would take too long, and for what the engine does not tell.
 */
async function blobsOfImages(
	images: readonly LocalImage[],
	engine: Engine,
	signal: AbortSignal,
): Promise<ReadonlyMap<string, Readonly<Record<string, number>>>> {
	const found = new Map<string, Readonly<Record<string, number>>>();
	if (images.length > mostInspected) return found;
	await inParallel(
		images,
		atOnce,
		async ({id}, inner) => {
			const layers = await engine.layersToPush(id, {signal: inner}).catch((error: unknown) => {
				// It only makes a number better; the image may be gone, or kept in parts.
				if (toRegbenchError(error).code === 'CANCELLED') throw error;
				return undefined;
			});
			if (layers?.every(({sizeBytes}) => sizeBytes !== undefined)) {
				found.set(id, Object.fromEntries(layers.map(one => [one.digest, one.sizeBytes ?? 0])));
			}
		},
		signal,
	);
	// Half of them would make what stays look as if it held nothing.
	return found.size === images.length ? found : new Map();
}

function localName(name: string): {readonly repository: string; readonly tag: string} {
	const {tag = 'latest'} = parseReference(name);
	return {repository: name.replace(/:[^:/]*$/, ''), tag};
}
