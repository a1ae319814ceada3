import {expect, test} from 'vitest';
import {Secret} from '../../source/domain/credential.ts';
import {logIn, logOut} from '../../source/operations/login.ts';
import {
	commandsOf,
	drain,
	fail,
	octocat,
	octocatLogin,
	openWorld,
	warningsOf,
} from './operation-world.ts';

test.each(['basic', 'ghcr', 'acr'] as const)(
	'a good login at a %s registry is kept',
	async shape => {
		await using world = await openWorld('none');
		const {port} = await world.startRegistry({authentication: shape, users: [octocat]});
		const name = {basic: '127.0.0.1', ghcr: 'ghcr.localhost', acr: 'course.azurecr.localhost'}[
			shape
		];
		const host = `${name}:${port}`;
		const {events, result} = await drain(logIn({host, credential: octocatLogin}, world.context()));
		expect(commandsOf(events)).toEqual([`docker login ${host}`]);
		expect(result).toMatchObject({
			operation: 'login',
			host,
			username: 'octocat',
			storedIn: 'memory',
		});
		expect(warningsOf(events).join()).toContain('kept in memory only');
		expect(await world.credentials.find(host)).toBeDefined();
		expect(JSON.stringify([events, result])).not.toContain('correct horse');
	},
);

const tellsLimit = async (): Promise<string> => '76 of 100 pulls left in 6 hours';
const tellsNothing = async (): Promise<string> => {
	throw new Error('gone');
};

test.each([
	['is told', tellsLimit, true],
	['that cannot be asked for is no failure', tellsNothing, false],
] as const)('the rate limit of a new login %s', async (_, rateLimit, isTold) => {
	await using world = await openWorld('none');
	const {host} = await world.startRegistry({authentication: 'basic', users: [octocat]});
	const context = world.context({registry: {...world.registry, rateLimit}});
	const {events} = await drain(logIn({host, credential: octocatLogin}, context));
	const message = `${host}: 76 of 100 pulls left in 6 hours`;
	expect(events.some(event => event.type === 'step' && event.message === message)).toBe(isTold);
});

test.each(['basic', 'ghcr', 'acr'] as const)(
	'a wrong password at a %s registry is not kept',
	async shape => {
		await using world = await openWorld('none');
		const {port} = await world.startRegistry({authentication: shape, users: [octocat]});
		const name = {basic: '127.0.0.1', ghcr: 'ghcr.localhost', acr: 'course.azurecr.localhost'}[
			shape
		];
		const host = `${name}:${port}`;
		const credential = {
			kind: 'basic',
			username: 'octocat',
			password: new Secret('wrong-secret'),
		} as const;
		const {error} = await fail(logIn({host, credential}, world.context()));
		expect(error.code).toBe('UNAUTHORIZED');
		expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain('wrong-secret');
		expect(await world.credentials.find(host)).toBeUndefined();
	},
);

test('a registry that is not there fails the login as a ping does', async () => {
	await using world = await openWorld('none');
	const {host, close} = await world.startRegistry();
	await close();
	const {error} = await fail(logIn({host, credential: octocatLogin}, world.context()));
	expect(error.code).toBe('REGISTRY_UNREACHABLE');
});

test('a logout says from where, and names logins that regbench may not take away', async () => {
	await using world = await openWorld('none');
	await world.credentials.keep('example.com', octocatLogin);
	const {events, result} = await drain(logOut({host: 'example.com'}, world.context()));
	expect(commandsOf(events)).toEqual(['docker logout example.com']);
	expect(result.removedFrom).toEqual(['memory']);
	const again = await drain(
		logOut(
			{host: 'example.com'},
			world.context({
				credentials: {
					...world.credentials,
					remaining: async () => [{source: 'gh auth token', remedy: 'Run gh auth logout.'}],
				},
			}),
		),
	);
	expect(again.result.removedFrom).toEqual([]);
	expect(again.events.at(-1)).toMatchObject({type: 'warned', hint: 'Run gh auth logout.'});
	expect(await world.credentials.find('example.com')).toBeUndefined();
});
