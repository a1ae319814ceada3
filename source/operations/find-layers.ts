/** Where else the layers of an image are: asked of registries, a few requests at a time. */
import {isDigest, type Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {hostPlatform} from '../domain/platform.ts';
import {parseReference, tryParseReference, type Reference} from '../domain/reference.ts';
import {inParallel} from '../engine/in-parallel.ts';
import type {LayerFacts} from '../layers/image-contents.ts';
import type {RemoteRepository} from '../registry/registry-client.ts';
import type {OperationContext} from './context.ts';
import {readConfig} from './inspect-remote.ts';
import {readRemoteImage} from './remote-image.ts';

export type LayerPlace = {
	/** The caller's name for it. */
	readonly id: string;
	/** Full reference of the image's tag there. */
	readonly reference: string;
};

export type LayerStanding = 'present' | 'absent' | 'unknown';

export type PlacedLayers = {
	/** The place's id. */
	readonly place: string;
	/** Of each layer, base first. */
	readonly standing: readonly LayerStanding[];
	/** What the layers' blobs are called there, where it is known. */
	readonly digests: ReadonlyArray<string | undefined>;
	/** Why nothing is known of the place. */
	readonly problem?: string;
};

export type FindLayersRequest = {
	readonly layers: ReadonlyArray<Pick<LayerFacts, 'digest' | 'diffId'>>;
	/** `repository@digest` by which registries know the image. */
	readonly known: readonly string[];
	readonly places: readonly LayerPlace[];
};

const requestsAtOnce = 3;
/** Manifests elsewhere that are read to learn what the layers' blobs are called. */
const mostKnown = 4;

/**
 * Yields each place once it is known. A layer is present where the tag's image there has the same diff
 * ID, or the repository a blob that is known to be it; absent where such a blob is not there; unknown
 * where nothing tells what its blob would be called, or the registry does not answer. Never fails but
 * with `CANCELLED`.
 */
export async function* findLayers(
	{layers, known, places}: FindLayersRequest,
	{registry, signal}: Pick<OperationContext, 'registry' | 'signal'>,
): AsyncGenerator<PlacedLayers, void, undefined> {
	/** What blobs each diff ID goes by. */
	const blobs = new Map<string, Set<Digest>>();
	const learn = (named: NamedLayers) => {
		for (const [diffId, digest] of named) {
			blobs.set(diffId, (blobs.get(diffId) ?? new Set()).add(digest));
		}
	};
	for (const {digest, diffId} of layers) {
		if (digest !== undefined && isDigest(digest)) learn(new Map([[diffId ?? digest, digest]]));
	}
	const problems = new Map<string, string>();
	const tags = new Map<string, NamedLayers>();
	const elsewhere = known.flatMap(text => tryParseReference(text) ?? []).slice(0, mostKnown);
	const ask = async (reference: Reference, place: LayerPlace | undefined) => {
		try {
			const named = await namedLayers(registry.repository(reference.domain, reference.path), {
				registry,
				reference,
				signal,
			});
			learn(named);
			if (place) tags.set(place.id, named);
		} catch (error) {
			if (signal.aborted) throw error;
			if (place && isSilent(error)) problems.set(place.id, error.message);
		}
	};
	await inParallel(
		[
			...places.map(place => ({reference: parseReference(place.reference), place})),
			...elsewhere.map(reference => ({reference, place: undefined})),
		],
		requestsAtOnce,
		({reference, place}) => ask(reference, place),
		signal,
	);

	for (const place of places) {
		const {domain, path} = parseReference(place.reference);
		const tag = tags.get(place.id);
		const standing: LayerStanding[] = layers.map(() => 'unknown');
		const digests: Array<string | undefined> = layers.map(() => undefined);
		const problem = problems.get(place.id);
		const repository = registry.repository(domain, path);
		await inParallel(
			problem === undefined ? layers.map((_, index) => index) : [],
			requestsAtOnce,
			async index => {
				const {diffId, digest} = layers[index] ?? {};
				const key = diffId ?? digest ?? '';
				const own = tag?.get(key);
				const found = own
					? {standing: 'present' as const, digest: own}
					: await findBlob(repository, blobs.get(key) ?? new Set(), signal);
				standing[index] = found.standing;
				digests[index] = found.digest;
			},
			signal,
		);
		yield {place: place.id, standing, digests, ...(problem === undefined ? {} : {problem})};
	}
}

/** Blob digests by diff ID. */
type NamedLayers = ReadonlyMap<string, Digest>;

/** What the image under a reference calls its layers; nothing where its config does not fit. */
async function namedLayers(
	repository: RemoteRepository,
	{
		registry,
		reference,
		signal,
	}: Pick<OperationContext, 'registry' | 'signal'> & {readonly reference: Reference},
): Promise<NamedLayers> {
	const {manifest} = await readRemoteImage(registry, reference, hostPlatform(), {signal});
	const diffIds = (await readConfig(repository, manifest.config, {signal})).rootfs?.diff_ids ?? [];
	if (diffIds.length !== manifest.layers.length) return new Map();
	return new Map(
		manifest.layers.map(({digest}, index): [string, Digest] => [diffIds[index] ?? '', digest]),
	);
}

async function findBlob(
	repository: RemoteRepository,
	digests: ReadonlySet<Digest>,
	signal: AbortSignal,
): Promise<{readonly standing: LayerStanding; readonly digest: Digest | undefined}> {
	let standing: LayerStanding = 'unknown';
	for (const digest of digests) {
		try {
			if (await repository.hasBlob(digest, {signal})) return {standing: 'present', digest};
			standing = 'absent';
		} catch (error) {
			if (signal.aborted) throw error;
		}
	}
	return {standing, digest: undefined};
}

/** Whether a failure means that the registry tells nothing at all, not that the tag is not there. */
function isSilent(error: unknown): error is RegbenchError {
	if (!(error instanceof RegbenchError)) return false;
	return !['TAG_NOT_FOUND', 'UNSUPPORTED', 'PROTOCOL_ERROR', 'TOO_LARGE'].includes(error.code);
}
