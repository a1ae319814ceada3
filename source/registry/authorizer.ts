/** Who we are to one registry: which Authorization header a call gets, and what to try after a 401. */
import type {AuthenticationFacts} from '../domain/authentication.ts';
import {credentialUsername, type FoundCredential} from '../domain/credential.ts';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {Challenge} from './challenge.ts';
import {createFoundLogin} from './found-login.ts';
import {checkRealm} from './realm.ts';
import {isRefusal, type Identity, type Subject} from './refusals.ts';
import type {CallOptions, CredentialSource, RegistryNotice} from './registry-client.ts';
import {orCancelled} from './retry.ts';
import {formatScope, onlyReads, parseScopes, rightsOf, widenScopes, type Scope} from './scopes.ts';
import {basicAuthorization, createTokenCache} from './tokens.ts';
import type {Transport} from './transport.ts';

/** What a call says of itself. */
export type Grant = {
	readonly authorization?: string;
	readonly identity: Identity;
	readonly login: FoundCredential | undefined;
	/** The bearer token inside, and whether it was used before. */
	readonly token?: string;
	readonly cached?: boolean;
};

/** What a call wants to be allowed. */
export type Wish = {readonly scopes: readonly Scope[]; readonly subject: Subject};

export type Authorizer = {
	/** The header for a call, with the stored login where there is one. */
	grant(challenge: Challenge | undefined, wish: Wish, options: CallOptions): Promise<Grant>;
	/**
	 * After a 401: a fresh token when that can help, else another login when there is one by now, else
	 * undefined. To be asked once a call.
	 */
	renew(
		refused: Grant,
		challenge: Challenge | undefined,
		wish: Wish,
		options: CallOptions,
	): Promise<Grant | undefined>;
	/** After a refused login: the same call as nobody, for reads only. Told as a notice. */
	withoutLogin(
		challenge: Challenge | undefined,
		wish: Wish,
		options: CallOptions,
	): Promise<Grant | undefined>;
	/** Notes that reading this needs no login, so that the refused one is not tried again. */
	readsWithoutLogin(wish: Wish): void;
};

export type AuthorizerOptions = {
	readonly domain: string;
	readonly registry: () => URL;
	readonly transport: Transport;
	readonly credentials: CredentialSource;
	/** Host of the registry's token service where it is known to be another one. */
	readonly tokenHost: string | undefined;
	readonly now: () => number;
	/** Told how each token, and each login that is sent as it is, came about. */
	readonly onAuthentication?: ((facts: AuthenticationFacts) => void) | undefined;
};

