/** Headings and rows of the view into a registry: its repositories, a repository's tags. Pure. */
import {shortDigest} from '../../domain/digest.ts';
import {isArtifactTag, type RepositoryEntry, type TagEntry} from '../../domain/remote.ts';
import {formatBytes, formatRelative} from '../../domain/size.ts';
import type {TagSort} from '../../workbench/state.ts';
import {formatCount} from '../panes/pane-title.ts';
import {displayWidth} from '../text.ts';
import type {Theme} from '../theme.ts';
import {cellWidth, composeLine, type Cell} from './line.ts';
import {leadCells, leadWidth, rowTone, type RowState} from './list-row.ts';

const gap = 2;
const countWidth = 8;
const ageWidth = 11;
const visibilityWidth = 10;
const digestWidth = 12;
const localLabel = 'local';
const sizeWidth = 8;
const leastName = 16;

/** Widths of a list's columns; 0 where the registry tells nothing to put there, or there is no room. */
export type RepositoryColumns = {
	readonly path: number;
	readonly tags: number;
	readonly updated: number;
	readonly visibility: number;
};

/** The path first, then who can see it, then when it changed, then how many tags it has. */
export function repositoryColumns(
	entries: readonly RepositoryEntry[],
	pathWidth: number,
	width: number,
): RepositoryColumns {
	const room = width - leadWidth - 1;
	const share = sharedRoom(room - Math.min(Math.max(pathWidth, leastName), room));
	const visibility = share(entries.some(entry => entry.visibility) ? visibilityWidth + gap : 0);
	const updated = share(entries.some(entry => entry.updatedAt) ? ageWidth + gap : 0);
	const tags = share(entries.some(entry => entry.tagCount !== undefined) ? countWidth : 0);
	return {path: room - visibility - updated - tags, tags, updated, visibility};
}

/** Gives columns their width as long as there is room. */
function sharedRoom(room: number): (wanted: number) => number {
	let left = room;
	return wanted => {
		if (wanted > left) return 0;
		left -= wanted;
		return wanted;
	};
}

export function repositoryHeading(theme: Theme, columns: RepositoryColumns, width: number): string {
	return composeLine(
		theme,
		[
			{text: '', width: leadWidth},
			{text: 'REPOSITORY', width: columns.path, tone: 'quiet'},
			{text: 'TAGS', width: columns.tags, align: 'right', tone: 'quiet'},
			{text: 'UPDATED', width: columns.updated, align: 'right', tone: 'quiet'},
			...spaced('VISIBILITY', columns.visibility, 'quiet'),
		],
		width,
	);
}

/** One repository. */
export function repositoryRow(
	theme: Theme,
	entry: RepositoryEntry,
	state: RowState & {readonly now: number},
	columns: RepositoryColumns,
	width: number,
): string {
	const {tagCount, updatedAt, visibility} = entry;
	return composeLine(
		theme,
		[
			...leadCells(theme, state),
			{text: entry.path, width: columns.path, tone: rowTone(state)},
			{
				text: tagCount === undefined ? '' : formatCount(tagCount),
				width: columns.tags,
				align: 'right',
			},
			{
				text: formatRelative(updatedAt, state.now),
				width: columns.updated,
				align: 'right',
				tone: 'quiet',
			},
			// Only what anybody can see stands out: the others are as one expects.
			...spaced(
				visibility ?? '',
				columns.visibility,
				visibility === 'public' ? 'caution' : 'quiet',
			),
		],
		width,
	);
}

function spaced(text: string, width: number, tone: Cell['tone']): readonly Cell[] {
	if (width === 0) return [];
	return [
		{text: '', width: gap},
		{text, width: width - gap, tone},
	];
}

/** Behind a tag that cannot be deleted or moved. */
const lockMark = ' locked';

/** Columns that a tag and its marks want. */
export function remoteTagWidth({tag, locked}: TagEntry, ellipsis: string): number {
	return displayWidth(tagText(tag, ellipsis)) + (locked === undefined ? 0 : lockMark.length);
}

