/** What is known of the signatures of an image: plain values, every text in them sanitised. */
import type {Digest} from './digest.ts';

export type SignatureKind =
	/** cosign's own format: a simple-signing payload under `sha256-HEX.sig`. */
	| 'cosign-signature'
	/** A signature in a Sigstore bundle, as cosign 3 writes it. */
	| 'bundle-signature'
	| 'notation-signature'
	/** A statement about the image: provenance, a scan, … */
	| 'attestation'
	| 'sbom'
	| 'other';

/** By which of the places that clients look in it was found. */
export type SignaturePlace =
	/** The registry's referrers API, or the fallback tag that stands in for it. */
	| {readonly by: 'referrers'}
	/** One of cosign's tags. */
	| {readonly by: 'tag'; readonly tag: string};

/** What a signature says of its maker; nothing here is proved unless it is verified. */
export type SignerFacts = {
	/** Digest of the public key that it was verified with. */
	readonly keyId?: string;
	/** Of a certificate (keyless): who, and by whose word. */
	readonly identity?: string;
	readonly issuer?: string;
	/** Who told the authority of Sigstore so: the address where the signer logged in. */
	readonly oidcIssuer?: string;
	/** The name that the image was signed under; images get copied, so it decides nothing. */
	readonly dockerReference?: string;
};

/** Who may sign with a certificate (keyless); both have to be exactly so. */
export type ExpectedSigner = {
	/** Address or e-mail address in the certificate. */
	readonly identity: string;
	/** Where they log in: `https://token.actions.githubusercontent.com`. */
	readonly issuer: string;
};

export type Verification =
	| {
			readonly state: 'verified';
			/** The key's name, or whom the certificate names. */
			readonly by: string;
			/** Where it was a certificate: by whose word it names them. */
			readonly issuer?: string;
	  }
	| {readonly state: 'refused'; readonly reason: string}
	| {readonly state: 'not-checked'; readonly reason: string; readonly whatToDo: string};

export type FoundSignature = {
	readonly kind: SignatureKind;
	/** Of the manifest that carries it. */
	readonly digest: Digest;
	readonly where: SignaturePlace;
	readonly mediaType: string;
	/** Of attestations. */
	readonly predicateType?: string;
	readonly signer: SignerFacts;
	readonly verified: Verification;
};

export type SignatureReport = {
	/** Full reference as asked. */
	readonly reference: string;
	/** What the reference pointed at; all that is said here is said of this digest. */
	readonly subject: Digest;
	readonly found: readonly FoundSignature[];
	/** Names of the keys that were tried. */
	readonly keys: readonly string[];
	/** Name of the file with the roots that certificates were checked against. */
	readonly trustRoot?: string;
	/** More artifacts were there than are looked at. */
	readonly leftOut: number;
};

/**
 * `verified`: a signature of the image was made by a given key or an expected signer. `refused`: there
 * are signatures, and none that could be checked is by one of them. `not-checked`: there are signatures that nobody could
 * check. `unsigned`: none at all. Attestations are no signatures of the image.
 */
export type SignatureVerdict = 'verified' | 'refused' | 'not-checked' | 'unsigned';

/** What the signatures of a report amount to: one good signature is enough. */
export function signatureVerdict({found}: Pick<SignatureReport, 'found'>): SignatureVerdict {
	const signatures = found.filter(({kind}) => isSignature(kind));
	if (signatures.length === 0) return 'unsigned';
	const has = (state: Verification['state']) =>
		signatures.some(({verified}) => verified.state === state);
	if (has('verified')) return 'verified';
	return has('refused') ? 'refused' : 'not-checked';
}

/** Whether it signs the image itself, rather than saying something about it. */
export function isSignature(kind: SignatureKind): boolean {
	return (
		kind === 'cosign-signature' || kind === 'bundle-signature' || kind === 'notation-signature'
	);
}

const kindTitles: Readonly<Record<SignatureKind, string>> = {
	'cosign-signature': 'cosign signature',
	'bundle-signature': 'sigstore bundle',
	'notation-signature': 'notation signature',
	attestation: 'attestation',
	sbom: 'SBOM',
	other: 'artifact',
};

/** `cosign signature`: the kind in words. */
export function titleOfSignature({kind}: Pick<FoundSignature, 'kind'>): string {
	return kindTitles[kind];
}

/** `verified with cosign.pub`, `refused: …`, `not checked: …`: one line for a row. */
export function describeVerification(verified: Verification): string {
	switch (verified.state) {
		case 'verified':
			return verified.issuer === undefined
				? `verified with ${verified.by}`
				: `verified as signed by ${verified.by} (${verified.issuer})`;
		case 'refused':
			return `refused: ${verified.reason}`;
		case 'not-checked':
			return `not checked: ${verified.reason}`;
	}
}
