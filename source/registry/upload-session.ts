/** One upload session on a registry: an address that moves with every answer. */
import {RegbenchError} from '../domain/errors.ts';
import type {Call, HostSession} from './host-session.ts';
import type {BlobSource, CallOptions} from './registry-client.ts';
import {uploadsPath} from './repository-paths.ts';
import type {StreamBody} from './request-body.ts';
import {pullScope, pushScope} from './scopes.ts';
import type {WireAnswer} from './wire-answer.ts';

/** A piece after a cut: small enough that losing one costs little, large enough to fill a fast link. */
const chunkBytes = 16 * 1024 * 1024;
const abandonMs = 5000;

export type UploadSession = {
	/** The whole blob in one streaming PUT. */
	putWhole(source: BlobSource, options: ProgressOptions): Promise<void>;
	/** The rest from `position` on in PATCHes, then the closing PUT; `onReached` after each confirmed chunk. */
	putInChunks(
		source: BlobSource,
		position: number,
		options: ProgressOptions,
		onReached: (position: number) => void,
	): Promise<void>;
	/** How many bytes the registry holds; undefined when it does not know, or no longer knows the session. */
	reached(options: CallOptions): Promise<number | undefined>;
	/** Tells the registry to drop the session; in the background, failures do not matter. */
	abandon(): void;
};

export type ProgressOptions = CallOptions & {
	readonly onProgress?: ((doneBytes: number) => void) | undefined;
};

/** Opens a session, or has the blob mounted from another repository (end-4a, end-11). */
export async function openSession(
	session: HostSession,
	path: string,
	options: CallOptions,
	mount?: {readonly digest: string; readonly from: string},
): Promise<UploadSession | 'mounted'> {
	const query = mount
		? `?mount=${encodeURIComponent(mount.digest)}&from=${encodeURIComponent(mount.from)}`
		: '';
	const answer = await session.call(
		{
			...common(session, path),
			method: 'POST',
			to: uploadsPath(path) + query,
			// Some token services grant only the first scope: the one that is written to.
			scopes: mount ? [pushScope(path), pullScope(mount.from)] : [pushScope(path)],
			expect: mount ? [201, 202] : [202],
		},
		options,
	);
	answer.discard();
	if (answer.status === 201) return 'mounted';
	return createUploadSession(session, path, answer);
}

function createUploadSession(
	session: HostSession,
	path: string,
	opening: WireAnswer,
): UploadSession {
	const minimum = Number(opening.header('oci-chunk-min-length') ?? 0) || 0;
	const chunkSize = Math.max(chunkBytes, minimum);
	let location = locationOf(session, opening);

	const send = async (
		call: Pick<Call, 'method' | 'expect'> & Partial<Call>,
		options: CallOptions,
	): Promise<WireAnswer> => {
		const answer = await session.once({...common(session, path), to: location, ...call}, options);
		answer.discard();
		// Every answer names the address for the next request: the newest one counts.
		if (answer.status !== 201 && answer.header('location') !== undefined) {
			location = locationOf(session, answer);
		}
		return answer;
	};

	const close = (digest: string, body: StreamBody | undefined, options: CallOptions) =>
		send(
			{
				method: 'PUT',
				to: withDigest(location, digest),
				headers: {'content-type': 'application/octet-stream'},
				...(body ? {body} : {}),
				lane: 'upload',
				expect: [201, 204],
			},
			options,
		);

	return {
		async putWhole(source, options) {
			await close(source.digest, bodyOf(source, 0, source.size, options), options);
		},

		async putInChunks(source, start, options, onReached) {
			let position = start;
			while (position < source.size) {
				const end = Math.min(position + chunkSize, source.size);
				const answer = await send(
					{
						method: 'PATCH',
						headers: {
							'content-type': 'application/octet-stream',
							// Distribution-spec: both ends inclusive, neither unit nor total.
							'content-range': `${position}-${end - 1}`,
						},
						body: bodyOf(source, position, end, options),
						lane: 'upload',
						expect: [202, 201, 204],
					},
					options,
				);
				const reached = rangeEnd(answer) ?? end;
				if (reached <= position || reached > end) {
					throw new RegbenchError(
						'REGISTRY_ERROR',
						`${session.domain} says it holds ${reached} bytes of the ${end} that were sent`,
						{retryable: true},
					);
				}
				position = reached;
				onReached(position);
			}

			await close(source.digest, undefined, options);
		},

		async reached(options) {
			try {
				const answer = await send({method: 'GET', expect: [204, 202, 200]}, options);
				return rangeEnd(answer);
			} catch (error) {
				if (error instanceof RegbenchError && error.code === 'CANCELLED') throw error;
				return undefined;
			}
		},

		abandon() {
			send(
				{method: 'DELETE', expect: [204, 202, 200, 404, 405]},
				{
					signal: AbortSignal.timeout(abandonMs),
				},
			).catch(() => undefined);
		},
	};
}

function common(session: HostSession, path: string) {
	const {domain, provider} = session;
	return {
		scopes: [pushScope(path)],
		subject: {domain, provider, path, writes: true},
	};
}

function locationOf(session: HostSession, answer: WireAnswer): URL {
	const location = answer.header('location');
	if (location === undefined) {
		throw new RegbenchError(
			'PROTOCOL_ERROR',
			`${session.domain} opened an upload without an address`,
		);
	}
	return session.resolve(location, answer.url);
}

/** Appends the digest; what the address holds already may be signed and stays letter by letter. */
function withDigest(location: URL, digest: string): URL {
	const separator = location.search ? '&' : '?';
	return new URL(`${location.href}${separator}digest=${encodeURIComponent(digest)}`);
}

/** The bytes held according to `Range: 0-N`. `0-0` is said for one byte and for none: not to be relied on. */
function rangeEnd(answer: WireAnswer): number | undefined {
	const end = /^(?:bytes=)?0-(\d+)$/.exec(answer.header('range') ?? '')?.[1];
	return end === undefined || end === '0' ? undefined : Number(end) + 1;
}

function bodyOf(
	source: BlobSource,
	start: number,
	end: number,
	{onProgress}: ProgressOptions,
): StreamBody {
	return {
		size: end - start,
		open: () => (end === source.size ? source.open(start) : upTo(source.open(start), end - start)),
		...(onProgress ? {onSent: sentBytes => onProgress(start + sentBytes)} : {}),
	};
}

/** The first `size` bytes of a stream; lets go of the rest. */
async function* upTo(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
	let left = size;
	for await (const chunk of chunks) {
		yield chunk.byteLength > left ? chunk.subarray(0, left) : chunk;
		left -= Math.min(left, chunk.byteLength);
		if (left === 0) return;
	}
}
