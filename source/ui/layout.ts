/** Where everything is on a screen of a given size. Pure. */
import type {PaneId} from '../workbench/state.ts';

export type Area = {readonly width: number; readonly height: number};

/** The panes that are drawn; those that are not have no area. */
export type Layout = {
	readonly columns: number;
	readonly rows: number;
	readonly body: Area;
	/** Left column of panes, top to bottom. */
	readonly left: ReadonlyArray<{readonly pane: PaneId; readonly area: Area}>;
	readonly right: ReadonlyArray<{readonly pane: PaneId; readonly area: Area}>;
	readonly overlay: Area | undefined;
};

/** How the panes share the screen, in per cent. */
export type Proportions = {readonly leftWidthPercent: number; readonly topHeightPercent: number};

const defaultProportions: Proportions = {leftWidthPercent: 45, topHeightPercent: 50};

export const smallestScreen = {columns: 60, rows: 16} as const;

/** Below this width an overlay takes the whole body: half of it is too narrow to read in. */
const sharedOverlayColumns = 100;

/** Whether a screen is too small to draw on. */
export function isTooSmall(columns: number, rows: number): boolean {
	return columns < smallestScreen.columns || rows < smallestScreen.rows;
}

/** Header and footer take a line each; the panes share the rest. */
export function layoutScreen(
	columns: number,
	rows: number,
	view: {
		readonly focus: PaneId;
		readonly zoomed: boolean;
		/** Whether something lies over the right-hand panes. */
		readonly overlaid: boolean;
	},
	proportions: Proportions = defaultProportions,
): Layout {
	const body = {width: columns, height: rows - 2};
	const screen = {columns, rows, body};
	if (view.overlaid && (view.zoomed || columns < sharedOverlayColumns)) {
		return {...screen, left: [], right: [], overlay: body};
	}
	if (view.zoomed) {
		return {...screen, left: [{pane: view.focus, area: body}], right: [], overlay: undefined};
	}
	// On a narrow screen the log and the tags' columns need the room more than sizes and ages do.
	const leftPercent = Math.min(
		proportions.leftWidthPercent,
		columns < sharedOverlayColumns ? 42 : 100,
	);
	const leftWidth = clamp(Math.round((columns * leftPercent) / 100), 32, 76);
	const rightWidth = columns - leftWidth;
	const topHeight = clamp(
		Math.round((body.height * proportions.topHeightPercent) / 100),
		5,
		body.height - 5,
	);
	const bottomHeight = body.height - topHeight;
	return {
		...screen,
		left: [
			{pane: 'images', area: {width: leftWidth, height: topHeight}},
			{pane: 'registries', area: {width: leftWidth, height: bottomHeight}},
		],
		right: view.overlaid
			? []
			: [
					{pane: 'tags', area: {width: rightWidth, height: topHeight}},
					{pane: 'log', area: {width: rightWidth, height: bottomHeight}},
				],
		overlay: view.overlaid ? {width: rightWidth, height: body.height} : undefined,
	};
}

/** How many rows a page is, where the keyboard is; an overlay with a heading has one less. */
export function pageRows(layout: Layout, focus: PaneId, overlayHeading = false): number {
	const area =
		layout.overlay ??
		[...layout.left, ...layout.right].find(({pane}) => pane === focus)?.area ??
		layout.body;
	const heading = (layout.overlay ? overlayHeading : focus === 'tags') ? 1 : 0;
	return Math.max(1, area.height - 2 - heading);
}

function clamp(value: number, least: number, most: number): number {
	return Math.max(least, Math.min(most, value));
}
