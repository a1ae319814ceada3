/** Cleaning up, exactly as the plan says. */
import {
	cleanupPlanVersion,
	isTouched,
	type CleanupEntry,
	type CleanupPlan,
} from '../domain/cleanup.ts';
import {shortDigest, type Digest} from '../domain/digest.ts';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import type {CleanupResult, Operation} from '../domain/events.ts';
import {parseReference} from '../domain/reference.ts';
import type {OperationContext} from './context.ts';
import {openSide} from './copy-side.ts';
import {dockerCommand} from './docker-command.ts';
import {readDigests} from './look-for-cleanup.ts';
import {fingerprintOf} from './plan-cleanup.ts';

export type CleanupRequest = {readonly plan: CleanupPlan};

/**
 * Looks at everything the plan names again, then removes what it says, one after the other. Fails with
 * `CHANGED_MEANWHILE` before anything is removed when images, tags, digests or the containers on them are
 * no longer as planned; a failure on the way says what was removed before it.
 */
export async function* cleanUp(
	{plan}: CleanupRequest,
	context: OperationContext,
): Operation<CleanupResult> {
	const begin = context.now();
	const work = plan.entries.filter(isTouched);
	yield {type: 'step', message: `Looking again at ${work.length} images`};
	await checkLocal(plan, context);
	for (const name of new Set(work.map(({place}) => place))) {
		if (name !== 'local') await checkRepository(name, plan, context);
	}
	const untagged: string[] = [];
	let removed = 0;
	let freedBytes = 0;
	for (const entry of work) {
		const names = entry.names.filter(({goes}) => goes).map(({name}) => name);
		const subject = names.length > 0 ? names.join(', ') : shortDigest(entry.id);
		const where = entry.place === 'local' ? '' : ` of ${entry.place}`;
		const command =
			entry.place === 'local'
				? {command: dockerCommand('rmi', ...(names.length > 0 ? names : [entry.id]))}
				: {};
		yield {type: 'step', message: `Removing ${subject}${where}`, ...command};
		try {
			context.signal.throwIfAborted();
			await (entry.place === 'local' ? removeLocal(entry, context) : removeThere(entry, context));
		} catch (thrown) {
			const error = toRegbenchError(thrown);
			const done = removed + untagged.length;
			throw new RegbenchError(error.code, error.message, {
				hint: `${error.hint}${done > 0 ? ` Already removed: ${untagged.join(', ') || done}.` : ''}`,
				cause: error,
			});
		}
		untagged.push(
			...names.map(name => (entry.place === 'local' ? name : `${entry.place}:${name}`)),
		);
		if (entry.goes) {
			removed++;
			freedBytes += entry.sizeBytes;
		}
	}
	return {operation: 'cleanup', removed, untagged, freedBytes, durationMs: context.now() - begin};
}

/** A plan from its JSON; `USAGE` when it is none, or was edited. */
export function readCleanupPlan(text: string): CleanupPlan {
	let plan: CleanupPlan;
	try {
		plan = JSON.parse(text) as CleanupPlan;
		if (plan.version === cleanupPlanVersion && fingerprintOf(plan) === plan.fingerprint)
			return plan;
	} catch (cause) {
		throw notAPlan(cause);
	}
	throw notAPlan(undefined);
}

function notAPlan(cause: unknown): RegbenchError {
	return new RegbenchError(
		'USAGE',
		'The file is no clean-up plan, or was changed after it was made',
		{
			hint: 'Make a new one with regbench cleanup --plan FILE.',
			cause,
		},
	);
}

function changed(what: string): RegbenchError {
	return new RegbenchError('CHANGED_MEANWHILE', `${what}; nothing was removed`, {
		hint: 'Make a new plan, and look at it.',
	});
}

/** What stays is looked at as well: the newest may be gone, and another be the last of its kind. */
async function checkLocal(
	{entries}: CleanupPlan,
	{engine, signal}: OperationContext,
): Promise<void> {
	const local = entries.filter(({place}) => place === 'local');
	if (!local.some(isTouched)) return;
	const images = new Map((await engine.listImages({signal})).map(image => [image.id, image]));
	for (const entry of local) {
		const image = images.get(entry.id);
		const subject = entry.names[0]?.name ?? shortDigest(entry.id);
		if (!image) throw changed(`${subject} (${shortDigest(entry.id)}) is not there any more`);
		const planned = entry.names.map(({name}) => name).toSorted();
		if (image.references.toSorted().join(' ') !== planned.join(' ')) {
			throw changed(
				`${shortDigest(entry.id)} has other names now: ${image.references.join(', ') || 'none'}`,
			);
		}
		if (!isTouched(entry)) continue;
		const [use] = await engine.containersUsing(entry.id, {signal});
		if (use) throw changed(`the container ${use.name || use.id.slice(0, 12)} uses ${subject} now`);
	}
}

async function checkRepository(
	name: string,
	plan: CleanupPlan,
	context: OperationContext,
): Promise<void> {
	const {repository, guard} = await openSide(parseReference(`${name}:latest`), context);
	const {tags} = await guard(readDigests(repository, context.signal));
	const planned = plan.repositories[name] ?? {};
	for (const tag of new Set([...Object.keys(tags), ...Object.keys(planned)])) {
		if (tags[tag] !== planned[tag]) throw changed(`${name}:${tag} is not what it was`);
	}
}

async function removeLocal(entry: CleanupEntry, {engine, signal}: OperationContext): Promise<void> {
	if (entry.names.length === 0) {
		await engine.remove(entry.id, {signal});
		return;
	}
	for (const {name, goes} of entry.names) if (goes) await engine.remove(name, {signal});
}

async function removeThere(entry: CleanupEntry, context: OperationContext): Promise<void> {
	const {signal} = context;
	const {repository, guard} = await openSide(parseReference(`${entry.place}:latest`), context);
	const {untag, manifest} = repository.removal;
	if (!entry.goes) {
		for (const {name, goes} of entry.names) if (goes) await guard(untag!(name, {signal}));
		return;
	}
	await guard(manifest!(entry.id as Digest, {signal}));
	for (const referrer of entry.referrers) {
		// It may stand under two images, or have gone with this one.
		if (await guard(repository.resolve(referrer, {signal})))
			await guard(manifest!(referrer, {signal}));
	}
}
