/** DSSE envelopes and Sigstore bundles, made without the product. */
import {sign} from 'node:crypto';
import type {TestKeys} from './key-pairs.ts';

export type TestEnvelope = {
	readonly payloadType: string;
	readonly payload: string;
	readonly signatures: readonly {readonly sig: string; readonly keyid: string}[];
};

export function envelopeOf(
	{privateKey}: TestKeys,
	subject: string,
	predicateType: string,
): TestEnvelope {
	const [algorithm = '', hex = ''] = subject.split(':');
	const payloadType = 'application/vnd.in-toto+json';
	const payload = JSON.stringify({
		_type: 'https://in-toto.io/Statement/v1',
		subject: [{digest: {[algorithm]: hex}}],
		predicateType,
		predicate: {},
	});
	const pae = Buffer.from(
		`DSSEv1 ${payloadType.length} ${payloadType} ${Buffer.byteLength(payload)} ${payload}`,
	);
	const sig = sign('sha256', pae, privateKey).toString('base64');
	return {
		payloadType,
		payload: Buffer.from(payload).toString('base64'),
		signatures: [{sig, keyid: ''}],
	};
}

export function bundleOf(dsseEnvelope: TestEnvelope, material: object = {publicKey: {hint: 'x'}}) {
	return Buffer.from(
		JSON.stringify({
			mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
			verificationMaterial: {...material, tlogEntries: []},
			dsseEnvelope,
		}),
	);
}
