/** The login of one registry for as long as it is good: found once, and anew when it was refused. */
import {sameCredential, type FoundCredential} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import type {CredentialSource} from './registry-client.ts';
import {orCancelled} from './retry.ts';

type Found = Promise<FoundCredential | undefined>;

export type FoundLogin = {
	/** The login for a repository, or for the registry as a whole; remembered. */
	get(path: string | undefined, signal: AbortSignal | undefined): Found;
	/**
	 * After a refusal: another login, when the source of credentials has one by now (a tool makes a
	 * new one, somebody has logged in elsewhere). Each refused login is asked about once; undefined
	 * when there is no other. Never rejects but with `CANCELLED`.
	 */
	insteadOf(
		refused: FoundCredential,
		path: string | undefined,
		signal: AbortSignal | undefined,
	): Found;
	/** What was found last, without looking for it; the next call looks anew. */
	release(path: string | undefined): Found;
};

export function createFoundLogin(domain: string, credentials: CredentialSource): FoundLogin {
	/** By place: most registries have one login, but one may be kept for a namespace alone. */
	const logins = new Map<string, Found>();
	const places = new Map<string, Promise<string>>();
	const replaced = new WeakSet<FoundCredential>();

	const placeOf = async (path: string | undefined): Promise<string> => {
		if (path === undefined || !credentials.placeOf) return domain;
		const known = places.get(path) ?? credentials.placeOf(domain, path).catch(() => domain);
		places.set(path, known);
		return known;
	};

	/** Shared between callers, so it runs without the signal of any of them. */
	const look = (place: string, options: Parameters<CredentialSource['find']>[1]): Found => {
		const found = credentials.find(domain, options);
		logins.set(place, found);
		found.catch(() => {
			if (logins.get(place) === found) logins.delete(place);
		});
		return found;
	};

	return {
		async get(path, signal) {
			const place = await placeOf(path);
			return orCancelled(logins.get(place) ?? look(place, {path}), signal);
		},

		async insteadOf(refused, path, signal) {
			const place = await placeOf(path);
			if (replaced.has(refused)) {
				// Another call has been told of the refusal before: what it found is taken.
				const current = await orCancelled(quiet(logins.get(place)), signal);
				return current && !sameCredential(current.credential, refused.credential)
					? current
					: undefined;
			}
			replaced.add(refused);
			const found = await orCancelled(quiet(look(place, {path, refused})), signal);
			if (found && !sameCredential(found.credential, refused.credential)) return found;
			if (found) replaced.add(found);
			else logins.set(place, Promise.resolve(refused));
			return undefined;
		},

		async release(path) {
			const place = await placeOf(path);
			const found = await quiet(logins.get(place));
			logins.delete(place);
			return found;
		},
	};
}

async function quiet(found: Found | undefined): Found {
	try {
		return await found;
	} catch (error) {
		if (error instanceof RegbenchError && error.code === 'CANCELLED') throw error;
		return undefined;
	}
}
