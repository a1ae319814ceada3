/** Whose signatures are believed: by the settings, or as it is given for this time. */
import type {ExpectedSigner} from '../domain/signatures.ts';
import type {SafetySettings} from '../settings/schema.ts';

export type SignatureTrust = {
	/** Public keys as PEM files. */
	readonly keyFiles: readonly string[];
	/** File with the roots of a Sigstore, for what was signed with certificates. */
	readonly trustRoot?: string;
	/** Who may sign with a certificate. */
	readonly signers?: readonly ExpectedSigner[];
};

/** Each part that is given stands in for that part of the settings: whoever names a key wants that one. */
export function signatureTrust(
	settings: SafetySettings | undefined,
	given: Partial<SignatureTrust> = {},
): SignatureTrust {
	const {publicKeys = [], signers = []} = settings ?? {};
	const trustRoot = given.trustRoot ?? settings?.trustRoot;
	return {
		keyFiles: given.keyFiles?.length ? given.keyFiles : publicKeys,
		signers: given.signers?.length ? given.signers : signers,
		...(trustRoot === undefined ? {} : {trustRoot}),
	};
}
