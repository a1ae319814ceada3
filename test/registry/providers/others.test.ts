import {describe, expect, test} from 'vitest';
import {providerForHost} from '../../../source/registry/providers/table.ts';
import {basicLogin, testClient} from '../scripted-registry.ts';
import {all, basic, digest, scriptedWorld, tokenLine, wantsToken} from './world.ts';

describe('Quay', () => {
	const base = 'https://quay.io';
	const realm = `${base}/v2/auth`;
	const registry = {[`GET ${base}/v2/`]: wantsToken(realm, 'quay.io')};
	const robot = basicLogin('team+ci', 'robot-token');
	const token = (scope: string) => ({
		[tokenLine(realm, 'quay.io', [scope], 'team+ci')]: {
			body: {token: 't'},
			authorization: basic('team+ci', 'robot-token'),
		},
	});

	test('lists the repositories that the login sees', async () => {
		await using world = await scriptedWorld({
			...registry,
			...token('registry:catalog:*'),
			[`GET ${base}/v2/_catalog?n=1000`]: {
				body: {repositories: ['team/app']},
				headers: {link: '</v2/_catalog?n=1000&next_page=gAAA>; rel="next"'},
			},
			[`GET ${base}/v2/_catalog?n=1000&next_page=gAAA`]: {body: {repositories: ['other/x']}},
		});
		await using client = testClient({connector: world.connector, credential: robot});
		expect(await all(client.repositories('quay.io', 'team'))).toEqual([{path: 'team/app'}]);
	});

	test('takes tags and manifests away with the right to push', async () => {
		await using world = await scriptedWorld({
			...registry,
			...token('repository:team/app:pull,push'),
			[`DELETE ${base}/v2/team/app/manifests/1`]: {status: 202},
			[`DELETE ${base}/v2/team/app/manifests/${digest('a')}`]: {status: 202},
		});
		await using client = testClient({connector: world.connector, credential: robot});
		const {removal} = client.repository('quay.io', 'team/app');
		await removal.untag!('1');
		await removal.manifest!(digest('a'));
		expect(removal.note).toMatch(/restored/);
	});
});

