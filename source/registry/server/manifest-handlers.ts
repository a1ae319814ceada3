/** Endpoints end-3, end-7 and end-9 of the distribution specification. */
import {digestOf, digestOfHash, hashFor, isDigest, type Digest} from '../../domain/digest.ts';
import {mediaTypes} from '../../domain/manifest.ts';
import {linksOf} from '../../oci-layout/manifest-links.ts';
import {manifestLimitBytes, readBody, type Exchange, type RegistryServices} from './exchange.ts';
import {emptyReply, refuse, type Reply} from './reply.ts';
import type {ManifestRecord, RepositoryRecord} from './repository-store.ts';
import {isTag} from './route.ts';

/** GET and HEAD of a manifest by tag or digest, in the stored form only. */
export async function readManifest(
	exchange: Exchange,
	{blobs, repositories}: RegistryServices,
	name: string,
	reference: string,
): Promise<Reply> {
	const record = repositories.get(name);
	if (!record) return nameUnknown(name);
	const digest = digestFor(record, reference);
	const manifest = digest && record.manifests.get(digest);
	if (!digest || !manifest) return manifestUnknown(reference);
	if (!accepts(exchange.headers.accept, manifest.mediaType)) {
		return refuse(
			404,
			'MANIFEST_UNKNOWN',
			`the accept header does not allow ${manifest.mediaType}`,
		);
	}
	return {
		status: 200,
		headers: {
			'Content-Type': manifest.mediaType,
			'Content-Length': String(manifest.size),
			'Docker-Content-Digest': digest,
			Etag: `"${digest}"`,
		},
		body: exchange.method === 'HEAD' ? '' : await blobs.readSmall(digest),
	};
}

