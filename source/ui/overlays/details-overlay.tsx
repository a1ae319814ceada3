import {useEffect, useEffectEvent, type ReactNode} from 'react';
import type {ImageDetails} from '../../domain/image.ts';
import type {Loadable} from '../../workbench/state.ts';
import {Frame} from '../components/frame.tsx';
import {failureParagraphs, messageLines} from '../components/message.ts';
import {keyOf} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {useUi} from '../ui-context.ts';
import {detailsLines} from './details-lines.ts';

export type DetailsOverlayProps = {
	readonly area: Area;
	readonly image: string;
	readonly details: Loadable<ImageDetails>;
	readonly offset: number;
	readonly now: number;
	/** Told how many rows it was scrolled beyond its end: the store does not know where that is. */
	readonly onBeyondEnd: (rows: number) => void;
};

/** Everything an image tells of itself. */
export function DetailsOverlay(props: DetailsOverlayProps): ReactNode {
	const {area, details, now} = props;
	const {theme, bindings} = useUi();
	const width = area.width - 2;
	const visible = Math.max(1, area.height - 2);
	const lines =
		details.phase === 'ready'
			? detailsLines(theme, details.value, now, width)
			: details.phase === 'failed'
				? messageLines(
						theme,
						failureParagraphs(theme, details.error, keyOf(bindings, 'images.open')),
						width,
					)
				: messageLines(theme, [{text: `Asking${theme.symbols.ellipsis}`, tone: 'quiet'}], width);
	const offset = Math.max(0, Math.min(props.offset, lines.length - visible));
	const beyond = props.offset - offset;
	const onBeyondEnd = useEffectEvent(props.onBeyondEnd);
	useEffect(() => {
		if (beyond > 0) onBeyondEnd(beyond);
	}, [beyond]);
	const name =
		details.phase === 'ready'
			? (details.value.references[0] ?? shortOf(props.image))
			: shortOf(props.image);
	const end = Math.min(lines.length, offset + visible);
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused
			title={[
				{text: 'Details', tone: 'selected'},
				{text: ` ${theme.symbols.separator} `, tone: 'quiet'},
				{text: name},
			]}
			position={lines.length > visible ? `${Math.round((100 * end) / lines.length)} %` : ''}
			lines={lines.slice(offset, offset + visible)}
			scroll={{offset, visible, total: lines.length}}
		/>
	);
}

function shortOf(image: string): string {
	return image.slice(image.indexOf(':') + 1, image.indexOf(':') + 13);
}
