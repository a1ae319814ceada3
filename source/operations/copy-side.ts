/** One side of a copy: where, and with which login, so that a refusal tells whose it is. */
import {formatReference, type Reference} from '../domain/reference.ts';
import type {Deed} from '../registry/providers/provider.ts';
import type {RemoteRepository} from '../registry/registry-client.ts';
import type {OperationContext} from './context.ts';
import {explainRegistryFailure} from './explain-failure.ts';

export type CopySide = {
	readonly reference: Reference;
	/** Full reference. */
	readonly name: string;
	readonly repository: RemoteRepository;
	/** The promise, its refusal explained with this side's host and login. */
	guard<Value>(promise: Promise<Value>): Promise<Value>;
	/** The same for a thrown value; what another side has explained stays as it is. */
	explain(thrown: unknown): unknown;
};

/** Looks the login up; asks nothing of the registry. `deed` is what a refusal says was refused. */
export async function openSide(
	reference: Reference,
	{registry, credentials, signal}: Pick<OperationContext, 'registry' | 'credentials' | 'signal'>,
	deed: Deed = 'read',
): Promise<CopySide> {
	const found = await credentials.find(reference.domain, {signal, path: reference.path});
	const explain = (thrown: unknown): unknown => {
		if (thrown instanceof Error && explained.has(thrown)) return thrown;
		const error = explainRegistryFailure(thrown, reference, found, deed);
		explained.add(error);
		return error;
	};
	return {
		reference,
		name: formatReference(reference),
		repository: registry.repository(reference.domain, reference.path),
		async guard(promise) {
			try {
				return await promise;
			} catch (thrown) {
				throw explain(thrown);
			}
		},
		explain,
	};
}

/** Errors that name their side already. */
const explained = new WeakSet<Error>();
