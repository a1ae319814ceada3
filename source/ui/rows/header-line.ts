/** The first line of the screen: where this is, and how everything stands. Pure. */
import {formatBytes} from '../../domain/size.ts';
import type {TargetColumn} from '../../workbench/selectors.ts';
import type {EngineState, LoginState} from '../../workbench/state.ts';
import {displayWidth} from '../text.ts';
import type {Theme} from '../theme.ts';
import {cellWidth, composeEnds, type Cell} from './line.ts';
import {loginDot} from './target-row.ts';

export type HeaderFacts = {
	readonly engine: EngineState;
	readonly totals: {readonly count: number; readonly sizeBytes: number};
	readonly targets: ReadonlyArray<{readonly column: TargetColumn; readonly login: LoginState}>;
	readonly demo: boolean;
	readonly readOnly: boolean;
};

/** Name, badges and engine at the left, a dot for each target at the right. */
export function headerLine(theme: Theme, facts: HeaderFacts, width: number): string {
	const left: Cell[] = [{text: ' regbench', tone: 'selected'}];
	if (facts.demo) left.push({text: '  '}, {text: ' DEMO ', tone: 'badge'});
	if (facts.readOnly) left.push({text: '  '}, {text: ' read-only ', tone: 'badge'});
	left.push({text: '   '}, ...engineCells(theme, facts));
	const taken = left.reduce((sum, cell) => sum + cellWidth(cell), 0);
	return composeEnds(theme, left, targetCells(theme, facts.targets, width - taken - 2), width);
}

function engineCells(theme: Theme, {engine, totals}: HeaderFacts): readonly Cell[] {
	const dot = ` ${theme.symbols.separator} `;
	switch (engine.phase) {
		case 'connecting':
			return [{text: `connecting${theme.symbols.ellipsis}`, tone: 'quiet'}];
		case 'connected': {
			const {title, route} = engine.info;
			const count = `${totals.count} ${totals.count === 1 ? 'image' : 'images'}`;
			return [
				{text: title === 'embedded' ? 'embedded engine' : title},
				{text: [`${dot}${route}`, count, formatBytes(totals.sizeBytes)].join(dot), tone: 'quiet'},
			];
		}
		case 'lost':
			return [
				{text: `${theme.symbols.failure} ${engine.info.title} lost`, tone: 'failure'},
				{text: `: ${engine.reason}`, tone: 'failure'},
				{text: `${dot}reconnecting${theme.symbols.ellipsis}`, tone: 'quiet'},
			];
		case 'failed':
			return [{text: `${theme.symbols.failure} no engine`, tone: 'failure'}];
	}
}

/** As many targets as fit; the rest as a number. */
function targetCells(theme: Theme, targets: HeaderFacts['targets'], room: number): readonly Cell[] {
	const cells: Cell[] = [];
	let used = 1;
	for (const [index, {column, login}] of targets.entries()) {
		const {symbol, tone} = loginDot(theme.symbols, login);
		const left = targets.length - index;
		const more = `  +${left}`;
		const width = displayWidth(column.label) + 4;
		if (used + width + (left > 1 ? more.length : 0) > room) {
			if (used + more.length <= room) cells.push({text: more, tone: 'quiet'});
			break;
		}
		cells.push({text: `  ${symbol} `, tone}, {text: column.label});
		used += width;
	}
	return cells.length > 0 ? [...cells, {text: ' '}] : [];
}
