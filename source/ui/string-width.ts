/**
 * Stands for the package `string-width` wherever Ink and the packages under it ask for that; the bundle
 * joins them. The same answers, sooner for what regbench draws.
 */
import stringWidth, {type Options} from 'string-width';
import {isNarrow} from './narrow.ts';

// eslint-disable-next-line no-control-regex -- Styles begin with ESC.
const styles = /\u001B\[[\d;]*m/g;

/** Columns that a text takes; styles take none. */
export function quickStringWidth(text: string, options?: Options): number {
	if (options?.countAnsiEscapeCodes) return stringWidth(text, options);
	const plain = text.includes('\u001B') ? text.replaceAll(styles, '') : text;
	return isNarrow(plain) ? plain.length : stringWidth(text, options);
}
