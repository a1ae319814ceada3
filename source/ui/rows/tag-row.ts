/** Heading and rows of the tags pane: how each tag stands here and on every target. Pure. */
import {shortDigest} from '../../domain/digest.ts';
import type {EngineInfo} from '../../engine/engine.ts';
import type {TargetColumn} from '../../workbench/selectors.ts';
import type {TagStatus} from '../../workbench/state.ts';
import type {TagRow} from '../../workbench/tag-rows.ts';
import {displayWidth} from '../text.ts';
import type {Symbols} from '../symbols.ts';
import type {Theme, Tone} from '../theme.ts';
import {composeLine, type Cell} from './line.ts';
import {leadCells, leadWidth, rowTone, type RowState} from './list-row.ts';

/** Widths of the columns that find room; a width of 0 means that the column is left out. */
export type TagColumns = {
	readonly tag: number;
	readonly digest: number;
	readonly local: number;
	readonly targets: ReadonlyArray<{readonly column: TargetColumn; readonly width: number}>;
	/** Targets that found no room. */
	readonly hidden: number;
};

const digestWidth = 12;
const localLabel = 'local';
const hiddenWidth = 4;

/**
 * Shares out the width: the tag first, then the targets in their order, then the digest, then `local`.
 * `tagWidth` is that of the longest tag on screen.
 */
export function tagColumns(
	columns: readonly TargetColumn[],
	tagWidth: number,
	width: number,
): TagColumns {
	for (const gap of [3, 2, 1]) {
		for (const tag of [Math.min(Math.max(tagWidth, 8), 32), Math.min(Math.max(tagWidth, 6), 10)]) {
			const rest = width - leadWidth - tag - gap;
			const targets = columns.map(column => ({
				column,
				width: displayWidth(column.label) + gap,
			}));
			const used = targets.reduce((sum, target) => sum + target.width, 0);
			if (rest >= used + digestWidth + gap + localLabel.length + gap) {
				return {
					tag: tag + gap,
					digest: digestWidth + gap,
					local: localLabel.length + gap,
					targets,
					hidden: 0,
				};
			}
		}
	}
	return narrowColumns(columns, Math.min(Math.max(tagWidth, 6), 14) + 1, width - leadWidth);
}

function narrowColumns(columns: readonly TargetColumn[], tag: number, room: number): TagColumns {
	let rest = room - tag;
	const targets: Array<{column: TargetColumn; width: number}> = [];
	for (const [index, column] of columns.entries()) {
		const width = displayWidth(column.label) + 1;
		const isLast = index === columns.length - 1;
		if (width + (isLast ? 0 : hiddenWidth) > rest) break;
		targets.push({column, width});
		rest -= width;
	}
	const hidden = columns.length - targets.length;
	if (hidden > 0) rest -= hiddenWidth;
	const digest = rest >= digestWidth + 1 ? digestWidth + 1 : 0;
	rest -= digest;
	const local = rest >= localLabel.length + 1 ? localLabel.length + 1 : 0;
	return {tag: tag + Math.max(0, Math.min(rest - local, 6)), digest, local, targets, hidden};
}

/** The line above the rows; `digest` is what the digests below it are. */
export function tagHeading(
	theme: Theme,
	columns: TagColumns,
	{
		digest,
		defaultTargetId,
	}: {
		readonly digest: ShownDigest['kind'];
		readonly defaultTargetId: string | undefined;
	},
	width: number,
): string {
	const cells: Cell[] = [
		{text: '', width: leadWidth},
		{text: 'TAG', width: columns.tag, tone: 'quiet'},
		{text: digest === 'image-id' ? 'IMAGE ID' : 'DIGEST', width: columns.digest, tone: 'quiet'},
		{text: columns.local > 0 ? localLabel : '', width: columns.local, tone: 'quiet'},
		...columns.targets.map(({column, width: columnWidth}): Cell => ({
			text: column.label,
			width: columnWidth,
			tone: column.target.id === defaultTargetId ? 'strong' : 'quiet',
		})),
	];
	if (columns.hidden > 0) cells.push({text: `+${columns.hidden}`, tone: 'quiet'});
	return composeLine(theme, cells, width);
}

export type TagRowFacts = RowState & {
	/** The tag, or `name:tag` where the image has several names. */
	readonly label: string;
	readonly digest: ShownDigest;
	readonly statusOf: (targetId: string) => TagStatus;
};

/** One tag. */
export function tagRow(
	theme: Theme,
	facts: TagRowFacts,
	columns: TagColumns,
	width: number,
): string {
	const {symbols} = theme;
	const cells: Cell[] = [
		...leadCells(theme, facts),
		{text: facts.label, width: columns.tag - 1, tone: rowTone(facts)},
		{text: '', width: 1},
		{
			text: shortDigest(facts.digest.digest),
			width: columns.digest,
			tone: facts.digest.published ? undefined : 'quiet',
		},
		{text: columns.local > 0 ? symbols.same : '', width: columns.local, tone: 'good'},
		...columns.targets.map(({column, width: columnWidth}): Cell => {
			const {symbol, tone} = statusLooks(symbols, facts.statusOf(column.target.id));
			return {text: symbol, width: columnWidth, tone};
		}),
	];
	return composeLine(theme, cells, width);
}

/** Symbol and colour of a tag's standing on a target. */
export function statusLooks(
	symbols: Symbols,
	status: TagStatus,
): {readonly symbol: string; readonly tone: Tone} {
	switch (status.phase) {
		case 'known':
			return status.standing === 'same'
				? {symbol: symbols.same, tone: 'good'}
				: {symbol: `${symbols.different}${newerSymbol(symbols, status.newer)}`, tone: 'caution'};
		case 'absent':
			return {symbol: symbols.absent, tone: 'quiet'};
		case 'checking':
			return {symbol: symbols.checking, tone: 'quiet'};
		case 'failed':
			return {symbol: symbols.unknown, tone: 'caution'};
		case 'unknown':
			return {symbol: symbols.unknown, tone: 'quiet'};
	}
}

/** An arrow the way the newer image would go: up from here, or down to here. */
function newerSymbol(symbols: Symbols, newer: 'local' | 'remote' | undefined): string {
	if (newer === undefined) return '';
	return newer === 'local' ? symbols.up : symbols.down;
}

export type ShownDigest = {
	readonly digest: string;
	/** Docker knows the manifest's digest of an image only once it was pushed or pulled; its own ID is another. */
	readonly kind: 'manifest' | 'image-id';
	/** Whether a registry is known to have it. */
	readonly published: boolean;
};

/** The digest a row shows: of a repository of its own where known, else any, else the image ID. */
export function digestOfRow(
	row: Pick<TagRow, 'references'> | undefined,
	image: {readonly id: string; readonly digests: readonly string[]},
	store: EngineInfo['store'] | undefined,
): ShownDigest {
	const repositories = row?.references.map(reference =>
		reference.slice(0, reference.lastIndexOf(':')),
	);
	const own = image.digests.find(digest => repositories?.includes(digest.split('@')[0] ?? ''));
	const known = (own ?? image.digests[0])?.split('@')[1];
	if (known !== undefined) return {digest: known, kind: 'manifest', published: true};
	const kind = store === 'graph-driver' ? 'image-id' : 'manifest';
	return {digest: image.id, kind, published: false};
}
