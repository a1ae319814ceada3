/** The layers of an image with their files, read to the end. */
import type {ImageContents} from '../layers/image-contents.ts';
import {mostEntries, readLayer} from '../layers/read-layer.ts';
import type {OperationContext} from './context.ts';
import {openImageContents, type ContentsRequest} from './image-contents.ts';
import {createLayerReading, type LayerReport} from './layer-reading.ts';
import {sharedLayers, type SharedLayers} from './shared-layers.ts';

export type LayerRequest = ContentsRequest;

const reportEveryMs = 150;

/**
 * Yields the report as it grows: at once with the layers' facts, several times a second while layers are
 * read, and last with everything. A layer that cannot be read is told in its `problem` and stops
 * nothing. Memory grows with the number of files, not with their bytes; closing the generator ends all
 * requests.
 */
export async function* listLayers(
	request: LayerRequest,
	context: Pick<OperationContext, 'engine' | 'registry' | 'credentials' | 'signal'>,
): AsyncGenerator<LayerReport, void, undefined> {
	const closing = new AbortController();
	const signal = AbortSignal.any([context.signal, closing.signal]);
	try {
		const contents = await openImageContents(request, {...context, signal});
		const reading = createLayerReading(contents);
		yield reading.report();

		const sharing = findSharing(contents, context, signal).then(found => reading.share(found));
		for await (const {digest, bytes} of contents.streams()) {
			const layer = readLayer(bytes, {
				signal,
				identify: digest === undefined,
				mostEntries: Math.min(mostEntries, reading.room()),
			});
			reading.begin(digest, layer.sofar);
			yield* everyWhile(layer.done, () => reading.report());
			await layer.done.then(
				content => reading.end(digest, content),
				(error: unknown) => reading.fail(digest, error),
			);
			yield reading.report();
		}
		reading.finish();
		yield* everyWhile(sharing, () => reading.report());
		await sharing;
		yield reading.report();
	} finally {
		closing.abort();
	}
}

async function findSharing(
	{image, layers}: ImageContents,
	{engine}: Pick<OperationContext, 'engine'>,
	signal: AbortSignal,
): Promise<SharedLayers | undefined> {
	const diffIds = new Set(layers.flatMap(({diffId}) => (diffId === undefined ? [] : [diffId])));
	// What other images hold is an extra: without it the layers can be shown all the same.
	return sharedLayers(image, diffIds, engine, signal).catch(() => undefined);
}

/** Yields again and again until the work has settled, however. */
async function* everyWhile<Value>(
	work: Promise<unknown>,
	make: () => Value,
): AsyncGenerator<Value, void, undefined> {
	let isOver = false;
	const over = work.then(
		() => void (isOver = true),
		() => void (isOver = true),
	);
	for (;;) {
		let timer: NodeJS.Timeout | undefined;
		const pause = new Promise<void>(resolve => {
			timer = setTimeout(resolve, reportEveryMs);
		});
		await Promise.race([over, pause]);
		clearTimeout(timer);
		if (isOver) return;
		yield make();
	}
}
