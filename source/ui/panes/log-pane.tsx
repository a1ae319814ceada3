import {memo, type ReactNode} from 'react';
import type {LogLine} from '../../workbench/state.ts';
import {Frame} from '../components/frame.tsx';
import {messageLines, type Paragraph} from '../components/message.ts';
import {useViewport} from '../hooks/use-viewport.ts';
import type {KeyBinding} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {isHintLine, logRows} from '../rows/log-row.ts';
import type {Theme} from '../theme.ts';
import {useUi} from '../ui-context.ts';
import {nothingMatches} from './images-pane.tsx';
import {paneTitle} from './pane-title.ts';

export type LogPaneProps = {
	readonly area: Area;
	readonly focused: boolean;
	readonly lines: readonly LogLine[];
	/** Index of the line under the cursor. */
	readonly cursor: number;
	readonly follow: boolean;
	readonly wrap: boolean;
	readonly filter: string;
	readonly filtering: boolean;
};

/** Everything that was done, with the docker command that does the same. */
export const LogPane = memo(function LogPane(props: LogPaneProps): ReactNode {
	const {area, focused, lines, cursor, follow, wrap} = props;
	const {theme, bindings} = useUi();
	const visible = Math.max(1, area.height - 2);
	const width = area.width - 2;
	const place = useViewport(follow ? lines.length - 1 : cursor, lines.length, visible);
	const drawn =
		lines.length === 0
			? messageLines(theme, emptyText(bindings, props), width)
			: follow
				? drawBackwards(theme, props, lines.length - 1, visible, width)
				: drawAround(theme, props, place, visible, width);
	const modes = [follow ? 'follow' : `${cursor + 1} of ${lines.length}`, wrap ? 'wrap' : ''];
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused={focused}
			title={paneTitle(theme, {...props, number: 4, name: 'Log'})}
			position={
				lines.length === 0 ? '' : modes.filter(Boolean).join(` ${theme.symbols.separator} `)
			}
			lines={drawn}
			scroll={{offset: follow ? lines.length - visible : place, visible, total: lines.length}}
		/>
	);
});

function drawLine(
	theme: Theme,
	{lines, cursor, follow, focused, wrap}: LogPaneProps,
	index: number,
	width: number,
): readonly string[] {
	const line = lines[index];
	if (!line) return [];
	const selected = focused && !follow && index === cursor;
	const isHint = isHintLine(lines, index);
	return logRows(theme, line, {selected, focused, wrap, isHint}, width);
}

/** The rows that end with a line: only as many lines are composed as are seen. */
function drawBackwards(
	theme: Theme,
	props: LogPaneProps,
	last: number,
	visible: number,
	width: number,
): readonly string[] {
	const groups: Array<readonly string[]> = [];
	let count = 0;
	for (let index = last; index >= 0 && count < visible; index--) {
		const rows = drawLine(theme, props, index, width);
		groups.push(rows);
		count += rows.length;
	}
	return groups.toReversed().flat().slice(-visible);
}

/** The rows from a line on; where wrapped lines push the cursor out of sight, those that end with it. */
function drawAround(
	theme: Theme,
	props: LogPaneProps,
	first: number,
	visible: number,
	width: number,
): readonly string[] {
	const rows: string[] = [];
	for (let index = first; index < props.lines.length && rows.length < visible; index++) {
		rows.push(...drawLine(theme, props, index, width));
		if (index === props.cursor && rows.length > visible) {
			return drawBackwards(theme, props, props.cursor, visible, width);
		}
		if (index < props.cursor && rows.length >= visible) {
			return drawBackwards(theme, props, props.cursor, visible, width);
		}
	}
	return rows.slice(0, visible);
}

function emptyText(bindings: readonly KeyBinding[], {filter}: LogPaneProps): readonly Paragraph[] {
	if (filter !== '') return nothingMatches(bindings, filter);
	return [
		{text: 'Nothing has been done yet.'},
		{text: 'Each step is written here, with the docker command that does the same.', tone: 'quiet'},
	];
}
