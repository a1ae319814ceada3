/** What the footer says when a job has ended. Pure. */
import {shortDigest} from '../domain/digest.ts';
import type {JobResult, PushResult} from '../domain/events.ts';
import {familiarReference, parseReference} from '../domain/reference.ts';
import {formatBytes} from '../domain/size.ts';
import {countOf, describeResult, levelOf} from './job-log.ts';
import type {Job, Notice, State} from './state.ts';

/**
 * The sentence for a job that has finished or failed. Where several were asked for by one key, it speaks
 * of all that have ended so far: a failure stays to be read when the others come through.
 */
export function noticeOf(state: Pick<State, 'jobs'>, id: string): Notice | undefined {
	const job = state.jobs.find(other => other.id === id);
	if (!job) return undefined;
	const together =
		job.group === undefined ? [job] : state.jobs.filter(({group}) => group === job.group);
	const results = together.flatMap(({result}) => (result ? [result] : []));
	const failed = together.filter(({error}) => error !== undefined);
	const error = failed[0]?.error;
	if (!error) {
		return {
			level: worstOf(results),
			text: headline(together, results),
		};
	}
	const reason = `${error.message}. ${error.hint}`;
	if (together.length === 1) return {level: 'error', text: reason};
	const done =
		results.length > 0 ? `Pushed to ${placesOf(pushesOf(results))}, but not to ` : 'Not pushed to ';
	return {level: 'error', text: `${done}${listOf(failed.map(placeOf))}: ${reason}`};
}

function worstOf(results: readonly JobResult[]): Notice['level'] {
	const levels = results.map(levelOf);
	return (['warning', 'info'] as const).find(level => levels.includes(level)) ?? 'success';
}

function headline(jobs: readonly Job[], results: readonly JobResult[]): string {
	const pushes = pushesOf(results);
	const [result] = results;
	if (pushes.length > 1) return pushHeadline(jobs, pushes);
	return result ? resultHeadline(result) : 'Done.';
}

function pushesOf(results: readonly JobResult[]): readonly PushResult[] {
	return results.flatMap(result => {
		if (result.operation === 'push') return [result];
		return result.operation === 'push-all' ? result.pushes : [];
	});
}

/** One image is named, several are counted. */
function pushHeadline(jobs: readonly Job[], pushes: readonly PushResult[]): string {
	const sources = new Set(
		jobs.flatMap(({request, result}) =>
			request.operation === 'push' && result ? request.destinations.map(({source}) => source) : [],
		),
	);
	const [source] = sources;
	const digests = new Set(pushes.map(({digest}) => digest));
	const [digest] = digests;
	const what =
		sources.size === 1 && source !== undefined
			? familiarReference(parseReference(source))
			: countOf(sources.size, 'tag');
	const proof = digests.size === 1 && digest !== undefined ? ` (${shortDigest(digest)})` : '';
	return `Pushed ${what} to ${placesOf(pushes)}${proof}.`;
}

function resultHeadline(result: JobResult): string {
	switch (result.operation) {
		case 'push':
			return `Pushed ${result.reference} (${shortDigest(result.digest)}).`;
		case 'push-all':
			return `Pushed ${countOf(result.pushes.length, 'tag')} to ${placesOf(result.pushes)}.`;
		case 'pull':
			return result.changed ? `Pulled ${result.reference}.` : `${result.reference} was up to date.`;
		case 'run':
		case 'stop':
		case 'prove':
		case 'cleanup':
		case 'sign':
			return `${describeResult(result)[0] ?? ''}.`;
		case 'repull':
			return result.same
				? `Same image: ${shortDigest(result.imageId)} came back, byte for byte.`
				: `Not the same image: ${result.differences[0] ?? 'see the log'}`;
		case 'tag':
			return `Tagged ${result.reference}.`;
		case 'remove':
			return removeHeadline(result);
		case 'copy':
			return `Copied ${result.source} to ${result.destination}.`;
		case 'remove-remote':
			return result.mode === 'untag'
				? `Untagged ${result.reference}.`
				: `Deleted ${shortDigest(result.digest)} from the registry.`;
		case 'login':
			return `Logged in to ${result.host}.`;
		case 'logout':
			return `Logged out of ${result.host}.`;
	}
}

function removeHeadline({
	untagged,
	deleted,
	freedBytes,
}: JobResult & {readonly operation: 'remove'}): string {
	const [name] = untagged;
	const names =
		untagged.length === 1 && name !== undefined ? name : countOf(untagged.length, 'name');
	if (deleted.length === 0) return `Untagged ${names}; the image is still here.`;
	const freed = freedBytes > 0 ? `, ${formatBytes(freedBytes)} freed` : '';
	return `Deleted ${untagged.length === 0 ? 'the image' : names}${freed}.`;
}

/** The registry that a push goes to. */
function placeOf({request, subject}: Job): string {
	const reference = request.operation === 'push' ? request.destinations[0]?.reference : undefined;
	return reference === undefined ? subject : parseReference(reference).domain;
}

/** The registries that were pushed to, each once. */
function placesOf(pushes: readonly PushResult[]): string {
	return listOf(pushes.map(({reference}) => parseReference(reference).domain));
}

function listOf(texts: readonly string[]): string {
	const places = [...new Set(texts)];
	return places.length < 3
		? places.join(' and ')
		: `${places.slice(0, -1).join(', ')} and ${places.at(-1)}`;
}
