/** What was found of signatures beside an image, and what became of checking them. Plain values. */

/** Whether a signature holds. That one exists says nothing: only `verified` does. */
export type SignatureVerdict =
	| {
			readonly state: 'verified';
			/** Whose key or identity it was checked with. */
			readonly by: string;
	  }
	| {readonly state: 'refused'; readonly reason: string}
	| {readonly state: 'not-checked'; readonly reason: string; readonly whatToDo: string};

export type SignatureFormat = 'cosign' | 'sigstore bundle' | 'notation' | 'other';

/** One signature, attestation or other artifact beside the image. All texts are sanitised. */
export type FoundSignature = {
	readonly kind: 'signature' | 'attestation' | 'sbom' | 'other';
	readonly format: SignatureFormat;
	/** Of the artifact's manifest. */
	readonly digest: string;
	/** Where it stands: a tag beside the image, or the list of what refers to it. */
	readonly place: string;
	/** What an attestation states, by its type's address. */
	readonly predicateType?: string;
	/** What the signed payload names, which nobody may rely on: images are copied. */
	readonly signedName?: string;
	/** Who a certificate names; true only where the verdict is `verified`. */
	readonly identity?: string;
	readonly issuer?: string;
	readonly verdict: SignatureVerdict;
};

export type SignatureReport = {
	/** Full reference as it was asked. */
	readonly reference: string;
	/** What the tag points at: the index where there is one. Every verdict is about this digest. */
	readonly digest: string;
	readonly found: readonly FoundSignature[];
	/** Keys it was checked with: file name and fingerprint. */
	readonly keys: readonly string[];
};

/** In one word: what a person may believe of the image after the check. */
export type SignatureSummary = 'verified' | 'refused' | 'not-checked' | 'unsigned';

/** One good signature is enough; what only attests or lists is no signature of the image. */
export function summarise({found}: Pick<SignatureReport, 'found'>): SignatureSummary {
	const signatures = found.filter(({kind}) => kind === 'signature');
	if (signatures.length === 0) return 'unsigned';
	for (const state of ['verified', 'refused'] as const) {
		if (signatures.some(({verdict}) => verdict.state === state)) return state;
	}
	return 'not-checked';
}
