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
import {sanitise} from '../domain/sanitise.ts';
import {findViolation, type Schema} from '../settings/check-schema.ts';
import {isRecord} from '../registry/refusals.ts';
import type {OperationContext} from './context.ts';
import {openSide} from './copy-side.ts';
import {dockerCommand} from './docker-command.ts';
import {readDigests} from './look-for-cleanup.ts';
import {usedBy, usedImages} from './look-for-local-cleanup.ts';
import {bytesOf, fingerprintOf} from './plan-cleanup.ts';

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
	const progress: Progress = {untagged: [], gone: []};
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
			await (entry.place === 'local'
				? removeLocal(entry, context, progress)
				: removeThere(entry, context, progress));
		} catch (thrown) {
			throw withProgress(toRegbenchError(thrown), progress, work.length);
		}
	}
	// What did not go after all frees nothing: the numbers are of what did.
	const gone = new Set(progress.gone);
	const {freedBytes} = bytesOf(plan.entries.map(entry => ({...entry, goes: gone.has(entry)})));
	return {
		operation: 'cleanup',
		removed: gone.size,
		untagged: progress.untagged,
		freedBytes,
		durationMs: context.now() - begin,
	};
}

/** What is gone so far: names in full, and entries altogether. */
type Progress = {readonly untagged: string[]; readonly gone: CleanupEntry[]};

const mostNamed = 20;

/** The failure, with exactly what had changed before it. */
function withProgress(
	error: RegbenchError,
	{untagged, gone}: Progress,
	planned: number,
): RegbenchError {
	const nameless = gone.filter(({names}) => names.length === 0).map(({id}) => shortDigest(id));
	const done = [...untagged, ...nameless];
	const named = done.slice(0, mostNamed).join(', ');
	const more = done.length > mostNamed ? ` and ${done.length - mostNamed} more` : '';
	const told =
		done.length === 0
			? 'Nothing was removed.'
			: `Removed before that: ${named}${more} (${gone.length} of ${planned} images are gone). The rest is as it was.`;
	return new RegbenchError(error.code, error.message, {
		hint: [error.hint, told].filter(Boolean).join(' '),
		retryable: error.retryable,
		cause: error,
	});
}

const name = {type: 'string', minLength: 1, maxLength: 1000} as const satisfies Schema;
const reason = {type: 'string', maxLength: 2000} as const satisfies Schema;
const bytes = {type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER} as const;
const digest = {
	type: 'string',
	pattern: String.raw`^[a-z0-9+._-]{1,40}:[0-9A-Za-z=_-]{1,200}$`,
} as const satisfies Schema;

const planSchema: Schema = {
	type: 'object',
	additionalProperties: false,
	required: [
		'version',
		'createdAt',
		'entries',
		'repositories',
		'listedBytes',
		'freedBytes',
		'notes',
		'fingerprint',
	],
	properties: {
		version: {type: 'integer', minimum: cleanupPlanVersion, maximum: cleanupPlanVersion},
		createdAt: name,
		entries: {
			type: 'array',
			maxItems: 1_000_000,
			items: {
				type: 'object',
				additionalProperties: false,
				required: ['place', 'id', 'names', 'goes', 'reason', 'sizeBytes', 'referrers'],
				properties: {
					place: name,
					id: digest,
					names: {
						type: 'array',
						items: {
							type: 'object',
							additionalProperties: false,
							required: ['name', 'goes', 'reason'],
							properties: {name, goes: {type: 'boolean'}, reason},
						},
					},
					goes: {type: 'boolean'},
					reason,
					sizeBytes: bytes,
					blobs: {type: 'object', additionalProperties: bytes},
					referrers: {type: 'array', items: digest},
				},
			},
		},
		repositories: {
			type: 'object',
			additionalProperties: {type: 'object', additionalProperties: digest},
		},
		listedBytes: bytes,
		freedBytes: bytes,
		notes: {type: 'array', items: reason},
		fingerprint: {type: 'string', pattern: '^[0-9a-f]{64}$'},
	},
};

