import {Box, Text, useIsScreenReaderEnabled} from 'ink';
import Spinner from 'ink-spinner';
import {memo, type ReactNode} from 'react';
import type {Notice} from '../../workbench/state.ts';
import {footerLine, type Hint} from '../rows/footer-line.ts';
import {useUi} from '../ui-context.ts';

export type FooterProps = {
	readonly width: number;
	readonly notice: Notice | undefined;
	readonly hints: readonly Hint[];
	/** Jobs that are queued or running. */
	readonly activeJobs: number;
};

/** Hints or a notice, and how many jobs run. Only that makes anything spin. */
export const Footer = memo(function Footer(props: FooterProps): ReactNode {
	const {width, activeJobs} = props;
	const {theme} = useUi();
	const isSpoken = useIsScreenReaderEnabled();
	const jobs = activeJobs === 0 ? '' : ` ${activeJobs} ${activeJobs === 1 ? 'job' : 'jobs'} `;
	// One column for what spins, one for air.
	const jobsWidth = jobs === '' ? 0 : jobs.length + 2;
	return (
		<Box width={width} height={1} flexShrink={0}>
			<Text wrap="truncate">
				{footerLine(theme, props, width - jobsWidth) + theme.paint('focus', jobs)}
			</Text>
			{jobs !== '' && !isSpoken ? <Spinner type={theme.symbols.spinner} /> : null}
		</Box>
	);
});
