/** How a registry was shown who asks, as a step of the operation that asked. */
import {describeAuthentication} from '../domain/authentication.ts';
import type {OperationEvent} from '../domain/events.ts';
import type {Reference} from '../domain/reference.ts';
import type {OperationContext} from './context.ts';

/**
 * Yields the newest login conversation about the reference's repository, where regbench itself held one:
 * an engine that pushes holds its own. Nothing where the registry wanted no login.
 */
export function* tellAuthentication(
	{domain, path}: Reference,
	{registry}: Pick<OperationContext, 'registry'>,
): Generator<OperationEvent, void, undefined> {
	const about = registry
		.authentications(domain)
		.filter(
			({challenge, scopes}) =>
				challenge === 'basic' || scopes.some(scope => scope.includes(`:${path}:`)),
		);
	// What fetched the token tells more than what used it again.
	const newest = about.findLast(({reused}) => !reused) ?? about.at(-1);
	if (!newest) return;
	yield {type: 'step', message: describeAuthentication(newest), authentication: newest};
}