export function createAuthorizer(options: AuthorizerOptions): Authorizer {
	const {domain, transport} = options;
	const tokens = createTokenCache(transport, options.now);
	/** Wider scopes that a challenge has asked for, by what we asked for. */
	const widened = new Map<string, readonly Scope[]>();
	/** Reads for which the stored login was refused and nobody was let in. */
	const openToAll = new Set<string>();
	const told = new Set<string>();
	const logins = createFoundLogin(domain, options.credentials);

	const bearer = async (
		challenge: Challenge,
		wish: Wish,
		found: FoundCredential | undefined,
		call: CallOptions,
	): Promise<Grant> => {
		const registry = options.registry();
		const realm = checkRealm(challenge.parameters.get('realm') ?? '', registry, transport);
		const credential = found?.credential.kind === 'bearer' ? undefined : found?.credential;
		if (credential && realm.hostname !== registry.hostname && realm.host !== options.tokenHost) {
			const message = `${domain} has its logins checked by ${realm.host}: the login is sent there`;
			tell(call, {message});
		}

		const scopes = widened.get(keyOf(wish)) ?? wish.scopes;
		const identity = identityOf(found);
		const {subject} = wish;
		const service = challenge.parameters.get('service');
		const facts = {
			host: domain,
			challenge: 'bearer',
			realm: sanitise(`${realm.host}${realm.pathname}`, 200),
			...(service === undefined ? {} : {service: sanitise(service, 200)}),
			scopes: scopes.map(scope => formatScope(scope)),
			...sayWho(identity),
		} as const;
		let granted: Awaited<ReturnType<typeof tokens.get>>;
		try {
			granted = await orCancelled(
				tokens.get({realm, service, scopes, credential, identity, subject}),
				call.signal,
			);
		} catch (error) {
			if (isRefusal(error)) record({...facts, reused: false, outcome: 'refused'});
			throw error;
		}
		const {token, cached} = granted;
		record({...facts, reused: cached, outcome: 'granted'});
		return {authorization: `Bearer ${token}`, identity, login: found, token, cached};
	};

	const record = (facts: AuthenticationFacts) => options.onAuthentication?.(facts);

	const tell = ({onNotice}: CallOptions, notice: RegistryNotice) => {
		if (told.has(notice.message)) return;
		told.add(notice.message);
		onNotice?.(notice);
	};

	const grantTo = async (
		found: FoundCredential | undefined,
		challenge: Challenge | undefined,
		wish: Wish,
		call: CallOptions,
	): Promise<Grant> => {
		const nobody: Grant = {identity: identityOf(found), login: found};
		if (!challenge) return {identity: {}, login: undefined};
		if (found?.credential.kind === 'bearer') {
			return {...nobody, authorization: `Bearer ${found.credential.token.reveal()}`};
		}
		if (challenge.scheme === 'bearer') return bearer(challenge, wish, found, call);
		if (found?.credential.kind === 'identity-token') {
			throw new RegbenchError(
				'UNAUTHORIZED',
				`${domain} wants user and password, but the login (${found.source}) is an identity token`,
			);
		}
		if (!found) return nobody;
		record({
			host: domain,
			challenge: 'basic',
			scopes: [],
			...sayWho(nobody.identity),
			reused: false,
			outcome: 'granted',
		});
		return {...nobody, authorization: basicAuthorization(found.credential)};
	};

	/** The same, and where the token service refuses the login, once more with the one that there is by now. */
	const grantWith: typeof grantTo = async (found, challenge, wish, call) => {
		try {
			return await grantTo(found, challenge, wish, call);
		} catch (error) {
			if (!found || !isRefusal(error)) throw error;
			const other = await logins.insteadOf(found, wish.subject.path, call.signal);
			if (!other) throw error;
			return grantTo(other, challenge, wish, call);
		}
	};

	return {
		async grant(challenge, wish, call) {
			if (!challenge || openToAll.has(keyOf(wish)))
				return grantTo(undefined, challenge, wish, call);
			let found: FoundCredential | undefined;
			try {
				found = await logins.get(wish.subject.path, call.signal);
			} catch (error) {
				const {code, message} = toRegbenchError(error);
				if (!onlyReads(wish.scopes) || code === 'CANCELLED') throw error;
				tell(call, {message: `${message}; trying ${domain} without a login`});
			}

			return grantWith(found, challenge, wish, call);
		},

		async renew(refused, challenge, wish, call) {
			const withAnother = async () => {
				const {login} = refused;
				const other = login && (await logins.insteadOf(login, wish.subject.path, call.signal));
				return other && grantTo(other, challenge, wish, call);
			};
			if (challenge?.scheme !== 'bearer') {
				if (refused.authorization !== undefined) return withAnother();
				const first = await this.grant(challenge, wish, call);
				return first.authorization === undefined ? undefined : first;
			}

			const asked = parseScopes(challenge.parameters.get('scope') ?? '');
			const before = widened.get(keyOf(wish)) ?? wish.scopes;
			const wider = widenScopes(before, asked);
			const more = rightsOf(wider).length > rightsOf(before).length;
			if (more) widened.set(keyOf(wish), wider);
			if (refused.token !== undefined) tokens.drop(refused.token);
			if (refused.authorization === undefined) return this.grant(challenge, wish, call);
			return refused.cached || more
				? grantWith(refused.login, challenge, wish, call)
				: withAnother();
		},

		async withoutLogin(challenge, wish, call) {
			// It may be replaced outside meanwhile: the next call looks anew.
			const found = await logins.release(wish.subject.path);
			if (!found || !challenge || !onlyReads(wish.scopes)) return undefined;
			tell(call, {
				message: `${domain} refused the login (${found.source}): trying without it`,
				hint: `Log in to ${domain} anew, or remove the old login.`,
			});
			return grantTo(undefined, challenge, wish, call);
		},

		readsWithoutLogin(wish) {
			openToAll.add(keyOf(wish));
		},
	};
}

function identityOf(found: FoundCredential | undefined): Identity {
	if (!found) return {};
	return {source: found.source, username: credentialUsername(found.credential)};
}

function sayWho({source, username}: Identity): Pick<AuthenticationFacts, 'source' | 'username'> {
	return {
		...(source === undefined ? {} : {source}),
		...(username === undefined ? {} : {username}),
	};
}

function keyOf({scopes}: Wish): string {
	return rightsOf(scopes).join(' ');
}
