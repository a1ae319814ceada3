/** Where everything is on a screen of a given size. Pure. */
import type {Overlay, PaneId} from '../workbench/state.ts';

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
		readonly overlay: Overlay | undefined;
	},
): Layout {
	const body = {width: columns, height: rows - 2};
	const screen = {columns, rows, body};
	if (view.overlay && (view.zoomed || columns < sharedOverlayColumns)) {
		return {...screen, left: [], right: [], overlay: body};
	}
	if (view.zoomed) {
		return {...screen, left: [{pane: view.focus, area: body}], right: [], overlay: undefined};
	}
	const leftWidth = clamp(Math.round(columns * 0.41), 28, 72);
	const rightWidth = columns - leftWidth;
	const topHeight = Math.round(body.height * 0.56);
	const bottomHeight = body.height - topHeight;
	return {
		...screen,
		left: [
			{pane: 'images', area: {width: leftWidth, height: topHeight}},
			{pane: 'registries', area: {width: leftWidth, height: bottomHeight}},
		],
		right: view.overlay
			? []
			: [
					{pane: 'tags', area: {width: rightWidth, height: topHeight}},
					{pane: 'log', area: {width: rightWidth, height: bottomHeight}},
				],
		overlay: view.overlay ? {width: rightWidth, height: body.height} : undefined,
	};
}

/** How many rows a page is, where the keyboard is. */
export function pageRows(layout: Layout, focus: PaneId): number {
	const area =
		layout.overlay ??
		[...layout.left, ...layout.right].find(({pane}) => pane === focus)?.area ??
		layout.body;
	const heading = focus === 'tags' && !layout.overlay ? 1 : 0;
	return Math.max(1, area.height - 2 - heading);
}

function clamp(value: number, least: number, most: number): number {
	return Math.max(least, Math.min(most, value));
}
