/** What is known of an image without reading its layers, from the engine or its registry. */
import type {Digest} from '../domain/digest.ts';
import {familiarReference, parseReference} from '../domain/reference.ts';
import type {ImageFacts} from '../safety/image-facts.ts';
import type {OperationContext} from './context.ts';
import type {ContentsRequest} from './image-contents.ts';
import {inspectRemote} from './inspect-remote.ts';

export type KnownImage = {
	readonly facts: ImageFacts;
	readonly imageId?: string;
	readonly digest?: Digest | string;
	/** Where it is on a registry, by digest where it is local. */
	readonly onRegistry?: string;
};

/** Fails with `IMAGE_NOT_FOUND`, `TAG_NOT_FOUND`, and as every call of engine and registry. */
export async function readFacts(
	{image, from}: ContentsRequest,
	context: Pick<OperationContext, 'engine' | 'registry' | 'credentials' | 'signal'>,
): Promise<KnownImage> {
	if (from === 'registry') {
		const {config, labels, digest, sizeBytes} = await remoteFacts(image, context);
		const tag = tagOf(image);
		return {
			digest,
			onRegistry: image,
			facts: {
				reference: image,
				...(tag === undefined ? {} : {tag}),
				environment: config.config?.Env ?? [],
				labels,
				history: (config.history ?? []).map(step => step.created_by ?? ''),
				user: config.config?.User ?? '',
				sizeBytes,
				...(config.created === undefined ? {} : {createdAt: config.created}),
			},
		};
	}
	const details = await context.engine.inspect(image, {signal: context.signal});
	const name = nameOf(image);
	// Asked by its ID, it is what its first name says.
	const reference =
		name !== undefined && details.references.includes(name)
			? name
			: (details.references[0] ?? details.id);
	const tag = tagOf(reference);
	const onRegistry = pushedAs(reference, details.digests);
	return {
		imageId: details.id,
		...(onRegistry === undefined ? {} : {onRegistry}),
		...(details.manifestDigest === undefined ? {} : {digest: details.manifestDigest}),
		facts: {
			reference,
			...(tag === undefined ? {} : {tag}),
			environment: details.environment,
			labels: details.labels,
			history: details.history.map(step => step.createdBy).toReversed(),
			user: details.user,
			sizeBytes: details.sizeBytes,
			...(details.createdAt === undefined ? {} : {createdAt: details.createdAt}),
		},
	};
}

/** Of the places that have it the one that its name says, else the first. */
function pushedAs(reference: string, digests: readonly string[]): string | undefined {
	const repository = reference.replace(/:[^:/]+$/, '');
	return digests.find(digest => digest.startsWith(`${repository}@`)) ?? digests[0];
}

async function remoteFacts(
	image: string,
	context: Pick<OperationContext, 'registry' | 'credentials' | 'signal'>,
) {
	const details = await inspectRemote(image, context);
	const {config} = details;
	return {...details, labels: {...details.annotations, ...config.config?.Labels}};
}

function nameOf(image: string): string | undefined {
	if (/^(?:sha256:)?[\da-f]{12,64}$/.test(image)) return undefined;
	try {
		return familiarReference(parseReference(image));
	} catch {
		return undefined;
	}
}

function tagOf(reference: string): string | undefined {
	if (nameOf(reference) === undefined) return undefined;
	return parseReference(reference).tag;
}
