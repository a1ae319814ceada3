import {RegbenchError} from '../domain/errors.ts';
import type {Operation, TagResult} from '../domain/events.ts';
import {familiarReference, parseReference} from '../domain/reference.ts';
import {checkReference} from './check-reference.ts';
import type {OperationContext} from './context.ts';
import {dockerCommand} from './docker-command.ts';
import {findImage} from './find-image.ts';

export type TagRequest = {readonly source: string; readonly reference: string};

/**
 * Points `reference` at the image `source` names. Moving a tag that was taken is said, with the image
 * it pointed at before. Fails with `IMAGE_NOT_FOUND`, `INVALID_REFERENCE`, `NAME_NOT_ALLOWED`.
 */
export async function* tagImage(
	{source, reference: text}: TagRequest,
	{engine, signal}: OperationContext,
): Operation<TagResult> {
	const reference = parseReference(text);
	if (reference.digest) {
		throw new RegbenchError('INVALID_REFERENCE', 'A tag cannot be given to a digest', {
			hint: 'Leave out the part from @ on.',
		});
	}
	checkReference(reference);
	const image = await engine.inspect(source, {signal});
	const name = familiarReference(reference);
	const before = await findImage(engine, name, signal);
	yield {
		type: 'step',
		message: `Tagging ${source} as ${name}`,
		command: dockerCommand('tag', source, name),
	};
	await engine.tag(image.id, reference, {signal});
	const moved = before !== undefined && before.id !== image.id;
	return {
		operation: 'tag',
		source,
		reference: name,
		imageId: image.id,
		...(moved ? {movedFrom: before.id} : {}),
	};
}
