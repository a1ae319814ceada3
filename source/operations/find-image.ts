import {toRegbenchError} from '../domain/errors.ts';
import type {ImageDetails} from '../domain/image.ts';
import type {Engine} from '../engine/engine.ts';

/** The image under a reference or ID, or undefined where the engine has none. */
export async function findImage(
	engine: Engine,
	image: string,
	signal: AbortSignal,
): Promise<ImageDetails | undefined> {
	try {
		return await engine.inspect(image, {signal});
	} catch (thrown) {
		const error = toRegbenchError(thrown);
		if (error.code === 'IMAGE_NOT_FOUND') return undefined;
		throw error;
	}
}
