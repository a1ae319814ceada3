/** The layers of an image out of `GET /images/NAME/get`, one stream from beginning to end. */
import type {ImageDetails} from '../domain/image.ts';
import {instructions, type ImageContents} from '../layers/image-contents.ts';
import {layersOfSaved} from '../layers/saved-image.ts';
import {pathName, type DockerApi} from './docker-connect.ts';
import type {CallOptions} from './engine.ts';

export function dockerContents(
	api: DockerApi,
	details: ImageDetails,
	image: string,
	call: CallOptions | undefined,
): ImageContents {
	const {diffIds} = details;
	const steps = new Map(details.history.map(step => [step.digest, step]));
	let told: readonly string[] = [];
	return {
		image,
		layers: diffIds.map(diffId => ({
			diffId,
			sizeBytes: steps.get(diffId)?.sizeBytes ?? 0,
			createdBy: steps.get(diffId)?.createdBy ?? '',
		})),
		// The engine's own history does not say which steps made no layer; the config in the archive does.
		toldInstructions: () => told,
		async *streams() {
			const body = await api.stream({
				method: 'GET',
				path: `/images/${pathName(image)}/get`,
				signal: call?.signal,
				fault: {action: 'other', subject: image},
			});
			try {
				yield* layersOfSaved(body as AsyncIterable<Uint8Array>, ({rootfs, history}) => {
					if (rootfs?.diff_ids.join() === diffIds.join()) {
						told = instructions(history ?? [], diffIds.length);
					}
				});
			} catch (error) {
				throw api.broken(error, call?.signal);
			} finally {
				body.destroy();
			}
		},
	};
}
