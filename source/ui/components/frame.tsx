/** Draws a frame, or reads it out where a screen reader is on. */
import {Box, Text, useIsScreenReaderEnabled} from 'ink';
import {memo, type ReactNode} from 'react';
import {useUi} from '../ui-context.ts';
import {drawFrame, type FrameOptions} from './draw-frame.ts';
import {spokenFrame} from './spoken-frame.ts';

/**
 * A line for each row: Ink takes a text apart character by character in every frame, and once more for
 * each of its lines unless it has just one.
 */
export const Frame = memo(function Frame(props: FrameOptions): ReactNode {
	const {theme} = useUi();
	const isSpoken = useIsScreenReaderEnabled();
	const text = isSpoken ? spokenFrame(theme, props) : drawFrame(theme, props);
	return (
		<Box width={props.width} height={props.height} flexShrink={0} flexDirection="column">
			{text.split('\n').map((line, row) => (
				// A row of the screen is what it is by its place.
				// eslint-disable-next-line react/no-array-index-key
				<Text key={row} wrap="truncate">
					{line}
				</Text>
			))}
		</Box>
	);
});
