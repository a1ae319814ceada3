import {createPrivateKey, sign, X509Certificate} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import type {Certificate} from './certificates.ts';

/** Turns claims into a signed JSON web token. */
export type TokenSigner = (claims: object) => string;

/** Signs RS256 with the certificate in `x5c`, by which docker-registry knows the signer. */
export async function readTokenSigner(certificate: Certificate): Promise<TokenSigner> {
	const key = createPrivateKey(await readFile(certificate.keyFile));
	const {raw} = new X509Certificate(await readFile(certificate.certificateFile));
	const header = encode({typ: 'JWT', alg: 'RS256', x5c: [raw.toString('base64')]});
	return claims => {
		const signed = `${header}.${encode(claims)}`;
		return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
	};
}

function encode(value: object): string {
	return Buffer.from(JSON.stringify(value)).toString('base64url');
}
