/** Public keys, and whether one of them has signed some bytes. */
import {createPublicKey, verify, type KeyObject} from 'node:crypto';
import {digestOf} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';

export type VerificationKey = {
	/** How a person knows it: the name of its file. */
	readonly name: string;
	readonly key: KeyObject;
	/** Digest of its DER form. */
	readonly id: string;
};

const usage = 'Give the public key of the signer as PEM, for example cosign.pub.';

/** A public key from PEM: ECDSA, RSA or Ed25519. `USAGE` for anything else, a private key too. */
export function readPublicKey(name: string, pem: string): VerificationKey {
	const shown = sanitise(name);
	// Node would make a public key of a private one; whoever hands that out ought to know.
	if (/PRIVATE KEY-----/.test(pem)) {
		throw new RegbenchError('USAGE', `${shown} is a private key`, {hint: usage});
	}
	let key: KeyObject;
	try {
		key = createPublicKey(pem);
	} catch {
		throw new RegbenchError('USAGE', `${shown} is no public key`, {hint: usage});
	}
	return {name: shown, key: checkedKind(shown, key), id: keyId(key)};
}

/** The public half as it is told apart from others: digest of its DER form. */
export function keyId(key: KeyObject): string {
	return digestOf(key.export({type: 'spki', format: 'der'}));
}

/** The key, where it is of a kind that cosign uses too; `USAGE` otherwise. */
export function checkedKind(name: string, key: KeyObject): KeyObject {
	if (['ec', 'rsa', 'ed25519'].includes(key.asymmetricKeyType ?? '')) return key;
	throw new RegbenchError('USAGE', `${name} is a key of the kind ${key.asymmetricKeyType}`, {
		hint: 'Use an ECDSA, RSA or Ed25519 key.',
	});
}

/** The first of the keys that made the signature over exactly these bytes. */
export function signerOf(
	bytes: Uint8Array,
	signature: Uint8Array,
	keys: readonly VerificationKey[],
): VerificationKey | undefined {
	return keys.find(({key}) =>
		hashesFor(key).some(hash => {
			try {
				return verify(hash, bytes, key, signature);
			} catch {
				return false;
			}
		}),
	);
}

/** The hash that a key signs with; Ed25519 has its own. */
export function hashesFor(key: KeyObject): readonly (string | null)[] {
	if (key.asymmetricKeyType === 'ed25519') return [null];
	// Versions of cosign differ in the hash for the larger curves.
	const curve = key.asymmetricKeyDetails?.namedCurve;
	if (curve === 'secp384r1') return ['sha256', 'sha384'];
	if (curve === 'secp521r1') return ['sha256', 'sha512'];
	return ['sha256'];
}

/** Bytes of strict base64; undefined for what is none. */
export function fromBase64(text: unknown): Buffer | undefined {
	if (typeof text !== 'string' || !/^[A-Za-z0-9+/\r\n]+={0,2}[\r\n]*$/.test(text)) return undefined;
	return Buffer.from(text, 'base64');
}
