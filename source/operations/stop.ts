import type {Operation, StopResult} from '../domain/events.ts';
import type {OperationContext} from './context.ts';
import {dockerCommand} from './docker-command.ts';
import {demandContainers} from './run.ts';

export type StopRequest = {
	readonly container: string;
	/** For people and for the command. */
	readonly name: string;
	/** Takes it away as well. */
	readonly remove: boolean;
};

/** Stops a container, or takes it away, stopping it first. Fails with `CONTAINER_NOT_FOUND`. */
export async function* stopContainer(
	{container, name, remove}: StopRequest,
	{engine, signal}: OperationContext,
): Operation<StopResult> {
	const containers = await demandContainers(engine, signal);
	yield {
		type: 'step',
		message: `${remove ? 'Removing' : 'Stopping'} the container ${name}`,
		command: remove ? dockerCommand('rm', '--force', name) : dockerCommand('stop', name),
	};
	if (remove) await containers.remove(container, {signal});
	else await containers.stop(container, {signal});
	return {operation: 'stop', name, removed: remove};
}
