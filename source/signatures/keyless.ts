/** Signatures by certificate, without a key of their own (Sigstore): checked against its roots and the expected signers. */
import {bundleFromJSON, type SerializedBundle, type TransparencyLogEntry} from '@sigstore/bundle';
import {toSignedEntity, Verifier, type Signer} from '@sigstore/verify';
import {isObject, optional} from '../domain/json-fields.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {SignerFacts, Verification} from '../domain/signatures.ts';
import type {KeylessTrust} from './trust-root.ts';

/** A Sigstore bundle, parsed, and what it signs where that is not in it. */
export type CertifiedBundle = {
	readonly bundle: object;
	readonly artifact?: Uint8Array;
};

/**
 * Whether the certificate is by one of the roots, was good when it signed, as a log or clock of theirs
 * tells, signed exactly this, and names an expected signer. What the bundle is about is not looked at.
 */
export function checkKeyless(
	{bundle, artifact}: CertifiedBundle,
	{name, material, signers}: KeylessTrust,
): {readonly verified: Verification; readonly signer?: SignerFacts} {
	let signer: Signer;
	try {
		const parsed = bundleFromJSON(bundle as SerializedBundle);
		if (!parsed.verificationMaterial.tlogEntries.every(hasPlainNames)) {
			return {verified: {state: 'refused', reason: 'its log signs under a name that is none'}};
		}
		const entity = toSignedEntity(parsed, artifact && Buffer.from(artifact));
		// A Sigstore of one's own may have no logs; its roots tell. A proof of the time it takes always.
		signer = new Verifier(material, {
			tlogThreshold: Math.min(1, material.tlogs.length),
			ctlogThreshold: Math.min(1, material.ctlogs.length),
			timestampThreshold: 1,
		}).verify(entity);
	} catch (thrown) {
		return {verified: {state: 'refused', reason: reasonOf(thrown, name)}};
	}
	const identity = signer.identity?.subjectAlternativeName ?? '';
	const issuer = signer.identity?.extensions?.issuer ?? '';
	const shown = {identity: sanitise(identity, 300), oidcIssuer: sanitise(issuer, 300)};
	const facts: SignerFacts = {
		...optional('identity', shown.identity || undefined),
		...optional('oidcIssuer', shown.oidcIssuer || undefined),
	};
	const text = `${shown.identity || 'nobody'}, as ${shown.oidcIssuer || 'nobody'} says`;
	if (signers.length === 0) {
		return {
			signer: facts,
			verified: {
				state: 'not-checked',
				reason: `it is signed by ${text}, and it is not told who may sign`,
				whatToDo: 'If they may, name them: --identity WHO --issuer URL, or safety.signers.',
			},
		};
	}
	// Exactly: the library would take what is expected as a pattern that may match a part.
	const isExpected = signers.some(one => one.identity === identity && one.issuer === issuer);
	if (!isExpected || identity === '' || issuer === '') {
		return {
			signer: facts,
			verified: {state: 'refused', reason: `it is signed by ${text}, who is not expected`},
		};
	}
	return {
		signer: facts,
		verified: {state: 'verified', by: shown.identity, issuer: shown.oidcIssuer},
	};
}

/** The library takes the names under a checkpoint as patterns: one that takes for ever to match must not get there. */
function hasPlainNames({inclusionProof}: TransparencyLogEntry): boolean {
	const note = inclusionProof?.checkpoint?.envelope ?? '';
	return [...note.matchAll(/\u2014 (\S+) /g)].every(([, name = '']) =>
		/^[\w.:/-]{1,200}$/.test(name),
	);
}

/** By the code of the failure; its message has texts of the signer in it. */
function reasonOf(thrown: unknown, name: string): string {
	const code = isObject(thrown) ? String(thrown['code']) : '';
	if (code === 'TIMESTAMP_ERROR')
		return `nothing that ${name} vouches for proves when it was signed`;
	if (code === 'CERTIFICATE_ERROR') return `its certificate is by nobody that ${name} vouches for`;
	if (code === 'SIGNATURE_ERROR') return 'its certificate did not make it, or it was altered since';
	if (code === 'TLOG_BODY_ERROR') return 'the log has an entry about something else';
	if (code.startsWith('TLOG_')) return `it is in no log that ${name} vouches for`;
	return 'its bundle cannot be read';
}
