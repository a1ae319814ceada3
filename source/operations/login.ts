import {credentialUsername, type Credential} from '../domain/credential.ts';
import type {LoginResult, LogoutResult, Operation} from '../domain/events.ts';
import {tokenVariable} from '../credentials/environment.ts';
import type {OperationContext} from './context.ts';
import {rateLimitOf} from './rate-limit.ts';

export type LoginRequest = {readonly host: string; readonly credential: Credential};

/** Tries a credential against its registry and keeps it only when it is taken. Fails with `UNAUTHORIZED` and as a ping does. */
export async function* logIn(
	{host, credential}: LoginRequest,
	{registry, credentials, signal}: Pick<OperationContext, 'registry' | 'credentials' | 'signal'>,
): Operation<LoginResult> {
	yield {type: 'step', message: `Trying the login at ${host}`, command: `docker login ${host}`};
	const check = await registry.checkLogin(host, credential, {signal});
	const {storedIn} = await credentials.keep(host, credential, {signal});
	registry.forgetTokens(host);
	if (storedIn === 'memory') {
		yield {
			type: 'warned',
			message:
				'There is no credential helper or keychain: the login is kept in memory only, and ends with regbench.',
			hint: `To keep it, install a docker credential helper, or set ${tokenVariable(host)}.`,
		};
	}
	const limit = await rateLimitOf(host, {registry}, {signal});
	if (limit !== undefined) yield {type: 'step', message: `${host}: ${limit}`};
	const username = check.username ?? credentialUsername(credential);
	return {operation: 'login', host, storedIn, ...(username === undefined ? {} : {username})};
}

/** Forgets a host's login wherever regbench may write; what stays elsewhere is said as a warning. */
export async function* logOut(
	{host}: {readonly host: string},
	{registry, credentials, signal}: Pick<OperationContext, 'registry' | 'credentials' | 'signal'>,
): Operation<LogoutResult> {
	yield {type: 'step', message: `Logging out of ${host}`, command: `docker logout ${host}`};
	const removedFrom = await credentials.forget(host, {signal});
	registry.forgetTokens(host);
	for (const {source, remedy} of await credentials.remaining(host, {signal})) {
		yield {
			type: 'warned',
			message: `A login from ${source} is still there, and regbench will go on using it.`,
			hint: remedy,
		};
	}
	return {operation: 'logout', host, removedFrom};
}
