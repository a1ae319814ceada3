import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {chooseChallenge, parseChallenges} from '../../source/registry/challenge.ts';

function plain(...headers: string[]) {
	return parseChallenges(headers).map(({scheme, parameters}) => ({
		scheme,
		...Object.fromEntries(parameters),
	}));
}

const choose = (...headers: string[]) => chooseChallenge(parseChallenges(headers))?.scheme;

const quote = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

describe('WWW-Authenticate', () => {
	test('commas inside quotes belong to the value', () => {
		expect(
			plain(
				'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:a/b:pull,push"',
			),
		).toEqual([
			{
				scheme: 'bearer',
				realm: 'https://ghcr.io/token',
				service: 'ghcr.io',
				scope: 'repository:a/b:pull,push',
			},
		]);
	});

	test('one header may hold several challenges, and there may be several headers', () => {
		expect(plain('Negotiate abc==, Basic realm="a \\"b\\"" , bEaReR realm=x', 'Digest')).toEqual([
			{scheme: 'negotiate'},
			{scheme: 'basic', realm: 'a "b"'},
			{scheme: 'bearer', realm: 'x'},
			{scheme: 'digest'},
		]);
	});

	test.each([
		['an unquoted address', 'Bearer realm=https://h/token?a=b,service=s', 'https://h/token?a=b'],
		['blanks around the equals sign', 'Bearer realm = "x" , service="s"', 'x'],
		['an upper-case name', 'Bearer REALM="x",service="s"', 'x'],
		['a missing closing quote', 'Bearer service="s",realm="x', 'x'],
		['the first of two values', 'Bearer realm="x",realm="y",service="s"', 'x'],
	])('takes %s', (_what, header, realm) => {
		expect(plain(header)).toEqual([{scheme: 'bearer', realm, service: 's'}]);
	});

	test('Bearer with a realm is chosen before Basic, and nothing else ever', () => {
		expect(choose('Basic realm="x"', 'Bearer realm="y"')).toBe('bearer');
		expect(choose('Bearer error="x", Basic realm="x"')).toBe('basic');
		expect(choose('Negotiate', 'Digest realm="x"')).toBeUndefined();
	});

	const name = fc.stringMatching(/^[!#$%&'*+\-.^_`|~\dA-Za-z]{1,12}$/);
	const value = fc.string({unit: 'binary-ascii', maxLength: 30});
	const challenge = fc.record({
		scheme: name,
		parameters: fc.uniqueArray(fc.tuple(name, value), {
			minLength: 1,
			selector: ([key]) => key.toLowerCase(),
		}),
	});

	test('what was written by the grammar is read back, whatever the values hold', () => {
		fc.assert(
			fc.property(fc.array(challenge), challenges => {
				const header = challenges
					.map(
						({scheme, parameters}) =>
							`${scheme} ${parameters.map(([key, text]) => `${key}=${quote(text)}`).join(', ')}`,
					)
					.join(', ');
				expect(parseChallenges([header])).toEqual(
					challenges.map(({scheme, parameters}) => ({
						scheme: scheme.toLowerCase(),
						parameters: new Map(parameters.map(([key, text]) => [key.toLowerCase(), text])),
					})),
				);
			}),
		);
	});

	test('no text makes it throw or hang', () => {
		fc.assert(
			fc.property(fc.string({unit: fc.constantFrom(...'aB=",\\ \t;')}), text => {
				parseChallenges([text]);
			}),
		);
		parseChallenges(['Bearer realm="' + '\\"'.repeat(200_000)]);
	});
});
