import {expect, test} from 'vitest';
import {Secret, type FoundCredential} from '../../source/domain/credential.ts';
import {RegbenchError} from '../../source/domain/errors.ts';
import type {OperationEvent} from '../../source/domain/events.ts';
import {parseReference} from '../../source/domain/reference.ts';
import {checkHostLogin} from '../../source/operations/check-login.ts';
import {withLogin} from '../../source/operations/with-login.ts';
import {openWorld, warningsOf} from './operation-world.ts';

const reference = parseReference('registry.test/team/app:1');
const {signal} = new AbortController();

function login(password: string): FoundCredential {
	const credential = {kind: 'basic', username: 'ada', password: new Secret(password)} as const;
	return {credential, source: 'aws login'};
}

/** What an engine does that takes only the logins named; `nobody` stands for none. */
function engineThatTakes(...good: readonly string[]) {
	const tried: string[] = [];
	const attempt = async function* (
		found: FoundCredential | undefined,
	): AsyncGenerator<OperationEvent, string, undefined> {
		const password = found?.credential.kind === 'basic' ? found.credential.password.reveal() : '';
		const name = password || 'nobody';
		tried.push(name);
		yield {type: 'step', message: 'working'};
		if (!good.includes(name)) throw new RegbenchError('UNAUTHORIZED', 'refused');
		return name;
	};
	return {tried, attempt};
}

async function run(
	found: FoundCredential | undefined,
	next: FoundCredential | undefined,
	readsOnly: boolean,
	attempt: ReturnType<typeof engineThatTakes>['attempt'],
) {
	await using world = await openWorld('none');
	const credentials = {...world.credentials, find: async () => next};
	const events: OperationEvent[] = [];
	const work = withLogin({reference, found, readsOnly}, attempt, {credentials, signal});
	for (;;) {
		const step = await work.next();
		if (step.done) return {events, result: step.value};
		events.push(step.value);
	}
}

test('an ended login is replaced in the middle, and nothing is said of it', async () => {
	const {tried, attempt} = engineThatTakes('second');
	const {events, result} = await run(login('first'), login('second'), false, attempt);
	expect(result).toBe('second');
	expect(tried).toEqual(['first', 'second']);
	expect(warningsOf(events)).toEqual([]);
});

test('a public image is pulled without the login that was refused, with a warning', async () => {
	const {tried, attempt} = engineThatTakes('nobody');
	const {events, result} = await run(login('first'), login('first'), true, attempt);
	expect(result).toBe('nobody');
	expect(tried).toEqual(['first', 'nobody']);
	expect(warningsOf(events)).toEqual([
		'registry.test refused the login from aws login: trying without it.',
	]);
});

test('a push is never tried without a login', async () => {
	const {tried, attempt} = engineThatTakes('nobody');
	await expect(run(login('first'), login('first'), false, attempt)).rejects.toMatchObject({
		code: 'UNAUTHORIZED',
		message: 'registry.test refused the login from aws login',
	});
	expect(tried).toEqual(['first']);
});

test('a private image tells of the login, not of nobody', async () => {
	const {attempt} = engineThatTakes();
	await expect(run(login('first'), undefined, true, attempt)).rejects.toMatchObject({
		message: 'registry.test refused the login from aws login',
	});
});

test('a check of a host asks for a new login before it calls the old one refused', async () => {
	await using world = await openWorld('none');
	const user = {username: 'ada', password: new Secret('second')};
	const {host} = await world.startRegistry({authentication: 'basic', users: [user]});
	const context = world.context();
	const credentials = {
		...world.credentials,
		find: async (_host: string, {refused}: {refused?: FoundCredential | undefined} = {}) =>
			login(refused ? 'second' : 'first'),
	};
	expect(await checkHostLogin(host, {...context, credentials})).toEqual({
		kind: 'logged-in',
		source: 'aws login',
		username: 'ada',
	});
});

test('a host that wants no login is told from one that does', async () => {
	await using world = await openWorld('none');
	const {host} = await world.startRegistry({authentication: 'none'});
	expect(await checkHostLogin(host, world.context())).toEqual({kind: 'anonymous', required: false});
});
