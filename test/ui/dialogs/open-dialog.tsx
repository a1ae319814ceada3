/** One dialog with a real keyboard under it: keys go in as a terminal sends them, the frame comes out. */
import {Box, Text} from 'ink';
import {cleanup, render} from 'ink-testing-library';
import {useState, useSyncExternalStore, type ReactNode} from 'react';
import stripAnsi from 'strip-ansi';
import {createTextEntry, TextEntryContext} from '../../../source/ui/components/text-entry.ts';
import {DialogLayer} from '../../../source/ui/dialogs/dialog-layer.tsx';
import {useKeyboard} from '../../../source/ui/hooks/use-keyboard.ts';
import {keymap} from '../../../source/ui/keymap.ts';
import {createTheme, type Theme} from '../../../source/ui/theme.ts';
import {createStore, type Store} from '../../../source/workbench/create-store.ts';
import type {Intents} from '../../../source/workbench/intents.ts';
import type {Dialog} from '../../../source/workbench/dialog.ts';
import type {State} from '../../../source/workbench/state.ts';
import {recordedIntents, stateWith, type Call} from './dialog-fixtures.ts';

export const darkTheme = createTheme({mode: 'dark', ascii: false, environment: {}});

export type OpenDialog = {
	/** Sends each text as one chunk, and waits until it has been drawn. */
	send(...chunks: string[]): Promise<void>;
	/** The screen without styles. */
	screen(): string;
	/** Everything that was ever drawn, with its styles. */
	frames(): string;
	readonly calls: readonly Call[];
	called(intent: string): readonly Call[];
	dialog(): Dialog | undefined;
	[Symbol.dispose](): void;
};

export function openDialog(
	dialog: Dialog | undefined,
	options: {
		readonly columns?: number;
		readonly rows?: number;
		readonly theme?: Theme;
		readonly state?: Partial<State>;
	} = {},
): OpenDialog {
	const {columns = 80, rows = 24, theme = darkTheme} = options;
	const store = createStore(stateWith(dialog, options.state));
	const {intents, calls} = recordedIntents(call => follow(store, call));
	const view = render(
		<Screen store={store} intents={intents} columns={columns} rows={rows} theme={theme} />,
	);
	return {
		calls,
		async send(...chunks) {
			for (const chunk of chunks) {
				view.stdin.write(chunk);
				await drawn();
			}
		},
		screen: () => stripAnsi(view.lastFrame() ?? ''),
		frames: () => view.frames.join('\n'),
		called: intent => calls.filter(call => call.intent === intent),
		dialog: () => store.getState().dialog,
		[Symbol.dispose]: cleanup,
	};
}

/** Ink draws in later turns of the loop: effects first, then what they changed. */
async function drawn(): Promise<void> {
	for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
}

function Screen(props: {
	readonly store: Store;
	readonly intents: Intents;
	readonly columns: number;
	readonly rows: number;
	readonly theme: Theme;
}): ReactNode {
	const {store, columns, rows} = props;
	const state = useSyncExternalStore(store.subscribe, store.getState);
	const [textEntry] = useState(() => createTextEntry());
	useKeyboard({...props, bindings: keymap, textEntry, pageRows: () => 10});
	return (
		<TextEntryContext value={textEntry}>
			<Box width={columns} height={rows} flexDirection="column">
				<Text>{Array.from({length: rows}, () => '#'.repeat(columns)).join('\n')}</Text>
				<DialogLayer
					state={state}
					intents={props.intents}
					columns={columns}
					rows={rows}
					theme={props.theme}
				/>
			</Box>
		</TextEntryContext>
	);
}

/** What the workbench does on these calls, as far as fields need it. */
function follow(store: Store, {intent, values}: Call): void {
	const {dialog} = store.getState();
	const change = (changes: object) =>
		store.dispatch({type: 'dialogChanged', dialog: {...dialog, ...changes} as Dialog});
	const [first, second] = values;
	switch (intent) {
		case 'openPalette':
			store.dispatch({type: 'dialogChanged', dialog: {kind: 'palette', query: '', cursor: 0}});
			return;
		case 'back':
			store.dispatch({type: 'dialogChanged', dialog: undefined});
			return;
		case 'changeCopyValue':
		case 'changeConfirmation':
		case 'changeRepositoryName':
		case 'changeSignatureKey':
		case 'changeTagValue':
		case 'changePullValue':
			change({value: first});
			return;
		case 'changePaletteQuery':
			change({query: first, cursor: 0});
			return;
		case 'changeSaveLogPath':
			change({path: first});
			return;
		case 'changeLoginUsername':
			change({username: first});
			return;
		case 'focusLoginField':
		case 'focusTargetField':
			change({field: first});
			return;
		case 'changeTargetField':
			change({[String(first)]: second});
			return;
		case 'move':
			if (dialog && 'offset' in dialog) {
				change({offset: dialog.offset + (first as {count: number}).count});
			}
			return;
		default:
	}
}
