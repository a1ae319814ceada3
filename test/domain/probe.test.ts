import {expect, test} from 'vitest';
import {
	compareAnswers,
	describeAnswer,
	isWorking,
	type ProbeAnswer,
} from '../../source/domain/probe.ts';

const page: ProbeAnswer & {readonly kind: 'http'} = {
	kind: 'http',
	asked: '/ on 8080',
	status: 200,
	headers: {'content-type': 'text/html'},
	bodyDigest: 'sha256:1',
	bodyBytes: 12,
	bodyVaries: false,
	truncated: false,
	excerpt: 'hello',
	readyAfterMs: 100,
};

test('two answers are the same whatever time they took', () => {
	expect(compareAnswers(page, {...page, readyAfterMs: 9999})).toEqual([]);
});

test('status, headers and body are compared, each with a line of its own', () => {
	const after = {
		...page,
		status: 500,
		headers: {server: 'x'},
		bodyDigest: 'sha256:2',
		excerpt: 'oh no',
	};
	expect(compareAnswers(page, after)).toEqual([
		'The status was 200 and is 500.',
		'The header content-type was text/html and is absent.',
		'The header server was absent and is x.',
		'The body began with "hello" and begins with "oh no".',
	]);
});

test('a body that is another one each time is not compared', () => {
	expect(compareAnswers({...page, bodyVaries: true}, {...page, bodyDigest: 'sha256:2'})).toEqual(
		[],
	);
});

test('an answer of another kind is told as before and now', () => {
	const end: ProbeAnswer = {kind: 'exit', asked: 'its end', exitCode: 1};
	expect(compareAnswers(page, end)).toEqual([
		'Before: HTTP 200 for / on 8080, text/html, 12 bytes "hello". Now: it ended by itself with exit code 1.',
	]);
	expect(compareAnswers(end, {...end, exitCode: 0})).toEqual(['The exit code was 1 and is 0.']);
});

test.each<[ProbeAnswer, boolean, string]>([
	[{...page, status: 404}, true, 'HTTP 404'],
	[{...page, status: 500}, false, 'HTTP 500'],
	[{kind: 'tcp', asked: '22', readyAfterMs: 1}, true, 'port 22 takes connections'],
	[
		{kind: 'health', asked: 'HEALTHCHECK', status: 'unhealthy', output: 'no', readyAfterMs: 1},
		false,
		'HEALTHCHECK says unhealthy ("no")',
	],
	[{kind: 'silent', asked: '/', reason: 'nothing listens'}, false, 'no answer: nothing listens'],
])('%j: works %s', (answer, works, text) => {
	expect(isWorking(answer)).toBe(works);
	expect(describeAnswer(answer)).toContain(text);
});
