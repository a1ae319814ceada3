/**
 * Bringing a blob to a registry (distribution-spec "Pushing blobs"): nothing when it is there, a mount
 * where a sibling repository has it, else one streaming PUT; after a cut the rest in chunks, from
 * where the registry says it has got to.
 */
import {RegbenchError} from '../domain/errors.ts';
import type {HostSession} from './host-session.ts';
import type {BlobSource, CallOptions, UploadOutcome} from './registry-client.ts';
import {blobPath} from './repository-paths.ts';
import {countAttempts} from './retry.ts';
import {pullScope, pushScope, type Scope} from './scopes.ts';
import {openSession, type UploadSession} from './upload-session.ts';

export type UploadOptions = CallOptions & {
	readonly mountFrom?: readonly string[];
	readonly onProgress?: (doneBytes: number) => void;
};

/** Candidates beyond these are unlikely to do better, and each costs a request. */
const maximumMountTries = 3;
/** How often an upload may begin again from its first byte. */
const maximumRestarts = 5;

export async function uploadBlob(
	session: HostSession,
	path: string,
	source: BlobSource,
	options: UploadOptions,
): Promise<UploadOutcome> {
	if (await blobExists(session, path, source.digest, options, [pushScope(path)])) return 'exists';
	const begun = await mountOrBegin(session, path, source, options);
	if (begun === 'mounted') return 'mounted';

	await transfer(session, path, source, begun, options);
	return 'uploaded';
}

/** Whether the repository holds the blob, by HEAD or the first byte (distribution-spec end-2). */
export async function blobExists(
	session: HostSession,
	path: string,
	digest: string,
	options: CallOptions,
	scopes: readonly Scope[] = [pullScope(path)],
): Promise<boolean> {
	const writes = scopes.some(({actions}) => actions.includes('push'));
	const byFirstByte = session.provider.blobCheck === 'first-byte';
	const answer = await session.call(
		{
			method: byFirstByte ? 'GET' : 'HEAD',
			to: blobPath(path, digest),
			headers: byFirstByte ? {range: 'bytes=0-0'} : {},
			scopes,
			subject: {
				domain: session.domain,
				provider: session.provider,
				path,
				// A push is about the repository; which of its blobs came first tells nobody anything.
				...(writes ? {} : {reference: digest}),
				writes,
			},
			// An empty blob has no first byte: 416.
			expect: byFirstByte ? [200, 206, 416, 404] : [200, 404],
		},
		options,
	);
	answer.discard();
	return answer.status !== 404;
}

/** Tries the mounts; whatever upload session the last of them has opened is used. */
async function mountOrBegin(
	session: HostSession,
	path: string,
	source: BlobSource,
	options: UploadOptions,
): Promise<'mounted' | UploadSession> {
	const siblings = (options.mountFrom ?? []).filter(sibling => sibling !== path);
	let opened: UploadSession | undefined;
	for (const sibling of siblings.slice(0, maximumMountTries)) {
		try {
			const mount = {digest: source.digest, from: sibling};
			const outcome = await openSession(session, path, options, mount);
			opened?.abandon();
			if (outcome === 'mounted') return 'mounted';
			opened = outcome;
		} catch (error) {
			// A mount is a shortcut: whatever it fails for, the ordinary way shows whether it matters.
			if (error instanceof RegbenchError && error.code === 'CANCELLED') throw error;
		}
	}

	return opened ?? begin(session, path, options);
}

async function transfer(
	session: HostSession,
	path: string,
	source: BlobSource,
	begun: UploadSession,
	options: UploadOptions,
): Promise<void> {
	const attempts = countAttempts(session.policy, session.domain, options);
	let upload = begun;
	let position = 0;
	let chunked = false;
	let restarts = 0;

	const restart = async () => {
		upload.abandon();
		upload = await begin(session, path, options);
		position = 0;
		if (++restarts > maximumRestarts) {
			throw new RegbenchError(
				'REGISTRY_ERROR',
				`${session.domain} loses the upload again and again`,
			);
		}
	};

	for (;;) {
		try {
			if (!chunked) {
				await upload.putWhole(source, options);
				return;
			}
			await upload.putInChunks(source, position, options, reached => {
				position = reached;
				attempts.progressed();
			});
			return;
		} catch (thrown) {
			const error = thrown instanceof RegbenchError ? thrown : undefined;
			if (error?.code === 'CANCELLED') {
				upload.abandon();
				throw thrown;
			}

			if (sessionIsGone(error)) {
				if (await landed(session, path, source, options)) return;
				await restart();
				// A refused whole PUT often looks like this; chunks are what every registry takes.
				chunked = true;
				continue;
			}
			if (!chunked && wantsChunks(error)) {
				options.onNotice?.({
					message: `${session.domain} does not take this blob in one piece: sending chunks`,
				});
				await restart();
				chunked = true;
				continue;
			}
			if (!error?.retryable) {
				upload.abandon();
				throw thrown;
			}

			await attempts.pause(error);
			// The last answer may have been lost on its way though the blob is complete.
			if (await landed(session, path, source, options)) return;
			chunked = true;
			const reached = await upload.reached(options);
			if (reached === undefined || reached > source.size) await restart();
			else position = reached;
			options.onProgress?.(position);
		}
	}
}

function landed(
	session: HostSession,
	path: string,
	{digest}: BlobSource,
	options: CallOptions,
): Promise<boolean> {
	return blobExists(session, path, digest, options, [pushScope(path)]);
}

async function begin(
	session: HostSession,
	path: string,
	options: CallOptions,
): Promise<UploadSession> {
	const opened = await openSession(session, path, options);
	if (opened !== 'mounted') return opened;
	throw new RegbenchError(
		'PROTOCOL_ERROR',
		`${session.domain} confirmed an upload before it began`,
	);
}

/** 404 for a session: it has expired, or the registry has dropped it (BLOB_UPLOAD_UNKNOWN). */
function sessionIsGone(error: RegbenchError | undefined): boolean {
	return error?.status === 404 || error?.status === 416;
}

/** Refusals of a whole PUT that say nothing against the blob itself. */
function wantsChunks(error: RegbenchError | undefined): boolean {
	return (
		error !== undefined &&
		error.code !== 'DIGEST_MISMATCH' &&
		error.code !== 'NAME_NOT_ALLOWED' &&
		[400, 405, 411, 413, 415, 501].includes(error.status ?? 0)
	);
}
