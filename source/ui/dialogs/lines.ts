/** Cells by meaning, so that a view reads like the text it shows. */
import type {Cell} from '../rows/line.ts';
import type {Tone} from '../theme.ts';

const toned =
	(tone: Tone) =>
	(text: string): Cell => ({text, tone});

export const quiet = toned('quiet');
export const strong = toned('strong');
export const accent = toned('focus');
export const good = toned('good');
export const caution = toned('caution');
export const failure = toned('failure');
