/** Keys for tests, made anew each time; the encrypted form is written without the product. */
import {generateKeyPairSync, randomBytes, scryptSync, type KeyObject} from 'node:crypto';
import nacl from 'tweetnacl';

export type TestKeys = {
	readonly publicPem: string;
	readonly privatePem: string;
	readonly privateKey: KeyObject;
};

export type KeyKind = 'P-256' | 'P-384' | 'rsa' | 'ed25519';

export function makeKeys(kind: KeyKind = 'P-256'): TestKeys {
	const {publicKey, privateKey} = generate(kind);
	return {
		publicPem: publicKey.export({type: 'spki', format: 'pem'}).toString(),
		privatePem: privateKey.export({type: 'pkcs8', format: 'pem'}).toString(),
		privateKey,
	};
}

function generate(kind: KeyKind) {
	if (kind === 'rsa') return generateKeyPairSync('rsa', {modulusLength: 2048});
	if (kind === 'ed25519') return generateKeyPairSync('ed25519');
	return generateKeyPairSync('ec', {namedCurve: kind});
}

/** As `cosign generate-key-pair` writes cosign.key: scrypt, NaCl secretbox, JSON, PEM. */
export function encryptedPem(
	{privateKey}: TestKeys,
	password: string,
	{N = 32_768, title = 'ENCRYPTED SIGSTORE PRIVATE KEY'} = {},
): string {
	const salt = randomBytes(32);
	const nonce = randomBytes(24);
	const secret = scryptSync(password, salt, 32, {
		N: Math.min(N, 65_536),
		r: 8,
		p: 1,
		maxmem: 2 ** 28,
	});
	const der = privateKey.export({type: 'pkcs8', format: 'der'});
	const ciphertext = nacl.secretbox(der, nonce, secret);
	const json = JSON.stringify({
		kdf: {name: 'scrypt', params: {N, r: 8, p: 1}, salt: salt.toString('base64')},
		cipher: {name: 'nacl/secretbox', nonce: nonce.toString('base64')},
		ciphertext: Buffer.from(ciphertext).toString('base64'),
	});
	const body = Buffer.from(json).toString('base64').replaceAll(/.{64}/g, '$&\n');
	return `-----BEGIN ${title}-----\n${body}\n-----END ${title}-----\n`;
}
