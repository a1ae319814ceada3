import type {Operation, PullResult} from '../domain/events.ts';
import {familiarReference, formatReference, parseReference} from '../domain/reference.ts';
import type {OperationContext} from './context.ts';
import {dockerCommand} from './docker-command.ts';
import {withRetries} from './retry.ts';
import {tellAuthentication} from './tell-authentication.ts';
import {withLogin} from './with-login.ts';

export type PullRequest = {readonly reference: string};

/**
 * Fetches a reference from its registry. A failed or cancelled pull leaves the local reference where
 * it pointed. Fails with `INVALID_REFERENCE`, `TAG_NOT_FOUND`, `UNAUTHORIZED`, `FORBIDDEN`,
 * `RATE_LIMITED`, `REGISTRY_UNREACHABLE`, `REGISTRY_ERROR`, `CERTIFICATE_UNTRUSTED`,
 * `DIGEST_MISMATCH`, `DISK_FULL`, `CANCELLED`.
 */
export async function* pullImage(
	{reference: text}: PullRequest,
	context: OperationContext,
): Operation<PullResult> {
	const {engine, credentials, signal, now} = context;
	const reference = parseReference(text);
	const found = await credentials.find(reference.domain, {signal, path: reference.path});
	const name = familiarReference(reference);
	yield {type: 'step', message: `Pulling ${name}`, command: dockerCommand('pull', name)};
	const begun = now();
	const outcome = yield* withLogin(
		{reference, found, readsOnly: true},
		login =>
			withRetries(() => engine.pull(reference, {signal, credential: login?.credential}), context),
		context,
	);
	yield* tellAuthentication(reference, context);
	return {
		operation: 'pull',
		reference: formatReference(reference),
		...outcome,
		durationMs: now() - begun,
	};
}
