/** Draws a frame, or reads it out where a screen reader is on. */
import {Box, Text, useIsScreenReaderEnabled} from 'ink';
import {memo, type ReactNode} from 'react';
import {useUi} from '../ui-context.ts';
import {drawFrame, type FrameOptions} from './draw-frame.ts';
import {spokenFrame} from './spoken-frame.ts';

/** One pane as one text: Ink lays out a handful of boxes, whatever stands in them. */
export const Frame = memo(function Frame(props: FrameOptions): ReactNode {
	const {theme} = useUi();
	const isSpoken = useIsScreenReaderEnabled();
	return (
		<Box width={props.width} height={props.height} flexShrink={0} flexDirection="column">
			<Text wrap="truncate">{isSpoken ? spokenFrame(theme, props) : drawFrame(theme, props)}</Text>
		</Box>
	);
});
