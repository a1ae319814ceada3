/** Whether a token service may be given a login: its address comes from the other side. */
import {RegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import {bareHostname, isPrivate} from './hosts.ts';
import type {Transport} from './transport.ts';

/**
 * The address of a challenge's realm. `PROTOCOL_ERROR` when it is no address, names a user, has no
 * TLS though the registry has, or is a private address though the registry is not.
 */
export function checkRealm(text: string, registry: URL, transport: Transport): URL {
	const refuse = (reason: string) =>
		new RegbenchError(
			'PROTOCOL_ERROR',
			`${registry.host} sends logins to ${sanitise(text.slice(0, 200))}, ${reason}; nothing was sent`,
			{hint: 'Check that the address is the registry you mean. If it is, tell its operator.'},
		);

	if (!URL.canParse(text)) throw refuse('which is no address');
	const realm = new URL(text);
	if (realm.protocol !== 'https:') {
		if (
			realm.protocol !== 'http:' ||
			registry.protocol !== 'http:' ||
			!transport.allowsPlain(realm)
		) {
			throw refuse('which is not protected by TLS');
		}
	}
	if (realm.username || realm.password) throw refuse('which names a user');
	const registryIsNear = isPrivate(bareHostname(registry)) || transport.allowsPlain(registry);
	if (isPrivate(bareHostname(realm)) && !registryIsNear) throw refuse('a private address');
	// A registry on this machine may use another port of it, but no cloud's metadata service.
	if (/^\[?(?:169\.254\.|fe[89ab])/.test(realm.hostname) && realm.hostname !== registry.hostname) {
		throw refuse('a link-local address');
	}
	realm.hash = '';
	return realm;
}
