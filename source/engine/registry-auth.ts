/** Logins as engines want them: they pass them on to the registry. */
import type {Credential} from '../domain/credential.ts';

/**
 * The `X-Registry-Auth` header: URL-safe base64 WITH padding, or the daemon silently goes on as
 * anonymous. `e30=` is the empty login.
 */
export function registryAuth(credential: Credential | undefined, host: string): string {
	const server = host === 'docker.io' ? 'https://index.docker.io/v1/' : host;
	return Buffer.from(JSON.stringify(authFields(credential, server)))
		.toString('base64')
		.replaceAll('+', '-')
		.replaceAll('/', '_');
}

function authFields(
	credential: Credential | undefined,
	serveraddress: string,
): Readonly<Record<string, string>> {
	switch (credential?.kind) {
		case undefined:
			return {};
		case 'basic':
			return {
				username: credential.username,
				password: credential.password.reveal(),
				serveraddress,
			};
		case 'identity-token':
			return {
				...(credential.username === undefined ? {} : {username: credential.username}),
				identitytoken: credential.token.reveal(),
				serveraddress,
			};
		case 'bearer':
			return {registrytoken: credential.token.reveal(), serveraddress};
	}
}
