/** The screen before anything is known, for whoever must not wait until React and Ink are loaded. Pure. */
import type {PaneId, State} from '../workbench/state.ts';
import {drawFrame} from './components/draw-frame.ts';
import {lookingForEngine, messageLines} from './components/message.ts';
import type {KeyBinding} from './keymap.ts';
import {isTooSmall, layoutScreen, type Area, type Proportions} from './layout.ts';
import {paneTitle} from './panes/pane-title.ts';
import {footerHints, footerLine} from './rows/footer-line.ts';
import {headerLine} from './rows/header-line.ts';
import type {Theme} from './theme.ts';

export type FirstScreen = {
	readonly theme: Theme;
	readonly bindings: readonly KeyBinding[];
	/** As it is when the workbench begins. */
	readonly state: State;
	readonly columns: number;
	readonly rows: number;
	readonly proportions?: Proportions;
};

const names: ReadonlyArray<readonly [PaneId, string]> = [
	['images', 'Images'],
	['tags', 'Tags'],
	['registries', 'Registries'],
	['log', 'Log'],
];

/**
 * Header, the four panes and the footer, as `rows` lines of exactly `columns` columns: what the app draws
 * first, without what it has to say in the panes. Empty where a screen is too small for it.
 */
export function firstScreen(options: FirstScreen): string {
	const {theme, bindings, state, columns, rows, proportions} = options;
	if (isTooSmall(columns, rows)) return '';
	const {left, right} = layoutScreen(
		columns,
		rows,
		{focus: state.focus, zoomed: false, overlaid: false},
		proportions,
	);
	const pane = ({pane: id, area}: {readonly pane: PaneId; readonly area: Area}) =>
		emptyPane(options, id, area).split('\n');
	const rightLines = right.flatMap(pane);
	const {engine, demo, readOnly} = state;
	const lines = [
		headerLine(
			theme,
			{engine, demo, readOnly, totals: {count: 0, sizeBytes: 0}, targets: []},
			columns,
		),
		...left.flatMap(pane).map((line, row) => line + (rightLines[row] ?? '')),
		footerLine(theme, {notice: undefined, hints: footerHints(bindings, state)}, columns),
	];
	return lines.map(line => joinStyles(line)).join('\n');
}

const escape = '\u{1B}';

/** Closing a style only to open it again; as Ink does not, so that it finds its own lines on the screen. */
const reopened = new RegExp(
	String.raw`(${escape}\[(\d+)m[^${escape}]*)${escape}\[\d+m${escape}\[\2m`,
	'g',
);

function joinStyles(line: string): string {
	const joined = line.replaceAll(reopened, '$1');
	return joined === line ? line : joinStyles(joined);
}

function emptyPane({theme, state}: FirstScreen, id: PaneId, area: Area): string {
	const index = names.findIndex(([pane]) => pane === id);
	const focused = state.focus === id;
	return drawFrame(theme, {
		...area,
		focused,
		title: paneTitle(theme, {
			number: index + 1,
			name: names[index]?.[1] ?? '',
			filter: '',
			filtering: false,
			focused,
		}),
		lines: id === 'images' ? messageLines(theme, [lookingForEngine(theme)], area.width - 2) : [],
	});
}
