/** Credentials typed in this session: gone when regbench ends. */
import {credentialUsername, type Credential, type FoundCredential} from '../domain/credential.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {Source} from './source-context.ts';

export type MemorySource = Source & {
	peek(host: string): FoundCredential | undefined;
	/** `source` is `typed`, or the helper that has it for later sessions as well. */
	keep(host: string, credential: Credential, source: string): void;
	/** The source of what was forgotten; undefined when there was nothing. */
	forget(host: string): string | undefined;
};

/** An empty memory. */
export function memorySource(): MemorySource {
	const kept = new Map<string, FoundCredential>();
	return {
		peek: host => kept.get(host),
		async find({host}) {
			return kept.get(host);
		},
		async seen() {
			return [...kept].map(([host, {credential, source}]) => {
				const username = credentialUsername(credential);
				return {host, source, ...(username === undefined ? {} : {username: sanitise(username)})};
			});
		},
		removal: () => undefined,
		keep(host, credential, source) {
			kept.set(host, {credential, source});
		},
		forget(host) {
			const source = kept.get(host)?.source;
			kept.delete(host);
			return source;
		},
	};
}
