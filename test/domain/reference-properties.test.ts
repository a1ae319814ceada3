import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {RegbenchError} from '../../source/domain/errors.ts';
import {
	familiarReference,
	formatReference,
	parseReference,
	tryParseReference,
} from '../../source/domain/reference.ts';
import {accepted, refused} from './reference-cases.ts';
import {oracleAccepts} from './reference-oracle.ts';

const lowerDigits = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const run = (characters: string[], maxLength = 6) =>
	fc
		.array(fc.constantFrom(...characters), {minLength: 1, maxLength})
		.map(letters => letters.join(''));

const component = fc
	.tuple(
		run(lowerDigits),
		fc.array(fc.tuple(fc.constantFrom('.', '_', '__', '-', '--', '---'), run(lowerDigits)), {
			maxLength: 3,
		}),
	)
	.map(([first, more]) => first + more.flat().join(''));
const path = fc.array(component, {minLength: 1, maxLength: 4}).map(parts => parts.join('/'));
const port = fc.option(fc.nat(99_999), {nil: undefined});
const label = fc
	.tuple(run([...lowerDigits, 'A', 'Z']), fc.option(run(lowerDigits), {nil: undefined}))
	.map(([first, second]) => (second === undefined ? first : `${first}-${second}`));
const dottedHost = fc.array(label, {minLength: 2, maxLength: 4}).map(labels => labels.join('.'));
const host = fc.oneof(
	dottedHost.filter(name => name !== 'docker.io' && name !== 'index.docker.io'),
	fc.constant('localhost'),
	fc.ipV4(),
	fc.constantFrom('[::1]', '[2001:db8::1]', '[FC00::a]'),
);
const domain = fc
	.tuple(host, port)
	.map(([name, number]) => (number === undefined ? name : `${name}:${number}`));
const tag = fc
	.tuple(
		fc.constantFrom(...lowerDigits, 'A', 'Z', '_'),
		fc.array(fc.constantFrom(...lowerDigits, 'A', 'Z', '_', '.', '-'), {maxLength: 127}),
	)
	.map(([first, rest]) => first + rest.join(''));
const digest = fc
	.constantFrom(['sha256', 64] as const, ['sha384', 96] as const, ['sha512', 128] as const)
	.chain(([algorithm, length]) =>
		fc
			.array(fc.constantFrom(...'0123456789abcdef'), {minLength: length, maxLength: length})
			.map(digits => `${algorithm}:${digits.join('')}`),
	);

type Parts = {domain?: string; path: string; tag?: string; digest?: string};
const parts: fc.Arbitrary<Parts> = fc.record({domain, path, tag, digest}, {requiredKeys: ['path']});
const write = ({domain, path, tag, digest}: Parts) =>
	(domain === undefined ? '' : `${domain}/`) +
	path +
	(tag === undefined ? '' : `:${tag}`) +
	(digest === undefined ? '' : `@${digest}`);

/** A valid reference with a few characters put in, taken out, doubled or changed. */
const mutated = fc
	.tuple(
		fc.oneof(parts.map(write), fc.constantFrom(...accepted.map(([text]) => text), ...refused)),
		fc.array(
			fc.record({
				at: fc.double({min: 0, max: 1, noNaN: true}),
				what: fc.constantFrom('insert', 'delete', 'double', 'upper', 'replace'),
				character: fc.constantFrom(
					...'aZ09._-:/@[]% \n\u00E9',
					'//',
					'..',
					'__',
					'--',
					'\u{1F433}',
				),
			}),
			{minLength: 1, maxLength: 3},
		),
	)
	.map(([text, changes]) => {
		let result = text;
		for (const {at, what, character} of changes) {
			const index = Math.min(Math.floor(at * result.length), Math.max(0, result.length - 1));
			const before = result.slice(0, index);
			const here = result.slice(index, index + 1);
			const after = result.slice(index + 1);
			const middle = {
				insert: character + here,
				delete: '',
				double: here + here,
				upper: here.toUpperCase(),
				replace: character,
			}[what];
			result = before + middle + after;
		}
		return result;
	});

