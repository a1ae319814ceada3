import {memo, type ReactNode} from 'react';
import type {ImageRow} from '../../workbench/selectors.ts';
import type {EngineState, State} from '../../workbench/state.ts';
import {Frame} from '../components/frame.tsx';
import {
	failureParagraphs,
	lookingForEngine,
	messageLines,
	type Paragraph,
} from '../components/message.ts';
import {useViewport} from '../hooks/use-viewport.ts';
import {keyOf, type KeyBinding} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {imageRow} from '../rows/image-row.ts';
import type {Theme} from '../theme.ts';
import {useUi} from '../ui-context.ts';
import {paneTitle, positionText} from './pane-title.ts';

export type ImagesPaneProps = {
	readonly area: Area;
	readonly focused: boolean;
	readonly rows: readonly ImageRow[];
	readonly cursor: number;
	/** How many there are without the filter. */
	readonly all: number;
	readonly marked: number;
	readonly filter: string;
	readonly filtering: boolean;
	readonly images: State['images'];
	readonly engine: EngineState;
	readonly now: number;
};

/** The images on this machine. */
export const ImagesPane = memo(function ImagesPane(props: ImagesPaneProps): ReactNode {
	const {area, focused, rows, cursor, now} = props;
	const {theme, bindings} = useUi();
	const visible = Math.max(1, area.height - 2);
	const width = area.width - 2;
	const offset = useViewport(cursor, rows.length, visible);
	const shown = rows.slice(offset, offset + visible);
	const lines =
		rows.length === 0
			? messageLines(theme, emptyText(theme, bindings, props), width)
			: shown.map((row, index) =>
					imageRow(
						theme,
						row,
						{selected: offset + index === cursor, focused, marked: row.marked, now},
						width,
					),
				);
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused={focused}
			title={paneTitle(theme, {...props, number: 1, name: 'Images'})}
			position={positionText(cursor, rows.length, props.all)}
			lines={lines}
			scroll={{offset, visible, total: rows.length}}
		/>
	);
});

function emptyText(
	theme: Theme,
	bindings: readonly KeyBinding[],
	{images, engine, filter, all}: ImagesPaneProps,
): readonly Paragraph[] {
	const refresh = keyOf(bindings, 'refresh');
	if (engine.phase === 'failed') {
		const tried = engine.tried.map(place => ({text: `${theme.symbols.separator} ${place}`}));
		return [
			...failureParagraphs(theme, engine.error, refresh),
			...(tried.length > 0 ? [{text: 'Tried:', tone: 'quiet'} as const, ...tried] : []),
		];
	}
	if (images.phase === 'failed') return failureParagraphs(theme, images.error, refresh);
	if (images.phase !== 'ready') {
		if (engine.phase === 'connecting') return [lookingForEngine(theme)];
		return [{text: `Asking the engine${theme.symbols.ellipsis}`, tone: 'quiet'}];
	}
	if (filter !== '' && all > 0) return nothingMatches(bindings, filter);
	return [
		{text: 'No images here yet.'},
		{text: `Press ${keyOf(bindings, 'images.pull')} to pull one.`, tone: 'quiet'},
	];
}

/** What a pane says when its filter leaves nothing. */
export function nothingMatches(
	bindings: readonly KeyBinding[],
	filter: string,
): readonly Paragraph[] {
	return [
		{text: `Nothing matches /${filter}`},
		{text: `${keyOf(bindings, 'back')} clears the filter.`, tone: 'quiet'},
	];
}
