/** Private keys for signing: plain PKCS #8, and the encrypted form that cosign writes. */
import {createPrivateKey, createPublicKey, scrypt, sign, type KeyObject} from 'node:crypto';
import {promisify} from 'node:util';
import type {Secret} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import {isObject} from '../domain/json-fields.ts';
import {sanitise} from '../domain/sanitise.ts';
import {checkedKind, fromBase64, hashesFor, keyId} from './public-key.ts';

/** A key that signs; its bytes are not to be had from it. */
export type SigningKey = {
	/** Digest of the public half in DER. */
	readonly id: string;
	/** The public half, for checking what was signed. */
	readonly publicKey: KeyObject;
	readonly sign: (bytes: Uint8Array) => Buffer;
};

const encryptedBlock =
	/-----BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY-----([\s\S]+?)-----END ENCRYPTED/;
/** 256 MiB: four times what cosign asks for; a key file must not take the machine's memory. */
const mostMemoryBytes = 256 * 1024 * 1024;
const keyBytes = 32;

/** Whether a password is needed to use the key in the PEM text. */
export function isEncrypted(pem: string): boolean {
	return /-----BEGIN ENCRYPTED /.test(pem) || /^Proc-Type: 4,ENCRYPTED/m.test(pem);
}

/**
 * The key in the PEM text of the file `name`. `USAGE` for what is no private key, or the wrong
 * password; no error repeats anything of the key.
 */
export async function readPrivateKey(
	name: string,
	pem: string,
	password: Secret | undefined,
): Promise<SigningKey> {
	const shown = sanitise(name);
	const body = encryptedBlock.exec(pem)?.[1];
	let key: KeyObject;
	if (body === undefined) {
		try {
			key = createPrivateKey({
				key: pem,
				...(password === undefined ? {} : {passphrase: password.reveal()}),
			});
		} catch {
			throw isEncrypted(pem) ? wrongPassword(shown) : notAKey(shown);
		}
	} else {
		const der = await decrypt(shown, body, password?.reveal() ?? '');
		try {
			key = createPrivateKey({key: der, format: 'der', type: 'pkcs8'});
		} catch {
			throw notAKey(shown);
		} finally {
			der.fill(0);
		}
	}
	checkedKind(shown, key);
	const publicKey = createPublicKey(key);
	const [hash = 'sha256'] = hashesFor(key);
	return {id: keyId(publicKey), publicKey, sign: bytes => sign(hash, bytes, key)};
}

/** cosign's form: JSON of scrypt's parameters and a NaCl secretbox around PKCS #8. */
async function decrypt(name: string, body: string, password: string): Promise<Buffer> {
	const {N, r, p, salt, nonce, ciphertext} = readEnvelope(name, body);
	const {default: nacl} = await import('tweetnacl');
	const derived = await promisify<string, Buffer, number, object, Buffer>(scrypt)(
		password,
		salt,
		keyBytes,
		{N, r, p, maxmem: mostMemoryBytes * 2},
	);
	const opened = nacl.secretbox.open(ciphertext, nonce, derived);
	derived.fill(0);
	if (!opened) throw wrongPassword(name);
	return Buffer.from(opened.buffer, opened.byteOffset, opened.byteLength);
}

function readEnvelope(name: string, body: string) {
	let json: unknown;
	try {
		json = JSON.parse(Buffer.from(body, 'base64').toString('utf8'));
	} catch {
		throw notAKey(name);
	}
	const kdf = isObject(json) && isObject(json['kdf']) ? json['kdf'] : {};
	const params = isObject(kdf['params']) ? kdf['params'] : {};
	const cipher = isObject(json) && isObject(json['cipher']) ? json['cipher'] : {};
	if (kdf['name'] !== 'scrypt' || cipher['name'] !== 'nacl/secretbox') throw notAKey(name);
	const [N, r, p] = [params['N'], params['r'], params['p']].map(Number) as [number, number, number];
	const salt = fromBase64(kdf['salt']);
	const nonce = fromBase64(cipher['nonce']);
	const ciphertext = fromBase64(isObject(json) ? json['ciphertext'] : undefined);
	const whole = [N, r, p].every(value => Number.isSafeInteger(value) && value > 0);
	const isPower = whole && N > 1 && Number.isInteger(Math.log2(N));
	if (!isPower || p > 16 || 128 * N * r > mostMemoryBytes) throw notAKey(name);
	if (!salt || nonce?.length !== 24 || !ciphertext) throw notAKey(name);
	return {N, r, p, salt, nonce, ciphertext};
}

function notAKey(name: string): RegbenchError {
	return new RegbenchError('USAGE', `${name} is no private key that can be used`, {
		hint: 'Give cosign.key as cosign generate-key-pair makes it, or a PKCS #8 key as PEM.',
	});
}

function wrongPassword(name: string): RegbenchError {
	return new RegbenchError('USAGE', `The password does not open ${name}`, {
		hint: 'Type it again, or check what COSIGN_PASSWORD holds.',
	});
}
