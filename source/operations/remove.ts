import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import type {Operation, RemoveResult} from '../domain/events.ts';
import type {OperationContext} from './context.ts';
import {dockerCommand} from './docker-command.ts';

export type RemoveRequest = {readonly items: readonly string[]; readonly force: boolean};

/**
 * Removes references, or whole images given by ID, one after the other. When one fails, the error
 * says which were removed before it. Fails with `IMAGE_NOT_FOUND`, `IMAGE_IN_USE`.
 */
export async function* removeImages(
	{items, force}: RemoveRequest,
	{engine, signal}: OperationContext,
): Operation<RemoveResult> {
	const sizes = new Map(
		(await engine.listImages({signal})).map(image => [image.id, image.sizeBytes]),
	);
	const untagged: string[] = [];
	const deleted: string[] = [];
	for (const item of items) {
		yield {
			type: 'step',
			message: `Deleting ${item}`,
			command: dockerCommand('rmi', ...(force ? ['--force'] : []), item),
		};
		try {
			const outcome = await engine.remove(item, {force, signal});
			untagged.push(...outcome.untagged);
			deleted.push(...outcome.deleted);
		} catch (thrown) {
			const error = toRegbenchError(thrown);
			if (untagged.length + deleted.length === 0) throw error;
			throw new RegbenchError(error.code, error.message, {
				hint: `${error.hint} Already removed: ${[...untagged, ...deleted].join(', ')}.`,
				cause: error,
			});
		}
	}
	const freedBytes = deleted.reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0);
	return {operation: 'remove', untagged, deleted, freedBytes};
}
