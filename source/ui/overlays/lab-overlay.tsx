import {useMemo, type ReactNode} from 'react';
import type {LabProgress} from '../../domain/lab.ts';
import {labSteps, stepsThrough} from '../../explain/lab-steps.ts';
import {Frame} from '../components/frame.tsx';
import type {Area} from '../layout.ts';
import {useUi} from '../ui-context.ts';
import {labLines} from './lab-lines.ts';

export type LabOverlayProps = {
	readonly area: Area;
	readonly progress: LabProgress;
	readonly cursor: number;
	/** Why containers cannot be run here. */
	readonly notRun: string | undefined;
};

/** The guided tour: a checklist, with the step under the cursor opened. */
export function LabOverlay({area, progress, cursor, notRun}: LabOverlayProps): ReactNode {
	const {theme, bindings} = useUi();
	const width = area.width - 2;
	const visible = Math.max(1, area.height - 2);
	const {lines, from, to} = useMemo(
		() => labLines(theme, bindings, {progress, cursor, notRun}, width),
		[theme, bindings, progress, cursor, notRun, width],
	);
	// The opened step is in sight as a whole, its first line in any case.
	const offset = Math.max(0, Math.min(from, to - visible, lines.length - visible));
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused
			title={[
				{text: 'Lab', tone: 'selected'},
				{text: ` ${theme.symbols.separator} `, tone: 'quiet'},
				{text: 'the guided tour'},
			]}
			position={`${stepsThrough(progress)} of ${labSteps.length} done`}
			lines={lines.slice(offset, offset + visible)}
			scroll={{offset, visible, total: lines.length}}
		/>
	);
}
