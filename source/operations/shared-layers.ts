/** Which other local images hold the layers of an image. */
import type {Engine} from '../engine/engine.ts';
import {inParallel} from '../engine/in-parallel.ts';

export type SharedLayers = {
	/** By diff ID: the other images' first reference, or ID. */
	readonly holders: ReadonlyMap<string, readonly string[]>;
	/** Images that were not asked, because there are too many. */
	readonly unasked: number;
};

/** Images that are asked, newest first. */
const mostAsked = 300;
const askedAtOnce = 3;

/** Asks the engine about its other images, a few at a time. One that is gone meanwhile holds nothing. */
export async function sharedLayers(
	image: string,
	diffIds: ReadonlySet<string>,
	engine: Engine,
	signal: AbortSignal,
): Promise<SharedLayers> {
	const holders = new Map<string, string[]>();
	const self = await engine.inspect(image, {signal}).catch(() => undefined);
	const others = (await engine.listImages({signal})).filter(({id}) => id !== self?.id);
	await inParallel(
		others.slice(0, mostAsked),
		askedAtOnce,
		async ({id, references}, inner) => {
			const other = await engine.inspect(id, {signal: inner}).catch(() => undefined);
			for (const diffId of new Set(other?.diffIds)) {
				if (!diffIds.has(diffId)) continue;
				holders.set(diffId, [...(holders.get(diffId) ?? []), references[0] ?? id]);
			}
		},
		signal,
	);
	return {holders, unasked: Math.max(0, others.length - mostAsked)};
}
