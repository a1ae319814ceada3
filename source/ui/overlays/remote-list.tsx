import type {ReactNode} from 'react';
import {remoteCursorIndex} from '../../workbench/remote-selectors.ts';
import type {Cursor, Listing} from '../../workbench/state.ts';
import {Frame} from '../components/frame.tsx';
import {failureParagraphs, messageLines, type Paragraph} from '../components/message.ts';
import {useViewport} from '../hooks/use-viewport.ts';
import {keyOf as keyOfBinding, type KeyBinding} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {nothingMatches} from '../panes/images-pane.tsx';
import {formatCount, positionText} from '../panes/pane-title.ts';
import {composeLine, type Cell} from '../rows/line.ts';
import type {Theme} from '../theme.ts';
import {useUi} from '../ui-context.ts';

export type RemoteListProps<Entry> = {
	readonly area: Area;
	readonly title: readonly Cell[];
	/** In the bottom edge: what is known of the whole. */
	readonly facts?: readonly Cell[] | undefined;
	readonly filter: string;
	readonly listing: Listing<Entry>;
	/** Filtered and sorted. */
	readonly rows: readonly Entry[];
	readonly keyOf: (entry: Entry) => string;
	readonly cursor: Cursor;
	/** How the rows that are seen are drawn, below which heading. */
	readonly draw: (shown: readonly Entry[]) => {
		readonly heading: string;
		readonly row: (entry: Entry, selected: boolean) => string;
	};
	/** Said where the registry lists nothing. */
	readonly empty: readonly Paragraph[];
	/** What else can be done where the listing failed. */
	readonly advice?: string;
};

/** A list that comes page by page; only the rows that are seen are composed. */
export function RemoteList<Entry>(props: RemoteListProps<Entry>): ReactNode {
	const {area, title, facts, listing, rows} = props;
	const {theme, bindings} = useUi();
	const width = area.width - 2;
	const broken = listing.phase === 'failed' && rows.length > 0;
	const visible = Math.max(1, area.height - 3 - (broken ? 1 : 0));
	const cursor = cursorIndex(props);
	const offset = useViewport(cursor, rows.length, visible);
	const shown = rows.slice(offset, offset + visible);
	const {heading, row} = props.draw(shown);
	const lines =
		rows.length === 0
			? messageLines(theme, emptyText(theme, bindings, props), width)
			: [
					heading,
					...shown.map((entry, index) => row(entry, offset + index === cursor)),
					...(broken ? [brokenLine(theme, props, width)] : []),
				];
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused
			title={title}
			{...(facts ? {hints: facts} : {})}
			position={placeText(theme, props, cursor)}
			lines={lines}
			scroll={{offset, visible, total: rows.length}}
		/>
	);
}

function cursorIndex<Entry>({rows, keyOf, cursor}: RemoteListProps<Entry>): number {
	// Nearly always it is where it was: no list of ten thousand has to be searched.
	const there = rows[cursor.index];
	if (there && keyOf(there) === cursor.key) return cursor.index;
	return remoteCursorIndex(cursor, rows.map(keyOf));
}

function placeText<Entry>(
	theme: Theme,
	{listing: {phase, entries}, rows}: RemoteListProps<Entry>,
	cursor: number,
): string {
	if (phase === 'loading') {
		return entries.length === 0
			? ''
			: `loading ${theme.symbols.ellipsis} ${formatCount(entries.length)}`;
	}
	return positionText(cursor, rows.length, entries.length);
}

/** What stands below the rows that came before the listing broke off. */
function brokenLine<Entry>(theme: Theme, {listing}: RemoteListProps<Entry>, width: number): string {
	return composeLine(
		theme,
		[
			{text: `  ${theme.symbols.failure} there is more: `, tone: 'failure'},
			{text: listing.error?.message ?? '', tone: 'failure'},
		],
		width,
	);
}

function emptyText<Entry>(
	theme: Theme,
	bindings: readonly KeyBinding[],
	{listing: {phase, entries, error}, filter, empty, advice}: RemoteListProps<Entry>,
): readonly Paragraph[] {
	if (error && entries.length === 0) {
		return [
			...failureParagraphs(theme, error, keyOfBinding(bindings, 'refresh')),
			...(advice === undefined ? [] : [{text: advice, tone: 'quiet'} as const]),
		];
	}
	if (filter !== '' && entries.length > 0) return nothingMatches(bindings, filter);
	if (phase === 'loading') return [{text: `Asking${theme.symbols.ellipsis}`, tone: 'quiet'}];
	return empty;
}
