/** A row of the registries pane: a target, or one that is proposed. Pure. */
import type {TargetRow} from '../../workbench/selectors.ts';
import type {LoginState} from '../../workbench/state.ts';
import type {Symbols} from '../symbols.ts';
import {displayWidth} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import {composeLine, type Cell} from './line.ts';
import {leadCells, leadWidth, rowTone, type RowState} from './list-row.ts';

/** Room for `no login`, `gh login`, `no answer`. */
const leastWords = 9;

/** Dot, place, `*` on the default one, and in words how the login stands. */
export function targetRow(
	theme: Theme,
	row: TargetRow,
	state: RowState & {readonly idWidth: number; readonly addKey: string},
	width: number,
): string {
	const {symbols} = theme;
	if (row.proposal !== undefined) return proposalRow(theme, row, state, width);
	const dot = loginDot(symbols, row.login);
	const room = width - leadWidth - 3;
	// The place comes first; its column ends at the same width in every row.
	const idWidth = Math.max(12, Math.min(state.idWidth + 2, room - leastWords - 1)) + 1;
	const words = loginWords(row.login, room - idWidth);
	return composeLine(
		theme,
		[
			...leadCells(theme, state),
			{text: dot.symbol, width: 2, tone: dot.tone},
			...idCells(row, rowTone(state), idWidth),
			{text: words.text, width: Math.max(0, room - idWidth), tone: words.tone},
		],
		width,
	);
}

function idCells(row: TargetRow, tone: Tone | undefined, width: number): readonly Cell[] {
	const idWidth = Math.min(displayWidth(row.target.id), width - (row.isDefault ? 3 : 1));
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
			return {text: displayWidth(full) <= room ? full : login.source, tone: 'quiet'};
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
