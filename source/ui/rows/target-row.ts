/** A row of the registries pane: a target, or one that is proposed. Pure. */
import type {TargetRow} from '../../workbench/selectors.ts';
import type {LoginState} from '../../workbench/state.ts';
import type {Symbols} from '../symbols.ts';
import {displayWidth} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import {composeLine, type Cell} from './line.ts';
import {leadCells, leadWidth, rowTone, type RowState} from './list-row.ts';

/** Room for `no login`, `gh login`. */
const leastWords = 8;

const columnGap = 3;

/** Room for a place and words about it. */
function rowRoom(width: number): number {
	return width - leadWidth - 3;
}

/**
 * Columns for the places: the longest that leaves room for words behind it. Where a place is longer the
 * words go, never a part of the place.
 */
export function placeWidth(rows: readonly TargetRow[], width: number): number {
	const most = rowRoom(width) - leastWords - 1;
	const widths = rows.map(wantedWidth).filter(wanted => wanted <= most);
	return Math.max(12, ...widths);
}

function wantedWidth({target, isDefault}: TargetRow): number {
	return displayWidth(target.id) + (isDefault ? 2 : 0);
}

/** Dot, place, `*` on the default one, and in words how the login stands. */
export function targetRow(
	theme: Theme,
	row: TargetRow,
	state: RowState & {readonly placeWidth: number; readonly addKey: string},
	width: number,
): string {
	const {symbols} = theme;
	if (row.proposal !== undefined) return proposalRow(theme, row, state, width);
	const dot = loginDot(symbols, row.login);
	const room = rowRoom(width);
	const wanted = wantedWidth(row);
	const words = loginWords(row.login, room - Math.max(wanted, state.placeWidth) - 1);
	const wordsWidth = displayWidth(words.text);
	const fits = wanted + 1 + wordsWidth <= room;
	// Words stand in a column as long as there is room; what is a little longer begins a little earlier.
	const column = Math.min(state.placeWidth + columnGap, room - wordsWidth);
	const idWidth = fits ? Math.max(wanted + 1, column) : room;
	return composeLine(
		theme,
		[
			...leadCells(theme, state),
			{text: dot.symbol, width: 2, tone: dot.tone},
			...idCells(row, rowTone(state), idWidth),
			{text: fits ? words.text : '', width: room - idWidth, tone: words.tone},
		],
		width,
	);
}

function idCells(row: TargetRow, tone: Tone | undefined, width: number): readonly Cell[] {
	const idWidth = Math.min(displayWidth(row.target.id), width - (row.isDefault ? 2 : 0));
	return [
		{text: row.target.id, width: idWidth, tone},
		{text: row.isDefault ? ' *' : '', width: width - idWidth, tone: 'focus'},
	];
}

function proposalRow(
	theme: Theme,
	row: TargetRow,
	state: RowState & {readonly addKey: string},
	width: number,
): string {
	const advice = `${row.proposal} ${theme.symbols.dash} press ${state.addKey} to add`;
	const idWidth = displayWidth(row.target.id);
	return composeLine(
		theme,
		[
			...leadCells(theme, state),
			{text: '+ ', width: 2, tone: 'quiet'},
			{text: row.target.id, width: Math.min(idWidth, width - 12), tone: rowTone(state, 'quiet')},
			{text: `  ${advice}`, width: Math.max(0, width - leadWidth - 3 - idWidth), tone: 'quiet'},
		],
		width,
	);
}

/** Filled where a login or an open registry is known to work. */
export function loginDot(
	symbols: Symbols,
	login: LoginState,
): {readonly symbol: string; readonly tone: Tone} {
	switch (login.phase) {
		case 'logged-in':
			return {symbol: symbols.loggedIn, tone: 'good'};
		case 'anonymous':
			return login.required
				? {symbol: symbols.loggedOut, tone: 'caution'}
				: {symbol: symbols.loggedIn, tone: 'good'};
		case 'failed':
			return {symbol: symbols.failure, tone: 'failure'};
		case 'checking':
		case 'unknown':
			return {symbol: symbols.loggedOut, tone: 'quiet'};
	}
}

function loginWords(login: LoginState, room: number): {readonly text: string; readonly tone: Tone} {
	switch (login.phase) {
		case 'logged-in': {
			const full =
				login.username === undefined ? login.source : `${login.source} (${login.username})`;
			// A long source in its kind alone: of `environment REGBENCH_TOKEN_GHCR_IO` the first word.
			const kind = login.source.split(' ')[0] ?? '';
			const text = [full, login.source, kind].find(words => displayWidth(words) <= room);
			return {text: text ?? kind, tone: 'quiet'};
		}
		case 'anonymous':
			return login.required
				? {text: 'no login', tone: 'caution'}
				: {text: 'open, no login', tone: 'quiet'};
		case 'failed':
			return {text: failureWords(login.error.code), tone: 'failure'};
		case 'checking':
			return {text: 'checking', tone: 'quiet'};
		case 'unknown':
			return {text: '', tone: 'quiet'};
	}
}

/** A failure in the two or three words a row has room for. */
function failureWords(code: string): string {
	switch (code) {
		case 'UNAUTHORIZED':
			return 'login refused';
		case 'FORBIDDEN':
			return 'not allowed';
		case 'REGISTRY_UNREACHABLE':
			return 'no answer';
		case 'TIMED_OUT':
			return 'timed out';
		case 'CERTIFICATE_UNTRUSTED':
			return 'untrusted certificate';
		case 'RATE_LIMITED':
			return 'rate limited';
		case 'PROTOCOL_ERROR':
			return 'not a registry';
		case 'CREDENTIAL_HELPER_FAILED':
			return 'login tool failed';
		default:
			return 'fault';
	}
}
