import {generateKeyPairSync, randomBytes, scryptSync, sign} from 'node:crypto';
import {secretbox} from '@noble/ciphers/salsa.js';
import {describe, expect, test} from 'vitest';
import {Secret} from '../../source/domain/credential.ts';
import {digestOf} from '../../source/domain/digest.ts';
import {signBytes} from '../../source/signatures/check-bytes.ts';
import {checkEnvelope, readEnvelope, signedBytes} from '../../source/signatures/dsse.ts';
import {readPrivateKey, readPublicKey} from '../../source/signatures/keys.ts';
import {checkPayload, makePayload} from '../../source/signatures/simple-signing.ts';

const digest = digestOf(Buffer.from('an image'));
const other = digestOf(Buffer.from('another image'));

const kinds = {
	'ECDSA P-256': () => generateKeyPairSync('ec', {namedCurve: 'P-256'}),
	'ECDSA P-384': () => generateKeyPairSync('ec', {namedCurve: 'P-384'}),
	RSA: () => generateKeyPairSync('rsa', {modulusLength: 2048}),
	Ed25519: () => generateKeyPairSync('ed25519'),
};

function publicPem(pair: ReturnType<(typeof kinds)['RSA']>): string {
	return String(pair.publicKey.export({type: 'spki', format: 'pem'}));
}

describe.each(Object.entries(kinds))('a signature by %s', (_, generate) => {
	const pair = generate();
	const key = readPublicKey('cosign.pub', publicPem(pair));
	const stranger = readPublicKey('other.pub', publicPem(generate()));
	const payload = makePayload(digest, 'ghcr.io/octocat/hello');
	const signature = signBytes(pair.privateKey, payload).toString('base64');

	test('holds for its image, by the key that made it among others', () => {
		expect(checkPayload(payload, signature, digest, [stranger, key])).toEqual({
			verdict: {
				state: 'verified',
				by: expect.stringMatching(/^cosign\.pub \(sha256:[\da-f]{12}\)$/),
			},
			signedName: 'ghcr.io/octocat/hello',
		});
	});

	test.each([
		['another image', payload, signature, other, [key], 'another image'],
		['another key', payload, signature, digest, [stranger], 'none of the given keys'],
		['no signature', payload, undefined, digest, [key], 'no signature on it'],
		['another payload', makePayload(other, 'x'), signature, other, [key], 'none of the given keys'],
		['rubbish', payload, 'AAAA', digest, [key], 'none of the given keys'],
	])('does not hold for %s', (_name, bytes, made, image, keys, reason) => {
		expect(checkPayload(bytes, made, image, keys).verdict).toEqual({
			state: 'refused',
			reason: expect.stringContaining(reason),
		});
	});
});

describe('a statement in an envelope', () => {
	const pair = kinds['ECDSA P-256']();
	const key = readPublicKey('cosign.pub', publicPem(pair));
	const envelopeOf = (statement: object, payloadType = 'application/vnd.in-toto+json') => {
		const payload = Buffer.from(JSON.stringify(statement));
		const sig = sign('sha256', signedBytes({payloadType, payload}), pair.privateKey);
		return readEnvelope({
			payloadType,
			payload: payload.toString('base64'),
			signatures: [{sig: sig.toString('base64')}],
		})!;
	};
	const statement = {
		_type: 'https://in-toto.io/Statement/v1',
		subject: [{name: 'hello', digest: {sha256: digest.slice(7)}}],
		predicateType: 'https://sigstore.dev/cosign/sign/v1',
		predicate: {},
	};

	test('holds for its subject', () => {
		expect(checkEnvelope(envelopeOf(statement), digest, [key]).state).toBe('verified');
	});

	test.each([
		['another subject', envelopeOf(statement), other, 'another image'],
		['no statement', envelopeOf({_type: 'x'}), digest, 'no statement'],
		['another type', envelopeOf(statement, 'text/plain'), digest, 'no statement'],
	])('does not hold for %s', (_, envelope, image, reason) => {
		expect(checkEnvelope(envelope, image, [key])).toEqual({
			state: 'refused',
			reason: expect.stringContaining(reason),
		});
	});

	test('does not hold when a byte of it has changed', () => {
		const envelope = envelopeOf(statement);
		envelope.payload[20]! ^= 1;
		expect(checkEnvelope(envelope, digest, [key]).state).toBe('refused');
	});

	test.each([[{}], [{payload: 'e30', payloadType: 'x', signatures: []}], ['text'], [null]])(
		'%j is no envelope',
		value => {
			expect(readEnvelope(value)).toBeUndefined();
		},
	);
});

describe('a private key', () => {
	const pair = kinds['ECDSA P-256']();
	const password = new Secret('a planted password');

	/** As cosign writes cosign.key. */
	function lockedPem(): string {
		const der = pair.privateKey.export({type: 'pkcs8', format: 'der'});
		const [salt, nonce] = [randomBytes(32), randomBytes(24)];
		const options = {N: 32_768, r: 8, p: 1, maxmem: 128 * 1024 * 1024};
		const key = scryptSync(password.reveal(), salt, 32, options);
		const document = {
			kdf: {name: 'scrypt', params: {N: 32_768, r: 8, p: 1}, salt: salt.toString('base64')},
			cipher: {name: 'nacl/secretbox', nonce: nonce.toString('base64')},
			ciphertext: Buffer.from(secretbox(key, nonce).seal(der)).toString('base64'),
		};
		const base64 = Buffer.from(JSON.stringify(document)).toString('base64');
		return `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n${base64}\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n`;
	}

	test('of cosign opens with its password', async () => {
		const key = await readPrivateKey('cosign.key', lockedPem(), password);
		const payload = makePayload(digest, 'x');
		const signature = signBytes(key, payload).toString('base64');
		const publicKey = readPublicKey('cosign.pub', publicPem(pair));
		expect(checkPayload(payload, signature, digest, [publicKey]).verdict.state).toBe('verified');
	});

	test.each([
		['the wrong password', new Secret('wrong'), 'does not open'],
		['none', undefined, 'is locked'],
	])('of cosign stays shut with %s, and nothing of it is told', async (_, given, reason) => {
		const error = await readPrivateKey('cosign.key', lockedPem(), given).catch(
			(thrown: unknown) => thrown,
		);
		expect(error).toMatchObject({code: 'USAGE', message: expect.stringContaining(reason)});
		expect(JSON.stringify(error)).not.toContain('wrong');
	});

	test('in plain PKCS 8 needs no password, and rubbish is refused', async () => {
		const pem = String(pair.privateKey.export({type: 'pkcs8', format: 'pem'}));
		await expect(readPrivateKey('key.pem', pem, undefined)).resolves.toBeDefined();
		await expect(readPrivateKey('key.pem', 'rubbish', undefined)).rejects.toMatchObject({
			code: 'USAGE',
		});
		expect(() => readPublicKey('x.pub', 'rubbish')).toThrow('no public key');
	});
});
