/** How a host stands with the login that there is for it. */
import {credentialUsername, sameCredential, type FoundCredential} from '../domain/credential.ts';
import {toRegbenchError} from '../domain/errors.ts';
import type {OperationContext} from './context.ts';

export type HostLogin =
	| {readonly kind: 'anonymous'; readonly required: boolean}
	| {readonly kind: 'logged-in'; readonly source: string; readonly username?: string};

/**
 * Finds the host's login and tries it; one that is refused is looked for anew once, because what a
 * tool has handed out may have ended. Fails with `UNAUTHORIZED` and as a ping does.
 */
export async function checkHostLogin(
	host: string,
	{registry, credentials, signal}: Pick<OperationContext, 'registry' | 'credentials' | 'signal'>,
): Promise<HostLogin> {
	const found = await credentials.find(host, {signal});
	if (!found) {
		const {authentication} = await registry.ping(host, {signal});
		return {kind: 'anonymous', required: authentication !== 'none'};
	}
	const check = async ({credential, source}: FoundCredential): Promise<HostLogin> => {
		const {username = credentialUsername(credential)} = await registry.checkLogin(
			host,
			credential,
			{signal},
		);
		return {kind: 'logged-in', source, ...(username === undefined ? {} : {username})};
	};
	try {
		return await check(found);
	} catch (thrown) {
		if (toRegbenchError(thrown).code !== 'UNAUTHORIZED') throw thrown;
		const other = await credentials.find(host, {signal, refused: found});
		if (!other || sameCredential(other.credential, found.credential)) throw thrown;
		return check(other);
	}
}
