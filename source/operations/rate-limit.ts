/** What a registry allows this login, where it tells. */
import {toRegbenchError} from '../domain/errors.ts';
import type {CallOptions} from '../registry/registry-client.ts';
import type {OperationContext} from './context.ts';

/**
 * The limit in words: `87 of 100 pulls left in 6 hours`. Undefined where the registry sets none, tells none,
 * or could not be asked: nothing depends on it. Rejects with `CANCELLED` alone.
 */
export async function rateLimitOf(
	host: string,
	{registry}: Pick<OperationContext, 'registry'>,
	options: CallOptions,
): Promise<string | undefined> {
	try {
		return await registry.rateLimit(host, options);
	} catch (error) {
		if (toRegbenchError(error).code === 'CANCELLED') throw error;
		return undefined;
	}
}
