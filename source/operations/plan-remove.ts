/** What a delete takes away, told before it is done. */
import type {ContainerUse} from '../domain/image.ts';
import type {Engine} from '../engine/engine.ts';

export type RemovePreview = {
	readonly references: readonly string[];
	/** IDs of images that go altogether, because their last reference goes. */
	readonly images: readonly string[];
	/** Sum of those images' sizes: an upper bound where they share layers with others. */
	readonly freedBytes: number;
	readonly containers: readonly ContainerUse[];
	/** Repositories on registries that the engine knows to hold the images that go. */
	readonly copies: readonly string[];
};

/** Works out the consequences of removing references (or image IDs), from what the engine has at this moment. */
export async function planRemove(
	items: readonly string[],
	engine: Engine,
	signal: AbortSignal,
): Promise<RemovePreview> {
	const images = await engine.listImages({signal});
	const asked = new Set(items);
	const touched = images.filter(
		image => asked.has(image.id) || image.references.some(reference => asked.has(reference)),
	);
	const references = touched.flatMap(image =>
		asked.has(image.id) ? image.references : image.references.filter(name => asked.has(name)),
	);
	const gone = touched.filter(
		image => asked.has(image.id) || image.references.every(reference => asked.has(reference)),
	);
	const uses = await Promise.all(gone.map(image => engine.containersUsing(image.id, {signal})));
	return {
		references,
		images: gone.map(image => image.id),
		freedBytes: gone.reduce((sum, image) => sum + image.sizeBytes, 0),
		containers: uses.flat(),
		copies: [...new Set(gone.flatMap(image => image.digests))],
	};
}
