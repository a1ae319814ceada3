/** cosign's signatures: a simple-signing payload and a signature over its exact bytes (cosign SIGNATURE_SPEC). */
import type {Digest} from '../domain/digest.ts';
import {isObject, optional, optionalText} from '../domain/json-fields.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {SignerFacts, Verification} from '../domain/signatures.ts';
import {certificateFacts} from './certificate.ts';
import {fromBase64, signerOf, type VerificationKey} from './public-key.ts';

export const simpleSigning = {
	mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
	signature: 'dev.cosignproject.cosign/signature',
	certificate: 'dev.sigstore.cosign/certificate',
	type: 'cosign container image signature',
} as const;

export type Checked = {
	readonly verified: Verification;
	readonly signer: SignerFacts;
	readonly predicateType?: string;
};

/** The bytes that are signed for a digest. `dockerReference` is the repository's name without a tag. */
export function simpleSigningPayload(dockerReference: string, digest: Digest): Buffer {
	return Buffer.from(
		JSON.stringify({
			critical: {
				identity: {'docker-reference': dockerReference},
				image: {'docker-manifest-digest': digest},
				type: simpleSigning.type,
			},
			optional: null,
		}),
	);
}

/** Whether one of the keys signed the payload, and the payload is about this digest. */
export function checkSimpleSigning(
	payload: Uint8Array,
	signature: string | undefined,
	subject: Digest,
	keys: readonly VerificationKey[],
	certificate?: string,
): Checked {
	const critical = readCritical(payload);
	const dockerReference = sanitise(critical?.dockerReference ?? '', 300);
	const facts: SignerFacts = {
		...(dockerReference === '' ? {} : {dockerReference}),
		...(certificate === undefined ? {} : certificateFacts(certificate)),
	};
	const refused = (reason: string): Checked => ({
		signer: facts,
		verified: {state: 'refused', reason},
	});
	const bytes = fromBase64(signature);
	if (!bytes) return refused('it carries no readable signature');
	if (critical?.type !== simpleSigning.type) {
		return refused('what is signed is no statement about an image');
	}
	// Without a key this alone tells that it was put beside the wrong image.
	if (critical.digest !== subject) return refused('it signs another digest');
	const signer = signerOf(payload, bytes, keys);
	if (!signer && certificate !== undefined) return {signer: facts, verified: keyless};
	if (!signer) return keys.length === 0 ? {signer: facts, verified: noKey} : refused(notByKey);
	const named = dockerReference === '' ? {} : {dockerReference};
	return {signer: {...named, keyId: signer.id}, verified: {state: 'verified', by: signer.name}};
}

/** Nobody gave a key. */
export const noKey: Verification = {
	state: 'not-checked',
	reason: 'no public key was given',
	whatToDo: 'Give the public key of the signer: --key cosign.pub, or S on the tag.',
};

/** Signed with a certificate of a few minutes, which a public key says nothing of. */
export const keyless: Verification = {
	state: 'not-checked',
	reason: 'it was signed without a key, with a certificate',
	whatToDo:
		'Give the roots of that Sigstore and who may sign (--trust-root FILE --identity WHO --issuer URL, or safety.trustRoot and safety.signers in the settings), or look with cosign verify --certificate-identity WHO --certificate-oidc-issuer URL.',
};

export const notByKey = 'it was not made with a given key, or was altered since';

function readCritical(payload: Uint8Array) {
	let json: unknown;
	try {
		json = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(payload));
	} catch {
		return undefined;
	}
	const critical = isObject(json) ? json['critical'] : undefined;
	if (!isObject(critical)) return undefined;
	const {identity, image, type} = critical;
	return {
		...optional('type', optionalText(type)),
		...optional(
			'digest',
			isObject(image) ? optionalText(image['docker-manifest-digest']) : undefined,
		),
		...optional(
			'dockerReference',
			isObject(identity) ? optionalText(identity['docker-reference']) : undefined,
		),
	};
}
