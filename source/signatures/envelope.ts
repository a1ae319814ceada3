/** Statements in DSSE envelopes (in-toto), alone or in a Sigstore bundle. */
import type {Digest} from '../domain/digest.ts';
import {isObject, optionalText, type Fields} from '../domain/json-fields.ts';
import {sanitise} from '../domain/sanitise.ts';
import {certificateFacts} from './certificate.ts';
import {fromBase64, signerOf, type VerificationKey} from './public-key.ts';
import {keyless, noKey, notByKey, type Checked} from './simple-signing.ts';

export const bundleMediaType =
	/^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.\d+\+json|\+json;version=0\.\d+)$/;
export const envelopeMediaType = 'application/vnd.dsse.envelope.v1+json';
/** The statement of a bundle that signs the image itself. */
export const signPredicate = 'https://sigstore.dev/cosign/sign/v1';

const payloadType = 'application/vnd.in-toto+json';
const statementTypes = ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1'];

/** What a Sigstore bundle holds, against the digest and the keys. Its hints are not believed. */
export function checkBundle(
	bytes: Uint8Array,
	subject: Digest,
	keys: readonly VerificationKey[],
): Checked {
	const json = parse(bytes);
	if (!json || !bundleMediaType.test(optionalText(json['mediaType']) ?? '')) {
		return refused('it is no Sigstore bundle');
	}
	const material = isObject(json['verificationMaterial']) ? json['verificationMaterial'] : {};
	const certificate = certificateOf(material);
	if (isObject(json['dsseEnvelope']) && json['messageSignature'] === undefined) {
		return checkFields(json['dsseEnvelope'], subject, keys, certificate);
	}
	if (!isObject(json['messageSignature'])) return refused('the bundle holds no signature');
	return {
		signer: certificate ? certificateFacts(certificate) : {},
		verified: {
			state: 'not-checked',
			reason: 'it signs bytes, not a statement about an image',
			whatToDo: 'Look with cosign verify-blob.',
		},
	};
}

/** A bare envelope, as `cosign attest` puts it under `sha256-HEX.att`. */
export function checkEnvelope(
	bytes: Uint8Array,
	subject: Digest,
	keys: readonly VerificationKey[],
	certificate?: string,
): Checked {
	const json = parse(bytes);
	return json ? checkFields(json, subject, keys, certificate) : refused('it is no DSSE envelope');
}

/** What is signed of an envelope: the pre-authentication encoding of the DSSE protocol. */
export function preAuthenticationEncoding(type: string, payload: Uint8Array): Buffer {
	const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.byteLength} `;
	return Buffer.concat([Buffer.from(head), payload]);
}

function checkFields(
	envelope: Fields,
	subject: Digest,
	keys: readonly VerificationKey[],
	certificate: Buffer | string | undefined,
): Checked {
	const payload = fromBase64(envelope['payload']);
	const type = optionalText(envelope['payloadType']);
	const list = Array.isArray(envelope['signatures']) ? envelope['signatures'].slice(0, 16) : [];
	const signatures = list.flatMap(entry => fromBase64(isObject(entry) ? entry['sig'] : '') ?? []);
	if (!payload || type !== payloadType) return refused('it holds no in-toto statement');
	const statement = parse(payload);
	const predicate = optionalText(statement?.['predicateType']);
	const about = predicate === undefined ? {} : {predicateType: sanitise(predicate, 200)};
	const signer = certificate === undefined ? {} : certificateFacts(certificate);
	const no = (reason: string): Checked => ({...refused(reason), signer, ...about});

	if (!statement || !statementTypes.includes(optionalText(statement['_type']) ?? '')) {
		return no('it holds no in-toto statement');
	}
	if (!isAbout(statement, subject)) return no('it is about another digest');
	if (signatures.length === 0) return no('it carries no readable signature');
	const signed = preAuthenticationEncoding(type, payload);
	for (const signature of signatures) {
		const key = signerOf(signed, signature, keys);
		if (!key) continue;
		return {...about, signer: {keyId: key.id}, verified: {state: 'verified', by: key.name}};
	}
	if (certificate !== undefined) return {...about, signer, verified: keyless};
	return keys.length === 0 ? {...about, signer, verified: noKey} : no(notByKey);
}

function isAbout(statement: Fields, subject: Digest): boolean {
	const [algorithm = '', hex] = subject.split(':');
	const subjects = Array.isArray(statement['subject']) ? statement['subject'] : [];
	return subjects.some(
		entry => isObject(entry) && isObject(entry['digest']) && entry['digest'][algorithm] === hex,
	);
}

function certificateOf(material: Fields): Buffer | undefined {
	const chain = material['x509CertificateChain'];
	const list = isObject(chain) && Array.isArray(chain['certificates']) ? chain['certificates'] : [];
	const one: unknown = material['certificate'] ?? list[0];
	return isObject(one) ? fromBase64(one['rawBytes']) : undefined;
}

function refused(reason: string): Checked {
	return {signer: {}, verified: {state: 'refused', reason}};
}

function parse(bytes: Uint8Array): Fields | undefined {
	try {
		const json: unknown = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
		return isObject(json) ? json : undefined;
	} catch {
		return undefined;
	}
}