const anything = fc.oneof(
	mutated,
	fc
		.array(fc.constantFrom(...'aA0.-_:/@[]', 'sha256:', 'localhost', 'docker.io/'), {maxLength: 20})
		.map(pieces => pieces.join('')),
	fc.string({unit: 'binary', maxLength: 40}),
);

describe('references, for whatever is written', () => {
	test('what the grammar makes is parsed into the parts it was made from', () => {
		fc.assert(
			fc.property(parts, made => {
				fc.pre(made.domain !== undefined || !looksLikeHost(made.path));
				const reference = parseReference(write(made));
				const hubName = made.domain === undefined && !made.path.includes('/');
				expect(reference).toEqual({
					domain: made.domain ?? 'docker.io',
					path: hubName ? `library/${made.path}` : made.path,
					...(made.tag === undefined ? {} : {tag: made.tag}),
					...(made.digest === undefined ? {} : {digest: made.digest}),
					...(made.tag === undefined && made.digest === undefined ? {tag: 'latest'} : {}),
				});
			}),
			{numRuns: 2000},
		);
	});

	test('a reference that was formatted is parsed back to itself', () => {
		fc.assert(
			fc.property(anything, text => {
				const reference = tryParseReference(text);
				if (!reference) return;
				expect(parseReference(formatReference(reference))).toEqual(reference);
			}),
			{numRuns: 5000},
		);
	});

	test('the familiar form means the same, unless the path itself looks like a host', () => {
		fc.assert(
			fc.property(anything, text => {
				const reference = tryParseReference(text);
				if (!reference || (reference.domain === 'docker.io' && looksLikeHost(reference.path)))
					return;
				expect(parseReference(familiarReference(reference))).toEqual(reference);
			}),
			{numRuns: 3000},
		);
	});

	test('the parser and a second reading of the grammar agree', () => {
		fc.assert(
			fc.property(anything, text => {
				expect(tryParseReference(text) !== undefined).toBe(oracleAccepts(text));
			}),
			{numRuns: 20_000},
		);
	});

	test('the second reading agrees with the table as well', () => {
		expect(accepted.filter(([text]) => !oracleAccepts(text))).toEqual([]);
		expect(refused.filter(text => oracleAccepts(text))).toEqual([]);
	});

	test('a refusal is always INVALID_REFERENCE in one line, and a form it offers is taken', () => {
		fc.assert(
			fc.property(anything, text => {
				try {
					parseReference(text);
				} catch (error) {
					if (!(error instanceof RegbenchError)) throw error;
					expect(error.code).toBe('INVALID_REFERENCE');
					expect(error.message).not.toMatch(/[\p{Cc}\u2028]/u);
					const offered = /^Use (.+) instead\.$/.exec(error.hint)?.[1];
					if (offered !== undefined) expect(tryParseReference(offered)).toBeDefined();
				}
			}),
			{numRuns: 5000},
		);
	});

	test('a hostile text is refused at once', () => {
		const texts = [
			'a'.repeat(1_000_000) + '!',
			'a-'.repeat(500_000),
			'a.'.repeat(500_000) + '/x',
			'a_b.'.repeat(250_000) + '/x!',
			'/'.repeat(1_000_000),
			'@'.repeat(1_000_000),
			'[' + ':'.repeat(1_000_000),
		];
		const begun = performance.now();
		for (const text of texts) expect(() => parseReference(text)).toThrow(RegbenchError);
		// Quadratic matching would take minutes.
		expect(performance.now() - begun).toBeLessThan(5000);
	});
});

function looksLikeHost(path: string): boolean {
	const first = path.split('/')[0] ?? '';
	return path.includes('/') && (first.includes('.') || first === 'localhost');
}
