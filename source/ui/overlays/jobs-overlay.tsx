import {memo, type ReactNode} from 'react';
import type {Job} from '../../workbench/state.ts';
import {Frame} from '../components/frame.tsx';
import {messageLines} from '../components/message.ts';
import {useViewport} from '../hooks/use-viewport.ts';
import {keyOf} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {positionText} from '../panes/pane-title.ts';
import {useUi} from '../ui-context.ts';
import {jobDetailLines, jobRow} from './job-lines.ts';

export type JobsOverlayProps = {
	readonly area: Area;
	/** Newest first. */
	readonly jobs: readonly Job[];
	readonly current: Job | undefined;
	readonly now: number;
};

/** All jobs of this session; below them what the selected one is doing, layer by layer. */
export const JobsOverlay = memo(function JobsOverlay(props: JobsOverlayProps): ReactNode {
	const {area, jobs, current, now} = props;
	const {theme, bindings} = useUi();
	const width = area.width - 2;
	const height = Math.max(1, area.height - 2);
	const cursor = current ? jobs.indexOf(current) : -1;
	const visible = Math.min(jobs.length, Math.max(2, Math.floor(height * 0.4)));
	const offset = useViewport(cursor, jobs.length, visible);
	const lines = current
		? [
				...jobs
					.slice(offset, offset + visible)
					.map((job, index) =>
						jobRow(theme, job, {selected: offset + index === cursor, now}, width),
					),
				theme.paint('quiet', theme.symbols.horizontal.repeat(width)),
				...jobDetailLines(theme, current, now, width),
			]
		: messageLines(
				theme,
				[
					{text: 'No job has run yet.'},
					{
						text: `Tag, push, pull and delete start one; ${keyOf(bindings, 'jobs')} closes this view.`,
						tone: 'quiet',
					},
				],
				width,
			);
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused
			title={[{text: 'Jobs', tone: 'selected'}]}
			position={positionText(cursor, jobs.length)}
			lines={lines}
		/>
	);
});
