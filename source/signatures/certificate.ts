/** Who a certificate names; nothing of it is proved here. */
import {X509Certificate} from 'node:crypto';
import {optional} from '../domain/json-fields.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {SignerFacts} from '../domain/signatures.ts';

/** The subject's names in a certificate (PEM or DER); nothing for what cannot be read. */
export function certificateFacts(
	certificate: Buffer | string,
): Pick<SignerFacts, 'identity' | 'issuer'> {
	try {
		const {subjectAltName, issuer} = new X509Certificate(certificate);
		const names = (subjectAltName ?? '')
			.replaceAll(/(?:^|, )(?:email|URI|othername):/g, ' ')
			.trim();
		return {
			...optional('identity', names === '' ? undefined : sanitise(names, 300)),
			...optional('issuer', issuer ? sanitise(issuer.replaceAll('\n', ', '), 300) : undefined),
		};
	} catch {
		return {};
	}
}
