/** What a clean-up takes away and what it leaves, by rules. Pure: it looks at nothing and changes nothing. */
import {createHash} from 'node:crypto';
import {
	cleanupPlanVersion,
	isTouched,
	type CleanupEntry,
	type CleanupName,
	type CleanupPlan,
} from '../domain/cleanup.ts';
import type {Digest} from '../domain/digest.ts';
import {isVersion, newestFirst} from '../domain/version.ts';
import type {RetentionRule} from '../settings/schema.ts';

const dayMs = 86_400_000;

/** One image or manifest as it was found. */
export type CleanupItem = {
	readonly place: string;
	readonly id: string;
	/** Name as shown, the repository that rules are chosen by, and the tag that they order. */
	readonly names: ReadonlyArray<{
		readonly name: string;
		readonly repository: string;
		readonly tag: string;
	}>;
	readonly sizeBytes: number;
	readonly createdAt?: string;
	/** Why it stays whatever the rules say: a container, a lock, an index, a signed image. */
	readonly held?: string;
	/** Why its names can only go together; undefined where each goes by itself. */
	readonly allOrNothing?: string;
	readonly referrers?: readonly Digest[];
	readonly blobs?: CleanupEntry['blobs'];
};

/** Why a row stays that a person took out. */
export const takenOut = 'taken out by hand';

/** Local images and manifests of registries with what the rules say of each. */
export function planCleanup(
	items: readonly CleanupItem[],
	rules: readonly RetentionRule[],
	now: number,
	repositories: CleanupPlan['repositories'] = {},
	notes: readonly string[] = [],
): CleanupPlan {
	const judged = judgeNames(items, rules, now);
	const entries = items.map(item => entryOf(item, judged.get(item) ?? [], rules, now));
	const createdAt = new Date(now).toISOString();
	return sealed({version: cleanupPlanVersion, createdAt, entries, repositories, notes});
}

/** The plan without the entries of these keys (see {@link entryKey}): they stay with all their names. */
export function withoutEntries(plan: CleanupPlan, keys: ReadonlySet<string>): CleanupPlan {
	const {version, createdAt, repositories, notes} = plan;
	const entries = plan.entries.map(entry =>
		keys.has(entryKey(entry)) && isTouched(entry)
			? {
					...entry,
					goes: false,
					reason: takenOut,
					names: entry.names.map(name =>
						name.goes ? {...name, goes: false, reason: takenOut} : name,
					),
				}
			: entry,
	);
	return sealed({version, createdAt, entries, repositories, notes});
}

/** Tells the entries of a plan apart. */
export function entryKey({place, id}: Pick<CleanupEntry, 'place' | 'id'>): string {
	return `${place} ${id}`;
}

function sealed(
	plan: Omit<CleanupPlan, 'fingerprint' | 'listedBytes' | 'freedBytes'>,
): CleanupPlan {
	const whole = {...plan, ...bytesOf(plan.entries)};
	return {...whole, fingerprint: fingerprintOf(whole)};
}

/** What goes, as listed, and what becomes free by that: a blob that something else holds does not. */
export function bytesOf(
	entries: readonly CleanupEntry[],
): Pick<CleanupPlan, 'listedBytes' | 'freedBytes'> {
	let listedBytes = 0;
	let freedBytes = 0;
	const kept = new Set<string>();
	const gone = new Map<string, number>();
	for (const {goes, place, sizeBytes, blobs} of entries) {
		if (goes) listedBytes += sizeBytes;
		if (goes && !blobs) freedBytes += sizeBytes;
		// Registries keep a blob once for all repositories.
		const host = place.split('/', 1)[0];
		for (const [digest, size] of Object.entries(blobs ?? {})) {
			if (goes) gone.set(`${host} ${digest}`, size);
			else kept.add(`${host} ${digest}`);
		}
	}
	for (const [key, size] of gone) if (!kept.has(key)) freedBytes += size;
	return {listedBytes, freedBytes};
}

/** SHA-256 over everything in a plan but the fingerprint itself. */
export function fingerprintOf(plan: Omit<CleanupPlan, 'fingerprint'>): string {
	const {version, createdAt, entries, repositories, listedBytes, freedBytes, notes} = plan;
	const text = JSON.stringify([
		version,
		createdAt,
		entries,
		repositories,
		listedBytes,
		freedBytes,
		notes,
	]);
	return createHash('sha256').update(text).digest('hex');
}

/** A pattern in which `*` stands for anything. */
export function matchesPattern(pattern: string, text: string): boolean {
	const parts = pattern.split('*');
	const [first = ''] = parts;
	if (parts.length === 1) return pattern === text;
	const last = parts.at(-1) ?? '';
	if (text.length < first.length + last.length) return false;
	if (!text.startsWith(first) || !text.endsWith(last)) return false;
	// Taken piece by piece from the left: a regular expression could be made to run for ever.
	let at = first.length;
	for (const part of parts.slice(1, -1)) {
		const found = text.indexOf(part, at);
		if (found < 0) return false;
		at = found + part.length;
	}
	return at <= text.length - last.length;
}

