import {expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {basic, plain} from './machine.ts';

test('a throw-away session has the logins it was given and those that were typed', async () => {
	const credentials = createSessionCredentials({'Ghcr.io': basic('octocat', 'pw')});
	expect(plain(await credentials.find('ghcr.io'))).toEqual({
		source: 'demo login',
		username: 'octocat',
		password: 'pw',
	});
	expect(await credentials.find('registry.test')).toBeUndefined();
	expect(await credentials.keep('registry.test', basic('ada', 'pw'))).toEqual({storedIn: 'memory'});
	expect(await credentials.seenLogins()).toEqual([
		{host: 'ghcr.io', source: 'demo login', username: 'octocat'},
		{host: 'registry.test', source: 'typed', username: 'ada'},
	]);
	expect(await credentials.forget('registry.test')).toEqual(['memory']);
	expect(await credentials.forget('registry.test')).toEqual([]);
	expect(await credentials.find('registry.test')).toBeUndefined();
});
