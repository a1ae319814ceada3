/**
 * Keys that signatures are made and checked with: PEM files as openssl and cosign write them. A cosign key is
 * PKCS 8, locked with a password by scrypt and NaCl's secretbox (cosign, pkg/cosign/keys.go).
 */
import {createHash, createPrivateKey, createPublicKey, scrypt, type KeyObject} from 'node:crypto';
import type {Secret} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import {fieldsOf} from './json.ts';

export type PublicKey = {
	/** File name and the first digits of its fingerprint: `cosign.pub (sha256:0123456789ab)`. */
	readonly name: string;
	readonly key: KeyObject;
};

const lockedKey = /-----BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY-----([^-]+)-----END/;

/** The public key of a PEM text, which may also hold the private one. `USAGE` when there is none. */
export function readPublicKey(name: string, pem: string): PublicKey {
	let key: KeyObject;
	try {
		key = createPublicKey(pem);
	} catch (cause) {
		throw new RegbenchError('USAGE', `${name} holds no public key`, {
			hint: 'Give a PEM file such as cosign.pub: -----BEGIN PUBLIC KEY-----.',
			cause,
		});
	}
	return {name: `${name} (${fingerprintOf(key)})`, key};
}

/** Twelve digits of the SHA-256 of the public key in DER: enough to tell keys apart. */
export function fingerprintOf(key: KeyObject): string {
	const publicKey = key.type === 'public' ? key : createPublicKey(key);
	const der = publicKey.export({type: 'spki', format: 'der'});
	return `sha256:${createHash('sha256').update(der).digest('hex').slice(0, 12)}`;
}

/** Whether the private key can only be read with a password. */
export function isLocked(pem: string): boolean {
	return lockedKey.test(pem) || pem.includes('ENCRYPTED PRIVATE KEY');
}

/**
 * The private key of a PEM text. `USAGE` when there is none, or when it is locked and the password is
 * missing or wrong. The password reaches no error.
 */
export async function readPrivateKey(
	name: string,
	pem: string,
	password: Secret | undefined,
): Promise<KeyObject> {
	if (isLocked(pem) && password === undefined) {
		throw new RegbenchError('USAGE', `${name} is locked with a password`, {
			hint: 'Type it when asked, or set COSIGN_PASSWORD.',
		});
	}
	const locked = lockedKey.exec(pem)?.[1];
	try {
		if (locked !== undefined) {
			const der = await unlock(locked, password?.reveal() ?? '');
			return createPrivateKey({key: der, format: 'der', type: 'pkcs8'});
		}
		return createPrivateKey({
			key: pem,
			...(password === undefined ? {} : {passphrase: password.reveal()}),
		});
	} catch {
		// What openssl says of it may quote the key: only that it failed is told.
		throw new RegbenchError(
			'USAGE',
			isLocked(pem)
				? `${name} does not open with this password`
				: `${name} holds no private key that can be used`,
			{hint: 'Give a PEM file: cosign.key, or PKCS 8 as openssl genpkey writes it.'},
		);
	}
}

/** A file that asks for more work than cosign's own 2^16 is not opened. */
const mostRounds = 2 ** 20;

async function unlock(base64: string, password: string): Promise<Buffer> {
	const {kdf, cipher, ciphertext} = fieldsOf(
		JSON.parse(Buffer.from(base64, 'base64').toString('utf8')),
	);
	const {params, salt} = fieldsOf(kdf);
	const {N, r, p} = fieldsOf(params);
	const {nonce} = fieldsOf(cipher);
	const rounds = Number(N);
	const [blockSize, lanes] = [Number(r), Number(p)];
	if (!(rounds <= mostRounds) || blockSize > 32 || lanes > 16) throw new Error('too much work');
	const key = await new Promise<Buffer>((resolve, reject) => {
		const options = {N: rounds, r: blockSize, p: lanes, maxmem: 1024 * 1024 * 1024};
		scrypt(password, bytes(salt), 32, options, (error, derived) =>
			error ? reject(error) : resolve(derived),
		);
	});
	const {secretbox} = await import('@noble/ciphers/salsa.js');
	return Buffer.from(secretbox(key, bytes(nonce)).open(bytes(ciphertext)));
}

function bytes(value: unknown): Buffer {
	return Buffer.from(String(value), 'base64');
}
