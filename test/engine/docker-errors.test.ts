import {expect, test} from 'vitest';
import {connectionError, engineError} from '../../source/engine/docker-errors.ts';

const subject = 'ghcr.io/me/app:1.0';

test.each([
	['push', 'unauthorized: authentication required', 'UNAUTHORIZED', false],
	['push', 'unauthorized: incorrect username or password', 'UNAUTHORIZED', false],
	['push', 'no basic auth credentials', 'UNAUTHORIZED', false],
	['push', 'denied: requested access to the resource is denied', 'FORBIDDEN', false],
	['push', 'denied: permission_denied: write_package', 'FORBIDDEN', false],
	[
		'push',
		'unexpected status from POST request to https://ghcr.io/v2/: 403 Forbidden',
		'FORBIDDEN',
		false,
	],
	['push', 'toomanyrequests: slow down', 'RATE_LIMITED', true],
	['push', 'received unexpected HTTP status: 500 Internal Server Error', 'REGISTRY_ERROR', true],
	['push', 'use of closed network connection', 'REGISTRY_UNREACHABLE', true],
	[
		'push',
		'Put "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
		'REGISTRY_UNREACHABLE',
		true,
	],
	[
		'pull',
		'Get "https://nowhere.example/v2/": dial tcp: lookup nowhere.example on 1.1.1.1:53: no such host',
		'REGISTRY_UNREACHABLE',
		true,
	],
	[
		'push',
		'Get "https://r/v2/": x509: certificate signed by unknown authority',
		'CERTIFICATE_UNTRUSTED',
		false,
	],
	[
		'pull',
		'Get "https://r/v2/": http: server gave HTTP response to HTTPS client',
		'CERTIFICATE_UNTRUSTED',
		false,
	],
	[
		'push',
		'An image does not exist locally with the tag: ghcr.io/me/app',
		'IMAGE_NOT_FOUND',
		false,
	],
	['push', 'unknown: tag is immutable', 'TAG_IMMUTABLE', false],
	[
		'push',
		"error parsing HTTP 413 response body: invalid character '<' looking for beginning of value",
		'TOO_LARGE',
		false,
	],
	[
		'pull',
		'manifest for ghcr.io/me/app:1.0 not found: manifest unknown: manifest unknown',
		'TAG_NOT_FOUND',
		false,
	],
	[
		'pull',
		"pull access denied for me/app, repository does not exist or may require 'docker login'",
		'TAG_NOT_FOUND',
		false,
	],
	['pull', 'filesystem layer verification failed for digest sha256:aa', 'DIGEST_MISMATCH', true],
	['pull', 'image config verification failed for digest sha256:aa', 'DIGEST_MISMATCH', true],
	['pull', 'failed to register layer: write /x: no space left on device', 'DISK_FULL', false],
	[
		'pull',
		'no matching manifest for linux/arm64/v8 in the manifest list entries',
		'UNSUPPORTED',
		false,
	],
	['push', 'name invalid: invalid repository name', 'NAME_NOT_ALLOWED', false],
	['push', 'something never heard of', 'ENGINE_ERROR', false],
] as const)('%s: "%s" is %s', (action, text, code, retryable) => {
	const error = engineError(text, {action, subject, loggedIn: true});
	expect(error).toMatchObject({code, retryable});
	expect(error.message).toContain(subject);
	expect(error.hint).not.toBe('');
});

test('a denial without a login is a missing login', () => {
	const error = engineError('denied: requested access to the resource is denied', {
		action: 'push',
		subject,
	});
	expect(error).toMatchObject({code: 'UNAUTHORIZED', hint: expect.stringContaining('ghcr.io')});
});

function told(text: string, status: number): string {
	return engineError(text, {action: 'other', subject: 'app:1', status}).code;
}

test('conflicts and absences of the engine itself are told apart', () => {
	expect(told('conflict: unable to delete ab (must be forced) - image is in use', 409)).toBe(
		'IMAGE_IN_USE',
	);
	expect(
		told(
			'conflict: unable to delete ab (cannot be forced) - image has dependent child images',
			409,
		),
	).toBe('IMAGE_IN_USE');
	expect(told('No such image: app:1', 404)).toBe('IMAGE_NOT_FOUND');
});

test('escape sequences in what a registry said do not get through', () => {
	expect(engineError('denied: \u001B[2Jgone\u0007', {action: 'push', subject}).message).not.toMatch(
		// oxlint-disable-next-line no-control-regex -- they are what is looked for
		/[\u0000-\u001F]/,
	);
});

test.each([
	['ENOENT', 'ENGINE_UNREACHABLE', 'Nothing is at'],
	['ECONNREFUSED', 'ENGINE_UNREACHABLE', 'Nobody listens'],
	['EACCES', 'ENGINE_DENIED', 'may not open'],
	['ECONNRESET', 'ENGINE_UNREACHABLE', 'cut'],
	['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERTIFICATE_UNTRUSTED', 'certificate'],
])('a connection failing with %s is %s', (code, expected, words) => {
	const error = connectionError(Object.assign(new Error('x'), {code}), 'unix:///x.sock');
	expect(error).toMatchObject({code: expected});
	expect(error.message).toContain(words);
	expect(error.message).toContain('unix:///x.sock');
});

test('an engine elsewhere is not told to be started here', () => {
	const refused = Object.assign(new Error('x'), {code: 'ECONNREFUSED'});
	expect(connectionError(refused, 'tcp://lab:2376').hint).not.toContain('systemctl');
	expect(connectionError(refused, 'unix:///x.sock').hint).toContain('systemctl');
});
