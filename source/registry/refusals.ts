/** An answer that is not what was asked for, as an error with a code and a hint a beginner can act on. */
import {RegbenchError, type ErrorDetails} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import {explainForbidden} from './forbidden.ts';
import type {Deed, RegistryProvider} from './providers/provider.ts';
import type {WireAnswer} from './wire-answer.ts';

/** What was asked, for the words of the error. */
export type Subject = {
	/** The registry as references name it. */
	readonly domain: string;
	readonly provider: RegistryProvider;
	/** Repository; absent for calls about the registry as a whole. */
	readonly path?: string | undefined;
	/** Tag or digest, where the call was about one. */
	readonly reference?: string | undefined;
	readonly writes: boolean;
	/** It would take something away. */
	readonly deletes?: boolean;
};

/** Who asked. */
export type Identity = {
	readonly username?: string | undefined;
	/** Where the login came from; absent for an anonymous call. */
	readonly source?: string | undefined;
};

/** The parts of a refusal's body that matter: OCI error codes and what a person may read. */
export type Complaint = {readonly codes: readonly string[]; readonly text: string};

const complaintBytes = 64 * 1024;
const complaintLength = 300;

/** Reads the body and gives the error to throw; never fails for an odd body. */
export async function refusal(
	answer: WireAnswer,
	subject: Subject,
	identity: Identity,
	now: () => number,
): Promise<RegbenchError> {
	const body = await answer.beginning(complaintBytes).catch(() => Buffer.alloc(0));
	return refusalOf(answer, parseComplaint(body.toString('utf8')), subject, identity, now);
}

/** Whether the registry has answered that this login, or nobody, may not do it. */
export function isRefusal(error: unknown): error is RegbenchError {
	return (
		error instanceof RegbenchError && (error.code === 'UNAUTHORIZED' || error.code === 'FORBIDDEN')
	);
}

/** The error for a status and a complaint that were read already. */
export function refusalOf(
	answer: Pick<WireAnswer, 'status' | 'header'>,
	complaint: Complaint,
	subject: Subject,
	identity: Identity,
	now: () => number,
): RegbenchError {
	const {status} = answer;
	const {domain, provider} = subject;
	const says = complaint.text ? `: ${complaint.text}` : '';
	const what = nameOf(subject);
	const fail = (
		code: RegbenchError['code'],
		sentence: string,
		details: Omit<ErrorDetails, 'status'> = {},
	) => new RegbenchError(code, sentence, {status, ...details});
	const has = (...codes: string[]) => codes.some(code => complaint.codes.includes(code));

	if (status === 429 || has('TOOMANYREQUESTS')) {
		const retryAfterMs = parseRetryAfter(answer.header('retry-after'), now());
		return fail('RATE_LIMITED', `${domain} asks to slow down${says}`, {
			retryable: true,
			...(retryAfterMs === undefined ? {} : {retryAfterMs}),
		});
	}

	if (status === 401) {
		const tooLittle = /insufficient_scope/.test(answer.header('www-authenticate') ?? '');
		if (!tooLittle || identity.source === undefined) {
			return fail('UNAUTHORIZED', `${unauthorized(domain, what, identity)}${says}`);
		}
	}

	if (status === 401 || status === 403 || has('DENIED')) {
		const who = identity.username ?? (identity.source ? 'this login' : 'anybody without a login');
		return fail('FORBIDDEN', `${domain} does not let ${who} ${deedOf(subject)} ${what}${says}`, {
			hint: explainForbidden(provider, {
				...identity,
				namespace: namespaceOf(subject.path),
				deed: deedOf(subject),
			}),
		});
	}

	if (has('NAME_INVALID')) {
		return fail('NAME_NOT_ALLOWED', `${domain} does not accept the name ${what}${says}`);
	}
	if (has('DIGEST_INVALID', 'SIZE_INVALID')) {
		return fail('DIGEST_MISMATCH', `${domain} got other bytes than announced for ${what}${says}`);
	}
	if (subject.deletes && (status === 409 || has('GOOGLE_MANIFEST_DANGLING_TAG'))) {
		return fail('UNSUPPORTED', `${domain} does not delete ${what} as it is${says}`);
	}
	if (status === 409 || (has('TAG_INVALID') && /immutable/i.test(complaint.text))) {
		return fail('TAG_IMMUTABLE', `${domain} does not let ${what} be overwritten${says}`);
	}
	if (status === 404 && !has('BLOB_UPLOAD_UNKNOWN', 'MANIFEST_BLOB_UNKNOWN')) {
		const {path, writes, deletes} = subject;
		const hint =
			writes && !deletes && path !== undefined ? provider.missingHint?.(domain, path) : undefined;
		return fail(
			'TAG_NOT_FOUND',
			`${what} was not found on ${domain}, or you may not have access`,
			hint === undefined ? {} : {hint},
		);
	}
	if (status === 413) {
		return fail('TOO_LARGE', `${domain} refuses content of this size${says}`);
	}
	if (status === 405 || status === 501 || has('UNSUPPORTED')) {
		return fail('UNSUPPORTED', `${domain} does not offer this for ${what}${says}`);
	}
	if (status >= 500 || status === 408) {
		const retryAfterMs = parseRetryAfter(answer.header('retry-after'), now());
		return fail('REGISTRY_ERROR', `${domain} answered ${status}${says}`, {
			retryable: [408, 500, 502, 503, 504].includes(status),
			...(retryAfterMs === undefined ? {} : {retryAfterMs}),
		});
	}
	if (status >= 400 && complaint.codes.length > 0) {
		return fail('REGISTRY_ERROR', `${domain} refused ${what}${says}`, {
			hint: 'Push the image again; the codes in the message are the registry’s own.',
		});
	}
	return fail('PROTOCOL_ERROR', `${domain} answered ${status}, which makes no sense here${says}`);
}

