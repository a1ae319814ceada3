import {memo, type ReactNode} from 'react';
import type {Loadable} from '../../workbench/state.ts';
import {Frame} from '../components/frame.tsx';
import {failureParagraphs, messageLines} from '../components/message.ts';
import {useViewport} from '../hooks/use-viewport.ts';
import {keyOf} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {positionText} from '../panes/pane-title.ts';
import {composeLine} from '../rows/line.ts';
import {leadCells, rowTone} from '../rows/list-row.ts';
import {useUi} from '../ui-context.ts';

export type RemoteTagsOverlayProps = {
	readonly area: Area;
	readonly repository: string;
	readonly tags: Loadable<readonly string[]>;
	readonly cursor: number;
};

/** The tags that a registry has of a repository. */
export const RemoteTagsOverlay = memo(function RemoteTagsOverlay(
	props: RemoteTagsOverlayProps,
): ReactNode {
	const {area, repository, tags, cursor} = props;
	const {theme, bindings} = useUi();
	const width = area.width - 2;
	const visible = Math.max(1, area.height - 2);
	const rows = tags.phase === 'ready' ? tags.value : [];
	const offset = useViewport(cursor, rows.length, visible);
	const say = (...texts: readonly string[]) =>
		messageLines(
			theme,
			texts.map(text => ({text, tone: 'quiet'})),
			width,
		);
	const lines =
		tags.phase === 'failed'
			? messageLines(
					theme,
					failureParagraphs(theme, tags.error, keyOf(bindings, 'registries.browse')),
					width,
				)
			: tags.phase !== 'ready'
				? say(`Asking ${repository.split('/')[0] ?? ''}${theme.symbols.ellipsis}`)
				: rows.length === 0
					? say('This repository has no tag there.')
					: rows.slice(offset, offset + visible).map((tag, index) => {
							const row = {selected: offset + index === cursor, focused: true};
							return composeLine(
								theme,
								[...leadCells(theme, row), {text: tag, tone: rowTone(row)}],
								width,
							);
						});
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused
			title={[
				{text: 'Tags on the registry', tone: 'selected'},
				{text: ` ${theme.symbols.separator} `, tone: 'quiet'},
				{text: repository},
			]}
			position={positionText(cursor, rows.length)}
			lines={lines}
			scroll={{offset, visible, total: rows.length}}
		/>
	);
});
