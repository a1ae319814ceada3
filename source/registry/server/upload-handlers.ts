/** Endpoints end-4a to end-6, end-11, end-13 and end-14 of the distribution specification. */
import {isDigest, type Digest} from '../../domain/digest.ts';
import {RegbenchError} from '../../domain/errors.ts';
import {digestInvalid, type Exchange, type RegistryServices} from './exchange.ts';
import {emptyReply, refuse, type Reply} from './reply.ts';
import {isRepositoryName} from './route.ts';
import type {UploadSession} from './uploads.ts';

/** Begins an upload; takes the whole blob at once (`?digest=`) or from a sibling repository (`?mount=`). */
export async function beginUpload(
	exchange: Exchange,
	services: RegistryServices,
	name: string,
): Promise<Reply> {
	const {query} = exchange;
	const mount = query.get('mount');
	if (mount !== null) {
		const mounted = await mountBlob(exchange, services, name, mount, query.get('from') ?? '');
		if (mounted) return mounted;
	}
	const digest = query.get('digest');
	if (digest !== null && !isDigest(digest)) return digestInvalid();
	const session = await services.uploads.begin(name);
	if (digest === null) return sessionReply(202, session);
	return finishUpload(exchange, services, session, digest);
}

async function mountBlob(
	exchange: Exchange,
	{blobs, repositories}: RegistryServices,
	name: string,
	mount: string,
	from: string,
): Promise<Reply | undefined> {
	if (!isDigest(mount) || !isRepositoryName(from)) return undefined;
	if (!repositories.hasBlob(from, mount)) return undefined;
	const {admitted} = exchange.admit({kind: 'repository', name: from, actions: ['pull']});
	if (!admitted || !(await blobs.has({digest: mount}))) return undefined;
	await repositories.linkBlob(name, mount);
	return blobCreated(name, mount);
}

/** GET, PATCH, PUT and DELETE on a session. */
export async function continueUpload(
	exchange: Exchange,
	services: RegistryServices,
	name: string,
	id: string,
): Promise<Reply> {
	const session = services.uploads.find(name, id);
	if (!session) return refuse(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
	if (exchange.method === 'GET') return sessionReply(204, session);
	if (session.busy)
		return refuse(409, 'BLOB_UPLOAD_INVALID', 'another request writes to this upload');
	switch (exchange.method) {
		case 'PATCH':
			return (await appendBody(exchange, session)) ?? sessionReply(202, session);
		case 'PUT': {
			const digest = exchange.query.get('digest') ?? '';
			if (!isDigest(digest)) return digestInvalid();
			return finishUpload(exchange, services, session, digest);
		}
		case 'DELETE':
			await services.uploads.cancel(session);
			return emptyReply(204);
		default:
			return refuse(405, 'UNSUPPORTED', 'method not allowed');
	}
}

async function finishUpload(
	exchange: Exchange,
	{uploads, repositories}: RegistryServices,
	session: UploadSession,
	digest: Digest,
): Promise<Reply> {
	const refused = await appendBody(exchange, session);
	if (refused) return refused;
	session.busy = true;
	// Whether it fits or not: a commit uses the session up.
	uploads.end(session);
	try {
		await session.writer.commit({digest});
	} catch (error) {
		if (error instanceof RegbenchError && error.code === 'DIGEST_MISMATCH') return digestInvalid();
		throw error;
	}
	await repositories.linkBlob(session.repository, digest);
	return blobCreated(session.repository, digest);
}

/** Writes the body to the session; a reply when its range or length does not fit. */
async function appendBody(exchange: Exchange, session: UploadSession): Promise<Reply | undefined> {
	const {headers, contentLength, body} = exchange;
	const range = headers['content-range'];
	if (range !== undefined) {
		const [, first, last] = /^(?:bytes )?(\d+)-(\d+)(?:\/(?:\d+|\*))?$/.exec(range) ?? [];
		if (first === undefined || Number(first) !== session.writer.offset) {
			return sessionReply(416, session);
		}
		const length = Number(last) - Number(first) + 1;
		if (contentLength !== undefined && contentLength !== length) {
			return refuse(400, 'SIZE_INVALID', 'Content-Length and Content-Range differ');
		}
	}
	session.busy = true;
	try {
		await session.writer.append(body);
	} finally {
		session.busy = false;
		session.usedAt = Date.now();
	}
	return undefined;
}

function sessionReply(status: number, {repository, id, writer}: UploadSession): Reply {
	return emptyReply(status, {
		Location: `/v2/${repository}/blobs/uploads/${id}`,
		// The reference registry says 0-0 for an empty session as well, and its clients rely on it.
		Range: `0-${Math.max(0, writer.offset - 1)}`,
		'Docker-Upload-UUID': id,
	});
}

function blobCreated(name: string, digest: Digest): Reply {
	return emptyReply(201, {
		Location: `/v2/${name}/blobs/${digest}`,
		'Docker-Content-Digest': digest,
	});
}
