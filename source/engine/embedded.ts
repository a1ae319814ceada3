/** The engine without a daemon: images in an OCI layout on disk, moved by regbench's own registry client. */
import {stat} from 'node:fs/promises';
import path from 'node:path';
import type {Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {runWithEvents} from '../domain/event-channel.ts';
import {hostPlatform, type Platform} from '../domain/platform.ts';
import {familiarReference, formatReference, tryParseReference} from '../domain/reference.ts';
import {openLayout, type ImageLayout} from '../oci-layout/open-layout.ts';
import type {RegistryClient} from '../registry/registry-client.ts';
import {withoutCopy} from './embedded-copies.ts';
import {
	findImage,
	imageDetails,
	localImage,
	readContent,
	storedImages,
	type ImageContent,
	type StoredImage,
} from './embedded-images.ts';
import {embeddedContents} from './embedded-contents.ts';
import {pullIntoLayout} from './embedded-pull.ts';
import {pushFromLayout} from './embedded-push.ts';
import {inParallel} from './in-parallel.ts';
import type {CallOptions, Engine, EngineChange, RemoveOutcome} from './engine.ts';

export type EmbeddedEngineOptions = {
	/** The layout's folder; made and filled on first use. */
	readonly folder: string;
	readonly registry: RegistryClient;
	/** Which image of an index is shown in details. Default: this machine's. */
	readonly platform?: Platform;
	/** Blobs that move at once in one transfer. Default 3, as docker downloads. */
	readonly concurrency?: number;
	/** What a new layout is filled with. Default `first`, one image to play with; the demo takes all. */
	readonly samples?: 'none' | 'first' | 'all';
	readonly signal?: AbortSignal | undefined;
};

/** Opens the engine over the layout in `folder`. Rejects as opening a layout does. */
export async function createEmbeddedEngine(options: EmbeddedEngineOptions): Promise<Engine> {
	const isNew = !(await exists(path.join(options.folder, 'oci-layout')));
	const layout = await openLayout(options.folder, {signal: options.signal});
	if (isNew) await fill(layout, options.samples ?? 'first', options.signal);
	return new EmbeddedEngine(layout, options);
}

class EmbeddedEngine implements Engine {
	readonly #layout: ImageLayout;
	readonly #registry: RegistryClient;
	readonly #platform: Platform;
	readonly #concurrency: number;
	/** Content goes by digest, so what was read once stays true. */
	readonly #contents = new Map<Digest, ImageContent>();

	constructor(layout: ImageLayout, options: EmbeddedEngineOptions) {
		this.#layout = layout;
		this.#registry = options.registry;
		this.#platform = options.platform ?? hostPlatform();
		this.#concurrency = options.concurrency ?? 3;
	}

	async info(): ReturnType<Engine['info']> {
		return {
			kind: 'embedded',
			title: 'embedded',
			route: 'layout',
			address: this.#layout.folder,
			store: 'layout',
			containersUnavailable:
				'The embedded engine keeps images and runs no containers: that takes Docker or Podman.',
		};
	}

	async listImages({signal}: CallOptions = {}): ReturnType<Engine['listImages']> {
		const images = await this.#images(signal);
		const rows = new Map<Digest, ReturnType<typeof localImage>>();
		await inParallel(
			images,
			8,
			async image => {
				// One damaged image must not hide the others.
				const content = await this.#content(image, signal).catch(passOverDamage);
				rows.set(image.id, localImage(image, content));
			},
			signal,
		);
		this.#forgetAllBut(images);
		return images
			.flatMap(({id}) => rows.get(id) ?? [])
			.toSorted((one, other) => (other.createdAt ?? '').localeCompare(one.createdAt ?? ''));
	}

	async inspect(wanted: string, {signal}: CallOptions = {}): ReturnType<Engine['inspect']> {
		const image = findImage(await this.#images(signal), wanted);
		return imageDetails(image, await this.#content(image, signal));
	}

	async containersUsing(): ReturnType<Engine['containersUsing']> {
		return [];
	}

	async tag(...[wanted, reference, call = {}]: Parameters<Engine['tag']>): Promise<void> {
		if (reference.tag === undefined) {
			throw new RegbenchError('INVALID_REFERENCE', 'A tag is needed to name a local image');
		}
		const image = findImage(await this.#images(call.signal), wanted);
		await this.#layout.tag(withoutCopy(image.descriptor), formatReference(reference), call);
	}

	async remove(...[wanted, call = {}]: Parameters<Engine['remove']>): Promise<RemoveOutcome> {
		const {signal} = call;
		const image = findImage(await this.#images(signal), wanted);
		const name = nameMeant(image, wanted);
		const removed =
			name === undefined
				? await this.#layout.remove(image.id, {signal})
				: await this.#layout.untag(name, {signal});
		const gone = !(await this.#images(undefined)).some(({id}) => id === image.id);
		// The image is gone from the index; space that cannot be freed now is freed by the next removal.
		if (gone) await this.#layout.collectGarbage().catch(() => undefined);
		return {
			untagged: removed.flatMap(({reference}) =>
				reference === undefined ? [] : [familiar(reference)],
			),
			deleted: gone ? [image.id] : [],
		};
	}

	async layersToPush(
		wanted: string,
		{signal}: CallOptions = {},
	): ReturnType<Engine['layersToPush']> {
		const image = findImage(await this.#images(signal), wanted);
		const {tree} = await this.#content(image, signal);
		return tree.layers.map(({digest, size}) => ({digest, sizeBytes: size, exact: true}));
	}

	async contents(
		...[wanted, call = {}]: Parameters<Engine['contents']>
	): ReturnType<Engine['contents']> {
		const image = findImage(await this.#images(call.signal), wanted);
		const content = await this.#content(image, call.signal);
		return embeddedContents(this.#layout, image, content, call.signal);
	}

	push(...[reference, call]: Parameters<Engine['push']>): ReturnType<Engine['push']> {
		return runWithEvents(
			async (emit, signal) => pushFromLayout(this.#tools(), reference, emit, signal),
			call?.signal,
		);
	}

	pull(...[reference, call]: Parameters<Engine['pull']>): ReturnType<Engine['pull']> {
		return runWithEvents(
			async (emit, signal) => pullIntoLayout(this.#tools(), reference, emit, signal),
			call?.signal,
		);
	}

	async *changes({
		signal,
	}: {
		readonly signal: AbortSignal;
	}): AsyncGenerator<EngineChange, void, undefined> {
		for await (const _ of this.#layout.watch({signal})) yield {type: 'images-changed'};
	}

	/** None: it keeps images and runs nothing. */
	async containers(): Promise<undefined> {
		return undefined;
	}

	async close(): Promise<void> {
		this.#contents.clear();
	}

	#tools(): Parameters<typeof pushFromLayout>[0] {
		return {layout: this.#layout, registry: this.#registry, concurrency: this.#concurrency};
	}

	async #images(signal: AbortSignal | undefined): Promise<readonly StoredImage[]> {
		return storedImages(await this.#layout.entries({signal}));
	}

	async #content(image: StoredImage, signal: AbortSignal | undefined): Promise<ImageContent> {
		const known = this.#contents.get(image.id);
		if (known !== undefined) return known;
		const content = await readContent(this.#layout, image.descriptor, this.#platform, signal);
		this.#contents.set(image.id, content);
		return content;
	}

	#forgetAllBut(images: readonly StoredImage[]): void {
		const here = new Set(images.map(({id}) => id));
		for (const id of this.#contents.keys()) if (!here.has(id)) this.#contents.delete(id);
	}
}

/** The one name that goes when `wanted` names the image; undefined when it is the image's ID. */
function nameMeant(image: StoredImage, wanted: string): string | undefined {
	const parsed = tryParseReference(wanted);
	if (parsed === undefined) return undefined;
	const exact = formatReference(parsed);
	return image.names.includes(exact) ? exact : undefined;
}

function familiar(name: string): string {
	const parsed = tryParseReference(name);
	return parsed === undefined ? name : familiarReference(parsed);
}

function passOverDamage(error: unknown): undefined {
	if (error instanceof RegbenchError && error.code !== 'CANCELLED') return undefined;
	throw error;
}

async function fill(
	layout: ImageLayout,
	samples: 'none' | 'first' | 'all',
	signal: AbortSignal | undefined,
): Promise<void> {
	if (samples === 'none') return;
	const {sampleImages, writeSampleImage} = await import('../oci-layout/sample-image.ts');
	const all = sampleImages();
	const named = all.filter(({references}) => references.length > 0).slice(0, 1);
	for (const image of samples === 'all' ? all : named) {
		await writeSampleImage(layout, image, {signal});
	}
}

async function exists(file: string): Promise<boolean> {
	return stat(file).then(
		() => true,
		() => false,
	);
}
