/** Whether bytes were signed by a key, and signing them. */
import {sign, verify, type KeyObject} from 'node:crypto';

/**
 * The hashes with which a key may have signed; cosign's versions differ for the larger curves. Ed25519 has its
 * own, which Node calls null.
 */
function hashesFor(key: KeyObject): ReadonlyArray<string | null> {
	switch (key.asymmetricKeyType) {
		case 'ed25519':
			return [null];
		case 'ec':
			switch (key.asymmetricKeyDetails?.namedCurve) {
				case 'secp384r1':
					return ['sha256', 'sha384'];
				case 'secp521r1':
					return ['sha256', 'sha512'];
				default:
					return ['sha256'];
			}
		default:
			return ['sha256'];
	}
}

/** Never throws: what cannot be a signature of the key is none. */
export function isSignedBy(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
	return hashesFor(key).some(hash => {
		try {
			return verify(hash, bytes, key, signature);
		} catch {
			return false;
		}
	});
}

/** The signature as cosign makes it: ECDSA in DER, RSA by PKCS 1, over SHA-256. */
export function signBytes(key: KeyObject, bytes: Uint8Array): Buffer {
	return sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', bytes, key);
}
