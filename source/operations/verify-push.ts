/** After a push: does the registry have what was sent? */
import {shortDigest} from '../domain/digest.ts';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import type {OperationEvent} from '../domain/events.ts';
import {familiarReference, type Reference} from '../domain/reference.ts';
import {isLoopback} from '../registry/hosts.ts';
import type {OperationContext} from './context.ts';

/** A registry that an engine reaches and this machine does not is no reason to wait. */
const patienceMs = 5000;

export type PushVerification = {
	/**
	 * Asks the registry by HEAD what the tag points at; answers with its digest, or undefined when it could
	 * not be asked. `DIGEST_MISMATCH` when that is not what was pushed. An engine that told no
	 * digest is believed.
	 */
	check(pushed: string): AsyncGenerator<OperationEvent, string | undefined, undefined>;
	/** Lets go of what was begun ahead. */
	close(): void;
};

/**
 * Gets ready to verify a push while it runs: by its end the connection is open and the token is there,
 * so that the answer takes no more than one round trip.
 */
export function prepareVerification(
	reference: Reference,
	{engine, registry, signal}: Pick<OperationContext, 'engine' | 'registry' | 'signal'>,
): PushVerification {
	const {domain, path, tag = 'latest'} = reference;
	const repository = registry.repository(domain, path);
	const ahead = new AbortController();
	const warmUp = async () => {
		// The embedded engine pushes through the same client: connection and token are there by themselves.
		if ((await engine.info({signal})).kind === 'embedded') return;
		await repository.resolve(tag, {signal: AbortSignal.any([signal, ahead.signal])});
	};
	// What it answers is of no interest, only that it was asked.
	warmUp().catch(() => undefined);

	return {
		async *check(pushed) {
			const name = familiarReference(reference);
			try {
				if (await isElsewhere(domain, engine, signal)) return undefined;
				const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
				const found = await repository.resolve(tag, {signal: patience});
				if (!found) {
					yield {
						type: 'warned',
						message: `Not verified: ${domain} does not show ${name} yet`,
						hint: 'Some registries take a moment; look at its tags in a minute.',
					};
					return undefined;
				}
				if (pushed !== '' && found.digest !== pushed)
					throw mismatch(name, domain, pushed, found.digest);
				yield {
					type: 'step',
					message: `verified: the registry has ${shortDigest(found.digest)} under ${name}`,
				};
				return found.digest;
			} catch (thrown) {
				const error = toRegbenchError(thrown);
				if (error.code === 'DIGEST_MISMATCH') throw error;
				// The push itself has ended well, whatever became of the question.
				if (!signal.aborted) {
					const why =
						error.code === 'CANCELLED' ? `${domain} did not answer in time` : error.message;
					yield {type: 'warned', message: `Pushed, but not verified from here: ${why}`};
				}
				return undefined;
			}
		},
		close: () => ahead.abort(),
	};
}

/** `localhost` of an engine on another machine is not ours: what answers here is another registry. */
async function isElsewhere(
	domain: string,
	engine: OperationContext['engine'],
	signal: AbortSignal,
): Promise<boolean> {
	if (!isLoopback(domain.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))) return false;
	const {address} = await engine.info({signal});
	return /^(?:tcp|http|https|ssh):/.test(address);
}

function mismatch(name: string, domain: string, pushed: string, found: string): RegbenchError {
	return new RegbenchError(
		'DIGEST_MISMATCH',
		`${name} was pushed as ${shortDigest(pushed)}, but ${domain} has ${shortDigest(found)} there`,
		{hint: 'Somebody else may have pushed the same tag just now: look at it, then push again.'},
	);
}
