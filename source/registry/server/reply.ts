/** What the embedded registry answers, as values. */
import type {ServerResponse} from 'node:http';
import {pipeline} from 'node:stream/promises';

export type Reply = {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
};

/** Error codes of the distribution specification, and those the reference registry adds. */
export type ProtocolCode =
	| 'BLOB_UNKNOWN'
	| 'BLOB_UPLOAD_INVALID'
	| 'BLOB_UPLOAD_UNKNOWN'
	| 'DENIED'
	| 'DIGEST_INVALID'
	| 'MANIFEST_BLOB_UNKNOWN'
	| 'MANIFEST_INVALID'
	| 'MANIFEST_UNKNOWN'
	| 'NAME_INVALID'
	| 'NAME_UNKNOWN'
	| 'PAGINATION_NUMBER_INVALID'
	| 'RANGE_INVALID'
	| 'SIZE_INVALID'
	| 'TAG_INVALID'
	| 'UNAUTHORIZED'
	| 'UNAVAILABLE'
	| 'UNKNOWN'
	| 'UNSUPPORTED';

/** An error in the form of the distribution specification, "Error Codes". */
export function refuse(
	status: number,
	code: ProtocolCode,
	message: string,
	{headers = {}, detail}: {headers?: Record<string, string>; detail?: unknown} = {},
): Reply {
	const error = {code, message, ...(detail === undefined ? {} : {detail})};
	return jsonReply(status, {errors: [error]}, headers);
}

/** A JSON document. */
export function jsonReply(
	status: number,
	value: unknown,
	headers: Readonly<Record<string, string>> = {},
): Reply {
	const body = JSON.stringify(value);
	return {
		status,
		headers: {
			'Content-Type': 'application/json',
			'Content-Length': String(Buffer.byteLength(body)),
			...headers,
		},
		body,
	};
}

/** An answer without a body. */
export function emptyReply(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
	// 204 has no body by definition and must not tell a length.
	return {status, headers: status === 204 ? headers : {...headers, 'Content-Length': '0'}};
}

/**
 * Sends the answer and resolves once it has been handed to the system; throws when the client goes
 * away before. `onSent` hears of every part of the body.
 */
export async function sendReply(
	reply: Reply,
	response: ServerResponse,
	{withBody, onSent}: {readonly withBody: boolean; readonly onSent: (bytes: number) => void},
): Promise<void> {
	response.writeHead(reply.status, {
		'Docker-Distribution-Api-Version': 'registry/2.0',
		'X-Content-Type-Options': 'nosniff',
		...reply.headers,
	});
	const {body} = reply;
	if (!withBody || body === undefined) {
		response.end();
	} else if (typeof body === 'string' || body instanceof Uint8Array) {
		response.end(body);
		onSent(Buffer.byteLength(body));
	} else {
		const length = Number(reply.headers?.['Content-Length']);
		let sent = 0;
		const counted = async function* () {
			for await (const chunk of body) {
				sent += chunk.byteLength;
				onSent(chunk.byteLength);
				yield chunk;
			}
		};
		await pipeline(counted, response).catch((error: unknown) => {
			// A client that has all it was promised may hang up before the answer counts as finished.
			if (sent !== length) throw error;
		});
	}
}
