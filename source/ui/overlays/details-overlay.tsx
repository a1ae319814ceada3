import {useMemo, type ReactNode} from 'react';
import type {ImageDetails} from '../../domain/image.ts';
import type {Loadable} from '../../workbench/loadable.ts';
import {loadableLines} from '../components/message.ts';
import {ScrolledText} from '../components/scrolled-text.tsx';
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
	const lines = useMemo(
		() =>
			loadableLines(theme, details, keyOf(bindings, 'images.open'), width, value =>
				detailsLines(theme, value, now, width),
			),
		[theme, bindings, details, now, width],
	);
	const name =
		details.phase === 'ready'
			? (details.value.references[0] ?? shortOf(props.image))
			: shortOf(props.image);
	return (
		<ScrolledText
			area={area}
			title={[
				{text: 'Details', tone: 'selected'},
				{text: ` ${theme.symbols.separator} `, tone: 'quiet'},
				{text: name},
			]}
			lines={lines}
			offset={props.offset}
			onBeyondEnd={props.onBeyondEnd}
		/>
	);
}

function shortOf(image: string): string {
	return image.slice(image.indexOf(':') + 1, image.indexOf(':') + 13);
}
