import {describe, expect, test} from 'vitest';
import {
	formatPort,
	namesSecret,
	offerPorts,
	parseMount,
	parsePort,
	parseVariable,
	runCommand,
	splitWords,
} from '../../source/operations/container-spec.ts';
import {answerToKeep, keptAnswer, rememberRun} from '../../source/operations/run-memory.ts';

describe('ports', () => {
	test.each([
		['8080', {hostPort: 8080, containerPort: 8080, protocol: 'tcp'}],
		['18080:80', {hostPort: 18_080, containerPort: 80, protocol: 'tcp'}],
		['0:53/udp', {hostPort: 0, containerPort: 53, protocol: 'udp'}],
	])('%s is read, and written again', (text, port) => {
		expect(parsePort(text)).toEqual(port);
		expect(parsePort(formatPort(parsePort(text)))).toEqual(port);
	});

	test.each(['', 'x', '80:', ':80', '0', '70000', '80:70000', '0.0.0.0:80:80', '80/sctp', '-1:80'])(
		'"%s" is refused',
		text => {
			expect(() => parsePort(text)).toThrow(expect.objectContaining({code: 'USAGE'}));
		},
	);

	test('those of the image are offered where they are free', async () => {
		const taken = new Set([8080, 8081]);
		const offered = await offerPorts(
			['8080/tcp', '80/tcp', '53/udp', '8082', 'nonsense', '99999/tcp'],
			async port => !taken.has(port),
		);
		expect(offered.map(formatPort)).toEqual(['8082:8080', '8083:80', '8053:53/udp', '8084:8082']);
	});
});

test('a variable takes its value from the environment where it has none', () => {
	expect(parseVariable('A=b=c')).toBe('A=b=c');
	expect(parseVariable('HOME_TOWN', {HOME_TOWN: 'x y'})).toBe('HOME_TOWN=x y');
	expect(() => parseVariable('NOT_THERE', {})).toThrow('NOT_THERE has no value');
	// A secret in the wrong place is not repeated.
	expect(() => parseVariable('s3cr3t!')).toThrow(/^An environment variable begins with its name$/);
});

test('mounts name two places and perhaps forbid writing', () => {
	expect(parseMount('/a b:/c:ro')).toEqual({source: '/a b', target: '/c', readOnly: true});
	expect(parseMount('volume:/data')).toMatchObject({source: 'volume', readOnly: false});
	expect(parseMount('C:\\data:/data')).toMatchObject({source: 'C:\\data', target: '/data'});
	for (const text of ['/a', 'relative/path:/b', '/a:b', '/a:/b:rx']) {
		expect(() => parseMount(text)).toThrow(expect.objectContaining({code: 'USAGE'}));
	}
});

test('words are parted as a shell does it', () => {
	expect(splitWords(` sh -c 'echo "a b"'  "x \\" y" z\\ z '' `)).toEqual([
		'sh',
		'-c',
		'echo "a b"',
		'x " y',
		'z z',
		'',
	]);
	expect(() => splitWords("'open")).toThrow('A quote is not closed');
});

test('the command shows no value whose name tells of a secret', () => {
	const command = runCommand({
		image: 'web:1',
		name: 'regbench-web-0000',
		ports: [{hostPort: 0, containerPort: 80, protocol: 'tcp'}],
		environment: [
			'MODE=a b',
			'DB_PASSWORD=hunter2',
			'GITHUB_TOKEN=ghp_1',
			'AWS_SECRET_ACCESS_KEY=x',
		],
		command: ['sh', '-c', 'echo $MODE'],
		mounts: [{source: '/a', target: '/b', readOnly: true}],
	});
	expect(command).toBe(
		"docker run --detach --name regbench-web-0000 --publish 127.0.0.1::80 --env 'MODE=a b' " +
			"--env DB_PASSWORD --env GITHUB_TOKEN --env AWS_SECRET_ACCESS_KEY --volume /a:/b:ro web:1 sh -c 'echo $MODE'",
	);
	for (const name of ['API_KEY', 'sessionSecret', 'DATABASE_URL', 'credentials']) {
		expect(namesSecret(name), name).toBe(true);
	}
	for (const name of ['PORT', 'LANG', 'KEYBOARD']) expect(namesSecret(name), name).toBe(false);
});

test('what is remembered holds no secret, and the answer counts for its reference and path only', () => {
	const answer = {
		kind: 'http',
		asked: '/ on 80',
		status: 200,
		headers: {'content-type': 'text/plain'},
		bodyDigest: 'sha256:1',
		bodyBytes: 4,
		bodyVaries: false,
		truncated: false,
		excerpt: 'the secret page',
		readyAfterMs: 5,
	} as const;
	const runs = rememberRun(undefined, 'ghcr.io/me/web:1.0', {
		environment: ['MODE=a', 'TOKEN=hunter2'],
		command: '',
		mounts: [],
		probePath: '/',
		answer: answerToKeep('ghcr.io/me/web:1.0', answer),
	});
	expect(Object.keys(runs)).toEqual(['ghcr.io/me/web']);
	expect(JSON.stringify(runs)).not.toMatch(/hunter2|secret page/);
	const memory = runs['ghcr.io/me/web'];
	expect(keptAnswer(memory, 'ghcr.io/me/web:1.0', '/')).toMatchObject({status: 200, excerpt: ''});
	expect(keptAnswer(memory, 'ghcr.io/me/web:1.1', '/')).toBeUndefined();
	expect(keptAnswer(memory, 'ghcr.io/me/web:1.0', '/other')).toBeUndefined();
	for (const broken of [
		'',
		'{',
		'null',
		'{"reference":"ghcr.io/me/web:1.0","answer":{"kind":"http"}}',
	]) {
		const spoiled = memory && {...memory, answer: broken};
		expect(keptAnswer(spoiled, 'ghcr.io/me/web:1.0', '/')).toBeUndefined();
	}
});
