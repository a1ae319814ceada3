import {useEffect, useEffectEvent, type ReactNode} from 'react';
import type {Area} from '../layout.ts';
import type {Cell} from '../rows/line.ts';
import {Frame} from './frame.tsx';

export type ScrolledTextProps = {
	readonly area: Area;
	readonly title: readonly Cell[];
	/** All of it, each line exactly as wide as the inside of the frame. */
	readonly lines: readonly string[];
	/** First line wanted. */
	readonly offset: number;
	/** Told how many rows it was scrolled beyond its end: the store does not know where that is. */
	readonly onBeyondEnd: (rows: number) => void;
};

/** A text longer than its frame. */
export function ScrolledText(props: ScrolledTextProps): ReactNode {
	const {area, title, lines} = props;
	const visible = Math.max(1, area.height - 2);
	const offset = Math.max(0, Math.min(props.offset, lines.length - visible));
	const beyond = props.offset - offset;
	const onBeyondEnd = useEffectEvent(props.onBeyondEnd);
	useEffect(() => {
		if (beyond > 0) onBeyondEnd(beyond);
	}, [beyond]);
	const end = Math.min(lines.length, offset + visible);
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused
			title={title}
			position={lines.length > visible ? `${Math.round((100 * end) / lines.length)} %` : ''}
			lines={lines.slice(offset, offset + visible)}
			scroll={{offset, visible, total: lines.length}}
		/>
	);
}
