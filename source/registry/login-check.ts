/** Trying a login for real, without keeping it. */
import {credentialUsername, type Credential} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import type {Discovery} from './discovery.ts';
import type {RegistryProvider} from './providers/provider.ts';
import {checkRealm} from './realm.ts';
import {refusal, type Subject} from './refusals.ts';
import type {CallOptions, LoginCheck} from './registry-client.ts';
import {orCancelled} from './retry.ts';
import {basicAuthorization, fetchToken, jwtClaims} from './tokens.ts';
import type {Transport} from './transport.ts';

export type LoginTrial = {
	readonly domain: string;
	readonly provider: RegistryProvider;
	readonly transport: Transport;
	readonly now: () => number;
	readonly discovery: Discovery;
	readonly credential: Credential;
};

/**
 * As `docker login` does: a token without scope where there is a token service, then `/v2/` with it.
 * `UNAUTHORIZED` when either refuses. A registry that asks for no login takes every one.
 */
export async function tryLogin(trial: LoginTrial, options: CallOptions): Promise<LoginCheck> {
	const {discovery, credential, transport, domain} = trial;
	const username = credentialUsername(credential);
	const check: LoginCheck = username === undefined ? {} : {username};
	if (!discovery.challenge) return check;

	const subject: Subject = {domain, provider: trial.provider, writes: false};
	const authorization = await authorizationFor(trial, subject, options).catch((error: unknown) => {
		// GHCR's token service says 403 for a wrong token: without a scope there is nothing to forbid.
		if (error instanceof RegbenchError && ['FORBIDDEN', 'UNAUTHORIZED'].includes(error.code)) {
			throw refused(domain, error);
		}
		throw error;
	});
	const url = new URL('/v2/', discovery.base);
	const answer = await transport.send({method: 'GET', url, authorization, signal: options.signal});
	if (answer.status === 200) {
		answer.discard();
		return check;
	}

	const error = await refusal(answer, subject, {username, source: 'typed'}, trial.now);
	if (error.code === 'UNAUTHORIZED' || error.code === 'FORBIDDEN') throw refused(domain, error);
	throw error;
}

async function authorizationFor(
	trial: LoginTrial,
	subject: Subject,
	options: CallOptions,
): Promise<string> {
	const {credential, transport, now, domain} = trial;
	const {base, challenge} = trial.discovery;
	if (credential.kind === 'bearer') return `Bearer ${credential.token.reveal()}`;
	if (challenge!.scheme === 'basic') {
		if (credential.kind === 'basic') return basicAuthorization(credential);
		throw new RegbenchError('UNAUTHORIZED', `${domain} wants user and password`);
	}

	const username = credentialUsername(credential);
	const request = {
		realm: checkRealm(challenge!.parameters.get('realm') ?? '', base, transport),
		service: challenge!.parameters.get('service'),
		scopes: [],
		credential,
		identity: {username, source: 'typed'},
		subject,
	};
	const {token} = await orCancelled(
		fetchToken(transport, request, undefined, now),
		options.signal ?? undefined,
	);
	// A service that forgives a wrong password hands out nobody's token: its JWT has an empty subject.
	if (username !== undefined && jwtClaims(token)?.['sub'] === '') {
		throw new RegbenchError('UNAUTHORIZED', `${domain} took the login for nobody's`);
	}
	return `Bearer ${token}`;
}

function refused(domain: string, cause: RegbenchError): RegbenchError {
	const {status} = cause;
	return new RegbenchError('UNAUTHORIZED', `${domain} refused this login`, {
		hint: 'Check the user name and the token: it may be mistyped, expired or revoked.',
		...(status === undefined ? {} : {status}),
		cause,
	});
}
