import {useMemo, type ReactNode} from 'react';
import type {ProveResult} from '../../domain/events.ts';
import {ScrolledText} from '../components/scrolled-text.tsx';
import type {Area} from '../layout.ts';
import {useUi} from '../ui-context.ts';
import {proofLines} from './proof-lines.ts';

export type ProofOverlayProps = {
	readonly area: Area;
	readonly proof: ProveResult;
	readonly offset: number;
	/** Told how many rows it was scrolled beyond its end: the store does not know where that is. */
	readonly onBeyondEnd: (rows: number) => void;
};

/** What a proof showed. */
export function ProofOverlay({area, proof, offset, onBeyondEnd}: ProofOverlayProps): ReactNode {
	const {theme, bindings} = useUi();
	const width = area.width - 2;
	const lines = useMemo(
		() => proofLines(theme, bindings, proof, width),
		[theme, bindings, proof, width],
	);
	return (
		<ScrolledText
			area={area}
			title={[
				{text: 'Proof', tone: 'selected'},
				{text: ` ${theme.symbols.separator} `, tone: 'quiet'},
				{text: proof.reference},
			]}
			lines={lines}
			offset={offset}
			onBeyondEnd={onBeyondEnd}
		/>
	);
}
