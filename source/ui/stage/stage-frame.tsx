/** The screen, with a line for an audience below it. */
import {Box, Text, useWindowSize} from 'ink';
import {useMemo, useSyncExternalStore, type ReactNode} from 'react';
import {ScreenSizeContext} from '../app.tsx';
import type {Theme} from '../theme.ts';
import type {StageBoard} from './stage-board.ts';
import {stageLine} from './stage-line.ts';

export type StageFrameProps = {
	readonly board: StageBoard;
	readonly theme: Theme;
	readonly children: ReactNode;
};

/** Rows that are taken from the screen. */
export const stageRows = 1;

/** Its children are drawn in a screen that is one row lower. */
export function StageFrame({board, theme, children}: StageFrameProps): ReactNode {
	const {columns, rows} = useWindowSize();
	const size = useMemo(() => ({columns, rows: rows - stageRows}), [columns, rows]);
	const view = useSyncExternalStore(board.subscribe, board.get);
	return (
		<Box width={columns} height={rows} flexDirection="column" overflow="hidden">
			<ScreenSizeContext value={size}>{children}</ScreenSizeContext>
			<Box height={stageRows} flexShrink={0}>
				<Text wrap="truncate">{stageLine(theme, view, columns)}</Text>
			</Box>
		</Box>
	);
}
