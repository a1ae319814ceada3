/** From a request as plain data to the operation that does it. */
import {isTouched} from '../domain/cleanup.ts';
import type {Operation} from '../domain/events.ts';
import type {OperationContext} from './context.ts';
import {cleanUp} from './cleanup.ts';
import {copyImage} from './copy.ts';
import {proveImage} from './prove.ts';
import {pullImage} from './pull.ts';
import {pushToAll} from './push.ts';
import {removeRemote} from './remove-remote.ts';
import {removeImages} from './remove.ts';
import {repullImage} from './repull.ts';
import type {OperationRequest} from './request.ts';
import {runImage} from './run.ts';
import {stopContainer} from './stop.ts';
import {tagImage} from './tag.ts';

/** The operation for a request; nothing happens before its first event is asked for. */
export function startOperation(request: OperationRequest, context: OperationContext): Operation {
	switch (request.operation) {
		case 'tag':
			return tagImage(request, context);
		case 'push':
			return pushToAll(request.destinations, context);
		case 'pull':
			return pullImage(request, context);
		case 'repull':
			return repullImage(request, context);
		case 'remove':
			return removeImages(request, context);
		case 'copy':
			return copyImage(request, context);
		case 'remove-remote':
			return removeRemote(request, context);
		case 'run':
			return runImage(request, context);
		case 'stop':
			return stopContainer(request, context);
		case 'prove':
			return proveImage(request, context);
		case 'cleanup':
			return cleanUp(request, context);
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
