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
	/** The next step of the guided tour; empty where none is on. */
	readonly lab: string;
};

/** Hints or a notice, and how many jobs run. Only that makes anything spin. */
export const Footer = memo(function Footer(props: FooterProps): ReactNode {
	const {width, activeJobs, lab} = props;
	const {theme} = useUi();
	const isSpoken = useIsScreenReaderEnabled();
	const jobs = activeJobs === 0 ? '' : ` ${activeJobs} ${activeJobs === 1 ? 'job' : 'jobs'} `;
	// One column for what spins, one for air.
	const jobsWidth = jobs === '' ? 0 : jobs.length + 2;
	// Where the screen is narrow, or something is to be said, keys and words come first.
	const hint = lab === '' || lab.length > 0.45 * width ? '' : `  ${lab} `;
	return (
		<Box width={width} height={1} flexShrink={0}>
			<Text wrap="truncate">
				{footerLine(theme, props, width - jobsWidth - hint.length) +
					theme.paint('quiet', hint) +
					theme.paint('focus', jobs)}
			</Text>
			{jobs !== '' && !isSpoken ? <Spinner type={theme.symbols.spinner} /> : null}
		</Box>
	);
});
