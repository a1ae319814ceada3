import {RegbenchError} from '../domain/errors.ts';
import type {Reference} from '../domain/reference.ts';
import {providerForHost} from '../registry/providers/table.ts';

/** Holds a reference against the rules of its registry; throws `NAME_NOT_ALLOWED` with the repaired form. */
export function checkReference(reference: Reference): void {
	const problem = providerForHost(reference.domain).checkPath(reference.path);
	if (!problem) return;
	throw new RegbenchError('NAME_NOT_ALLOWED', `${reference.domain}: ${problem.message}`, {
		...(problem.repaired === undefined
			? {}
			: {hint: `Use ${reference.domain}/${problem.repaired} instead.`}),
	});
}
