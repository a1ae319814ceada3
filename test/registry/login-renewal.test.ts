import type {IncomingMessage, ServerResponse} from 'node:http';
import {expect, test} from 'vitest';
import {Secret, type FoundCredential} from '../../source/domain/credential.ts';
import {readBody, serveHttp} from '../support/serve-http.ts';
import {auth, fakeMachine} from '../credentials/machine.ts';
import {basicLogin, scriptedRegistry, testClient, wantsTokens} from './scripted-registry.ts';

const tags = '{"tags":["1"]}';

async function* twoBytes() {
	yield Buffer.from('{}');
}

function found(password: string, source = 'gcloud login'): FoundCredential {
	return {credential: basicLogin('anna', password), source};
}

function authorization(password: string): string {
	return `Basic ${Buffer.from(`anna:${password}`).toString('base64')}`;
}

async function allTags(client: ReturnType<typeof testClient>, host: string, path = 'a/b') {
	const names: string[] = [];
	for await (const page of client.repository(host, path).tags(client.call)) names.push(...page);
	return names;
}

/** A source of logins whose tool makes the next one when it hears of a refusal. */
function rotating(...passwords: string[]) {
	const logins = passwords.map(password => found(password));
	const questions: Array<string | undefined> = [];
	let current = 0;
	return {
		questions,
		async find(
			_host: string,
			{refused, path}: {refused?: FoundCredential | undefined; path?: string | undefined} = {},
		) {
			questions.push(refused ? 'instead' : path);
			if (refused && current + 1 < logins.length) current++;
			return logins[current];
		},
	};
}

/** A registry that takes `Basic` for whatever password is good now. */
async function basicRegistry(good: {password: string}) {
	return serveHttp((request, response) => {
		const allowed = request.headers.authorization === authorization(good.password);
		response.writeHead(allowed ? 200 : 401, {'www-authenticate': 'Basic realm="here"'});
		response.end(allowed ? tags : '');
	});
}

test('a password that ends in mid-session is replaced without a word', async () => {
	const good = {password: 'first'};
	const registry = await basicRegistry(good);
	const credentials = rotating('first', 'second');
	await using client = testClient({credentials});
	try {
		expect(await allTags(client, registry.host)).toEqual(['1']);
		good.password = 'second';
		expect(await allTags(client, registry.host)).toEqual(['1']);
		expect(await allTags(client, registry.host)).toEqual(['1']);
		expect(credentials.questions).toEqual(['a/b', 'instead']);
		expect(client.notices).toEqual([]);
	} finally {
		await registry.stop();
	}
});

test('many calls with the same ended password ask for a new one once', async () => {
	const good = {password: 'first'};
	const registry = await basicRegistry(good);
	const credentials = rotating('first', 'second');
	await using client = testClient({credentials});
	try {
		await allTags(client, registry.host);
		good.password = 'second';
		await Promise.all([1, 2, 3, 4, 5].map(async () => allTags(client, registry.host)));
		expect(credentials.questions).toEqual(['a/b', 'instead']);
	} finally {
		await registry.stop();
	}
});

test('a login that stays refused is asked about once, and the refusal is told', async () => {
	const registry = await basicRegistry({password: 'other'});
	const credentials = rotating('first');
	await using client = testClient({credentials});
	try {
		await expect(allTags(client, registry.host)).rejects.toMatchObject({
			code: 'UNAUTHORIZED',
			message: `${registry.host} refused the login of anna (gcloud login)`,
		});
		expect(credentials.questions.filter(question => question === 'instead')).toHaveLength(1);
	} finally {
		await registry.stop();
	}
});

test.each([401, 403])(
	'a token service that answers %s to an ended password gets the new one',
	async status => {
		await using registry = await scriptedRegistry(host => [
			wantsTokens(`http://${host}/token`),
			{method: 'GET', path: /^\/token/, status},
			{method: 'GET', path: /^\/token/, body: '{"token":"good"}'},
			{method: 'GET', path: '/v2/a/b/tags/list?n=1000', body: tags},
		]);
		await using client = testClient({credentials: rotating('first', 'second')});
		await allTags(client, registry.host);
		expect(registry.requests.map(({headers}) => headers.authorization)).toEqual([
			undefined,
			authorization('first'),
			authorization('second'),
			'Bearer good',
		]);
	},
);

const rotation = (token: string, refresh: string) => ({
	method: 'POST' as const,
	path: '/token',
	body: JSON.stringify({access_token: token, refresh_token: refresh}),
});
const listing = (path: string) => ({
	method: 'GET',
	path: `/v2/${path}/tags/list?n=1000`,
	body: tags,
});

test('a rotated refresh token that has ended gives way to the stored one', async () => {
	await using registry = await scriptedRegistry(host => [
		wantsTokens(`http://${host}/token`),
		rotation('one', 'rotated'),
		listing('a/b'),
		{method: 'POST', path: '/token', status: 400, body: '{"error":"invalid_grant"}'},
		rotation('two', 'rotated-again'),
		listing('a/c'),
	]);
	const credential = {kind: 'identity-token', token: new Secret('stored')} as const;
	await using client = testClient({credential});
	await allTags(client, registry.host);
	await allTags(client, registry.host, 'a/c');
	const sent = registry.requests
		.filter(({method}) => method === 'POST')
		.map(({body}) => new URLSearchParams(body.toString()).get('refresh_token'));
	expect(sent).toEqual(['stored', 'rotated', 'stored']);
});

