/** Cosign's classic payload, which names an image by its manifest's digest (cosign, SIGNATURE_SPEC.md). */
import type {Digest} from '../domain/digest.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {SignatureVerdict} from '../domain/signatures.ts';
import {isSignedBy} from './check-bytes.ts';
import {fieldsOf, parseJson} from './json.ts';
import type {PublicKey} from './keys.ts';

export const simpleSigningType = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** The annotation of a layer that holds its signature, in base64. */
export const signatureAnnotation = 'dev.cosignproject.cosign/signature';
export const certificateAnnotation = 'dev.sigstore.cosign/certificate';

const payloadType = 'cosign container image signature';

/** The bytes to sign for an image. The name is what a person sees; the digest is what counts. */
export function makePayload(digest: Digest, name: string): Buffer {
	return Buffer.from(
		JSON.stringify({
			critical: {
				identity: {'docker-reference': name},
				image: {'docker-manifest-digest': digest},
				type: payloadType,
			},
			optional: null,
		}),
	);
}

export type CheckedPayload = {
	readonly verdict: SignatureVerdict;
	readonly signedName?: string;
};

/** Checks that one of the keys signed these very bytes, and that they are about this image. */
export function checkPayload(
	payload: Uint8Array,
	signature: string | undefined,
	digest: Digest,
	keys: readonly PublicKey[],
): CheckedPayload {
	const {critical} = fieldsOf(parseJson(payload));
	const {identity, image, type} = fieldsOf(critical);
	const name = fieldsOf(identity)['docker-reference'];
	const named = typeof name === 'string' && name !== '' ? {signedName: sanitise(name)} : {};
	const refused = (reason: string) => ({...named, verdict: {state: 'refused' as const, reason}});
	if (signature === undefined) return refused('it has no signature on it');
	const bytes = Buffer.from(signature, 'base64');
	const signer = keys.find(({key}) => isSignedBy(key, payload, bytes));
	if (!signer) return refused('none of the given keys made it');
	if (type !== payloadType) return refused('what is signed is no signature of an image');
	const about = fieldsOf(image)['docker-manifest-digest'];
	if (about !== digest) return refused('it was made for another image');
	return {...named, verdict: {state: 'verified', by: signer.name}};
}
