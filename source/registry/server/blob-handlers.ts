/** Endpoints end-2 and end-10 of the distribution specification. */
import {isDigest} from '../../domain/digest.ts';
import {blobUnknown, digestInvalid, type Exchange, type RegistryServices} from './exchange.ts';
import {emptyReply, refuse, type Reply} from './reply.ts';

/** GET and HEAD of a blob, whole or a range (RFC 9110, section 14). */
export async function readBlob(
	exchange: Exchange,
	{blobs, repositories}: RegistryServices,
	name: string,
	digest: string,
): Promise<Reply> {
	if (!isDigest(digest)) return digestInvalid();
	const size = repositories.hasBlob(name, digest) ? await blobs.size(digest) : undefined;
	if (size === undefined) return blobUnknown(digest);
	const headers = {
		'Content-Type': 'application/octet-stream',
		'Docker-Content-Digest': digest,
		'Accept-Ranges': 'bytes',
		'Cache-Control': 'max-age=31536000',
		Etag: `"${digest}"`,
	};
	const range = parseRange(exchange.headers.range, size);
	if (range === 'unsatisfiable') {
		const headers = {'Content-Range': `bytes */${size}`};
		return refuse(416, 'RANGE_INVALID', 'invalid content range', {headers});
	}
	if (!range) {
		return {
			status: 200,
			headers: {...headers, 'Content-Length': String(size)},
			body: blobs.read(digest),
		};
	}
	const {first, last} = range;
	return {
		status: 206,
		headers: {
			...headers,
			'Content-Length': String(last - first + 1),
			'Content-Range': `bytes ${first}-${last}/${size}`,
		},
		body: blobs.read(digest, {fromByte: first, toByte: last + 1}),
	};
}

/** Takes a blob out of a repository; other repositories keep it. */
export async function deleteBlob(
	{repositories}: RegistryServices,
	name: string,
	digest: string,
): Promise<Reply> {
	if (!isDigest(digest)) return digestInvalid();
	if (!repositories.hasBlob(name, digest)) return blobUnknown(digest);
	await repositories.unlinkBlob(name, digest);
	return emptyReply(202);
}

/** One byte range; undefined for none or for what is better answered with everything. */
function parseRange(
	header: string | undefined,
	size: number,
): {readonly first: number; readonly last: number} | 'unsatisfiable' | undefined {
	const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
	if (from === '' && to === '') return undefined;
	if (from === '') {
		const length = Math.min(Number(to), size);
		return length === 0 ? 'unsatisfiable' : {first: size - length, last: size - 1};
	}
	const first = Number(from);
	const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
	if (to !== '' && Number(to) < first) return undefined;
	return first >= size ? 'unsatisfiable' : {first, last};
}