/** Stores a manifest whose content the repository holds already, and points a tag at it. */
export async function putManifest(
	exchange: Exchange,
	services: RegistryServices,
	name: string,
	reference: string,
): Promise<Reply> {
	const {blobs, repositories, shape} = services;
	const byDigest = isDigest(reference);
	if (!byDigest && reference.includes(':')) {
		return refuse(400, 'DIGEST_INVALID', 'the digest is not well-formed');
	}
	if (!byDigest && !isTag(reference))
		return refuse(400, 'TAG_INVALID', 'manifest tag did not match URI');
	const bytes = await readBody(exchange.body, manifestLimitBytes);
	if (!bytes) {
		const headers = {Connection: 'close'};
		return refuse(413, 'SIZE_INVALID', `a manifest may have ${manifestLimitBytes} bytes`, {
			headers,
		});
	}
	const digest = byDigest ? digestLike(reference, bytes) : digestOf(bytes);
	if (byDigest && digest !== reference) {
		return refuse(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
	}
	const facts = factsOf(bytes, exchange.headers['content-type']);
	if (typeof facts === 'string') return refuse(400, 'MANIFEST_INVALID', facts);
	const missing = await missingContent(services, name, bytes);
	if (missing.length > 0) {
		const detail = missing.map(digest => ({digest}));
		return refuse(404, 'MANIFEST_BLOB_UNKNOWN', 'manifest references content unknown to registry', {
			detail,
		});
	}

	await blobs.putBytes(digest, bytes);
	const now = new Date().toISOString();
	await repositories.update(name, draft => {
		if (!draft.manifests.has(digest)) draft.manifests.set(digest, {...facts, pushedAt: now});
		if (byDigest) return;
		const createdAt = draft.tags.get(reference)?.createdAt ?? now;
		draft.tags.set(reference, {digest, createdAt, updatedAt: now});
	});
	return emptyReply(201, {
		Location: `/v2/${name}/manifests/${digest}`,
		'Docker-Content-Digest': digest,
		...(facts.subject && shape.referrers ? {'OCI-Subject': facts.subject} : {}),
	});
}

/** Takes away a tag, or a manifest with every tag on it, as far as the registry's shape lets one. */
export async function deleteManifest(
	{repositories, shape}: RegistryServices,
	name: string,
	reference: string,
): Promise<Reply> {
	const byDigest = isDigest(reference);
	if (!(byDigest ? shape.deletes.digest : shape.deletes.tag)) return unsupported();
	const record = repositories.get(name);
	if (!record) return nameUnknown(name);
	if (!(byDigest ? record.manifests.has(reference) : record.tags.has(reference))) {
		return manifestUnknown(reference);
	}
	await repositories.update(name, draft => {
		if (!byDigest) {
			draft.tags.delete(reference);
			return;
		}
		draft.manifests.delete(reference);
		for (const [tag, {digest}] of draft.tags) if (digest === reference) draft.tags.delete(tag);
	});
	return emptyReply(202);
}

/** The answer for a repository that nothing was pushed to. */
export function nameUnknown(name: string): Reply {
	return refuse(404, 'NAME_UNKNOWN', 'repository name not known to registry', {detail: {name}});
}

/** The answer for a tag or digest that is not there. */
export function manifestUnknown(reference: string): Reply {
	return refuse(404, 'MANIFEST_UNKNOWN', 'manifest unknown', {detail: {Tag: reference}});
}

/** The answer for what this registry does not do. */
export function unsupported(): Reply {
	return refuse(405, 'UNSUPPORTED', 'The operation is unsupported.');
}

function digestFor(record: RepositoryRecord, reference: string): Digest | undefined {
	return isDigest(reference) ? reference : record.tags.get(reference)?.digest;
}

function digestLike(like: Digest, bytes: Uint8Array): Digest {
	return digestOfHash(hashFor(like).update(bytes), like);
}

/** What is kept of a manifest, or what is wrong with it (OCI manifest.md, image-index.md). */
function factsOf(
	bytes: Uint8Array,
	contentType: string | undefined,
): Omit<ManifestRecord, 'pushedAt'> | string {
	let document: Record<string, unknown> | null;
	try {
		document = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown> | null;
	} catch {
		return 'the manifest is not JSON';
	}
	if (typeof document !== 'object' || document === null) return 'the manifest is no object';
	if (document.schemaVersion !== 2) return 'only manifests of schema version 2 are taken';
	const isIndex = Array.isArray(document.manifests);
	if (isIndex === Array.isArray(document.layers)) return 'either manifests or layers must be there';
	const announced = contentType?.split(';')[0]?.trim();
	const inside = typeof document.mediaType === 'string' ? document.mediaType : undefined;
	if (announced && inside && announced !== inside) {
		return `mediaType ${inside} does not match Content-Type ${announced}`;
	}
	const subject = linksOf(bytes)?.find(({role}) => role === 'subject')?.digest;
	const artifactType = artifactTypeOf(document);
	const annotations = document.annotations as Record<string, string> | undefined;
	return {
		mediaType: announced || inside || (isIndex ? mediaTypes.ociIndex : mediaTypes.ociManifest),
		size: bytes.byteLength,
		// Only for the referrers list; ordinary manifests stay small in the record.
		...(subject === undefined ? {} : {subject}),
		...(subject === undefined || artifactType === undefined ? {} : {artifactType}),
		...(subject === undefined || annotations === undefined ? {} : {annotations}),
	};
}

function artifactTypeOf({artifactType, config}: Record<string, unknown>): string | undefined {
	if (typeof artifactType === 'string') return artifactType;
	const type = (config as {mediaType?: unknown} | undefined)?.mediaType;
	return typeof type === 'string' ? type : undefined;
}

async function missingContent(
	{blobs, repositories}: RegistryServices,
	name: string,
	bytes: Uint8Array,
): Promise<readonly Digest[]> {
	const missing: Digest[] = [];
	for (const {role, digest, foreign} of linksOf(bytes) ?? []) {
		// A subject may come later, and foreign layers are fetched elsewhere.
		if (role === 'subject' || foreign) continue;
		const known =
			role === 'manifest'
				? (repositories.get(name)?.manifests.has(digest) ?? false)
				: repositories.hasBlob(name, digest);
		if (!known || !(await blobs.has({digest}))) missing.push(digest);
	}
	return missing;
}

function accepts(header: string | undefined, mediaType: string): boolean {
	if (header === undefined || header.trim() === '') return true;
	return header.split(',').some(part => {
		const type = part.split(';')[0]?.trim().toLowerCase();
		return type === mediaType.toLowerCase() || type === '*/*' || type === 'application/*';
	});
}
