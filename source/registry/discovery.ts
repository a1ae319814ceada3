/** First contact: does a v2 registry answer, with TLS or without, and how does it want logins? */
import {RegbenchError} from '../domain/errors.ts';
import {chooseChallenge, parseChallenges, type Challenge} from './challenge.ts';
import {systemCode} from './network-errors.ts';
import type {RegistryProvider} from './providers/provider.ts';
import {refusal} from './refusals.ts';
import type {CallOptions} from './registry-client.ts';
import {withRetries, type RetryPolicy} from './retry.ts';
import type {Transport} from './transport.ts';
import type {WireAnswer} from './wire-answer.ts';

export type Discovery = {
	/** Scheme, host and port of the API. */
	readonly base: URL;
	/** Absent when the registry asks for no login. */
	readonly challenge: Challenge | undefined;
};

export type DiscoverySurroundings = {
	readonly domain: string;
	readonly provider: RegistryProvider;
	readonly transport: Transport;
	readonly policy: RetryPolicy;
	readonly now: () => number;
};

/** A host that cannot be reached at all is most often a wrong name or a missing network: two tries tell. */
export const firstContactTries = 2;

/** Asks `/v2/` without a login (distribution-spec end-1). `PROTOCOL_ERROR` when that is no registry. */
export async function discover(
	surroundings: DiscoverySurroundings,
	options: CallOptions,
): Promise<Discovery> {
	const {domain, policy} = surroundings;
	return withRetries({...policy, tries: firstContactTries}, domain, options, () =>
		contact(surroundings, options.signal),
	);
}

async function contact(
	{domain, provider, transport, now}: DiscoverySurroundings,
	signal: AbortSignal | undefined,
): Promise<Discovery> {
	const host = provider.apiHost(domain);
	if (!URL.canParse(`https://${host}/v2/`)) {
		throw new RegbenchError('INVALID_REFERENCE', `${domain} is not a registry host`);
	}

	const {answer, asked} = await knock(new URL(`https://${host}/v2/`), transport, signal);
	const base = baseOf(asked, answer.url);
	const challenge = chooseChallenge(parseChallenges(answer.headerLines('www-authenticate')));
	if (answer.status === 401 && challenge) {
		answer.discard();
		return {base, challenge};
	}

	if (answer.status === 200 && !/html/i.test(answer.header('content-type') ?? '')) {
		answer.discard();
		return {base, challenge: undefined};
	}

	const error = await refusal(answer, {domain, provider, writes: false}, {}, now);
	if (error.retryable) throw error;
	throw new RegbenchError(
		'PROTOCOL_ERROR',
		`${domain} does not answer as a container registry (${answer.status} for /v2/)`,
		{status: answer.status, cause: error},
	);
}

/**
 * With TLS, except where plain http is allowed: there http comes first, as most such registries have
 * no TLS, and TLS second when the answer shows that it is wanted.
 */
async function knock(
	secure: URL,
	transport: Transport,
	signal: AbortSignal | undefined,
): Promise<{readonly answer: WireAnswer; readonly asked: URL}> {
	const ask = async (asked: URL) => ({
		answer: await transport.send({method: 'GET', url: asked, signal}),
		asked,
	});
	if (!transport.allowsPlain(secure)) return ask(secure);

	const plain = new URL(secure);
	plain.protocol = 'http:';
	let unclear: unknown;
	try {
		const first = await ask(plain);
		if (first.answer.status !== 400) return first;
		first.answer.discard();
	} catch (error) {
		// A TLS server hangs up on plain http, or answers with bytes that are none of it.
		const code = systemCode((error as Error).cause);
		if (code !== 'ECONNRESET' && !code.startsWith('HPE_')) throw error;
		unclear = error;
	}

	try {
		return await ask(secure);
	} catch (error) {
		if (error instanceof RegbenchError && error.code === 'CERTIFICATE_UNTRUSTED') throw error;
		throw unclear ?? error;
	}
}

/** Where the API is. A redirect may lead from http to https of the same host, but not to another one. */
function baseOf(asked: URL, answered: URL): URL {
	const upgraded = answered.protocol === 'https:' && answered.hostname === asked.hostname;
	return new URL('/', upgraded ? answered : asked);
}
