/** The roots of a Sigstore: whose certificates, logs and clocks are believed (Sigstore protobuf-specs, TrustedRoot). */
import type {TrustMaterial} from '@sigstore/verify';
import {RegbenchError} from '../domain/errors.ts';
import {isObject} from '../domain/json-fields.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {ExpectedSigner} from '../domain/signatures.ts';

/** What a signature by certificate is checked against. */
export type KeylessTrust = {
	/** Name of the file with the roots. */
	readonly name: string;
	readonly material: TrustMaterial;
	/** Who may have signed; nobody is accepted where it is empty. */
	readonly signers: readonly ExpectedSigner[];
};

const mediaType = /^application\/vnd\.dev\.sigstore\.trustedroot(?:\+json;version=|\.v)0\.\d/;

/** The roots in the JSON text of the file `name`. `USAGE` for anything else. */
export async function readTrustRoot(name: string, text: string): Promise<TrustMaterial> {
	try {
		const json: unknown = JSON.parse(text);
		if (!isObject(json) || !mediaType.test(String(json['mediaType']))) throw new TypeError(name);
		const [{TrustedRoot}, {toTrustMaterial}] = await Promise.all([
			import('@sigstore/protobuf-specs'),
			import('@sigstore/verify'),
		]);
		const material = toTrustMaterial(TrustedRoot.fromJSON(json));
		if (material.certificateAuthorities.length === 0) throw new TypeError(name);
		return material;
	} catch (cause) {
		throw new RegbenchError('USAGE', `${sanitise(name)} holds no roots of a Sigstore`, {
			hint: 'Give trusted_root.json, as cosign keeps it under ~/.sigstore/root or cosign trusted-root create makes it.',
			cause,
		});
	}
}
