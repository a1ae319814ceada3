import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {toRegbenchError} from '../../../source/domain/errors.ts';
import {tryParseReference} from '../../../source/domain/reference.ts';
import {explainForbidden} from '../../../source/registry/forbidden.ts';
import {ghcr} from '../../../source/registry/providers/ghcr.ts';
import {
	checkAnyPath,
	checkTag,
	repairPath,
	repairTag,
} from '../../../source/registry/providers/names.ts';
import {
	checkName,
	checkReferenceText,
	completeHost,
	parseTarget,
	providerById,
	providerForHost,
	providers,
	targetFrom,
	targetReference,
} from '../../../source/registry/providers/table.ts';

describe('a host tells its provider', () => {
	test.each([
		['ghcr.io', 'ghcr'],
		['GHCR.io', 'ghcr'],
		['coursereg.azurecr.io', 'acr'],
		['contosoacrregistry-e7ggejfuhzhgedc8.azurecr.io', 'acr'],
		['coursereg.azurecr.cn', 'acr'],
		['coursereg.azurecr.us', 'acr'],
		['docker.io', 'docker-hub'],
		['localhost:5000', 'generic'],
		['ghcr.io.evil.example', 'generic'],
		['notghcr.io', 'generic'],
		['ghcr.io:8443', 'generic'],
		['x.ghcr.io', 'generic'],
		['azurecr.io', 'generic'],
		['evilazurecr.io', 'generic'],
		['coursereg.azurecr.io.evil.example', 'generic'],
		['coursereg.azurecr.io:8443', 'generic'],
	])('%s is %s', (host, id) => {
		expect(providerForHost(host).id).toBe(id);
	});

	test('every record is found by its id and fits the screen', () => {
		for (const provider of providers) {
			expect(providerById(provider.id)).toBe(provider);
			expect(provider.label.length).toBeLessThanOrEqual(6);
		}
	});

	test.each([
		['coursereg', 'coursereg.azurecr.io'],
		['GHCR.io', 'ghcr.io'],
		['index.docker.io', 'docker.io'],
		['localhost', 'localhost'],
		['ghcr', 'ghcr'],
	])('by %s a person means %s', (typed, host) => {
		expect(completeHost(typed)).toBe(host);
	});

	test('Docker Hub is spoken to under its other name', () => {
		expect(providerForHost('docker.io').apiHost('docker.io')).toBe('registry-1.docker.io');
	});
});

describe('targets', () => {
	test.each([
		['ghcr.io/octocat', 'ghcr.io/octocat', 'ghcr'],
		['https://GHCR.io/octocat/', 'ghcr.io/octocat', 'ghcr'],
		['coursereg', 'coursereg.azurecr.io', 'acr'],
		['CourseReg', 'coursereg.azurecr.io', 'acr'],
		['coursereg.azurecr.io/team/a', 'coursereg.azurecr.io/team/a', 'acr'],
		['localhost:5000', 'localhost:5000', 'generic'],
		['localhost', 'localhost', 'generic'],
		['[::1]:5000/x', '[::1]:5000/x', 'generic'],
		['index.docker.io/me', 'docker.io/me', 'docker-hub'],
	])('%s is the target %s', (text, id, provider) => {
		expect(parseTarget(text)).toMatchObject({id, provider});
	});

	test.each([
		['ghcr.io/OctoCat', 'NAME_NOT_ALLOWED', 'Use ghcr.io/octocat instead.'],
		['ghcr.io/My Team', 'NAME_NOT_ALLOWED', 'Use ghcr.io/my-team instead.'],
		['ghcr.io', 'NAME_NOT_ALLOWED', undefined],
		['abc.azurecr.io', 'NAME_NOT_ALLOWED', undefined],
		['my_host!', 'UNKNOWN_TARGET', undefined],
		['lab/team', 'UNKNOWN_TARGET', undefined],
		['', 'UNKNOWN_TARGET', undefined],
		['a b/c', 'UNKNOWN_TARGET', undefined],
	])('%s is refused as %s', (text, code, hint) => {
		let thrown: unknown;
		try {
			parseTarget(text);
		} catch (error) {
			thrown = error;
		}
		expect(toRegbenchError(thrown)).toMatchObject({code, ...(hint ? {hint} : {})});
	});

	test('the embedded registry is named by its id, since its host says nothing', () => {
		expect(targetFrom('localhost:5000', '', 'embedded')).toEqual({
			target: {id: 'localhost:5000', provider: 'embedded', host: 'localhost:5000', namespace: ''},
		});
	});

	test('a repository goes below the namespace', () => {
		const reference = targetReference(parseTarget('ghcr.io/octocat'), 'hello', '1.0.0');
		expect(reference).toEqual({domain: 'ghcr.io', path: 'octocat/hello', tag: '1.0.0'});
		expect(targetReference(parseTarget('coursereg'), 'hello', '1').path).toBe('hello');
	});
});

