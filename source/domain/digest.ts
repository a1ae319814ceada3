/** Content digests, OCI image-spec descriptor.md "Digests". */
import {createHash, type Hash} from 'node:crypto';
import {RegbenchError} from './errors.ts';

/** `algorithm:hex` in one of the algorithms that go-digest registers; everything else is refused. */
export type Digest = `${DigestAlgorithm}:${string}`;

export type DigestAlgorithm = 'sha256' | 'sha384' | 'sha512';

const digestPattern = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;

/** Whether the text is a well-formed digest; such a text is safe to build a file path from. */
export function isDigest(text: string): text is Digest {
	return digestPattern.test(text);
}

/** The text as a digest; throws `PROTOCOL_ERROR` when it is not one. */
export function asDigest(text: string): Digest {
	if (isDigest(text)) return text;
	throw new RegbenchError('PROTOCOL_ERROR', `Not a digest: ${JSON.stringify(text.slice(0, 80))}`);
}

/** The sha256 digest of exact bytes. */
export function digestOf(bytes: Uint8Array | string): Digest {
	return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A hash that checks content against `digest`: feed it with `update`, compare `digestOfHash(hash, digest)`. */
export function hashFor(digest: Digest): Hash {
	return createHash(digest.slice(0, digest.indexOf(':')));
}

/** The digest of what was fed to a hash made by {@link hashFor}. */
export function digestOfHash(hash: Hash, like: Digest): Digest {
	return `${like.slice(0, like.indexOf(':'))}:${hash.digest('hex')}` as Digest;
}

/** The first twelve hex digits, as lists show a digest. */
export function shortDigest(digest: string): string {
	const colon = digest.indexOf(':');
	return digest.slice(colon + 1, colon + 13);
}
