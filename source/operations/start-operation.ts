/** From a request as plain data to the operation that does it. */
import {isTouched} from '../domain/cleanup.ts';
import type {Operation} from '../domain/events.ts';
import type {OperationContext} from './context.ts';
import type {OperationRequest} from './request.ts';

/** The operation for a request, loaded when its first event is asked for; nothing happens before that. */
export async function* startOperation(
	request: OperationRequest,
	context: OperationContext,
): Operation {
	switch (request.operation) {
		case 'tag':
			return yield* (await import('./tag.ts')).tagImage(request, context);
		case 'push':
			return yield* (await import('./push.ts')).pushToAll(request.destinations, context);
		case 'pull':
			return yield* (await import('./pull.ts')).pullImage(request, context);
		case 'repull':
			return yield* (await import('./repull.ts')).repullImage(request, context);
		case 'remove':
			return yield* (await import('./remove.ts')).removeImages(request, context);
		case 'copy':
			return yield* (await import('./copy.ts')).copyImage(request, context);
		case 'remove-remote':
			return yield* (await import('./remove-remote.ts')).removeRemote(request, context);
		case 'run':
			return yield* (await import('./run.ts')).runImage(request, context);
		case 'stop':
			return yield* (await import('./stop.ts')).stopContainer(request, context);
		case 'prove':
			return yield* (await import('./prove.ts')).proveImage(request, context);
		case 'sign':
			return yield* (await import('./sign-image.ts')).signImage(request, context);
		case 'cleanup':
			return yield* (await import('./cleanup.ts')).cleanUp(request, context);
	}
}

/** What a request works on, in the words of a job's row. */
export function subjectOf(request: OperationRequest): string {
	switch (request.operation) {
		case 'tag':
			return `${request.source} → ${request.reference}`;
		case 'push': {
			const [first, ...others] = request.destinations;
			const more = others.length > 0 ? ` and ${others.length} more` : '';
			return `${first?.reference ?? ''}${more}`;
		}
		case 'pull':
		case 'repull':
			return request.reference;
		case 'copy':
			return `${request.source} → ${request.destination}`;
		case 'remove-remote':
			return request.plan.reference;
		case 'run':
			return request.reference;
		case 'stop':
			return request.name;
		case 'prove':
		case 'sign':
			return request.reference;
		case 'cleanup': {
			const count = request.plan.entries.filter(isTouched).length;
			return `${count} image${count === 1 ? '' : 's'}`;
		}
		case 'remove': {
			const [first, ...others] = request.items;
			const more = others.length > 0 ? ` and ${others.length} more` : '';
			return `${first ?? ''}${more}`;
		}
	}
}