describe('names', () => {
	test.each([
		['octocat/Hello World', 'octocat/hello-world'],
		['octocat/-hello_', 'octocat/hello'],
		['/octocat//hello/', 'octocat/hello'],
		['octocat/a..b', 'octocat/a.b'],
		['octocat/a___b', 'octocat/a_b'],
		['octocat/a.-b', 'octocat/a-b'],
		['octocat/café', 'octocat/cafe'],
		['octocat/app@v1', 'octocat/app-v1'],
	])('%s is repaired to %s', (path, repaired) => {
		expect(checkAnyPath(path)?.repaired).toBe(repaired);
	});

	test('a good name is left alone, and what cannot be repaired is not', () => {
		expect(checkAnyPath('a/b-c.d_e__f--g')).toBeUndefined();
		expect(checkAnyPath('???')).not.toHaveProperty('repaired');
		expect(checkTag('Release_1.0-rc.1')).toBeUndefined();
	});

	test.each([
		['v 1.0', 'v-1.0'],
		['.hidden', 'hidden'],
		['1.0+build', '1.0-build'],
		['x'.repeat(200), 'x'.repeat(128)],
	])('the tag %s is repaired', (tag, repaired) => {
		expect(checkTag(tag)?.repaired).toBe(repaired);
	});

	test('what is offered is always good', () => {
		const text = fc.string({unit: 'grapheme', maxLength: 300});
		fc.assert(
			fc.property(text, typed => {
				const path = repairPath(typed);
				if (path !== undefined) expect(checkAnyPath(path)).toBeUndefined();
				const tag = repairTag(typed);
				if (tag !== undefined) expect(checkTag(tag)).toBeUndefined();
				const repaired = checkReferenceText(typed)?.repaired;
				if (repaired !== undefined) expect(tryParseReference(repaired)).toBeDefined();
			}),
		);
	});

	test('the whole name is checked and repaired in one piece', () => {
		expect(checkName(ghcr, 'octocat', 'hello', '1')).toBeUndefined();
		expect(checkName(ghcr, 'OctoCat', 'Hello', '1 0')).toEqual({
			message: 'Owner and repository are in lower case',
			repaired: 'octocat/hello:1-0',
		});
		expect(checkName(ghcr, '', 'hello', '1')).toEqual({
			message: expect.stringMatching(/owner/),
		});
	});

	test.each([
		['ghcr.io/Octocat/Hello:1', 'ghcr.io/octocat/hello:1'],
		['ghcr.io/octocat/my app:1', 'ghcr.io/octocat/my-app:1'],
		['ghcr.io/octocat/app:1+2', 'ghcr.io/octocat/app:1-2'],
	])('the reference %s is repaired to %s', (typed, repaired) => {
		expect(checkReferenceText(typed)?.repaired).toBe(repaired);
	});

	test('references are held against the rules of their registry', () => {
		expect(checkReferenceText('ghcr.io/octocat/hello:1')).toBeUndefined();
		expect(checkReferenceText('hello')).toBeUndefined();
		expect(checkReferenceText('ghcr.io/hello:1')?.message).toMatch(/OWNER\/IMAGE/);
		expect(checkReferenceText('abc.azurecr.io/hello:1')?.message).toMatch(/5 to 50/);
	});
});

describe('what a person is told', () => {
	test('a 403 on GHCR names owner and login when they differ', () => {
		const hint = explainForbidden(ghcr, {username: 'octocat', namespace: 'github'});
		expect(hint).toMatch(/logged in as octocat, but the repository belongs to github\. Push to/);
		const own = {username: 'octocat', namespace: 'OctoCat'};
		expect(explainForbidden(ghcr, own)).toMatch(/^The token needs the scope write:packages/);
		expect(explainForbidden(ghcr, {...own, source: 'gh login'})).toContain(
			'gh auth refresh -h github.com -s write:packages,delete:packages',
		);
	});

	test('the page of a pushed package', () => {
		expect(ghcr.webAddress!('ghcr.io', 'octocat/repo/hello', '1')).toBe(
			'https://github.com/octocat/packages/container/package/repo%2Fhello',
		);
	});
});
