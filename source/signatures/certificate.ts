/** Who a certificate names; nothing of it is proved here. */
import {X509Certificate} from 'node:crypto';
import {optional} from '../domain/json-fields.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {SignerFacts} from '../domain/signatures.ts';

/** The subject's names in a certificate (PEM or DER), and by whose word; nothing for what cannot be read. */
export function certificateFacts(
	certificate: Buffer | string,
): Pick<SignerFacts, 'identity' | 'issuer' | 'oidcIssuer'> {
	try {
		const {subjectAltName, issuer, raw} = new X509Certificate(certificate);
		const names = (subjectAltName ?? '')
			.replaceAll(/(?:^|, )(?:email|URI|othername):/g, ' ')
			.trim();
		const oidcIssuer = sanitise(oidcIssuerIn(raw) ?? '', 300);
		return {
			...optional('identity', names === '' ? undefined : sanitise(names, 300)),
			...optional('issuer', issuer ? sanitise(issuer.replaceAll('\n', ', '), 300) : undefined),
			...optional('oidcIssuer', oidcIssuer === '' ? undefined : oidcIssuer),
		};
	} catch {
		return {};
	}
}

/** 1.3.6.1.4.1.57264.1.8 in DER: who told the authority of Sigstore whom it has before it. */
const issuerExtension = Buffer.from('060a2b0601040183bf300108', 'hex');
const octetString = 0x04;
const utf8String = 0x0c;

/** For showing only, so it is enough to look for the extension instead of reading all of the certificate. */
function oidcIssuerIn(der: Buffer): string | undefined {
	const found = der.indexOf(issuerExtension);
	if (found < 0) return undefined;
	const outer = contentOf(der, found + issuerExtension.length, octetString);
	const inner = outer && contentOf(outer, 0, utf8String);
	return inner?.toString('utf8');
}

function contentOf(der: Buffer, offset: number, tag: number): Buffer | undefined {
	const length = der[offset + 1] ?? 0;
	if (der[offset] !== tag) return undefined;
	if (length < 0x80) return der.subarray(offset + 2, offset + 2 + length);
	// One more byte has the length of texts up to 255 bytes; longer ones are no address.
	return length === 0x81
		? der.subarray(offset + 3, offset + 3 + (der[offset + 2] ?? 0))
		: undefined;
}
