/** Reading a blob: resumed after a cut, size and digest checked while it streams (distribution-spec end-2). */
import {digestOfHash, hashFor} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import type {Descriptor} from '../domain/manifest.ts';
import type {HostSession} from './host-session.ts';
import type {CallOptions} from './registry-client.ts';
import {blobPath} from './repository-paths.ts';
import {countAttempts} from './retry.ts';
import {pullScope} from './scopes.ts';
import type {WireAnswer} from './wire-answer.ts';

type Blob = Pick<Descriptor, 'digest' | 'size'>;

/** As much as a connection must bring before its cut is forgiven: a server of single bytes is no progress. */
const worthwhileBytes = 1024 * 1024;

/**
 * The bytes from `fromByte` on. `DIGEST_MISMATCH` when there are more or fewer than announced, or
 * (read from the start) other ones; it comes after the last chunk, so bytes count only once it has ended.
 */
export async function* readBlob(
	session: HostSession,
	path: string,
	blob: Blob,
	options: CallOptions & {readonly fromByte?: number; readonly digestCheckedByReader?: boolean},
): AsyncGenerator<Uint8Array, void, undefined> {
	const fromByte = options.fromByte ?? 0;
	const checks = fromByte === 0 && options.digestCheckedByReader !== true;
	const hash = checks ? hashFor(blob.digest) : undefined;
	const attempts = countAttempts(session.policy, session.domain, options);
	let position = fromByte;
	let milestone = fromByte;

	while (position < blob.size) {
		try {
			for await (const chunk of readFrom(session, path, blob, position, options)) {
				position += chunk.byteLength;
				hash?.update(chunk);
				if (position - milestone >= worthwhileBytes) {
					milestone = position;
					attempts.progressed();
				}
				yield chunk;
			}
		} catch (error) {
			await attempts.pause(error);
		}
	}

	if (hash && digestOfHash(hash, blob.digest) !== blob.digest) {
		throw mismatch(session, blob, 'other bytes');
	}
}

/** One request, from `position` to the end; holds a download place while it runs. */
async function* readFrom(
	session: HostSession,
	path: string,
	blob: Blob,
	position: number,
	options: CallOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
	const {domain, provider} = session;
	const release = await session.downloads.acquire(options.signal);
	try {
		const answer = await session.once(
			{
				method: 'GET',
				to: blobPath(path, blob.digest),
				headers: position > 0 ? {range: `bytes=${position}-${blob.size - 1}`} : {},
				scopes: [pullScope(path)],
				subject: {domain, provider, path, reference: blob.digest, writes: false},
				expect: position > 0 ? [200, 206] : [200],
				lane: 'unlimited',
			},
			options,
		);
		yield* body(session, blob, position, answer);
	} finally {
		release();
	}
}

async function* body(
	session: HostSession,
	blob: Blob,
	position: number,
	answer: WireAnswer,
): AsyncGenerator<Uint8Array, void, undefined> {
	const start = answer.status === 206 ? rangeStart(answer) : 0;
	const length = answer.header('content-length');
	if (start > position || (length !== undefined && start + Number(length) !== blob.size)) {
		answer.discard();
		throw mismatch(session, blob, 'another size');
	}

	// A registry without Range starts again: what has been handed on already is passed over.
	let skip = position - start;
	let left = blob.size - position;
	for await (const chunk of answer.chunks()) {
		if (skip >= chunk.byteLength) {
			skip -= chunk.byteLength;
			continue;
		}
		const fresh = skip > 0 ? chunk.subarray(skip) : chunk;
		skip = 0;
		left -= fresh.byteLength;
		if (left < 0) throw mismatch(session, blob, 'more bytes');
		yield fresh;
	}

	if (left > 0) throw mismatch(session, blob, 'fewer bytes');
}

/** First byte of `Content-Range: bytes 5-9/10`; beyond every size when there is none. */
function rangeStart(answer: WireAnswer): number {
	const start = /^bytes (\d+)-/.exec(answer.header('content-range') ?? '')?.[1];
	return start === undefined ? Number.MAX_SAFE_INTEGER : Number(start);
}

function mismatch({domain}: HostSession, {digest, size}: Blob, what: string): RegbenchError {
	return new RegbenchError(
		'DIGEST_MISMATCH',
		`${domain} sent ${what} than announced for ${digest} (${size} bytes)`,
	);
}
