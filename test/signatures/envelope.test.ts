import {sign} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import {checkBundle, checkEnvelope} from '../../source/signatures/envelope.ts';
import {readPublicKey} from '../../source/signatures/public-key.ts';
import {bundleOf, envelopeOf} from './statements.ts';
import {makeKeys} from './key-pairs.ts';

const keys = makeKeys();
const own = [readPublicKey('cosign.pub', keys.publicPem)];
const subject = digestOf('the image');
const provenance = 'https://slsa.dev/provenance/v1';

describe('statements', () => {
	test('the encoding that is signed is that of the DSSE protocol', () => {
		// The protocol's own example, signed here without the product's encoding.
		const statement = JSON.stringify({
			_type: 'https://in-toto.io/Statement/v1',
			subject: [{name: 'é', digest: {sha256: subject.slice(7)}}],
			predicateType: provenance,
		});
		const type = 'application/vnd.in-toto+json';
		const pae = Buffer.from(`DSSEv1 28 ${type} ${Buffer.byteLength(statement)} ${statement}`);
		const envelope = {
			payloadType: type,
			payload: Buffer.from(statement).toString('base64'),
			signatures: [{sig: sign('sha256', pae, keys.privateKey).toString('base64')}],
		};
		expect(checkEnvelope(Buffer.from(JSON.stringify(envelope)), subject, own)).toMatchObject({
			predicateType: provenance,
			verified: {state: 'verified', by: 'cosign.pub'},
		});
	});

	test('a bundle is verified by key, and only for its own digest', () => {
		const bundle = bundleOf(envelopeOf(keys, subject, provenance));
		expect(checkBundle(bundle, subject, own).verified.state).toBe('verified');
		expect(checkBundle(bundle, digestOf('another'), own).verified).toEqual({
			state: 'refused',
			reason: 'it is about another digest',
		});
		expect(checkBundle(bundle, subject, []).verified.state).toBe('not-checked');
	});

	test('a changed statement, a foreign key and a hint at the right one are refused', () => {
		const other = makeKeys();
		const good = envelopeOf(keys, subject, provenance);
		const changed = {...good, payload: envelopeOf(other, subject, 'https://other').payload};
		expect(checkBundle(bundleOf(changed), subject, own).verified.state).toBe('refused');
		const foreign = bundleOf(envelopeOf(other, subject, provenance), {
			publicKey: {hint: own[0]?.id},
		});
		expect(checkBundle(foreign, subject, own).verified.state).toBe('refused');
	});

	test.each([
		['no JSON', 'not json'],
		['a list', '[]'],
		['a bundle of nothing', '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}'],
		['another media type', '{"mediaType":"application/json","dsseEnvelope":{}}'],
		[
			'an envelope without signatures',
			JSON.stringify({
				mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
				dsseEnvelope: {...envelopeOf(keys, subject, provenance), signatures: null},
			}),
		],
	])('%s is refused and breaks nothing', (_, text) => {
		expect(checkBundle(Buffer.from(text), subject, own).verified.state).toBe('refused');
	});

	test('what is signed with a certificate is not checked, and is said to be', () => {
		const bundle = bundleOf(envelopeOf(makeKeys(), subject, provenance), {
			certificate: {rawBytes: 'AAAA'},
		});
		expect(checkBundle(bundle, subject, own).verified).toMatchObject({
			state: 'not-checked',
			whatToDo: expect.stringContaining('--certificate-identity'),
		});
	});
});
