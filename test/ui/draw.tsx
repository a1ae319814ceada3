/** Draws the whole screen of a state to text. */
import {renderToString} from 'ink';
import {App, ScreenSizeContext} from '../../source/ui/app.tsx';
import {keymap} from '../../source/ui/keymap.ts';
import {createTheme, type ThemeOptions} from '../../source/ui/theme.ts';
import type {Intents} from '../../source/workbench/intents.ts';
import type {State} from '../../source/workbench/state.ts';

const noIntents = new Proxy({} as Intents, {get: () => () => undefined});

/** The screen's lines, without colours unless a theme mode is given. */
export function drawScreen(
	state: State,
	columns: number,
	rows: number,
	options: Partial<Pick<ThemeOptions, 'mode' | 'ascii'>> = {},
): readonly string[] {
	const theme = createTheme({mode: 'mono', ascii: false, environment: {}, ...options});
	const store = {
		getState: () => state,
		subscribe: () => () => undefined,
		dispatch: () => undefined,
	};
	const text = renderToString(
		<ScreenSizeContext value={{columns, rows}}>
			<App store={store} intents={noIntents} theme={theme} bindings={keymap} />
		</ScreenSizeContext>,
		{columns},
	);
	return text.split('\n');
}
