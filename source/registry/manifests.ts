/** Manifests: exact bytes both ways, and what a tag points at (distribution-spec end-3, end-7). */
import {
	asDigest,
	digestOf,
	digestOfHash,
	hashFor,
	isDigest,
	type Digest,
} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {mediaTypes, type Descriptor, type RawManifest} from '../domain/manifest.ts';
import type {HostSession} from './host-session.ts';
import type {ManifestCache} from './manifest-cache.ts';
import {isRecord, type Subject} from './refusals.ts';
import type {CallOptions} from './registry-client.ts';
import {manifestPath} from './repository-paths.ts';
import {withRetries} from './retry.ts';
import {pullScope, pushScope} from './scopes.ts';
import type {WireAnswer} from './wire-answer.ts';

const accept = [
	mediaTypes.ociIndex,
	mediaTypes.ociManifest,
	mediaTypes.dockerIndex,
	mediaTypes.dockerManifest,
].join(', ');

export type Manifests = {
	resolve(reference: string, options: CallOptions): Promise<Descriptor | undefined>;
	read(reference: string, options: CallOptions): Promise<RawManifest>;
	put(reference: string, manifest: RawManifest, options: CallOptions): Promise<Digest>;
};

export type ManifestSurroundings = {
	readonly limitBytes: number;
	/** Shared by all repositories of a host: whether its HEAD answers were found to be true. */
	readonly headTrust: {proven: boolean};
	/** Of the host and its login; absent where every read has to be a real one. */
	readonly cache?: ManifestCache;
};

export function createManifests(
	session: HostSession,
	path: string,
	{limitBytes, headTrust, cache}: ManifestSurroundings,
): Manifests {
	const subjectOf = (reference: string, writes: boolean): Subject => ({
		domain: session.domain,
		provider: session.provider,
		path,
		reference,
		writes,
	});

	const fetchManifest = (method: 'GET' | 'HEAD', reference: string) => ({
		method,
		to: manifestPath(path, reference),
		headers: {accept},
		scopes: [pullScope(path)],
		subject: subjectOf(reference, false),
	});

	const read = async (reference: string, options: CallOptions): Promise<RawManifest> => {
		const known = isDigest(reference) ? cache?.get(path, reference) : undefined;
		if (known) return known;
		return withRetries(session.policy, session.domain, options, async () => {
			const answer = await session.once(
				{...fetchManifest('GET', reference), expect: [200]},
				options,
			);
			const bytes = await answer.bytes(limitBytes);
			const digest = checkedDigest(bytes, reference, answer, session.domain);
			const manifest = {bytes, mediaType: mediaTypeOf(bytes, answer, session.domain), digest};
			cache?.add(path, manifest);
			return manifest;
		});
	};

	const readDescriptor = async (reference: string, options: CallOptions) => {
		try {
			const {mediaType, digest, bytes} = await read(reference, options);
			return {mediaType, digest, size: bytes.byteLength};
		} catch (error) {
			if (error instanceof RegbenchError && error.code === 'TAG_NOT_FOUND') return undefined;
			throw error;
		}
	};

	/** HEAD where it tells; its refusals have no text and some registries get it wrong, so GET decides. */
	const resolve = async (
		reference: string,
		options: CallOptions,
	): Promise<Descriptor | undefined> => {
		const expect = [200, 400, 401, 403, 404, 405, 501];
		const answer = await session
			.call({...fetchManifest('HEAD', reference), expect}, options)
			.catch((error: unknown) => {
				if (error instanceof RegbenchError && ['UNAUTHORIZED', 'FORBIDDEN'].includes(error.code)) {
					return undefined;
				}
				throw error;
			});
		answer?.discard();
		const descriptor = answer?.status === 200 ? descriptorOf(answer, reference) : undefined;
		if (descriptor) {
			headTrust.proven = true;
			return descriptor;
		}

		if (answer?.status === 404 && headTrust.proven) return undefined;
		const found = await readDescriptor(reference, options);
		// One tag that both agree is absent: from here on its 404 is believed.
		if (answer?.status === 404 && !found) headTrust.proven = true;
		return found;
	};

	const put = (reference: string, manifest: RawManifest, options: CallOptions): Promise<Digest> =>
		withRetries(session.policy, session.domain, options, async attempt => {
			// The first try may have arrived though its answer did not: nothing is put twice unseen.
			if (attempt > 1 && (await resolve(reference, options))?.digest === manifest.digest) {
				return manifest.digest;
			}

			const answer = await session.once(
				{
					method: 'PUT',
					to: manifestPath(path, reference),
					headers: {'content-type': manifest.mediaType},
					body: manifest.bytes,
					scopes: [pushScope(path)],
					subject: subjectOf(reference, true),
					expect: [201, 200, 202, 204],
				},
				options,
			);
			answer.discard();
			const confirmed = answer.header('docker-content-digest');
			if (confirmed !== undefined && isDigest(confirmed) && !sameDigest(confirmed, manifest)) {
				throw new RegbenchError(
					'DIGEST_MISMATCH',
					`${session.domain} stored ${path}:${reference} as ${confirmed} instead of ${manifest.digest}`,
				);
			}
			return manifest.digest;
		});

	return {resolve, read, put};
}

