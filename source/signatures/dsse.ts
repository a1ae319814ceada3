/** Envelopes that sign a statement about an image (DSSE, in-toto Statement v1). */
import type {Digest} from '../domain/digest.ts';
import type {SignatureVerdict} from '../domain/signatures.ts';
import {isSignedBy} from './check-bytes.ts';
import {fieldsOf, parseJson} from './json.ts';
import type {PublicKey} from './keys.ts';

export const statementType = 'application/vnd.in-toto+json';
const statementVersions = ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1'];

/** What makes a statement a signature of the image, and nothing more. */
export const signPredicate = 'https://sigstore.dev/cosign/sign/v1';

export type Envelope = {
	readonly payloadType: string;
	readonly payload: Buffer;
	readonly signatures: readonly Buffer[];
};

/** Reads an envelope from JSON; undefined where it is none. */
export function readEnvelope(value: unknown): Envelope | undefined {
	const {payload, payloadType, signatures} = fieldsOf(value);
	if (typeof payload !== 'string' || typeof payloadType !== 'string') return undefined;
	if (!Array.isArray(signatures) || signatures.length === 0 || signatures.length > 16) {
		return undefined;
	}
	return {
		payloadType,
		payload: Buffer.from(payload, 'base64'),
		signatures: signatures.map(entry => Buffer.from(String(fieldsOf(entry)['sig']), 'base64')),
	};
}

/** The bytes that are signed: type and payload, each behind its length (DSSE, "PAE"). */
export function signedBytes({payloadType, payload}: Pick<Envelope, 'payloadType' | 'payload'>) {
	const type = Buffer.from(payloadType);
	const head = `DSSEv1 ${type.byteLength} ${payloadType} ${payload.byteLength} `;
	return Buffer.concat([Buffer.from(head), payload]);
}

/** The predicate's type of a statement; undefined where the payload is no statement. */
export function predicateTypeOf({payload}: Envelope): string | undefined {
	const {_type, predicateType} = fieldsOf(parseJson(payload));
	if (!statementVersions.includes(String(_type))) return undefined;
	return typeof predicateType === 'string' ? predicateType : undefined;
}

/** Checks that one of the keys signed the statement, and that its subject is this image. */
export function checkEnvelope(
	envelope: Envelope,
	digest: Digest,
	keys: readonly PublicKey[],
): SignatureVerdict {
	const bytes = signedBytes(envelope);
	const signer = keys.find(({key}) =>
		envelope.signatures.some(signature => isSignedBy(key, bytes, signature)),
	);
	if (!signer) return {state: 'refused', reason: 'none of the given keys made it'};
	const problem = statementProblem(envelope, digest);
	return problem === undefined
		? {state: 'verified', by: signer.name}
		: {state: 'refused', reason: problem};
}

/** Why the statement, whoever signed it, is not about this image; undefined when it is. */
export function statementProblem(envelope: Envelope, digest: Digest): string | undefined {
	if (envelope.payloadType !== statementType || predicateTypeOf(envelope) === undefined) {
		return 'what is signed is no statement about an image';
	}
	const {subject} = fieldsOf(parseJson(envelope.payload));
	const [algorithm = '', hex] = digest.split(':');
	const about = Array.isArray(subject)
		? subject.map(entry => fieldsOf(fieldsOf(entry)['digest'])[algorithm])
		: [];
	return about.includes(hex) ? undefined : 'it was made for another image';
}