/** A plan from its JSON; `USAGE` when it is none, is of another version, or was edited. */
export function readCleanupPlan(text: string): CleanupPlan {
	let plan: unknown;
	try {
		plan = JSON.parse(text);
	} catch (cause) {
		throw notAPlan('it is no JSON', cause);
	}
	const version = isRecord(plan) ? plan['version'] : undefined;
	if (typeof version === 'number' && version !== cleanupPlanVersion) {
		throw notAPlan(`it is of version ${version}, and this regbench reads ${cleanupPlanVersion}`);
	}
	const violation = findViolation(plan, planSchema);
	if (violation !== undefined) throw notAPlan(violation);
	const read = plan as CleanupPlan;
	if (fingerprintOf(read) !== read.fingerprint) throw notAPlan('it was changed after it was made');
	return read;
}

function notAPlan(why: string, cause?: unknown): RegbenchError {
	return new RegbenchError(
		'USAGE',
		`The file is no clean-up plan that can be applied: ${sanitise(why)}`,
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
	const used = await usedImages([...images.values()], engine, signal);
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
		const use = used.get(entry.id);
		if (use) throw changed(`${subject} is now ${usedBy(use)}`);
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
	// A plan tells each digest twice; both must agree.
	for (const entry of plan.entries) {
		if (entry.place !== name) continue;
		for (const {name: tag} of entry.names) {
			if (planned[tag] !== entry.id) throw changed(`${name}:${tag} is not what it was`);
		}
	}
	for (const tag of new Set([...Object.keys(tags), ...Object.keys(planned)])) {
		if (tags[tag] !== planned[tag]) throw changed(`${name}:${tag} is not what it was`);
	}
}

async function removeLocal(
	entry: CleanupEntry,
	{engine, signal}: OperationContext,
	progress: Progress,
): Promise<void> {
	// Between the look at everything and this one, others may have been at work for minutes.
	const [use] = await engine.containersUsing(entry.id, {signal});
	if (use) throw meanwhile(`${shortDigest(entry.id)} is now ${usedBy(use)}`);
	let last;
	if (entry.names.length === 0) {
		const {references} = await engine.inspect(entry.id, {signal});
		if (references.length > 0)
			throw meanwhile(`${references[0]} names ${shortDigest(entry.id)} now`);
		last = await engine.remove(entry.id, {signal});
	}
	for (const {name, goes} of entry.names) {
		if (!goes) continue;
		const {id} = await engine.inspect(name, {signal});
		if (id !== entry.id) throw meanwhile(`${name} is another image now`);
		last = await engine.remove(name, {signal});
		progress.untagged.push(name);
	}
	// The engine keeps what other images are built on.
	if (entry.goes && last && last.deleted.length > 0) progress.gone.push(entry);
}

async function removeThere(
	entry: CleanupEntry,
	context: OperationContext,
	progress: Progress,
): Promise<void> {
	const {signal} = context;
	const {repository, guard} = await openSide(
		parseReference(`${entry.place}:latest`),
		context,
		'delete',
	);
	const {untag, manifest} = repository.removal;
	const going = entry.names.filter(({goes}) => goes).map(({name}) => name);
	for (const tag of going) {
		const now = await guard(repository.resolve(tag, {signal}));
		if (now?.digest !== entry.id) throw meanwhile(`${entry.place}:${tag} is not what it was`);
	}
	if (!entry.goes) {
		if (!untag)
			throw new RegbenchError('UNSUPPORTED', `${repository.domain} takes no single tag away`);
		for (const tag of going) {
			await guard(untag(tag, {signal}));
			progress.untagged.push(`${entry.place}:${tag}`);
		}
		return;
	}
	if (!manifest)
		throw new RegbenchError('UNSUPPORTED', `${repository.domain} deletes no manifests`);
	await guard(manifest(entry.id as Digest, {signal}));
	progress.untagged.push(...going.map(tag => `${entry.place}:${tag}`));
	progress.gone.push(entry);
	for (const referrer of entry.referrers) {
		// It may stand under two images, or have gone with this one.
		if (await guard(repository.resolve(referrer, {signal}))) {
			await guard(manifest(referrer, {signal}));
		}
	}
}

/** Found on the way: what went before it is told with the failure. */
function meanwhile(what: string): RegbenchError {
	return new RegbenchError('CHANGED_MEANWHILE', what, {
		hint: 'Make a new plan for what is left, and look at it.',
	});
}