describe('Amazon', () => {
	test('ECR Public is asked for its own kind of scope', async () => {
		const base = 'https://public.ecr.aws';
		const line = tokenLine(`${base}/token/`, 'public.ecr.aws', ['aws']);
		await using world = await scriptedWorld({
			[`GET ${base}/v2/`]: wantsToken(`${base}/token/`, 'public.ecr.aws', ',scope="aws"'),
			[line]: {body: {token: 't'}, authorization: 'none'},
			[`GET ${base}/v2/alias/app/tags/list?n=1000`]: {body: {tags: ['1']}},
		});
		await using client = testClient({connector: world.connector});
		expect(await all(client.repository('public.ecr.aws', 'alias/app').tagEntries())).toEqual([
			{tag: '1'},
		]);
		await expect(all(client.repositories('public.ecr.aws', 'alias'))).rejects.toMatchObject({
			code: 'UNSUPPORTED',
			hint: /type ALIAS\/REPOSITORY/,
		});
	});

	test('ECR Public is asked for the first byte of a blob, since it may refuse HEAD', async () => {
		const base = 'https://public.ecr.aws';
		const address = (blob: string) => `GET ${base}/v2/alias/app/blobs/${digest(blob)}`;
		await using world = await scriptedWorld({
			[`GET ${base}/v2/`]: wantsToken(`${base}/token/`, 'public.ecr.aws', ',scope="aws"'),
			[tokenLine(`${base}/token/`, 'public.ecr.aws', ['aws'], 'AWS')]: {body: {token: 't'}},
			[address('a')]: {status: 206, body: '{', headers: {'content-range': 'bytes 0-0/2'}},
			[address('b')]: {status: 416},
			[address('c')]: {status: 404},
			// What a real push does there: nothing of a blob that is held, all of one that is not.
			[`POST ${base}/v2/alias/app/blobs/uploads/`]: {
				status: 202,
				headers: {location: `${base}/v2/alias/app/blobs/uploads/1`},
			},
			[`PUT ${base}/v2/alias/app/blobs/uploads/1?digest=${digest('c').replace(':', '%3A')}`]: {
				status: 201,
			},
		});
		await using client = testClient({
			connector: world.connector,
			credential: basicLogin('AWS', 'p'),
		});
		const repository = client.repository('public.ecr.aws', 'alias/app');
		expect(await repository.hasBlob(digest('b'))).toBe(true);
		const blob = (name: string) => ({
			digest: digest(name),
			size: 1,
			open: async function* () {
				yield Buffer.from('x');
			},
		});
		expect(await repository.uploadBlob(blob('a'))).toBe('exists');
		expect(await repository.uploadBlob(blob('c'))).toBe('uploaded');
		const ranges = world.requests.filter(({line}) => line === address('a'));
		expect(ranges.map(({headers}) => headers['range'])).toEqual(['bytes=0-0']);
	});

	const host = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
	const base = `https://${host}`;
	const aws = basicLogin('AWS', 'p');
	const registry = {
		[`GET ${base}/v2/`]: {
			status: 401,
			headers: {'www-authenticate': `Basic realm="${base}/",service="ecr.amazonaws.com"`},
		},
	};

	test('private ECR takes user and password, and says when it does not delete', async () => {
		const refusal = {
			status: 405,
			body: {errors: [{code: 'UNSUPPORTED', message: 'The operation is unsupported.'}]},
			authorization: basic('AWS', 'p'),
		};
		await using world = await scriptedWorld({
			...registry,
			[`DELETE ${base}/v2/app/manifests/1`]: refusal,
			[`DELETE ${base}/v2/app/manifests/${digest('a')}`]: refusal,
		});
		await using client = testClient({connector: world.connector, credential: aws});
		const {removal} = client.repository(host, 'app');
		await expect(removal.untag!('1')).rejects.toMatchObject({code: 'UNSUPPORTED'});
		await expect(removal.manifest!(digest('a'))).rejects.toMatchObject({code: 'UNSUPPORTED'});
		expect(await removal.canUntag()).toBe(false);
		expect(removal.note).toMatch(/aws ecr batch-delete-image/);
	});

	test('a repository that is missing at a push is told how to be made', async () => {
		await using world = await scriptedWorld({
			...registry,
			[`HEAD ${base}/v2/team/app/blobs/${digest('a')}`]: {status: 404},
			[`POST ${base}/v2/team/app/blobs/uploads/`]: {
				status: 404,
				body: {errors: [{code: 'NAME_UNKNOWN', message: 'The repository does not exist'}]},
			},
		});
		await using client = testClient({connector: world.connector, credential: aws});
		const source = {digest: digest('a'), size: 1, open: async function* () {}};
		await expect(client.repository(host, 'team/app').uploadBlob(source)).rejects.toMatchObject({
			hint: expect.stringContaining(
				'aws ecr create-repository --region eu-central-1 --repository-name team/app',
			),
		});
	});

	test('lists repositories where the catalogue answers, and says what to do where not', async () => {
		await using world = await scriptedWorld({
			...registry,
			[`GET ${base}/v2/_catalog?n=1000`]: [{body: {repositories: ['app']}}, {status: 404}],
		});
		await using client = testClient({connector: world.connector, credential: aws});
		expect(await all(client.repositories(host, ''))).toEqual([{path: 'app'}]);
		await expect(all(client.repositories(host, ''))).rejects.toMatchObject({
			code: 'UNSUPPORTED',
			hint: 'Type the name of a repository instead.',
		});
	});
});

describe('GitLab', () => {
	test('has its logins checked by gitlab.com, which is no news', async () => {
		const base = 'https://registry.gitlab.com';
		const realm = 'https://gitlab.com/jwt/auth';
		const scope = 'repository:group/project:pull';
		await using world = await scriptedWorld({
			[`GET ${base}/v2/`]: wantsToken(realm, 'container_registry'),
			[tokenLine(realm, 'container_registry', [scope], 'anna')]: {
				body: {token: 't'},
				authorization: basic('anna', 'secret'),
			},
			[`GET ${base}/v2/group/project/tags/list?n=1000`]: {body: {name: 'x', tags: ['1']}},
		});
		await using client = testClient({connector: world.connector, credential: basicLogin()});
		const tags = client.repository('registry.gitlab.com', 'group/project').tags(client.call);
		expect(await all(tags)).toEqual(['1']);
		expect(client.notices).toEqual([]);
	});
});

test.each([
	['123456789012.dkr.ecr.eu-central-1.amazonaws.com', 'ecr'],
	['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com', 'ecr'],
	['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', 'ecr'],
	['12345678901.dkr.ecr.eu-central-1.amazonaws.com', 'generic'],
	['123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.example', 'generic'],
	['public.ecr.aws', 'ecr-public'],
	['x.public.ecr.aws', 'generic'],
	['gcr.io', 'google'],
	['eu.gcr.io', 'google'],
	['evilgcr.io', 'generic'],
	['europe-docker.pkg.dev', 'google'],
	['pkg.dev', 'generic'],
	['quay.io', 'quay'],
	['quay.io.evil.example', 'generic'],
	['registry.gitlab.com', 'gitlab'],
	['registry.gitlab.com:5050', 'generic'],
])('the host %s is %s', (host, id) => {
	expect(providerForHost(host).id).toBe(id);
});
