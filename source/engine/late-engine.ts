/** An engine that is still being looked for: every call waits for it, so that the screen need not. */
import type {Engine} from './engine.ts';

/**
 * Opens the engine at the first call and keeps it. A failed opening rejects the calls that waited for
 * it, and the next call tries anew.
 */
export function createLateEngine(open: () => Promise<Engine>): Engine {
	let opening: Promise<Engine> | undefined;
	const ready = (): Promise<Engine> => {
		opening ??= open().catch((error: unknown) => {
			opening = undefined;
			throw error;
		});
		return opening;
	};
	return {
		info: async options => (await ready()).info(options),
		listImages: async options => (await ready()).listImages(options),
		inspect: async (image, options) => (await ready()).inspect(image, options),
		allContainers: async options => (await ready()).allContainers?.(options),
		containersUsing: async (imageId, options) => (await ready()).containersUsing(imageId, options),
		tag: async (image, reference, options) => (await ready()).tag(image, reference, options),
		remove: async (image, options) => (await ready()).remove(image, options),
		layersToPush: async (image, options) => (await ready()).layersToPush(image, options),
		contents: async (image, options) => (await ready()).contents(image, options),
		async *push(reference, options) {
			return yield* (await ready()).push(reference, options);
		},
		async *pull(reference, options) {
			return yield* (await ready()).pull(reference, options);
		},
		async *changes(options) {
			yield* (await ready()).changes(options);
		},
		containers: async options => (await ready()).containers(options),
		async close() {
			const engine = await opening?.catch(() => undefined);
			await engine?.close();
		},
	};
}
