/** Credentials that know this session only: nothing of the machine is read, nothing is kept. */
import type {Credential} from '../domain/credential.ts';
import type {Credentials} from './credentials.ts';
import {memorySource} from './memory.ts';

/** The port over memory alone, for throw-away sessions; `logins` are there from the start, by host. */
export function createSessionCredentials(
	logins: Readonly<Record<string, Credential>> = {},
): Credentials {
	const memory = memorySource();
	for (const [host, credential] of Object.entries(logins)) {
		memory.keep(host.toLowerCase(), credential, 'demo login');
	}
	return {
		async find(host) {
			return memory.peek(host.toLowerCase());
		},
		placeOf: async host => host.toLowerCase(),
		keepsIn: async () => 'memory',
		async keep(host, credential) {
			memory.keep(host.toLowerCase(), credential, 'typed');
			return {storedIn: 'memory'};
		},
		async forget(host) {
			return memory.forget(host.toLowerCase()) === undefined ? [] : ['memory'];
		},
		remaining: async () => [],
		seenLogins: async () => memory.seen(),
	};
}
