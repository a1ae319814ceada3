import {memo, type ReactNode} from 'react';
import type {ContainerState} from '../../engine/containers.ts';
import {runIndex} from '../../workbench/run-selectors.ts';
import type {Loadable} from '../../workbench/loadable.ts';
import type {Cursor, Job} from '../../workbench/state.ts';
import {Frame} from '../components/frame.tsx';
import {loadableLines, messageLines} from '../components/message.ts';
import {useViewport} from '../hooks/use-viewport.ts';
import {keyOf} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {positionText} from '../panes/pane-title.ts';
import {useUi} from '../ui-context.ts';
import {runDetailLines, runRow} from './runs-lines.ts';

export type RunsOverlayProps = {
	readonly area: Area;
	readonly listing: Loadable<readonly ContainerState[]>;
	readonly cursor: Cursor;
	/** The job of this session that runs the container under the cursor. */
	readonly job: Job | undefined;
	readonly now: number;
};

/** The containers that were made here; below them all that is known of the selected one. */
export const RunsOverlay = memo(function RunsOverlay(props: RunsOverlayProps): ReactNode {
	const {area, listing, cursor, job, now} = props;
	const {theme, bindings} = useUi();
	const width = area.width - 2;
	const height = Math.max(1, area.height - 2);
	const runs = listing.phase === 'ready' ? listing.value : [];
	const index = runIndex(runs, cursor);
	const visible = Math.min(runs.length, Math.max(2, Math.floor(height * 0.4)));
	const offset = useViewport(index, runs.length, visible);
	const current = runs[index];
	const lines = current
		? [
				...runs
					.slice(offset, offset + visible)
					.map((run, place) => runRow(theme, run, offset + place === index, width)),
				theme.paint('quiet', theme.symbols.horizontal.repeat(width)),
				...runDetailLines(theme, current, job, now, width),
			]
		: listing.phase === 'ready'
			? messageLines(
					theme,
					[
						{text: 'No container was made here yet.'},
						{
							text: `${keyOf(bindings, 'images.run')} on an image or a tag runs it.`,
							tone: 'quiet',
						},
					],
					width,
				)
			: loadableLines(theme, listing, keyOf(bindings, 'runs'), width, () => []);
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused
			title={[{text: 'Containers', tone: 'selected'}]}
			position={positionText(index, runs.length)}
			lines={lines.slice(0, height)}
		/>
	);
});
