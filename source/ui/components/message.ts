/** What a pane says when it has no rows: nothing there, still loading, failed. Pure. */
import type {ErrorRecord} from '../../domain/errors.ts';
import type {Loadable} from '../../workbench/loadable.ts';
import {composeLine} from '../rows/line.ts';
import {wrap} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';

export type Paragraph = {readonly text: string; readonly tone?: Tone | undefined};

const indent = 2;

/** The paragraphs, broken to the width, below a line of air. */
export function messageLines(
	theme: Theme,
	paragraphs: readonly Paragraph[],
	width: number,
): readonly string[] {
	const lines = paragraphs.flatMap(({text, tone}) =>
		wrap(text, width - 2 * indent).map(part =>
			composeLine(
				theme,
				[
					{text: '', width: indent},
					{text: part, tone},
				],
				width,
			),
		),
	);
	return [' '.repeat(Math.max(0, width)), ...lines];
}

/** What the list of images says until an engine has answered. */
export function lookingForEngine(theme: Theme): Paragraph {
	return {text: `Looking for the engine${theme.symbols.ellipsis}`, tone: 'quiet'};
}

/** What failed and what to do. */
export function failureParagraphs(
	theme: Theme,
	error: ErrorRecord,
	retryKey: string,
): readonly Paragraph[] {
	return [
		{text: `${theme.symbols.failure} ${error.message}`, tone: 'failure'},
		{text: error.hint},
		{text: `${retryKey} tries again.`, tone: 'quiet'},
	];
}

/** The lines of something fetched once it is there; until then what it is waiting for, or why it is not there. */
export function loadableLines<Value>(
	theme: Theme,
	loadable: Loadable<Value>,
	retryKey: string,
	width: number,
	draw: (value: Value) => readonly string[],
): readonly string[] {
	if (loadable.phase === 'ready') return draw(loadable.value);
	return messageLines(
		theme,
		loadable.phase === 'failed'
			? failureParagraphs(theme, loadable.error, retryKey)
			: [{text: `Asking${theme.symbols.ellipsis}`, tone: 'quiet'}],
		width,
	);
}
