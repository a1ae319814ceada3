/** A row of the images pane. Pure. */
import {formatBytes, formatRelative} from '../../domain/size.ts';
import type {ImageRow} from '../../workbench/selectors.ts';
import {displayWidth} from '../text.ts';
import type {Theme} from '../theme.ts';
import {composeLine, type Cell} from './line.ts';
import {leadCells, leadWidth, rowTone, type RowState} from './list-row.ts';

const tagsWidth = 10;
const sizeWidth = 8;
const ageWidth = 11;
const shortAgeWidth = 7;
/** A name shorter than this tells too little: other columns give way first. */
const leastName = 14;

/** Name with its first tag, number of tags, size and age; the number of tags, then the age give way. */
export function imageRow(
	theme: Theme,
	row: ImageRow,
	state: RowState & {readonly now: number},
	width: number,
): string {
	const room = width - leadWidth - 1;
	const withTags = room >= leastName + tagsWidth + sizeWidth + ageWidth;
	const ageColumns = room >= leastName + sizeWidth + ageWidth ? ageWidth : shortAgeWidth;
	const withAge = room >= leastName - 1 + sizeWidth + ageColumns;
	const nameWidth = room - sizeWidth - (withTags ? tagsWidth : 0) - (withAge ? ageColumns : 0);
	const tags = row.dangling ? 'dangling' : `${row.tagCount} ${row.tagCount === 1 ? 'tag' : 'tags'}`;
	const cells: Cell[] = [...leadCells(theme, state), ...nameCells(row, state, nameWidth)];
	if (withTags) cells.push({text: ` ${tags}`, width: tagsWidth, tone: 'quiet'});
	cells.push({text: formatBytes(row.sizeBytes), width: sizeWidth, align: 'right'});
	if (withAge) {
		const age = formatRelative(row.createdAt, state.now);
		const text = ageColumns === ageWidth ? age : shortAge(age);
		cells.push({text, width: ageColumns, align: 'right', tone: 'quiet'});
	}
	return composeLine(theme, cells, width);
}

/** `3 d` for `3 days`, where there is no room for words. */
function shortAge(age: string): string {
	return age
		.replace(/hours?$/, 'h')
		.replace(/days?$/, 'd')
		.replace(/weeks?$/, 'w')
		.replace(/months?$/, 'mo')
		.replace(/years?$/, 'y');
}

function nameCells(row: ImageRow, state: RowState, width: number): readonly Cell[] {
	const tone = rowTone(state, row.dangling ? 'quiet' : undefined);
	const nameWidth = displayWidth(row.name);
	// The tag is told only where it can be told whole; the tags pane has them all.
	const tag = row.firstTag === '' ? '' : `:${row.firstTag}`;
	if (tag === '' || nameWidth + displayWidth(tag) > width) {
		return [{text: row.name, width, tone}];
	}
	return [
		{text: row.name, width: nameWidth, tone},
		{text: tag, width: width - nameWidth, tone: 'quiet'},
	];
}