test("gcloud's token ends in mid-session: gcloud is asked again, once", async () => {
	await using machine = await fakeMachine();
	await machine.write('.config/gcloud/credentials.db', 'x');
	await machine.program('gcloud', 'cat "$HOME/token"');
	await machine.write('token', 'ya29.first');
	let good = 'ya29.first';
	const registry = await serveHttp((request, response) => {
		const pair = Buffer.from(`oauth2accesstoken:${good}`).toString('base64');
		const allowed = request.headers.authorization === `Basic ${pair}`;
		response.writeHead(allowed ? 200 : 401, {'www-authenticate': 'Basic realm="here"'});
		response.end(allowed ? tags : '');
	});
	const credentials = machine.credentials({
		hints: () => ({environmentVariables: [], dockerConfigKeys: [], tool: 'gcloud'}),
	});
	await using client = testClient({credentials});
	try {
		await allTags(client, registry.host);
		good = 'ya29.second';
		await machine.write('token', 'ya29.second');
		await Promise.all(
			['a/b', 'a/c', 'd/e'].map(async path => allTags(client, registry.host, path)),
		);
		expect(await machine.calls('gcloud')).toHaveLength(2);
	} finally {
		await registry.stop();
	}
});

test('a login for one namespace is used for its repositories, the other one for the rest', async () => {
	const seen: string[] = [];
	const registry = await serveHttp((request, response) => {
		if (!request.headers.authorization) {
			response.writeHead(401, {'www-authenticate': 'Basic realm="here"'}).end();
			return;
		}
		const [user] = Buffer.from(request.headers.authorization.slice(6), 'base64')
			.toString()
			.split(':');
		seen.push(`${request.url!.split('/').slice(2, -2).join('/')} ${user}`);
		response.end(tags);
	});
	await using machine = await fakeMachine();
	await machine.write('.config/containers/auth.json', {
		auths: {
			[registry.host]: {auth: auth('everybody:pw')},
			[`${registry.host}/team`]: {auth: auth('team:pw')},
			[`${registry.host}/team/app`]: {auth: auth('app:pw')},
		},
	});
	await using client = testClient({credentials: machine.credentials()});
	try {
		for (const path of ['other/x', 'team/x', 'team/app', 'team/app/y', 'teams/x']) {
			await allTags(client, registry.host, path);
		}
		expect(seen).toEqual([
			'other/x everybody',
			'team/x team',
			'team/app app',
			'team/app/y app',
			'teams/x everybody',
		]);
	} finally {
		await registry.stop();
	}
});

test('no header or body of another host ever holds the login or its token', async () => {
	const leaks = [
		'planted-password',
		'planted-token',
		'planted-refresh',
		authorization('planted-password').slice(6),
	];
	const elsewhere: string[] = [];
	const other = await serveHttp((request, response) => void overhear(request, response));
	async function overhear(request: IncomingMessage, response: ServerResponse) {
		elsewhere.push(
			`${request.url} ${JSON.stringify(request.rawHeaders)} ${await readBody(request)}`,
		);
		response.writeHead(request.method === 'PUT' ? 201 : 200).end('{}');
	}
	// Another name for the same machine is another host.
	const away = `http://localhost:${other.port}`;
	const registry = await serveHttp((request, response) => {
		const {url = '', method} = request;
		const toAway = (status: number) =>
			response.writeHead(status, {location: `${away}/stolen`}).end();
		if (url.startsWith('/token')) {
			response.end('{"token":"planted-token","refresh_token":"planted-refresh"}');
			return;
		}
		if (!request.headers.authorization) {
			const realm = `Bearer realm="http://${registry.host}/token",service="here"`;
			response.writeHead(401, {'www-authenticate': realm}).end();
			return;
		}
		if (method === 'POST') return toAway(202);
		return toAway(307);
	});
	const texts: string[] = [];
	await using client = testClient({
		credential: basicLogin('anna', 'planted-password'),
		onRequest: record => texts.push(JSON.stringify(record)),
	});
	const repository = client.repository(registry.host, 'a/b');
	const digest = `sha256:${'0'.repeat(64)}` as const;
	const tell = (error: unknown) => void texts.push(`${String(error)} ${JSON.stringify(error)}`);
	try {
		await repository.resolve('1', client.call).catch(tell);
		await repository.manifest('1', client.call).catch(tell);
		await allTags(client, registry.host).catch(tell);
		for await (const _ of repository.readBlob({digest, size: 2}, client.call)) break;
		await repository.uploadBlob({digest, size: 2, open: twoBytes}, client.call).catch(tell);
		await client.checkLogin(registry.host, basicLogin('anna', 'planted-password')).catch(tell);
	} catch (error) {
		tell(error);
	} finally {
		await registry.stop();
		await other.stop();
	}
	expect(elsewhere.length).toBeGreaterThan(3);
	const said = [...elsewhere, ...texts, ...client.notices].join('\n');
	for (const leak of leaks) expect(said).not.toContain(leak);
});
