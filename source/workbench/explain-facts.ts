/** What the state knows, as facts for explanations. Pure. */
import type {PushResult, PullResult, RepullResult} from '../domain/events.ts';
import {shortDigest} from '../domain/digest.ts';
import {parseReference} from '../domain/reference.ts';
import type {Target} from '../domain/target.ts';
import type {
	Facts,
	ImageFacts,
	OperationFacts,
	RemoteFacts,
	StandingFacts,
	TargetFacts,
	TransferFacts,
} from '../explain/facts.ts';
import {engineFacts, remoteFacts} from '../operations/gather-facts.ts';
import {describeResult} from './job-log.ts';
import {selectRemote, selectRemoteLevel, selectRemoteRepository} from './remote-selectors.ts';
import {
	selectCurrentImage,
	selectCurrentTagRow,
	selectCurrentTargetRow,
	selectCursorIndex,
	selectImages,
	selectLogLines,
	selectTagStatus,
	selectTotals,
} from './selectors.ts';
import type {Job, LoginState, State} from './state.ts';
import type {TagRow} from './tag-rows.ts';

/** What was read when the explanation was asked for, beside what the state holds. */
export type GatheredFacts = {readonly image?: ImageFacts; readonly remote?: RemoteFacts};

/** The facts about what has the cursor, and about what was done last. */
export function selectFacts(state: State, gathered: GatheredFacts = {}): Facts {
	const {engine} = state;
	const image = gathered.image ?? selectCurrentImage(state);
	const level = selectRemoteLevel(state);
	const remote =
		gathered.remote ??
		(level?.at === 'details' && level.details.phase === 'ready'
			? remoteFacts(level.details.value)
			: undefined);
	const row = selectCurrentTagRow(state);
	const target = selectRemote(state)?.target ?? selectCurrentTargetRow(state)?.target;
	const repository = selectRemoteRepository(state);
	const last = state.jobs.at(-1);
	const line = selectLogLines(state)[selectCursorIndex(state, 'log')]?.text;
	return {
		session: true,
		...(engine.phase === 'connected' || engine.phase === 'lost'
			? {engine: engineFacts(engine.info)}
			: {}),
		totals: selectTotals(state),
		...(image ? {image} : {}),
		...(remote ? {remote} : {}),
		...(row && !level
			? {
					tag: {
						key: row.key,
						tag: row.tag,
						references: row.references,
						standings: state.targets.map(({id}) => standingOf(state, row, id)),
					},
				}
			: {}),
		latest: latestOf(state),
		targets: state.targets.map(entry => targetFacts(entry, state.logins[entry.host])),
		...(target && (state.focus === 'registries' || level)
			? {target: targetFacts(target, state.logins[target.host])}
			: {}),
		...(repository && level ? {repository: pathOf(repository)} : {}),
		...visibilityOf(state),
		...(last ? {last: operationFacts(last)} : {}),
		...transferOf(state, 'push'),
		...transferOf(state, 'pull'),
		authentications: state.jobs.flatMap(job => job.authentications ?? []),
		...(state.focus === 'log' && line !== undefined ? {line} : {}),
	};
}

function pathOf(repository: string): string {
	return parseReference(repository).path;
}

/** A target with its login, as far as it is known. */
export function targetFacts({id, provider, host}: Target, login?: LoginState): TargetFacts {
	return {id, provider, host, login: loginFacts(login)};
}

function loginFacts(login: LoginState | undefined): TargetFacts['login'] {
	switch (login?.phase) {
		case 'logged-in': {
			const {source, username} = login;
			return {phase: 'logged-in', source, ...(username === undefined ? {} : {username})};
		}
		case 'anonymous':
			return {phase: 'anonymous', required: login.required};
		case 'failed':
			return {phase: 'failed', problem: `${login.error.message}. ${login.error.hint}`};
		default:
			return {phase: 'unknown'};
	}
}