/** Retry-After as a wait in ms: seconds or an HTTP date; undefined when it is neither. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
	if (value === undefined) return undefined;
	if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
	const date = Date.parse(value);
	return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/**
 * What a refusal's body says: the OCI error list (distribution-spec "Error Codes"), the JSON forms of
 * Google and AWS, a title out of HTML, or the first line of plain text.
 */
export function parseComplaint(body: string): Complaint {
	const json = parseJson(body);
	if (json !== undefined) return jsonComplaint(json);
	const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1];
	const plain = title ?? (/^\s*</.test(body) ? body.replaceAll(/<[^>]*>/g, ' ') : body);
	return {codes: [], text: shown(plain)};
}

function jsonComplaint(json: unknown): Complaint {
	if (!isRecord(json)) return {codes: [], text: ''};
	if (!Array.isArray(json['errors'])) {
		const inner = isRecord(json['error']) ? json['error'] : json;
		const text = [
			inner['message'],
			inner['Message'],
			inner['error_description'],
			json['error'],
		].find(value => typeof value === 'string');
		return {codes: [], text: shown(text ?? '')};
	}

	const errors = json['errors'].filter(isRecord).slice(0, 3);
	const codes = errors.map(error => error['code']).filter(code => typeof code === 'string');
	const texts = errors.map(({code, message, detail}) => {
		const parts = [message, detail].filter(part => typeof part === 'string' && part !== '');
		return parts.length > 0 ? parts.join(' ') : typeof code === 'string' ? code : '';
	});
	return {codes, text: shown([...new Set(texts)].filter(Boolean).join('; '))};
}

/** A repository's path up to its last part: whose it is. */
export function namespaceOf(path: string | undefined): string {
	return path === undefined ? '' : path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function deedOf({writes, deletes}: Subject): Deed {
	if (deletes) return 'delete';
	return writes ? 'write to' : 'read';
}

function unauthorized(domain: string, what: string, {username, source}: Identity): string {
	if (source === undefined) return `${domain} wants a login for ${what}`;
	return `${domain} refused the login${username ? ` of ${username}` : ''} (${source})`;
}

function nameOf({domain, path, reference}: Subject): string {
	if (path === undefined) return domain;
	if (reference === undefined) return path;
	return reference.includes(':') ? `${path}@${reference}` : `${path}:${reference}`;
}

function shown(text: string): string {
	const line = sanitise(text.slice(0, 4 * complaintLength))
		.replaceAll(/\s+/g, ' ')
		.trim();
	// It becomes the end of a sentence of ours, which has its own full stop.
	return line.length > complaintLength
		? `${line.slice(0, complaintLength - 1)}…`
		: line.replace(/\.$/, '');
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
