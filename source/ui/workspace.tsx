/** The panes, and what lies over them, each given just what it draws. */
import {Box, useIsScreenReaderEnabled} from 'ink';
import {useCallback, type ReactNode} from 'react';
import type {Intents} from '../workbench/intents.ts';
import {selectLocalDigests} from '../workbench/remote-selectors.ts';
import {jobOfRun, selectCurrentRun, whyNotRun} from '../workbench/run-selectors.ts';
import {
	selectCurrentImage,
	selectCurrentJob,
	selectCursorIndex,
	selectImageRows,
	selectImages,
	selectJobRows,
	selectLogLines,
	selectTagRows,
	selectTargetColumns,
	selectTargetRows,
} from '../workbench/selectors.ts';
import type {PaneId, State} from '../workbench/state.ts';
import type {Area, Layout} from './layout.ts';
import {DetailsOverlay} from './overlays/details-overlay.tsx';
import {JobsOverlay} from './overlays/jobs-overlay.tsx';
import {LabOverlay} from './overlays/lab-overlay.tsx';
import {LayersView} from './overlays/layers-overlay.tsx';
import {ProofOverlay} from './overlays/proof-overlay.tsx';
import {RemoteView} from './overlays/remote-overlay.tsx';
import {SafetyView} from './overlays/safety-overlay.tsx';
import {RunsOverlay} from './overlays/runs-overlay.tsx';
import {ImagesPane} from './panes/images-pane.tsx';
import {LogPane} from './panes/log-pane.tsx';
import {RegistriesPane} from './panes/registries-pane.tsx';
import {TagsPane} from './panes/tags-pane.tsx';

export type WorkspaceProps = {
	readonly state: State;
	readonly intents: Intents;
	readonly layout: Layout;
};

/** What is between header and footer. */
export function Workspace({state, intents, layout}: WorkspaceProps): ReactNode {
	const {body, left, right, overlay} = layout;
	// Read out, what stands side by side would run together.
	const flexDirection = useIsScreenReaderEnabled() ? 'column' : 'row';
	return (
		<Box width={body.width} height={body.height} flexShrink={0} flexDirection={flexDirection}>
			{left.length > 0 ? <Column state={state} panes={left} /> : null}
			{right.length > 0 ? <Column state={state} panes={right} /> : null}
			{overlay ? <OverlayView state={state} intents={intents} area={overlay} /> : null}
		</Box>
	);
}

function Column({
	state,
	panes,
}: {
	readonly state: State;
	readonly panes: Layout['left'];
}): ReactNode {
	return (
		<Box flexDirection="column" flexShrink={0}>
			{panes.map(({pane, area}) => (
				<PaneView key={pane} state={state} pane={pane} area={area} />
			))}
		</Box>
	);
}

type PaneViewProps = {readonly state: State; readonly pane: PaneId; readonly area: Area};

function PaneView({state, pane, area}: PaneViewProps): ReactNode {
	const shared = {
		area,
		// One accent at a time: a dialog or overlay takes it.
		focused: state.focus === pane && !state.overlay && !state.dialog,
		cursor: selectCursorIndex(state, pane),
		filter: state.filters[pane],
		filtering: state.filtering === pane,
	};
	switch (pane) {
		case 'images':
			return (
				<ImagesPane
					{...shared}
					rows={selectImageRows(state)}
					all={selectImages(state).length}
					marked={state.marks.images.length}
					images={state.images}
					engine={state.engine}
					now={state.now}
				/>
			);
		case 'tags':
			return (
				<TagsPane
					{...shared}
					image={selectCurrentImage(state)}
					store={'info' in state.engine ? state.engine.info.store : undefined}
					rows={selectTagRows(state)}
					columns={selectTargetColumns(state)}
					remoteTags={state.remoteTags}
					defaultTargetId={state.defaultTargetId}
					marks={state.marks.tags}
				/>
			);
		case 'registries':
			return <RegistriesPane {...shared} rows={selectTargetRows(state)} />;
		case 'log':
			return (
				<LogPane
					{...shared}
					lines={selectLogLines(state)}
					follow={state.log.follow}
					wrap={state.log.wrap}
				/>
			);
	}
}

type OverlayViewProps = {
	readonly state: State;
	readonly intents: Intents;
	readonly area: Area;
};

function OverlayView({state, intents, area}: OverlayViewProps): ReactNode {
	const {overlay, now} = state;
	const giveBack = useCallback(
		(rows: number) => intents.move({by: 'row', count: -rows}),
		[intents],
	);
	switch (overlay?.kind) {
		case 'details':
			return (
				<DetailsOverlay
					area={area}
					image={overlay.image}
					details={overlay.details}
					offset={overlay.offset}
					now={now}
					onBeyondEnd={giveBack}
				/>
			);
		case 'jobs':
			return (
				<JobsOverlay
					area={area}
					jobs={selectJobRows(state)}
					current={selectCurrentJob(state)}
					now={now}
				/>
			);
		case 'runs':
			return (
				<RunsOverlay
					area={area}
					listing={overlay.listing}
					cursor={overlay.cursor}
					job={jobOfRun(state, selectCurrentRun(state)?.id ?? '')}
					now={now}
				/>
			);
		case 'lab':
			return state.lab ? (
				<LabOverlay
					area={area}
					progress={state.lab}
					cursor={overlay.cursor}
					notRun={whyNotRun(state)}
				/>
			) : null;
		case 'layers':
			return <LayersView area={area} overlay={overlay} targets={selectTargetColumns(state)} />;
		case 'safety':
			return <SafetyView area={area} overlay={overlay} />;
		case 'proof':
			return (
				<ProofOverlay
					area={area}
					proof={overlay.proof}
					offset={overlay.offset}
					onBeyondEnd={giveBack}
				/>
			);
		case 'remote':
			return (
				<RemoteView
					area={area}
					remote={overlay}
					here={selectLocalDigests(state)}
					signatures={state.signatures}
					now={now}
					onBeyondEnd={giveBack}
				/>
			);
		case undefined:
			return null;
	}
}