function standingOf(state: State, row: TagRow, targetId: string): StandingFacts {
	const status = selectTagStatus(state, row, targetId);
	switch (status.phase) {
		case 'known': {
			const {standing, digest, newer} = status;
			return {targetId, standing, digest, ...(newer === undefined ? {} : {newer})};
		}
		case 'absent':
			return {targetId, standing: 'absent'};
		case 'failed':
			return {targetId, standing: 'unknown', problem: status.error.message};
		default:
			return {targetId, standing: 'unknown'};
	}
}

/** Every `:latest` with what it points at: image IDs here, digests on registries (where they differ in kind, the image's). */
function latestOf(state: State): Facts['latest'] {
	const here = selectImages(state).flatMap(image =>
		image.references
			.filter(reference => reference.endsWith(':latest'))
			.map(reference => ({reference: `${reference} here`, image: image.id})),
	);
	const there = Object.entries(state.remoteTags).flatMap(([reference, tag]) => {
		if (tag.phase !== 'known' || !reference.endsWith(':latest')) return [];
		const known = selectImages(state).find(
			image =>
				image.id === tag.digest ||
				tag.identities.includes(image.id) ||
				image.digests.some(digest => digest.endsWith(`@${tag.digest}`)),
		);
		return [{reference: `${reference} on its registry`, image: known?.id ?? tag.digest}];
	});
	return [...here, ...there];
}

function visibilityOf(state: State): Pick<Facts, 'visibility'> {
	const {dialog} = state;
	const level = selectRemoteLevel(state);
	if (dialog?.kind === 'visibility') {
		const {facts, anonymous, repository} = dialog;
		return {
			visibility: {
				repository: pathOf(repository),
				...(facts.phase === 'ready' && facts.value?.visibility
					? {visibility: facts.value.visibility}
					: {}),
				...(anonymous.phase === 'ready' ? {anonymous: anonymous.value} : {}),
			},
		};
	}
	if (level?.at === 'tags' && level.facts.phase === 'ready' && level.facts.value?.visibility) {
		return {visibility: {repository: level.path, visibility: level.facts.value.visibility}};
	}
	return {};
}

function operationFacts(job: Job): OperationFacts {
	return {
		operation: job.operation,
		subject: job.subject,
		phase: job.phase,
		outcome: job.result
			? describeResult(job.result)
			: job.error
				? [`${job.error.message}. ${job.error.hint}`]
				: job.step === undefined
					? []
					: [job.step],
		authentications: job.authentications ?? [],
	};
}

type Moved = PushResult | PullResult | RepullResult;

/** The last push, or pull, that came to its end, with what its events said of each layer. */
function transferOf(
	state: State,
	direction: 'push' | 'pull',
): Partial<Record<'push' | 'pull', TransferFacts>> {
	for (const job of state.jobs.toReversed()) {
		const result = movedBy(job, direction);
		if (!result) continue;
		const transfers = Object.values(job.transfers).filter(
			transfer => transfer.direction === direction && transfer.reference === result.reference,
		);
		const named = (wanted: readonly string[]) =>
			transfers.filter(({state: at}) => wanted.includes(at)).map(({layer}) => shortDigest(layer));
		const moved = transfers.filter(({state: at}) => at === 'done' || at === 'finishing');
		return {
			[direction]: {
				reference: result.reference,
				...(result.digest === '' ? {} : {digest: result.digest}),
				bytesMoved:
					result.operation === 'push'
						? result.bytesUploaded
						: moved.reduce((sum, {doneBytes}) => sum + doneBytes, 0),
				...(result.operation === 'push' ? {bytesTotal: result.bytesTotal} : {}),
				moved: moved.map(({layer}) => shortDigest(layer)),
				present: named(['exists']),
				mounted: named(['mounted']),
				durationMs: result.durationMs,
			},
		};
	}
	return {};
}

function movedBy({result}: Job, direction: 'push' | 'pull'): Moved | undefined {
	switch (result?.operation) {
		case 'push':
			return direction === 'push' ? result : undefined;
		case 'push-all':
			return direction === 'push' ? result.pushes.at(-1) : undefined;
		case 'pull':
		case 'repull':
			return direction === 'pull' ? result : undefined;
		default:
			return undefined;
	}
}
