import {memo, type ReactNode} from 'react';
import type {TargetRow} from '../../workbench/selectors.ts';
import {Frame} from '../components/frame.tsx';
import {messageLines, type Paragraph} from '../components/message.ts';
import {useViewport} from '../hooks/use-viewport.ts';
import {keyOf, type KeyBinding} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {placeWidth, targetRow} from '../rows/target-row.ts';
import {useUi} from '../ui-context.ts';
import {nothingMatches} from './images-pane.tsx';
import {paneTitle, positionText} from './pane-title.ts';

export type RegistriesPaneProps = {
	readonly area: Area;
	readonly focused: boolean;
	readonly rows: readonly TargetRow[];
	readonly cursor: number;
	readonly filter: string;
	readonly filtering: boolean;
};

/** The places to push to, and how the login stands at each. */
export const RegistriesPane = memo(function RegistriesPane(props: RegistriesPaneProps): ReactNode {
	const {area, focused, rows, cursor} = props;
	const {theme, bindings} = useUi();
	const visible = Math.max(1, area.height - 2);
	const width = area.width - 2;
	const offset = useViewport(cursor, rows.length, visible);
	const shown = rows.slice(offset, offset + visible);
	const places = placeWidth(shown, width);
	const addKey = keyOf(bindings, 'registries.add');
	const lines =
		rows.length === 0
			? messageLines(theme, emptyText(bindings, props), width)
			: shown.map((row, index) =>
					targetRow(
						theme,
						row,
						{selected: offset + index === cursor, focused, placeWidth: places, addKey},
						width,
					),
				);
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused={focused}
			title={paneTitle(theme, {...props, number: 3, name: 'Registries'})}
			position={positionText(cursor, rows.length)}
			lines={lines}
			scroll={{offset, visible, total: rows.length}}
		/>
	);
});

function emptyText(
	bindings: readonly KeyBinding[],
	{filter}: RegistriesPaneProps,
): readonly Paragraph[] {
	if (filter !== '') return nothingMatches(bindings, filter);
	return [
		{text: 'No registry to push to yet.'},
		{
			text: `Press ${keyOf(bindings, 'registries.add')} to add one, such as ghcr.io/OWNER or NAME.azurecr.io,`,
			tone: 'quiet',
		},
		{
			text: `or ${keyOf(bindings, 'registries.serve')} to start one on this machine, for practice.`,
			tone: 'quiet',
		},
	];
}
