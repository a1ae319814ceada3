import {memo, type ReactNode} from 'react';
import type {LocalImage} from '../../domain/image.ts';
import type {EngineInfo} from '../../engine/engine.ts';
import type {TargetColumn} from '../../workbench/selectors.ts';
import type {State} from '../../workbench/state.ts';
import type {TagRow} from '../../workbench/tag-rows.ts';
import {standingOf} from '../../workbench/tag-standing.ts';
import {Frame} from '../components/frame.tsx';
import {messageLines, type Paragraph} from '../components/message.ts';
import {useViewport} from '../hooks/use-viewport.ts';
import {keyOf, type KeyBinding} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {digestOfRow, tagColumns, tagHeading, tagRow} from '../rows/tag-row.ts';
import {displayWidth} from '../text.ts';
import {useUi} from '../ui-context.ts';
import {nothingMatches} from './images-pane.tsx';
import {paneTitle, positionText} from './pane-title.ts';

export type TagsPaneProps = {
	readonly area: Area;
	readonly focused: boolean;
	/** The image whose tags these are. */
	readonly image: LocalImage | undefined;
	/** How the engine keeps images: it decides what their IDs are digests of. */
	readonly store: EngineInfo['store'] | undefined;
	readonly rows: readonly TagRow[];
	readonly cursor: number;
	readonly columns: readonly TargetColumn[];
	readonly remoteTags: State['remoteTags'];
	readonly defaultTargetId: string | undefined;
	/** Marked tag row keys, of all images. */
	readonly marks: readonly string[];
	readonly filter: string;
	readonly filtering: boolean;
};

/** The tags of the selected image, and how each stands on every target. */
export const TagsPane = memo(function TagsPane(props: TagsPaneProps): ReactNode {
	const {area, focused, image, rows, cursor, columns, remoteTags, marks} = props;
	const {store, defaultTargetId} = props;
	const {theme, bindings} = useUi();
	const visible = Math.max(1, area.height - 3);
	const width = area.width - 2;
	const offset = useViewport(cursor, rows.length, visible);
	const shown = rows.slice(offset, offset + visible);
	const name = commonName(rows);
	const labelOf = (row: TagRow) => (name === undefined ? row.key : row.tag);
	const tagWidth = Math.max(...shown.map(row => displayWidth(labelOf(row))), 0);
	const layout = tagColumns(columns, tagWidth, width);
	const markedHere = image ? marks.filter(mark => mark.startsWith(`${image.id} `)) : [];

	const lines =
		!image || rows.length === 0
			? messageLines(theme, emptyText(bindings, props), width)
			: [
					tagHeading(
						theme,
						layout,
						{digest: digestOfRow(rows[0], image, store).kind, defaultTargetId},
						width,
					),
					...shown.map((row, index) =>
						tagRow(
							theme,
							{
								selected: offset + index === cursor,
								focused,
								marked: markedHere.includes(`${image.id} ${row.key}`),
								label: labelOf(row),
								digest: digestOfRow(row, image, store),
								statusOf: targetId => standingOf(remoteTags[row.remote[targetId] ?? ''], image),
							},
							layout,
							width,
						),
					),
				];
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused={focused}
			title={paneTitle(theme, {
				...props,
				number: 2,
				name: 'Tags',
				about: name ?? image?.references[0] ?? image?.id.slice(7, 19),
				marked: markedHere.length,
			})}
			position={positionText(cursor, rows.length)}
			lines={lines}
			scroll={{offset, visible, total: rows.length}}
		/>
	);
});

/** The repository name that all rows share. */
function commonName(rows: readonly TagRow[]): string | undefined {
	const name = rows[0]?.name;
	return rows.every(row => row.name === name) ? name : undefined;
}

function emptyText(
	bindings: readonly KeyBinding[],
	{image, filter}: TagsPaneProps,
): readonly Paragraph[] {
	if (!image) return [{text: 'The tags of the selected image are listed here.', tone: 'quiet'}];
	if (filter !== '') return nothingMatches(bindings, filter);
	return [
		{text: 'This image has no tag.'},
		{
			text: `Press ${keyOf(bindings, 'images.tag')} to give it one, ${keyOf(bindings, 'images.delete')} to delete it.`,
			tone: 'quiet',
		},
	];
}
