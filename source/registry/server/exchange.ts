/** One request on its way through the embedded registry, and what the handlers need to answer it. */
import type {IncomingMessage} from 'node:http';
import type {BlobStore} from '../../oci-layout/blob-store.ts';
import type {Admission, AuthorityRequest, Need} from './authority.ts';
import {refuse, type Reply} from './reply.ts';
import type {RepositoryStore} from './repository-store.ts';
import type {RegistryShape} from './shape.ts';
import type {Uploads} from './uploads.ts';

export type RegistryServices = {
	readonly blobs: BlobStore;
	readonly repositories: RepositoryStore;
	readonly uploads: Uploads;
	readonly shape: RegistryShape;
};

export type Exchange = AuthorityRequest & {
	/** The body as a stream; ends with an error when the client goes away. */
	readonly body: AsyncIterable<Uint8Array>;
	/** What the client announced; undefined when it sends chunks. */
	readonly contentLength: number | undefined;
	/** Asks the authority; the answer is noted for the request's event. */
	readonly admit: (need: Need) => Admission;
};

/** The most bytes a manifest may have (distribution-spec, "Pushing Manifests"). */
export const manifestLimitBytes = 4 * 1024 * 1024;

/** Reads a body into memory; undefined when it is longer than allowed. */
export async function readBody(
	body: AsyncIterable<Uint8Array>,
	limitBytes: number,
): Promise<Uint8Array | undefined> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of body) {
		size += chunk.byteLength;
		if (size > limitBytes) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

/** The announced length of a request's body. */
export function contentLengthOf(request: IncomingMessage): number | undefined {
	const text = request.headers['content-length'];
	return text === undefined ? undefined : Number(text);
}

/** The answer for a blob that the repository does not hold. */
export function blobUnknown(digest: string): Reply {
	return refuse(404, 'BLOB_UNKNOWN', 'blob unknown to registry', {detail: {digest}});
}

/** The answer for a digest that is not one. */
export function digestInvalid(): Reply {
	return refuse(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
}
