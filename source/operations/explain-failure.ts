/** Makes a registry's refusal understandable: who is logged in, and whose repository it is. */
import {credentialUsername, type FoundCredential} from '../domain/credential.ts';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import type {Reference} from '../domain/reference.ts';
import {explainForbidden} from '../registry/forbidden.ts';
import type {Deed} from '../registry/providers/provider.ts';
import {providerForHost} from '../registry/providers/table.ts';

/**
 * The same error with the facts of this login in it: `UNAUTHORIZED` tells a missing login from a
 * refused one, `FORBIDDEN` names the login and the owner. Other codes stay as they are.
 */
export function explainRegistryFailure(
	thrown: unknown,
	reference: Reference,
	found: FoundCredential | undefined,
	deed: Deed = 'write to',
): RegbenchError {
	const error = toRegbenchError(thrown);
	const host = reference.domain;
	if (error.code === 'UNAUTHORIZED') {
		const message = found
			? `${host} refused the login from ${found.source}`
			: `${host} wants a login, and none was found on this machine`;
		const hint = found
			? `The token may have expired or been revoked: make a new one and log in again (l, or regbench login ${host}).`
			: `Log in first: l in the registries pane, or regbench login ${host}.`;
		return new RegbenchError('UNAUTHORIZED', message, {hint, cause: error});
	}
	if (error.code === 'FORBIDDEN') {
		const provider = providerForHost(host);
		const slash = reference.path.indexOf('/');
		const namespace = slash > 0 ? reference.path.slice(0, slash) : '';
		const username = found && credentialUsername(found.credential);
		const who = username
			? `${username} (${found.source})`
			: found
				? `the login from ${found.source}`
				: 'an anonymous visitor';
		return new RegbenchError('FORBIDDEN', `${host} does not let ${who} ${deed} ${reference.path}`, {
			hint: explainForbidden(provider, {username, source: found?.source, namespace, deed}),
			cause: error,
		});
	}
	return error;
}
