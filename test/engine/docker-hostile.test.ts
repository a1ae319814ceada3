import type {ServerResponse} from 'node:http';
import {expect, test} from 'vitest';
import {Secret} from '../../source/domain/credential.ts';
import type {OperationEvent} from '../../source/domain/events.ts';
import {parseReference} from '../../source/domain/reference.ts';
import {registryAuth} from '../../source/engine/registry-auth.ts';
import {startFakeDaemon} from './fake-daemon.ts';
import {openDockerEngine} from '../support/open-docker-engine.ts';

const reference = parseReference('ghcr.io/me/app:1');
const digest = `sha256:${'a'.repeat(64)}`;

async function drain<Outcome>(
	operation: AsyncGenerator<OperationEvent, Outcome, undefined>,
): Promise<Outcome> {
	for (;;) {
		const step = await operation.next();
		if (step.done === true) return step.value;
	}
}

function json(response: ServerResponse, value: unknown, status = 200): void {
	response.statusCode = status;
	response.setHeader('content-type', 'application/json');
	response.end(JSON.stringify(value));
}

test('the older of both API versions is spoken', async () => {
	for (const [theirs, spoken] of [
		['1.24', 'v1.24'],
		['1.41', 'v1.41'],
		['1.99', 'v1.51'],
	] as const) {
		await using daemon = await startFakeDaemon((_, response) => json(response, []), theirs);
		const engine = await openDockerEngine(daemon.url, 2000);
		await engine.listImages();
		expect(daemon.requests).toEqual([`GET /${spoken}/images/json`]);
		await engine.close();
	}
});

test('lists with null, empty and <none> names are understood alike', async () => {
	await using daemon = await startFakeDaemon((_, response) =>
		json(response, [
			{Id: `sha256:${'1'.repeat(64)}`, RepoTags: null, RepoDigests: null, Created: 0, Size: 1},
			{Id: `sha256:${'2'.repeat(64)}`, RepoTags: [], RepoDigests: [], Size: -1},
			{
				Id: `sha256:${'3'.repeat(64)}`,
				RepoTags: ['<none>:<none>'],
				RepoDigests: ['<none>@<none>', `app@${digest}`],
			},
			{Id: '4'.repeat(64), RepoTags: ['docker.io/library/app:1', 'app:1', 'a\u001B[2Jb:1']},
			null,
		]),
	);
	const engine = await openDockerEngine(daemon.url, 2000);
	const images = await engine.listImages();
	expect(
		images
			.slice(0, 4)
			.map(({dangling}) => dangling)
			.filter(Boolean),
	).toHaveLength(4);
	expect(images.find(({id}) => id.includes('333'))?.digests).toEqual([`app@${digest}`]);
	const named = images.find(({id}) => id === `sha256:${'4'.repeat(64)}`);
	expect(named?.references[0]).toBe('app:1');
	expect(JSON.stringify(images)).not.toContain(String.raw`\u001b`);
	await engine.close();
});

test('rows cut anywhere, torn characters and lines that are no JSON do no harm', async () => {
	await using daemon = await startFakeDaemon((_, response) => {
		const bytes = Buffer.from(
			[
				'{"id":"ä","status":"Preparing"}',
				'not json',
				'[1]',
				'{"id":"ä","status":"Pushing","progressDetail":{"current":5,"total":10}}\r',
				'',
				'{"id":"ä","status":"Pushed"}',
				`{"status":"1: digest: ${digest} size: 3"}`,
			].join('\n'),
		);
		let offset = 0;
		const next = (): void => {
			if (offset >= bytes.length) {
				response.end();
				return;
			}
			response.write(bytes.subarray(offset, offset + 7));
			offset += 7;
			setImmediate(next);
		};
		next();
	});
	const engine = await openDockerEngine(daemon.url, 2000);
	expect(await drain(engine.push(reference))).toEqual({
		digest,
		bytesTotal: 10,
		bytesUploaded: 10,
		layersTotal: 1,
		layersReused: 0,
	});
	expect(daemon.requests).toEqual(['POST /v1.41/images/ghcr.io/me/app/push?tag=1']);
	await engine.close();
});

test('a stream that is cut is no success', async () => {
	await using daemon = await startFakeDaemon((_, response) => {
		response.write('{"id":"a","status":"Preparing"}\n');
		setImmediate(() => response.destroy());
	});
	const engine = await openDockerEngine(daemon.url, 2000);
	await expect(drain(engine.push(reference))).rejects.toMatchObject({
		code: 'ENGINE_UNREACHABLE',
		message: expect.stringContaining('cut'),
	});
	await engine.close();
});

test('leaving the stream early closes the request', async () => {
	let closed = false;
	await using daemon = await startFakeDaemon((_, response) => {
		response.on('close', () => {
			closed = true;
		});
		response.write('{"id":"a","status":"Preparing"}\n');
	});
	const engine = await openDockerEngine(daemon.url, 2000);
	for await (const _ of engine.push(reference)) break;
	await expect.poll(() => closed).toBe(true);
	await engine.close();
});

test('a failed removal of several references says what is untagged already', async () => {
	const id = `sha256:${'5'.repeat(64)}`;
	await using daemon = await startFakeDaemon((request, response) => {
		if (request.method === 'GET' && request.url?.endsWith('/json') === true) {
			json(response, {Id: id, RepoTags: ['a:1', 'b:1']});
		} else if (request.method === 'DELETE' && request.url?.includes('/b:1') === true) {
			json(response, {message: 'database is locked'}, 500);
		} else if (request.method === 'DELETE') {
			json(response, [{Untagged: 'a:1'}]);
		} else {
			json(response, []);
		}
	});
	const engine = await openDockerEngine(daemon.url, 2000);
	await expect(engine.remove(id)).rejects.toMatchObject({
		message: 'database is locked (already untagged: a:1)',
	});
	expect(daemon.requests.some(request => request.includes('force'))).toBe(false);
	await engine.close();
});

test('the environment’s DOCKER_HOST does not turn an engine elsewhere', async () => {
	await using daemon = await startFakeDaemon((_, response) => json(response, []));
	process.env['DOCKER_HOST'] = 'tcp://127.0.0.1:1';
	try {
		const engine = await openDockerEngine(daemon.url, 2000);
		expect(await engine.listImages()).toEqual([]);
		expect(process.env['DOCKER_HOST']).toBe('tcp://127.0.0.1:1');
		await engine.close();
	} finally {
		delete process.env['DOCKER_HOST'];
	}
});

test('logins are sent in the alphabet and with the padding that daemons read', () => {
	const auth = registryAuth(
		{kind: 'basic', username: 'ann', password: new Secret('~~~???ÿÿ')},
		'ghcr.io',
	);
	expect(auth).not.toMatch(/[+/]/);
	expect(auth.length % 4).toBe(0);
	expect(JSON.parse(Buffer.from(auth, 'base64url').toString())).toEqual({
		username: 'ann',
		password: '~~~???ÿÿ',
		serveraddress: 'ghcr.io',
	});
	expect(registryAuth(undefined, 'ghcr.io')).toBe('e30=');
	expect(
		JSON.parse(
			Buffer.from(
				registryAuth({kind: 'identity-token', token: new Secret('t')}, 'docker.io'),
				'base64url',
			).toString(),
		),
	).toEqual({identitytoken: 't', serveraddress: 'https://index.docker.io/v1/'});
});
