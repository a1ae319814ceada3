/** The whole screen as a function of the state. */
import {Box, Text, useApp, useWindowSize} from 'ink';
import {
	createContext,
	useContext,
	useEffect,
	useMemo,
	useState,
	useSyncExternalStore,
	type ReactNode,
} from 'react';
import type {Store} from '../workbench/create-store.ts';
import type {Intents} from '../workbench/intents.ts';
import {selectRemoteLevel} from '../workbench/remote-selectors.ts';
import {selectActiveJobs, selectTargetColumns, selectTotals} from '../workbench/selectors.ts';
import type {State} from '../workbench/state.ts';
import {whyNotRun} from '../workbench/run-selectors.ts';
import {labHint} from './overlays/lab-lines.ts';
import {Footer} from './components/footer.tsx';
import {Header} from './components/header.tsx';
import {createTextEntry, TextEntryContext} from './components/text-entry.ts';
import {DialogLayer} from './dialogs/dialog-layer.tsx';
import {useKeyboard} from './hooks/use-keyboard.ts';
import type {Stroke} from './key-dispatch.ts';
import type {KeyBinding} from './keymap.ts';
import {
	isTooSmall,
	layoutScreen,
	pageRows,
	smallestScreen,
	type Layout,
	type Proportions,
} from './layout.ts';
import {footerHints} from './rows/footer-line.ts';
import type {Theme} from './theme.ts';
import {UiContext} from './ui-context.ts';
import {Workspace} from './workspace.tsx';

/** A size to draw at instead of the terminal's own, for tests. */
export const ScreenSizeContext = createContext<
	{readonly columns: number; readonly rows: number} | undefined
>(undefined);

export type AppProps = {
	readonly store: Store;
	readonly intents: Intents;
	readonly theme: Theme;
	/** The keymap, with the person's own keys in it. */
	readonly bindings: readonly KeyBinding[];
	/** How the panes share the screen. */
	readonly proportions?: Proportions;
	/** Stops the process until it is continued; see {@link useKeyboard}. */
	readonly suspend?: (() => Promise<void>) | undefined;
	/** Handed a way to take the terminal from the screen for as long as some work takes. */
	readonly onLend?: ((lend: LendTerminal) => void) | undefined;
	/** Told of every stroke and the state in which it acts. */
	readonly onStroke?: ((stroke: Stroke, state: State) => void) | undefined;
};

export type LendTerminal = (work: () => Promise<void>) => Promise<void>;

export function App(props: AppProps): ReactNode {
	const {store, intents, theme, bindings, proportions, suspend, onLend, onStroke} = props;
	const state = useSyncExternalStore(store.subscribe, store.getState);
	const {columns, rows} = useScreenSize();
	const [textEntry] = useState(() => createTextEntry());
	const {suspendTerminal} = useApp();
	useEffect(() => {
		onLend?.(async work => suspendTerminal(work));
	}, [onLend, suspendTerminal]);
	const ui = useMemo(() => ({theme, bindings}), [theme, bindings]);
	useKeyboard({
		store,
		intents,
		bindings,
		textEntry,
		suspend,
		onStroke,
		pageRows: current =>
			pageRows(
				layoutOf(columns, rows, current, proportions),
				current.focus,
				current.overlay?.kind === 'remote' && selectRemoteLevel(current)?.at !== 'details',
			),
	});
	if (isTooSmall(columns, rows)) return <TooSmall columns={columns} rows={rows} />;
	return (
		<UiContext value={ui}>
			<TextEntryContext value={textEntry}>
				<Screen
					state={state}
					intents={intents}
					columns={columns}
					rows={rows}
					proportions={proportions}
					ui={ui}
				/>
			</TextEntryContext>
		</UiContext>
	);
}

function useScreenSize(): {readonly columns: number; readonly rows: number} {
	const terminal = useWindowSize();
	return useContext(ScreenSizeContext) ?? terminal;
}

type ScreenProps = {
	readonly state: State;
	readonly intents: Intents;
	readonly columns: number;
	readonly rows: number;
	readonly proportions: Proportions | undefined;
	readonly ui: {readonly theme: Theme; readonly bindings: readonly KeyBinding[]};
};

function Screen({state, intents, columns, rows, proportions, ui}: ScreenProps): ReactNode {
	const totals = selectTotals(state);
	const {zoomed} = state;
	const overlaid = state.overlay !== undefined;
	// Where nothing is zoomed the focus moves no pane: each keeps its area, and is not drawn again.
	const focus = zoomed ? state.focus : 'images';
	const layout = useMemo(
		() => layoutScreen(columns, rows, {focus, zoomed, overlaid}, proportions),
		[columns, rows, focus, zoomed, overlaid, proportions],
	);
	return (
		<Box width={columns} height={rows} flexDirection="column">
			<Header
				width={columns}
				engine={state.engine}
				count={totals.count}
				sizeBytes={totals.sizeBytes}
				columns={selectTargetColumns(state)}
				logins={state.logins}
				demo={state.demo}
				readOnly={state.readOnly}
			/>
			<Workspace state={state} intents={intents} layout={layout} />
			<Footer
				width={columns}
				notice={state.notice}
				hints={useStableHints(ui.bindings, state)}
				activeJobs={selectActiveJobs(state).length}
				lab={state.notice ? '' : labHint(ui.bindings, state.lab, whyNotRun(state))}
			/>
			{state.dialog ? (
				<Box position="absolute" width={columns} height={rows}>
					<DialogLayer
						state={state}
						intents={intents}
						columns={columns}
						rows={rows}
						theme={ui.theme}
						bindings={ui.bindings}
					/>
				</Box>
			) : null}
		</Box>
	);
}

function layoutOf(
	columns: number,
	rows: number,
	state: State,
	proportions: Proportions | undefined,
): Layout {
	const {focus, zoomed, overlay} = state;
	const overlaid = overlay !== undefined;
	return layoutScreen(columns, rows, {focus, zoomed, overlaid}, proportions);
}

/** The same list as long as it says the same, so that the footer is left alone. */
function useStableHints(
	bindings: readonly KeyBinding[],
	state: State,
): ReturnType<typeof footerHints> {
	const hints = footerHints(bindings, state);
	const text = JSON.stringify(hints);
	return useMemo(() => JSON.parse(text) as typeof hints, [text]);
}

function TooSmall({columns, rows}: {readonly columns: number; readonly rows: number}): ReactNode {
	const needed = `${smallestScreen.columns}×${smallestScreen.rows}`;
	const found = `${columns}×${rows}`;
	// The size that is needed is what must not be cut.
	const text = [
		`regbench needs at least ${needed}; this terminal is ${found}`,
		`regbench needs ${needed}, this is ${found}`,
		`needs ${needed}, is ${found}`,
	].find(({length}) => length <= columns);
	return (
		<Box width={columns} height={rows} overflow="hidden">
			<Text wrap="truncate">{text ?? `needs ${needed}`}</Text>
		</Box>
	);
}
