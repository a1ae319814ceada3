import {describe, expect, test} from 'vitest';
import {RegbenchError} from '../../source/domain/errors.ts';
import {
	familiarReference,
	familiarRepository,
	formatReference,
	formatRepository,
	lastPathComponent,
	parseReference,
	referenceSuffix,
	tagOrDigest,
	tryParseReference,
	withDigest,
	withTag,
} from '../../source/domain/reference.ts';
import {accepted, hex, refused, sha256} from './reference-cases.ts';

describe('accepts what the Distribution library accepts', () => {
	test.each(accepted)('%s', (text, full, familiar) => {
		const reference = parseReference(text);
		expect(formatReference(reference)).toBe(full);
		expect(familiarReference(reference)).toBe(familiar);
		expect(parseReference(full)).toEqual(reference);
	});
});

describe('refuses what the Distribution library refuses', () => {
	test.each(refused.map(text => [text]))('%j', text => {
		expect(() => parseReference(text)).toThrow(RegbenchError);
		expect(tryParseReference(text)).toBeUndefined();
	});
});

describe('the parts', () => {
	test.each([
		['nginx', 'docker.io', 'library/nginx'],
		['me/app', 'docker.io', 'me/app'],
		['localhost/app', 'localhost', 'app'],
		['localhost:5000/a/b', 'localhost:5000', 'a/b'],
		['test_com/foo', 'docker.io', 'test_com/foo'],
		['test-com:8080/foo', 'test-com:8080', 'foo'],
		['[::1]:5000/x', '[::1]:5000', 'x'],
		['Foo/bar', 'Foo', 'bar'],
		['docker.io/library/foo/bar', 'docker.io', 'library/foo/bar'],
		['index.docker.io/x', 'docker.io', 'library/x'],
		['my_host.example/app', '', 'my_host.example/app'],
	])('%s is %s and %s', (text, domain, path) => {
		expect(parseReference(text)).toEqual({domain, path, tag: 'latest'});
	});

	test('a digest without tag stays untagged, both are kept where both are given', () => {
		expect(parseReference(`app@${sha256}`)).toEqual({
			domain: 'docker.io',
			path: 'library/app',
			digest: sha256,
		});
		expect(parseReference(`app:1@${sha256}`)).toMatchObject({tag: '1', digest: sha256});
	});

	test('repository, suffix and last component', () => {
		const reference = parseReference(`me/web/api:1@${sha256}`);
		expect(formatRepository(reference)).toBe('docker.io/me/web/api');
		expect(familiarRepository(reference)).toBe('me/web/api');
		expect(referenceSuffix(reference)).toBe(`:1@${sha256}`);
		expect(tagOrDigest(reference)).toBe(sha256);
		expect(tagOrDigest(parseReference('x:2'))).toBe('2');
		expect(lastPathComponent(reference.path)).toBe('api');
		expect(lastPathComponent('hello')).toBe('hello');
	});

	test('another tag or digest replaces what was there', () => {
		const reference = parseReference(`ghcr.io/me/app:1@${sha256}`);
		expect(formatReference(withTag(reference, 'V2'))).toBe('ghcr.io/me/app:V2');
		expect(formatReference(withDigest(reference, sha256))).toBe(`ghcr.io/me/app@${sha256}`);
		expect(() => withTag(reference, '-bad')).toThrow(
			expect.objectContaining({code: 'INVALID_REFERENCE'}),
		);
		expect(() => withTag(reference, '')).toThrow(/tag after the colon is empty/);
	});
});

describe('a refusal says why and what to write instead', () => {
	test.each([
		['ghcr.io/Me/App:V1', /must be lowercase/, 'Use ghcr.io/me/app:V1 instead.'],
		['GHCR.IO/Me/App', /must be lowercase/, 'Use ghcr.io/me/app instead.'],
		['Foo', /must be lowercase/, 'Use foo instead.'],
		['https://ghcr.io/me/app', /no scheme/, 'Use ghcr.io/me/app instead.'],
		['HTTPS://GHCR.io/Me/App:1', /no scheme/, 'Use ghcr.io/me/app:1 instead.'],
		['docker://alpine', /no scheme/, 'Use alpine instead.'],
		['  nginx:1 ', /blanks/, 'Use nginx:1 instead.'],
		['my app', /blanks/, 'Write it without blanks.'],
		['app:', /tag after the colon is empty/, 'Use app instead.'],
		['app@', /digest after @ is empty/, 'Use app instead.'],
		['ghcr.io//me/app', /empty/, 'Use ghcr.io/me/app instead.'],
		['ghcr.io/me/app/', /empty/, 'Use ghcr.io/me/app instead.'],
		['app:-1', /is no tag/, /begins with a letter/],
		[`app:${'x'.repeat(129)}`, /at most 128/, 'Shorten the tag.'],
		['a..b', /separator/, /Between letters and digits/],
		['caf\u00E9', /character/, /lower-case letters and digits/],
		[hex, /image ID/, /Give the image a name/],
		['[::1]:5000', /a host but no image/, /after a slash/],
		['localhost:5000/', /a host but no image/, /after a slash/],
		['x/'.repeat(130) + 'x', /more than 255/, 'Shorten the name.'],
		['x'.repeat(248), /more than 255/, 'Shorten the name.'],
		[`app@sha256:${hex.slice(1)}`, /64 lower-case hexadecimal/, 'Copy the whole digest.'],
		[`app@md5:${hex}`, /no known kind/, /sha256:/],
		['app@constructor:1', /no known kind/, /sha256:/],
		[`app@sha256:${hex.toUpperCase()}`, /digits/, `Use app@sha256:${hex} instead.`],
		['ghcr.io:port/app', /no host name/, /IPv6/],
		['fe80::1/app', /no host name/, /IPv6/],
		['', /empty/, /ghcr.io\/octocat/],
		['   ', /empty/, /ghcr.io\/octocat/],
		[':1', /name before the tag/, /ghcr.io\/octocat/],
	])('%j', (text, message, hint) => {
		try {
			parseReference(text);
			expect.unreachable();
		} catch (error) {
			expect(error).toMatchObject({code: 'INVALID_REFERENCE', name: 'RegbenchError'});
			expect((error as RegbenchError).message).toMatch(message);
			if (typeof hint === 'string') expect((error as RegbenchError).hint).toBe(hint);
			else expect((error as RegbenchError).hint).toMatch(hint);
		}
	});

	test('control characters of the text do not get into the message', () => {
		expect(() => parseReference('a\u001B[31mb\nc')).toThrow(/^"ab c" is no image reference/);
	});
});
