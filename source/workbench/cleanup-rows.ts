/** The rows of a clean-up's preview, in the order in which they are shown. */
import {isTouched, type CleanupEntry} from '../domain/cleanup.ts';
import {entryKey, takenOut} from '../operations/plan-cleanup.ts';
import type {RetentionRule} from '../settings/schema.ts';
import type {CleanupDialog} from './dialog.ts';

/** One name, or an image without any. */
export type CleanupRow = {
	readonly entry: CleanupEntry;
	/** See {@link entryKey}. */
	readonly key: string;
	readonly name: string | undefined;
	readonly goes: boolean;
	readonly reason: string;
	/** The first of its image's rows: what belongs to the image is told once. */
	readonly isFirst: boolean;
	/** A person took it out. */
	readonly taken: boolean;
};

/** What goes comes first, and what was taken out stays in its place. */
export function selectCleanupRows(dialog: CleanupDialog): readonly CleanupRow[] {
	if (dialog.plan.phase !== 'ready') return [];
	const taken = new Set(dialog.taken);
	const rows = dialog.plan.value.entries.flatMap(entry => rowsOf(entry, taken));
	const going = rows.filter(({goes, taken: out}) => goes || out);
	const staying = rows.filter(({goes, taken: out}) => !goes && !out);
	if (dialog.show === 'goes') return going;
	return dialog.show === 'stays' ? staying : [...going, ...staying];
}

function rowsOf(entry: CleanupEntry, takenKeys: ReadonlySet<string>): readonly CleanupRow[] {
	const key = entryKey(entry);
	const out = isTouched(entry) && takenKeys.has(key);
	const parts: ReadonlyArray<Pick<CleanupRow, 'name' | 'goes' | 'reason'>> =
		entry.names.length > 0
			? entry.names
			: [{name: undefined, goes: entry.goes, reason: entry.reason}];
	return parts.map(({name, goes, reason}, index) => ({
		entry,
		key,
		name,
		goes: goes && !out,
		reason: goes && out ? takenOut : reason,
		isFirst: index === 0,
		taken: goes && out,
	}));
}

/** A rule in words: `ghcr.io/octocat/*: keeps the newest 3 by version; never stable`. */
export function describeRule({
	repositories,
	keepNewest,
	olderThanDays,
	order = 'version',
	protect,
}: RetentionRule): string {
	const limits = [
		...(keepNewest === undefined
			? []
			: [keepNewest === 0 ? 'all unused may go' : `newest ${keepNewest} by ${order} stay`]),
		...(olderThanDays === undefined ? [] : [`only older than ${olderThanDays} days`]),
	];
	return [
		`${repositories === '*' ? 'all others' : repositories}: ${limits.join(', ') || 'all stay'}`,
		...(protect.length > 0 ? [`never ${protect.join(' ')}`] : []),
	].join('; ');
}
