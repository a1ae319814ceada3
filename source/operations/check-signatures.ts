/** The signatures of an image on its registry: where they are, and whether given keys made them. */
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import {parseManifest, type Descriptor} from '../domain/manifest.ts';
import {formatReference, parseReference, tagOrDigest} from '../domain/reference.ts';
import type {Referrer} from '../domain/remote.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {
	FoundSignature,
	SignatureKind,
	SignatureReport,
	Verification,
} from '../domain/signatures.ts';
import type {CallOptions, RemoteRepository} from '../registry/registry-client.ts';
import {checkLayer, isSigned, type Trust} from '../signatures/check-layer.ts';
import {bundleMediaType, signPredicate} from '../signatures/envelope.ts';
import {readKeyFile} from '../signatures/key-file.ts';
import {readPublicKey, type VerificationKey} from '../signatures/public-key.ts';
import {simpleSigning, type Checked} from '../signatures/simple-signing.ts';
import {readTrustRoot} from '../signatures/trust-root.ts';
import type {OperationContext} from './context.ts';
import {openSide} from './copy-side.ts';
import type {SignatureTrust} from './signature-trust.ts';

/** Without keys and roots, signatures are only listed. */
export type SignatureRequest = SignatureTrust & {
	/** Of an image on a registry; everything is said of the digest it points at now. */
	readonly reference: string;
};

/** Artifacts and signatures that are looked at; whoever puts more there wants to keep us busy. */
const mostArtifacts = 50;
const mostSignatures = 50;
/** Of a payload or statement; an SBOM may be long. */
const mostBytes = 8 * 1024 * 1024;

/**
 * What the referrers API (or its fallback tag) and cosign's tags hold for the image, each verified with
 * the keys and roots. One that cannot be read is told as refused or not checked and stops nothing. Fails with
 * `USAGE` for a file of keys or roots that is none, `INVALID_REFERENCE`, `TAG_NOT_FOUND` and as every registry call.
 */
export async function checkSignatures(
	request: SignatureRequest,
	context: Pick<OperationContext, 'registry' | 'credentials' | 'signal'> &
		Pick<CallOptions, 'onNotice'>,
): Promise<SignatureReport> {
	const trust = await readTrust(request);
	const {signal, onNotice} = context;
	const options: CallOptions = {signal, onNotice};
	const reference = parseReference(request.reference);
	const {repository, guard} = await openSide(reference, context);
	const target = await guard(repository.resolve(tagOrDigest(reference), options));
	const name = formatReference(reference);
	if (!target) throw new RegbenchError('TAG_NOT_FOUND', `${name} is not on the registry`);
	const referrers = await guard(repository.referrers(target.digest, options));
	const looked = referrers.slice(0, mostArtifacts);
	const found: FoundSignature[] = [];
	for (const referrer of looked) {
		found.push(...(await readArtifact(repository, referrer, target, trust, options)));
	}
	return {
		reference: name,
		subject: target.digest,
		found,
		keys: trust.keys.map(key => key.name),
		...(trust.roots ? {trustRoot: trust.roots.name} : {}),
		leftOut: referrers.length - looked.length,
	};
}

/** The public key in the file. `USAGE` where it is none. */
export async function readTrustedKey(file: string): Promise<VerificationKey> {
	const {name, text} = await readKeyFile(file);
	return readPublicKey(name, text);
}

async function readTrust({keyFiles, trustRoot, signers = []}: SignatureTrust): Promise<Trust> {
	const keys: VerificationKey[] = [];
	for (const file of keyFiles) keys.push(await readTrustedKey(file));
	if (trustRoot === undefined) return {keys};
	const {name, text} = await readKeyFile(trustRoot, 'trust root');
	return {keys, roots: {name, material: await readTrustRoot(name, text), signers}};
}

