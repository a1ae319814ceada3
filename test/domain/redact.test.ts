import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {redact} from '../../source/domain/redact.ts';

const github = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl';

describe('masks', () => {
	test.each([
		[
			'a login in an address',
			'GET https://me:hunter2@ghcr.io/v2/',
			'GET https://me:[secret]@ghcr.io/v2/',
		],
		['an authorization header', 'Authorization: Basic bWU6aHVudGVyMg==', 'Authorization: [secret]'],
		[
			'a header in JSON',
			'{"authorization": "Bearer hunter2", "x": 1}',
			'{"authorization": [secret], "x": 1}',
		],
		[
			'the engine’s login header',
			'X-Registry-Auth: eyJ1c2VybmFtZSI6Im1lIn0=',
			'X-Registry-Auth: [secret]',
		],
		['a bearer token in a sentence', 'sent Bearer abcdef123456', 'sent Bearer [secret]'],
		['a password field', '{"password":"hunter2"}', '{"password":"[secret]"}'],
		['a docker config', '{"auth": "bWU6aHVudGVyMg=="}', '{"auth": "[secret]"}'],
		['an identity token', `{"identitytoken":"hunter2"}`, '{"identitytoken":"[secret]"}'],
		['a variable', 'GITHUB_TOKEN=hunter2 regbench', 'GITHUB_TOKEN=[secret] regbench'],
		[
			'an option',
			'docker login --password hunter2 ghcr.io',
			'docker login --password [secret] ghcr.io',
		],
		['an option with =', 'docker login --password=hunter2', 'docker login --password=[secret]'],
		[
			'an OAuth body',
			'grant_type=refresh_token&refresh_token=hunter2&service=x',
			'grant_type=refresh_token&refresh_token=[secret]&service=x',
		],
		[
			'a signed address',
			'https://s3.example/blob?X-Amz-Signature=abc123&X-Amz-Expires=5',
			'https://s3.example/blob?X-Amz-Signature=[secret]&X-Amz-Expires=[secret]',
		],
		[
			'an upload state',
			'/v2/x/blobs/uploads/1?_state=hunter2',
			'/v2/x/blobs/uploads/1?_state=[secret]',
		],
		['a GitHub token anywhere', `it said ${github}!`, 'it said [secret]!'],
		['a fine-grained one', 'github_pat_11ABCDEFG0123456789_abcdefghij', '[secret]'],
		['a Docker token', 'dckr_pat_AbCdEfGhIjKlMnOpQrSt', '[secret]'],
		['a GitLab token', 'glpat-AbCdEfGhIjKlMnOpQrSt', '[secret]'],
		['an AWS key', 'AKIAIOSFODNN7EXAMPLE', '[secret]'],
		['a JSON web token', `token was ${jwt}.`, /^token was \[secret\]\.?$/],
	])('%s', (_, text, expected) => {
		if (typeof expected === 'string') expect(redact(text)).toBe(expected);
		else expect(redact(text)).toMatch(expected);
	});
});

describe('leaves alone', () => {
	test.each([
		'docker push ghcr.io/octocat/hello:1.0.0',
		'sha256:39f039dca641a1e1b3ab2ba7d9d3f0c7a6ad8f11cd4b1e4bb2a9c0f9c3de8a57',
		'ghcr.io/octocat/hello@sha256:39f039dca641a1e1b3ab2ba7d9d3f0c7a6ad8f11cd4b1e4bb2a9c0f9c3de8a57',
		'GET https://ghcr.io/v2/me/app/blobs/uploads/?mount=sha256:ab&from=me/base',
		'GET https://ghcr.io/token?service=ghcr.io&scope=repository:me/app:pull',
		'https://localhost:5000/v2/_catalog?n=100&last=app',
		'Bearer realm="https://ghcr.io/token",service="ghcr.io"',
		'basic login is not possible here',
		'Log in with a token that may write packages',
		'the token has expired',
		'ssh://me@host.example:22',
		'unix:///run/user/1000/docker.sock',
	])('%s', text => {
		expect(redact(text)).toBe(text);
	});
});

describe('wherever it stands', () => {
	const around = fc
		.array(
			fc.oneof(
				fc.string({maxLength: 5}),
				fc.constantFrom(
					'Authorization: ',
					'Bearer ',
					'basic ',
					'password=',
					'"',
					'?x=',
					'&sig=',
					'[secret]',
					'\n',
					' ',
					'--password ',
					'{',
					',',
				),
			),
			{maxLength: 6},
		)
		.map(parts => parts.join(''));

	test('a token of a known shape never comes through', () => {
		fc.assert(
			fc.property(around, fc.constantFrom(github, jwt), around, (before, token, after) => {
				const text = `${before} ${token} ${after}`;
				expect(redact(text)).not.toContain(token);
				expect(redact(redact(text))).not.toContain(token.slice(0, 12));
			}),
			{numRuns: 3000},
		);
	});

	// Without key words right before it: `basic password: x` names no password.
	const plain = fc
		.array(
			fc.oneof(
				fc.string({maxLength: 5}),
				fc.constantFrom('?x=', '&n=1', '[secret]', '\n', ' ', '{', ',', ': ', 'x='),
			),
			{
				maxLength: 6,
			},
		)
		.map(parts => parts.join(''));

	test('neither does what is named a password', () => {
		const secret = 'Hunter2Hunter2';
		fc.assert(
			fc.property(
				plain,
				fc.constantFrom(
					'password=',
					'password: ',
					'"password": "',
					'REGISTRY_TOKEN=',
					'Authorization: Basic ',
					'https://me:',
				),
				plain,
				(before, lead, after) => {
					const text = `${before.replaceAll(/["']/g, '')} ${lead}${secret}@${lead.endsWith('"') ? '"' : ''} ${after}`;
					expect(redact(text)).not.toContain(secret);
				},
			),
			{numRuns: 3000},
		);
	});
});

test('a long text is done at once', () => {
	const begun = performance.now();
	for (const piece of [
		'a',
		'a:',
		'https://',
		'eyJ',
		'token',
		'token=',
		'?a=',
		'a-',
		'auth_',
		'gh',
		'ghp_',
	]) {
		redact(piece.repeat(50_000));
	}
	expect(performance.now() - begun).toBeLessThan(5000);
});
