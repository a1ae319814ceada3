import {execFileSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import {Secret} from '../../source/domain/credential.ts';
import {readKeyFile} from '../../source/signatures/key-file.ts';
import {isEncrypted, readPrivateKey} from '../../source/signatures/private-key.ts';
import {readPublicKey, signerOf} from '../../source/signatures/public-key.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {encryptedPem, makeKeys, type KeyKind} from './key-pairs.ts';

const bytes = Buffer.from('what is signed');
const kinds: readonly KeyKind[] = ['P-256', 'P-384', 'rsa', 'ed25519'];

describe('keys', () => {
	test.each(kinds)(
		'what a private key of the kind %s signs, its public half verifies',
		async kind => {
			const keys = makeKeys(kind);
			const own = readPublicKey('own.pub', keys.publicPem);
			const other = readPublicKey('other.pub', makeKeys(kind).publicPem);
			const key = await readPrivateKey('own.key', keys.privatePem, undefined);
			const signature = key.sign(bytes);
			expect(key.id).toBe(own.id);
			expect(signerOf(bytes, signature, [other, own])).toBe(own);
			expect(signerOf(bytes, signature, [other])).toBeUndefined();
			expect(signerOf(Buffer.from('what was changed'), signature, [own])).toBeUndefined();
			expect(signerOf(bytes, signature.subarray(1), [own])).toBeUndefined();
		},
	);

	test.each(['ENCRYPTED SIGSTORE PRIVATE KEY', 'ENCRYPTED COSIGN PRIVATE KEY'])(
		'an %s opens with its password and with no other',
		async title => {
			const keys = makeKeys();
			const pem = encryptedPem(keys, 'open sesame', {title});
			expect(isEncrypted(pem)).toBe(true);
			const key = await readPrivateKey('cosign.key', pem, new Secret('open sesame'));
			const own = readPublicKey('cosign.pub', keys.publicPem);
			expect(signerOf(bytes, key.sign(bytes), [own])).toBe(own);
			const wrong = readPrivateKey('cosign.key', pem, new Secret('open barley'));
			await expect(wrong).rejects.toMatchObject({
				code: 'USAGE',
				message: 'The password does not open cosign.key',
			});
		},
	);

	test('a key file that wants the memory of the machine is refused', async () => {
		const pem = encryptedPem(makeKeys(), 'x', {N: 2 ** 30});
		await expect(readPrivateKey('cosign.key', pem, new Secret('x'))).rejects.toMatchObject({
			code: 'USAGE',
		});
	});

	test.each([
		['nothing', ''],
		['text', 'hello'],
		['a private key', makeKeys().privatePem],
	])('%s is no public key', (_, pem) => {
		expect(() => readPublicKey('key', pem)).toThrow(expect.objectContaining({code: 'USAGE'}));
	});

	test.each([
		['text', 'hello'],
		['a public key', makeKeys().publicPem],
		[
			'an empty envelope',
			'-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\ne30=\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----',
		],
	])('%s is no private key', async (_, pem) => {
		await expect(readPrivateKey('key', pem, new Secret('x'))).rejects.toMatchObject({
			code: 'USAGE',
		});
	});

	test('a key file is read with a bound, and a pipe is not waited for', async () => {
		await using folder = await temporaryFolder();
		await expect(readKeyFile(`${folder.path}/none.pub`)).rejects.toMatchObject({code: 'USAGE'});
		await expect(readKeyFile('/dev/zero')).rejects.toMatchObject({code: 'USAGE'});
		if (process.platform === 'win32') return;
		execFileSync('mkfifo', [`${folder.path}/pipe`]);
		await expect(readKeyFile(`${folder.path}/pipe`)).rejects.toMatchObject({code: 'USAGE'});
	});
});
