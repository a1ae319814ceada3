/** An Azure registry's refresh token for an Entra access token: `POST /oauth2/exchange`. */
import {Secret} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import {isRecord, refusal, type Subject} from './refusals.ts';
import type {CallOptions} from './registry-client.ts';
import type {Transport} from './transport.ts';

export type EntraExchange = {
	/**
	 * The refresh token, good for about three hours, that goes with the user name of zeros.
	 * `UNAUTHORIZED` or `FORBIDDEN` when the registry refuses the token, and as every call does.
	 */
	exchangeEntraToken(
		domain: string,
		accessToken: Secret,
		options?: CallOptions & {readonly tenant?: string},
	): Promise<Secret>;
};

const answerBytes = 64 * 1024;

/** Sends the token to the host's own address over TLS and nowhere else: a POST follows no redirect. */
export async function exchangeEntraToken(
	transport: Transport,
	subject: Subject,
	accessToken: Secret,
	{tenant, signal}: CallOptions & {readonly tenant?: string},
	now: () => number,
): Promise<Secret> {
	const {domain, provider} = subject;
	const host = provider.apiHost(domain);
	const form = new URLSearchParams({
		grant_type: 'access_token',
		service: host,
		access_token: accessToken.reveal(),
	});
	if (tenant !== undefined) form.set('tenant', tenant);
	const answer = await transport.send({
		method: 'POST',
		url: new URL(`https://${host}/oauth2/exchange`),
		headers: {'content-type': 'application/x-www-form-urlencoded'},
		body: Buffer.from(form.toString()),
		signal,
	});
	if (answer.status !== 200) {
		const error = await refusal(answer, subject, {source: 'az login'}, now);
		// OAuth2 says 400 for a token it does not take (RFC 6749, 5.2).
		if (answer.status !== 400) throw error;
		throw new RegbenchError('UNAUTHORIZED', `${domain} does not take the token of az`, {
			status: 400,
			cause: error,
		});
	}
	const text = (await answer.bytes(answerBytes)).toString('utf8');
	const token = refreshTokenIn(text);
	if (token !== undefined) return new Secret(token);
	throw new RegbenchError('PROTOCOL_ERROR', `${domain} answered the exchange without a token`);
}

function refreshTokenIn(text: string): string | undefined {
	try {
		const body: unknown = JSON.parse(text);
		const token = isRecord(body) ? body['refresh_token'] : undefined;
		return typeof token === 'string' && /^[\x21-\x7E]+$/.test(token) ? token : undefined;
	} catch {
		return undefined;
	}
}
