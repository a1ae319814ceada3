import {createHash} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import {
	asDigest,
	digestOf,
	digestOfHash,
	hashFor,
	isDigest,
	shortDigest,
} from '../../source/domain/digest.ts';

const hex = (length: number) => '0123456789abcdef'.repeat(8).slice(0, length);

describe('a digest', () => {
	test.each([
		[`sha256:${hex(64)}`, true],
		[`sha384:${hex(96)}`, true],
		[`sha512:${hex(128)}`, true],
		[`sha256:${hex(63)}`, false],
		[`sha256:${hex(65)}`, false],
		[`sha512:${hex(64)}`, false],
		[`sha256:${hex(64).toUpperCase()}`, false],
		[`sha256:${hex(64)}\n`, false],
		[`md5:${hex(32)}`, false],
		[hex(64), false],
		['sha256:../../../../etc/passwd', false],
		['', false],
	])('%j: %s', (text, good) => {
		expect(isDigest(text)).toBe(good);
		if (good) expect(asDigest(text)).toBe(text);
		else expect(() => asDigest(text)).toThrow(expect.objectContaining({code: 'PROTOCOL_ERROR'}));
	});

	test('is computed from exact bytes, in the algorithm of the one it is held against', () => {
		expect(digestOf('{}')).toBe(
			'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
		);
		for (const algorithm of ['sha256', 'sha384', 'sha512']) {
			const expected = asDigest(
				`${algorithm}:${createHash(algorithm).update('abc').digest('hex')}`,
			);
			const hash = hashFor(expected).update('a').update('bc');
			expect(digestOfHash(hash, expected)).toBe(expected);
		}
	});

	test('is shown by its first twelve digits', () => {
		expect(shortDigest(`sha256:${hex(64)}`)).toBe('0123456789ab');
		expect(shortDigest(hex(64))).toBe('0123456789ab');
	});
});
