/** Removing images from a docker-compatible engine, reference by reference. */
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import {pathName, type DockerApi} from './docker-connect.ts';
import {withAlgorithm} from './docker-images.ts';
import type {CallOptions, Engine, RemoveOutcome} from './engine.ts';

type Tools = {
	readonly api: DockerApi;
	readonly inspect: Engine['inspect'];
	readonly containersUsing: Engine['containersUsing'];
};

type RemoveOptions = CallOptions & {readonly force?: boolean};

/** As {@link Engine.remove}: an ID takes all references along, anything else goes alone. */
export async function removeImage(
	tools: Tools,
	image: string,
	options: RemoveOptions = {},
): Promise<RemoveOutcome> {
	const details = await tools.inspect(image, options);
	const byId = isIdOf(image, details.id);
	const names = [...details.references, ...details.digests];
	// The last reference takes the image with it; whoever uses it is named before anything is done.
	if ((byId || details.references.length <= 1) && options.force !== true) {
		await refuseWhenUsed(tools, details.id, options);
	}
	if (!byId || names.length <= 1) {
		return outcomeOf([await removeOne(tools.api, image, options)]);
	}
	// By ID the engine refuses with 409 as soon as several repositories name the image; force
	// would also throw out what is in use. So each name goes by itself, in a fixed order.
	const rounds: RemoveOutcome[] = [];
	for (const name of names) {
		try {
			rounds.push(await removeOne(tools.api, name, options));
		} catch (error) {
			const failure = toRegbenchError(error);
			// The last tag of a repository takes its digests along.
			if (failure.code === 'IMAGE_NOT_FOUND') continue;
			throw partly(failure, outcomeOf(rounds));
		}
		if (outcomeOf(rounds).deleted.includes(details.id)) return outcomeOf(rounds);
	}
	return outcomeOf(rounds);
}

async function refuseWhenUsed(
	{containersUsing}: Tools,
	imageId: string,
	options: RemoveOptions,
): Promise<void> {
	const uses = await containersUsing(imageId, options);
	const first = uses[0];
	if (first === undefined) return;
	const others = uses.length === 1 ? '' : ` and ${uses.length - 1} more`;
	throw new RegbenchError(
		'IMAGE_IN_USE',
		`The ${first.running ? 'running' : 'stopped'} container ${first.name || first.id.slice(0, 12)}${others} uses the image`,
		{
			hint: `Remove it first: docker rm ${first.running ? '-f ' : ''}${first.name || first.id.slice(0, 12)}`,
		},
	);
}

async function removeOne(
	api: DockerApi,
	name: string,
	options: RemoveOptions,
): Promise<RemoveOutcome> {
	const answer = await api.json({
		method: 'DELETE',
		path: `/images/${pathName(name)}`,
		query: options.force === true ? {force: 1} : {},
		signal: options.signal,
		fault: {action: 'other', subject: name},
	});
	const rows = (Array.isArray(answer) ? answer : []) as ReadonlyArray<{
		Untagged?: unknown;
		Deleted?: unknown;
	}>;
	return {
		untagged: rows.flatMap(row =>
			typeof row.Untagged === 'string' ? [sanitise(row.Untagged)] : [],
		),
		deleted: rows.flatMap(row =>
			typeof row.Deleted === 'string' ? [withAlgorithm(sanitise(row.Deleted))] : [],
		),
	};
}

function outcomeOf(rounds: readonly RemoveOutcome[]): RemoveOutcome {
	return {
		untagged: rounds.flatMap(({untagged}) => untagged),
		deleted: rounds.flatMap(({deleted}) => deleted),
	};
}

function partly(error: RegbenchError, done: RemoveOutcome): RegbenchError {
	if (done.untagged.length === 0) return error;
	return new RegbenchError(
		error.code,
		`${error.message} (already untagged: ${done.untagged.join(', ')})`,
		{hint: error.hint, retryable: error.retryable, cause: error},
	);
}

function isIdOf(image: string, id: string): boolean {
	const hex = image.replace(/^sha256:/, '');
	return /^[0-9a-f]{12,64}$/.test(hex) && id.startsWith(`sha256:${hex}`);
}
