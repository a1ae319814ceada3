/**
 * A dialog's frame over the panes: in the middle, opaque, its title above and its keys below. Its top
 * stays where it is while the text in it grows and shrinks.
 */
import {Box, Text, useIsScreenReaderEnabled} from 'ink';
import type {ReactNode} from 'react';
import {composeEnds, composeLine, type Cell} from '../rows/line.ts';
import {clip, displayWidth} from '../text.ts';
import type {Theme} from '../theme.ts';
import {fitRows, type DialogView, type FittedRows, type Row} from './dialog-view.ts';

/** Columns between frame and text on each side. */
const paddingColumns = 2;
/** Frame, air above and below the text, the line of keys, the frame. */
const surroundingRows = 5;
const preferredTextColumns = 68;

/** The columns a dialog's text has on a screen of `columns`. */
export function dialogTextWidth(columns: number): number {
	return Math.min(preferredTextColumns, columns - 2 - 2 * paddingColumns - 2);
}

/** The rows a dialog's text may have on a screen of `rows`. */
export function dialogTextHeight(rows: number): number {
	return Math.max(1, rows - surroundingRows - (rows >= 24 ? 2 : 1));
}

export type DialogBoxProps = {
	readonly view: DialogView;
	/** Keys and what they do, at the bottom. */
	readonly hints: readonly Cell[];
	readonly theme: Theme;
	/** Columns of the text, without frame and padding. */
	readonly width: number;
	readonly columns: number;
	readonly rows: number;
};

export function DialogBox(props: DialogBoxProps): ReactNode {
	const {view, hints, theme, width: textWidth, columns, rows} = props;
	const isSpoken = useIsScreenReaderEnabled();
	const fitted = fitRows(view, dialogTextHeight(rows));
	const width = textWidth + 2 * paddingColumns + 2;
	const height = fitted.rows.length + surroundingRows;
	const edge = (text: string) => theme.paint(view.tone, text);
	// A screen reader is spared the drawing: it reads the title, the rows and the keys.
	const vertical = isSpoken ? '' : theme.symbols.vertical;
	const left = edge(vertical) + ' '.repeat(paddingColumns);
	const right = ' '.repeat(paddingColumns) + edge(vertical);
	const air = edge(vertical) + ' '.repeat(width - 2) + edge(vertical);
	const above = isSpoken ? `${view.title}:` : `${topEdge(view, theme, width)}\n${air}`;
	const keys = left + composeLine(theme, hints, textWidth) + right;
	const below = isSpoken ? keys : `${air}\n${keys}\n${bottomEdge(view, fitted, theme, width)}`;
	const text = (cells: readonly Cell[], end: readonly Cell[] = []) =>
		left + composeEnds(theme, cells, end, textWidth) + right;

	return (
		<Box
			position="absolute"
			top={Math.max(0, Math.min(Math.floor(rows / 5), rows - height - 1))}
			left={Math.max(0, Math.floor((columns - width) / 2))}
			width={width}
			height={height}
			flexDirection="column"
		>
			<Text>{above}</Text>
			{groupRows(fitted.rows).map((group, index) =>
				Array.isArray(group) ? (
					<Text key={`text ${index}`}>{group.map(row => text(row.cells, row.end)).join('\n')}</Text>
				) : (
					<Box key={`field ${group.name}`} height={1}>
						<Text>{left + theme.paint(group.label.tone, group.label.text)}</Text>
						{group.field(Math.max(1, textWidth - displayWidth(group.label.text)))}
						<Text>{right}</Text>
					</Box>
				),
			)}
			<Text>{below}</Text>
		</Box>
	);
}

type TextRows = Array<Row & {readonly kind: 'text'}>;

/** Neighbouring rows of text are drawn as one. */
function groupRows(
	rows: readonly Row[],
): ReadonlyArray<TextRows | (Row & {readonly kind: 'field'})> {
	const groups: Array<TextRows | (Row & {readonly kind: 'field'})> = [];
	for (const row of rows) {
		const last = groups.at(-1);
		if (row.kind === 'field') groups.push(row);
		else if (Array.isArray(last)) last.push(row);
		else groups.push([row]);
	}
	return groups;
}

function topEdge({title, tone}: DialogView, theme: Theme, width: number): string {
	const {topLeft, topRight, horizontal, ellipsis} = theme.symbols;
	const shown = clip(title, width - 6, ellipsis);
	const rest = horizontal.repeat(Math.max(0, width - 5 - displayWidth(shown)));
	return (
		theme.paint(tone, `${topLeft}${horizontal} `) +
		theme.paint('strong', shown) +
		theme.paint(tone, ` ${rest}${topRight}`)
	);
}

/** Tells how far a scrolled text reaches, when it is longer than what is shown. */
function bottomEdge(
	{tone}: DialogView,
	{rows, first, total}: FittedRows,
	theme: Theme,
	width: number,
): string {
	const {bottomLeft, bottomRight, horizontal} = theme.symbols;
	const more = first + rows.length < total ? ` ${theme.symbols.down}` : '';
	const place =
		rows.length < total
			? ` ${first + 1}${theme.symbols.dash}${first + rows.length} of ${total}${more} `
			: '';
	const rest = horizontal.repeat(Math.max(0, width - 2 - displayWidth(place)));
	return (
		theme.paint(tone, bottomLeft + rest) +
		theme.paint('quiet', place) +
		theme.paint(tone, bottomRight)
	);
}