/** Every signature or statement that one artifact carries. */
async function readArtifact(
	repository: RemoteRepository,
	referrer: Referrer,
	{digest: subject}: Descriptor,
	trust: Trust,
	options: CallOptions,
): Promise<readonly FoundSignature[]> {
	const {digest, tag} = referrer;
	const base = {
		digest,
		where: tag === undefined ? ({by: 'referrers'} as const) : ({by: 'tag', tag} as const),
		mediaType: referrer.artifactType,
	};
	const kind = kindOf(referrer);
	if (kind === 'notation-signature') {
		return [{...base, kind, signer: {}, verified: notation}];
	}
	let layers: readonly Descriptor[];
	try {
		const manifest = parseManifest(await repository.manifest(digest, options));
		layers = manifest.kind === 'manifest' ? manifest.layers.filter(isSigned) : [];
	} catch (error) {
		return [{...base, kind, signer: {}, verified: unreadable(error)}];
	}
	if (layers.length === 0) return [{...base, kind, signer: {}, verified: unsignedArtifact}];
	const found: FoundSignature[] = [];
	for (const layer of layers.slice(0, mostSignatures)) {
		const mediaType = sanitise(layer.mediaType, 200);
		try {
			const bytes = await readBlob(repository, layer, options);
			const checked = await checkLayer(layer, bytes, subject, trust);
			found.push({...base, mediaType, kind: kindOfLayer(layer, kind, checked), ...checked});
		} catch (error) {
			found.push({
				...base,
				mediaType,
				kind: kindOfLayer(layer, kind),
				signer: {},
				verified: unreadable(error),
			});
		}
	}
	return found;
}

async function readBlob(
	repository: RemoteRepository,
	blob: Descriptor,
	options: CallOptions,
): Promise<Uint8Array> {
	if (blob.size > mostBytes) throw new RegbenchError('TOO_LARGE', 'it is too long to be read');
	const chunks: Uint8Array[] = [];
	for await (const chunk of repository.readBlob(blob, options)) chunks.push(chunk);
	return Buffer.concat(chunks);
}

function kindOf({artifactType, kind}: Referrer): SignatureKind {
	if (artifactType === 'application/vnd.cncf.notary.signature') return 'notation-signature';
	if (kind !== 'signature') return kind;
	return bundleMediaType.test(artifactType) ? 'bundle-signature' : 'cosign-signature';
}

/** By what is really there: what a list says of an artifact is only a claim. */
function kindOfLayer(
	{mediaType}: Descriptor,
	claimed: SignatureKind,
	checked?: Checked,
): SignatureKind {
	if (mediaType === simpleSigning.mediaType) return 'cosign-signature';
	const predicate = checked?.predicateType;
	if (predicate === undefined) return claimed;
	if (predicate === signPredicate) return 'bundle-signature';
	return /spdx|cyclonedx|sbom/i.test(predicate) ? 'sbom' : 'attestation';
}

const notation: Verification = {
	state: 'not-checked',
	reason: 'notation signs with certificates, which need a trust policy',
	whatToDo: 'Look with notation verify.',
};

const unsignedArtifact: Verification = {
	state: 'not-checked',
	reason: 'nothing in it is signed in a way that is known here',
	whatToDo: 'Ask whoever put it there; anybody who may push can.',
};

/** A failure of one artifact, told with it; only what concerns all of them is thrown on. */
function unreadable(thrown: unknown): Verification {
	const error = toRegbenchError(thrown);
	switch (error.code) {
		case 'DIGEST_MISMATCH':
			return {state: 'refused', reason: 'its bytes do not have the digest they are stored under'};
		case 'PROTOCOL_ERROR':
			return {state: 'refused', reason: 'it cannot be read'};
		case 'TAG_NOT_FOUND':
			return {state: 'refused', reason: 'a part of it is not on the registry'};
		case 'TOO_LARGE':
			return {
				state: 'not-checked',
				reason: 'it is too long to be read here',
				whatToDo: 'Look with cosign verify-attestation.',
			};
		default:
			throw error;
	}
}