/** The tag; of one that holds no image as much as tells what it belongs to: `sha256-39f039dca641….sig`. */
function tagText(tag: string, ellipsis: string): string {
	if (!isArtifactTag(tag)) return tag;
	const name = 'sha256-'.length;
	return `${tag.slice(0, name + 12)}${ellipsis}${tag.slice(name + 64)}`;
}

export type RemoteTagColumns = {
	readonly tag: number;
	readonly digest: number;
	readonly local: number;
	readonly pushed: number;
	readonly size: number;
};

/** The tag first, then the digest, then whether it is here, then when it was pushed and how large it is. */
export function remoteTagColumns(
	entries: readonly TagEntry[],
	tagWidth: number,
	width: number,
): RemoteTagColumns {
	const room = width - leadWidth - 1;
	const share = sharedRoom(room - Math.min(Math.max(tagWidth, leastName), room));
	const digest = share(digestWidth + gap);
	const local = share(localLabel.length + gap);
	const pushed = share(entries.some(entry => entry.pushedAt) ? ageWidth : 0);
	const size = share(entries.some(entry => entry.sizeBytes !== undefined) ? sizeWidth : 0);
	const rest = digest + local + pushed + size;
	return {tag: room - rest, digest, local, pushed, size};
}

/** The line above the tags; it says in which order they are. */
export function remoteTagHeading(
	theme: Theme,
	columns: RemoteTagColumns,
	order: TagSort | 'match',
	width: number,
): string {
	const byTime = order === 'time';
	const words = {name: 'by name', version: 'by version', time: '', match: 'best match'};
	return composeLine(
		theme,
		[
			{text: '', width: leadWidth},
			...columnCells(columns.tag, [
				{text: 'TAG', tone: 'quiet'},
				{text: byTime ? '' : `  ${words[order]}`, tone: 'strong'},
			]),
			...spaced('DIGEST', columns.digest, 'quiet'),
			...spaced(localLabel, columns.local, 'quiet'),
			{
				text: byTime ? `PUSHED ${theme.symbols.down}` : 'PUSHED',
				width: columns.pushed,
				align: 'right',
				tone: byTime ? 'strong' : 'quiet',
			},
			{text: 'SIZE', width: columns.size, align: 'right', tone: 'quiet'},
		],
		width,
	);
}

/** Cells that together take exactly `width` columns. */
function columnCells(width: number, cells: readonly Cell[]): readonly Cell[] {
	let left = width;
	const fitted = cells.map(cell => {
		const taken = Math.min(cellWidth(cell), left);
		left -= taken;
		return {...cell, width: taken};
	});
	return [...fitted, {text: '', width: left}];
}

export type RemoteTagFacts = RowState & {
	/** Empty where it could not be found out, undefined while it is not known yet. */
	readonly digest: string | undefined;
	readonly isHere: boolean;
	readonly now: number;
};

/** One tag of a repository on a registry. */
export function remoteTagRow(
	theme: Theme,
	entry: TagEntry,
	facts: RemoteTagFacts,
	columns: RemoteTagColumns,
	width: number,
): string {
	const {symbols} = theme;
	const {digest} = facts;
	return composeLine(
		theme,
		[
			...leadCells(theme, facts),
			...columnCells(columns.tag, [
				{
					text: tagText(entry.tag, symbols.ellipsis),
					tone: rowTone(facts, isArtifactTag(entry.tag) ? 'quiet' : undefined),
				},
				{text: entry.locked === undefined ? '' : lockMark, tone: 'caution'},
			]),
			...spaced(
				digest === undefined ? '' : digest === '' ? symbols.unknown : shortDigest(digest),
				columns.digest,
				digest === '' ? 'quiet' : undefined,
			),
			...spaced(facts.isHere ? symbols.same : '', columns.local, 'good'),
			{
				text: formatRelative(entry.pushedAt, facts.now),
				width: columns.pushed,
				align: 'right',
				tone: 'quiet',
			},
			{
				text: entry.sizeBytes === undefined ? '' : formatBytes(entry.sizeBytes),
				width: columns.size,
				align: 'right',
			},
		],
		width,
	);
}
