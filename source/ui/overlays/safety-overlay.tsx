import type {ReactNode} from 'react';
import {shortDigest} from '../../domain/digest.ts';
import {safetyIndex, selectSafetyRows} from '../../workbench/safety-selectors.ts';
import type {SafetyOverlay} from '../../workbench/state.ts';
import {Frame} from '../components/frame.tsx';
import {failureParagraphs, messageLines} from '../components/message.ts';
import {useViewport} from '../hooks/use-viewport.ts';
import {keyOf} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {nothingMatches} from '../panes/images-pane.tsx';
import {filterCells, positionText} from '../panes/pane-title.ts';
import {useUi} from '../ui-context.ts';
import {aboutLines, headingLine, listLines, safetyLine, verdictLines} from './safety-lines.ts';

export type SafetyViewProps = {readonly area: Area; readonly overlay: SafetyOverlay};

/** Lines about the selected row, where the frame is high enough. */
const mostAbout = 6;

/** How safe an image is: what was found, worst first, and what nobody looked at. */
export function SafetyView({area, overlay}: SafetyViewProps): ReactNode {
	const {theme, bindings} = useUi();
	const {report, error, filter, filtering, request} = overlay;
	const width = area.width - 2;
	const height = Math.max(1, area.height - 2);
	const rows = selectSafetyRows(overlay);
	const cursor = safetyIndex(overlay);
	const list = listLines(rows);
	const above = report ? [...verdictLines(theme, report, width), ' '.repeat(width)] : [];
	const failure = error
		? messageLines(theme, failureParagraphs(theme, error, keyOf(bindings, 'images.safety')), width)
		: [];
	const about = error
		? []
		: aboutLines(theme, rows[cursor], width, Math.min(mostAbout, Math.floor(height / 4)));
	const visible = Math.max(1, height - above.length - failure.length - about.length);
	const at = list.findIndex(line => line.row === cursor);
	const offset = useViewport(at <= 1 ? 0 : at, list.length, visible);
	const drawn = list.slice(offset, offset + visible).map(line => {
		const row = line.row === undefined ? undefined : rows[line.row];
		if (row) {
			return safetyLine(theme, row, {selected: line.row === cursor, focused: true}, width);
		}
		if (line.section === undefined) return ' '.repeat(width);
		return headingLine(theme, line.section, rows, report?.vulnerabilitySource, width);
	});
	const empty =
		report && filter !== ''
			? messageLines(theme, nothingMatches(bindings, filter), width)
			: error || report
				? []
				: messageLines(theme, [{text: `Looking${theme.symbols.ellipsis}`, tone: 'quiet'}], width);
	const body = rows.length === 0 ? empty : drawn;
	const blank = Array.from({length: Math.max(0, visible - body.length)}, () => ' '.repeat(width));
	const {image} = request;
	return (
		<Frame
			width={area.width}
			height={area.height}
			focused
			title={[
				{text: 'Safety', tone: 'selected'},
				{text: ` ${theme.symbols.separator} `, tone: 'quiet'},
				{text: image.startsWith('sha256:') ? shortDigest(image) : image},
				...filterCells(theme, filter, filtering),
			]}
			position={
				!report || report.complete || error
					? positionText(cursor, rows.length)
					: `looking${theme.symbols.ellipsis}`
			}
			lines={[...above, ...body, ...blank, ...failure, ...about].slice(0, height)}
			scroll={{offset, visible, total: list.length}}
		/>
	);
}
