/** What cosign notes beside a layer that it signed without a key, as a Sigstore bundle. */
import {createHash, X509Certificate} from 'node:crypto';
import {isObject, optionalText, type Fields} from '../domain/json-fields.ts';
import type {CertifiedBundle} from './keyless.ts';
import {simpleSigning} from './simple-signing.ts';

/** Of the log, and of a clock, as JSON (cosign SIGNATURE_SPEC). */
const notes = {
	log: 'dev.sigstore.cosign/bundle',
	timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;

/**
 * Nothing where there is no certificate, or neither log nor clock tells when it was signed. With an
 * envelope its own signature counts, else the one that is noted.
 */
export function bundleOfNotes(
	annotations: Readonly<Record<string, string>>,
	bytes: Uint8Array,
	envelope?: Fields,
): CertifiedBundle | undefined {
	try {
		const certificate = new X509Certificate(annotations[simpleSigning.certificate] ?? '').raw;
		const tlogEntries = entriesOf(annotations[notes.log]);
		const rfc3161Timestamps = timestampsOf(annotations[notes.timestamp]);
		if (tlogEntries.length === 0 && rfc3161Timestamps.length === 0) return undefined;
		const digest = createHash('sha256').update(bytes).digest('base64');
		const content = envelope
			? {dsseEnvelope: envelope}
			: {
					messageSignature: {
						messageDigest: {algorithm: 'SHA2_256', digest},
						signature: annotations[simpleSigning.signature] ?? '',
					},
				};
		const bundle = {
			// The version that asks for the log's promise, which is all that cosign notes.
			mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
			verificationMaterial: {
				x509CertificateChain: {certificates: [{rawBytes: certificate.toString('base64')}]},
				tlogEntries,
				timestampVerificationData: {rfc3161Timestamps},
			},
			...content,
		};
		return {bundle, artifact: bytes};
	} catch {
		return undefined;
	}
}

function entriesOf(note: string | undefined): readonly object[] {
	const json = parse(note);
	const payload = json?.['Payload'];
	const promise = optionalText(json?.['SignedEntryTimestamp']);
	if (!isObject(payload) || promise === undefined) return [];
	const body = optionalText(payload['body']) ?? '';
	const entry = parse(Buffer.from(body, 'base64').toString('utf8'));
	return [
		{
			logIndex: String(payload['logIndex']),
			logId: {keyId: Buffer.from(String(payload['logID']), 'hex').toString('base64')},
			kindVersion: {kind: String(entry?.['kind']), version: String(entry?.['apiVersion'])},
			integratedTime: String(payload['integratedTime']),
			inclusionPromise: {signedEntryTimestamp: promise},
			canonicalizedBody: body,
		},
	];
}

function timestampsOf(note: string | undefined): readonly object[] {
	const signedTimestamp = optionalText(parse(note)?.['SignedRFC3161Timestamp']);
	return signedTimestamp === undefined ? [] : [{signedTimestamp}];
}

function parse(text: string | undefined): Fields | undefined {
	if (text === undefined) return undefined;
	const json: unknown = JSON.parse(text);
	return isObject(json) ? json : undefined;
}
