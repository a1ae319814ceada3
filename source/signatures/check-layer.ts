/** Whether one layer of an artifact signs an image, in whichever of the known forms. */
import type {Digest} from '../domain/digest.ts';
import type {Fields} from '../domain/json-fields.ts';
import type {Descriptor} from '../domain/manifest.ts';
import {bundleOfNotes} from './cosign-bundle.ts';
import {bundleMediaType, checkBundle, checkEnvelope, envelopeMediaType} from './envelope.ts';
import type {CertifiedBundle} from './keyless.ts';
import type {VerificationKey} from './public-key.ts';
import {checkSimpleSigning, keyless, simpleSigning, type Checked} from './simple-signing.ts';
import type {KeylessTrust} from './trust-root.ts';

/** Who is believed. */
export type Trust = {
	readonly keys: readonly VerificationKey[];
	readonly roots?: KeylessTrust | undefined;
};

/** Whether the layer is in one of the forms that {@link checkLayer} knows. */
export function isSigned({mediaType}: Descriptor): boolean {
	return (
		mediaType === simpleSigning.mediaType ||
		mediaType === envelopeMediaType ||
		bundleMediaType.test(mediaType)
	);
}

/** The layer's bytes against the digest, first with the keys, then with the roots. Never rejects for what is in them. */
export async function checkLayer(
	layer: Descriptor,
	bytes: Uint8Array,
	subject: Digest,
	{keys, roots}: Trust,
): Promise<Checked> {
	const checked = checkWithKeys(layer, bytes, subject, keys);
	// Only what is about this image, and could not be checked for want of a key, comes this far.
	if (checked.verified !== keyless || !roots) return checked;
	const certified = certifiedIn(layer, bytes);
	if (!certified) return {...checked, verified: unproved};
	const {checkKeyless} = await import('./keyless.ts');
	return {...checked, ...checkKeyless(certified, roots)};
}

function checkWithKeys(
	{mediaType, annotations = {}}: Descriptor,
	bytes: Uint8Array,
	subject: Digest,
	keys: readonly VerificationKey[],
): Checked {
	const certificate = annotations[simpleSigning.certificate];
	if (mediaType === simpleSigning.mediaType) {
		const signature = annotations[simpleSigning.signature];
		return checkSimpleSigning(bytes, signature, subject, keys, certificate);
	}
	if (mediaType === envelopeMediaType) return checkEnvelope(bytes, subject, keys, certificate);
	return checkBundle(bytes, subject, keys);
}

function certifiedIn(
	{mediaType, annotations = {}}: Descriptor,
	bytes: Uint8Array,
): CertifiedBundle | undefined {
	if (mediaType === simpleSigning.mediaType) return bundleOfNotes(annotations, bytes);
	const json = JSON.parse(Buffer.from(bytes).toString('utf8')) as Fields;
	return mediaType === envelopeMediaType ? bundleOfNotes(annotations, bytes, json) : {bundle: json};
}

const unproved = {
	state: 'not-checked',
	reason: 'nothing beside it tells when its certificate signed, which is good for minutes only',
	whatToDo:
		'Look with cosign verify --certificate-identity WHO --certificate-oidc-issuer URL, which asks the log.',
} as const;
