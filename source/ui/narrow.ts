/** Which text is sure to take a column for each character. Stands alone, for the bundle puts it under Ink. */

/** ASCII, Latin letters, and the drawing characters regbench itself uses: one column each, for certain. */
const narrow =
	/^[ -~\u00A1-\u00AC\u00AE-\u02FF\u2010-\u2027\u2030-\u203A\u2190-\u21FF\u2260\u23CE\u2500-\u25A1\u25B2-\u25FC\u2713\u2717\u2800-\u28FF]*$/u;

/** Whether every character takes one column and is a grapheme by itself. */
export function isNarrow(text: string): boolean {
	return narrow.test(text);
}