function judgeNames(
	items: readonly CleanupItem[],
	rules: readonly RetentionRule[],
	now: number,
): ReadonlyMap<CleanupItem, readonly CleanupName[]> {
	const ranks = rankNames(items, rules);
	return new Map(
		items.map(item => [
			item,
			item.names.map(({name, repository, tag}) => {
				const stays = item.held ?? staysBecause(item, {name, repository, tag}, rules, ranks, now);
				return {name, goes: stays === undefined, reason: stays ?? goesBecause(repository, rules)};
			}),
		]),
	);
}

function ruleFor(repository: string, rules: readonly RetentionRule[]): RetentionRule | undefined {
	return rules.find(rule => matchesPattern(rule.repositories, repository));
}

function staysBecause(
	item: CleanupItem,
	{name, repository, tag}: CleanupItem['names'][number],
	rules: readonly RetentionRule[],
	ranks: ReadonlyMap<string, number>,
	now: number,
): string | undefined {
	const rule = ruleFor(repository, rules);
	if (!rule || (rule.keepNewest === undefined && rule.olderThanDays === undefined)) {
		return 'no rule is for it';
	}
	const protector = rule.protect.find(
		pattern => matchesPattern(pattern, tag) || matchesPattern(pattern, name),
	);
	if (protector !== undefined) return `protected by ${protector}`;
	if (rule.keepNewest !== undefined && rule.keepNewest > 0) {
		const rank = ranks.get(rankKey(item.place, repository, tag));
		if (rank === undefined) {
			return rule.order === 'time' ? 'its age is not known' : 'it is no version';
		}
		if (rank < rule.keepNewest) return `one of the newest ${rule.keepNewest}`;
	}
	return tooYoung(item, rule, now);
}

function goesBecause(repository: string, rules: readonly RetentionRule[]): string {
	const {keepNewest, olderThanDays} = ruleFor(repository, rules) ?? {};
	const parts = [
		keepNewest === undefined ? '' : keepNewest === 0 ? 'unused' : `beyond the newest ${keepNewest}`,
		olderThanDays === undefined ? '' : `older than ${olderThanDays} days`,
	];
	return parts.filter(Boolean).join(', ');
}

/** The place of each name in its repository, newest first; what cannot be ordered has none. */
function rankNames(
	items: readonly CleanupItem[],
	rules: readonly RetentionRule[],
): ReadonlyMap<string, number> {
	type Ranked = {readonly tag: string; readonly key: string; readonly time: number};
	const groups = new Map<string, {rule: RetentionRule; entries: Ranked[]}>();
	for (const item of items) {
		for (const {repository, tag} of item.names) {
			const rule = ruleFor(repository, rules);
			if (!rule?.keepNewest) continue;
			const time = Date.parse(item.createdAt ?? '');
			if (rule.order === 'time' ? Number.isNaN(time) : !isVersion(tag)) continue;
			const group = `${item.place} ${repository}`;
			const entries = groups.get(group)?.entries ?? [];
			entries.push({tag, key: rankKey(item.place, repository, tag), time});
			groups.set(group, {rule, entries});
		}
	}
	const ranks = new Map<string, number>();
	for (const {rule, entries} of groups.values()) {
		const byVersion = newestFirst(entries);
		const ordered =
			rule.order === 'time' ? byVersion.toSorted((one, other) => other.time - one.time) : byVersion;
		for (const [rank, {key}] of ordered.entries()) ranks.set(key, rank);
	}
	return ranks;
}

function rankKey(place: string, repository: string, tag: string): string {
	return `${place} ${repository} ${tag}`;
}

function ageDays({createdAt}: CleanupItem, now: number): number | undefined {
	const time = Date.parse(createdAt ?? '');
	return Number.isNaN(time) ? undefined : (now - time) / dayMs;
}

function entryOf(
	item: CleanupItem,
	judged: readonly CleanupName[],
	rules: readonly RetentionRule[],
	now: number,
): CleanupEntry {
	const {place, id, sizeBytes, blobs, referrers = [], allOrNothing} = item;
	const facts = {place, id, sizeBytes, referrers, ...(blobs ? {blobs} : {})};
	if (judged.length === 0) {
		const stays = item.held ?? namelessStaysBecause(item, rules, now);
		return {
			...facts,
			names: [],
			goes: stays === undefined,
			reason: stays ?? 'no name points at it',
		};
	}
	const all = judged.every(({goes}) => goes);
	const isHeldBack = !all && allOrNothing !== undefined;
	const names = judged.map(name =>
		name.goes && isHeldBack ? {...name, goes: false, reason: allOrNothing} : name,
	);
	const reasons = [...new Set(names.filter(name => name.goes === all).map(({reason}) => reason))];
	return {...facts, names, goes: all, reason: reasons.join('; ')};
}

/** On a registry it may be a push under way: it goes only where a rule says so. */
function namelessStaysBecause(
	item: CleanupItem,
	rules: readonly RetentionRule[],
	now: number,
): string | undefined {
	const isLocal = item.place === 'local';
	const rule = ruleFor(isLocal ? '' : item.place, rules);
	if (!isLocal && rule?.keepNewest === undefined && rule?.olderThanDays === undefined) {
		return 'no rule is for it';
	}
	return rule && tooYoung(item, rule, now);
}

function tooYoung(item: CleanupItem, {olderThanDays}: RetentionRule, now: number) {
	if (olderThanDays === undefined) return undefined;
	const age = ageDays(item, now);
	if (age === undefined) return 'its age is not known';
	return age > olderThanDays ? undefined : `not older than ${olderThanDays} days`;
}
