/** Doing something on a registry with the login that is good now. */
import {sameCredential, type FoundCredential} from '../domain/credential.ts';
import {toRegbenchError} from '../domain/errors.ts';
import type {OperationEvent} from '../domain/events.ts';
import type {Reference} from '../domain/reference.ts';
import type {OperationContext} from './context.ts';
import {explainRegistryFailure} from './explain-failure.ts';

type Attempt<Result> = (
	found: FoundCredential | undefined,
) => AsyncGenerator<OperationEvent, Result, undefined>;

/**
 * Runs `attempt` with `found`. Where the registry refuses that login, it is looked for anew (a tool
 * makes a new one) and, when it is another one, tried once more without a word. What only reads is
 * at last tried without any login, with a warning: public images need none. A failure is the
 * first refusal, explained.
 */
export async function* withLogin<Result>(
	{
		reference,
		found,
		readsOnly,
	}: {
		readonly reference: Reference;
		readonly found: FoundCredential | undefined;
		readonly readsOnly: boolean;
	},
	attempt: Attempt<Result>,
	{credentials, signal}: Pick<OperationContext, 'credentials' | 'signal'>,
): AsyncGenerator<OperationEvent, Result, undefined> {
	const deed = readsOnly ? 'read' : 'write to';
	let refused: unknown;
	let login = found;
	try {
		return yield* attempt(found);
	} catch (thrown) {
		if (!found || !isRefusal(thrown)) throw explainRegistryFailure(thrown, reference, found, deed);
		refused = thrown;
	}
	const {domain, path} = reference;
	const other = await credentials.find(domain, {signal, path, refused: found});
	if (other && !sameCredential(other.credential, found.credential)) {
		try {
			return yield* attempt(other);
		} catch (thrown) {
			if (!isRefusal(thrown)) throw explainRegistryFailure(thrown, reference, other, deed);
			refused = thrown;
			login = other;
		}
	}
	if (!readsOnly) throw explainRegistryFailure(refused, reference, login, deed);
	yield {
		type: 'warned',
		message: `${domain} refused the login from ${found.source}: trying without it.`,
		hint: `Log in to ${domain} anew, or remove the old login.`,
	};
	try {
		return yield* attempt(undefined);
	} catch (thrown) {
		throw explainRegistryFailure(isRefusal(thrown) ? refused : thrown, reference, login, deed);
	}
}

/** Whether the login itself was not taken; a login that may not do this is no reason to try another. */
function isRefusal(thrown: unknown): boolean {
	return toRegbenchError(thrown).code === 'UNAUTHORIZED';
}
