/** How the workbench is shown to others: keys on screen, a recording, a script. */
import type {CommandOption} from '../command.ts';

export type StageOptions = {
	readonly showKeys: boolean;
	/** The file of a recording. */
	readonly record?: string;
	/** Whether the recording may replace a file. */
	readonly overwrite: boolean;
	/** The file of a script. */
	readonly play?: string;
};

/** Options of the workbench alone. Parser, help and README read this table. */
export const workbenchOptions: readonly CommandOption[] = [
	{flags: '--demo', summary: 'open the workbench on throw-away data'},
	{flags: '--lab', summary: 'open the workbench with the guided tour'},
	{flags: '--show-keys', summary: 'show the keys that are pressed'},
	{flags: '--record <file>', summary: 'record the screen as asciicast v2, without secrets'},
	{flags: '--overwrite', summary: 'let --record replace a file'},
	{flags: '--play <script>', summary: 'press the keys that a script says'},
];

/** From the parser's loose record; undefined where nothing of it was asked for. */
export function toStageOptions(
	values: Readonly<Record<string, unknown>>,
): StageOptions | undefined {
	const {record, play} = values;
	const showKeys = values['showKeys'] === true;
	const overwrite = values['overwrite'] === true;
	if (!showKeys && typeof record !== 'string' && typeof play !== 'string') return undefined;
	return {
		showKeys,
		overwrite,
		...(typeof record === 'string' ? {record} : {}),
		...(typeof play === 'string' ? {play} : {}),
	};
}