/** A registry may know the same bytes under another algorithm. */
function sameDigest(digest: Digest, {bytes}: RawManifest): boolean {
	return digest === digestOfHash(hashFor(digest).update(bytes), digest);
}

function descriptorOf(answer: WireAnswer, reference: string): Descriptor | undefined {
	const digest = answer.header('docker-content-digest') ?? '';
	const length = answer.header('content-length') ?? '';
	const mediaType = plainType(answer.header('content-type'));
	if (!isDigest(digest) || !/^\d+$/.test(length) || !isManifestType(mediaType)) return undefined;
	if (isDigest(reference) && reference !== digest) return undefined;
	return {mediaType, digest, size: Number(length)};
}

function checkedDigest(
	bytes: Buffer,
	reference: string,
	answer: WireAnswer,
	domain: string,
): Digest {
	const announced = isDigest(reference) ? reference : answer.header('docker-content-digest');
	if (announced === undefined || !isDigest(announced)) return digestOf(bytes);
	const actual = digestOfHash(hashFor(announced).update(bytes), announced);
	if (actual === announced) return asDigest(announced);
	throw new RegbenchError(
		'DIGEST_MISMATCH',
		`${domain} sent a manifest with digest ${actual} for ${announced}`,
	);
}

/** The type that the header says, or the document itself where the header is too general. */
function mediaTypeOf(bytes: Buffer, answer: WireAnswer, domain: string): string {
	const announced = plainType(answer.header('content-type'));
	if (announced.includes('distribution.manifest.v1+')) {
		throw new RegbenchError(
			'UNSUPPORTED',
			`${domain} has only a schema 1 manifest for this image`,
			{
				hint: 'The image is older than 2017: pull it with an old engine and push it anew.',
			},
		);
	}
	if (isManifestType(announced)) return announced;

	const document = parse(bytes);
	if (isRecord(document)) {
		if (typeof document['mediaType'] === 'string') return document['mediaType'];
		if (Array.isArray(document['manifests'])) return mediaTypes.ociIndex;
		if (Array.isArray(document['layers'])) return mediaTypes.ociManifest;
	}
	throw new RegbenchError('PROTOCOL_ERROR', `${domain} sent something that is not a manifest`);
}

function plainType(contentType: string | undefined): string {
	return (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

function isManifestType(type: string): boolean {
	return /^application\/vnd\..+\+json$/.test(type);
}

function parse(bytes: Buffer): unknown {
	try {
		return JSON.parse(bytes.toString('utf8'));
	} catch {
		return undefined;
	}
}
