/**
 * Makes text from outside (labels, tags, engine errors, container logs, registry answers) safe to draw
 * and to log: nothing in it can move the cursor, recolour, rename the window, or reorder what is read.
 */

const parts = {
	// CSI: parameters, intermediates, one final byte (ECMA-48, 5.4).
	controlSequence: String.raw`(?:\x1B\[|\x9B)[\x30-\x3F]*[\x20-\x2F]*[\x40-\x7E]?`,
	// OSC, DCS, SOS, PM and APC: a string up to BEL or ST. One that is never closed ends with its line,
	// so that it cannot swallow a whole log.
	controlString: String.raw`(?:\x1B[\]PX^_]|[\x90\x98\x9D-\x9F])[^\x07\x1B\x9C\r\n]*(?:\x07|\x1B\\|\x9C)?`,
	escape: String.raw`\x1B[\x20-\x2F]*[\x30-\x7E]?`,
	// C0 without the white space that becomes a blank, DEL, C1 without NEL.
	control: String.raw`[\0-\x08\x0E-\x1F\x7F\x80-\x84\x86-\x9F]`,
	// Direction marks and overrides, zero-width characters (the joiners stay: emoji and Persian need
	// them), interlinear marks, tag characters.
	invisible: String.raw`[\xAD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]`,
	loneSurrogate: String.raw`\p{Cs}`,
};

// One pass: what is left after it cannot join into a new sequence, for no ESC or C1 byte survives.
const unsafe = new RegExp(Object.values(parts).join('|'), 'gu');
const anythingUnsafe = new RegExp(Object.values(parts).join('|'), 'u');
const lineBreak = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;
const blanks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/**
 * The text as one safe line: escape sequences, control characters, direction overrides and lone
 * surrogates are gone, line breaks and tabs are blanks, the ends are trimmed. With `maxLength` at
 * most that many characters (code points), the last of them `…` where something was cut.
 */
export function sanitise(text: string, maxLength = Number.POSITIVE_INFINITY): string {
	return shorten(strip(text).replace(blanks, ' ').trim(), maxLength);
}

/** The text as safe lines: as {@link sanitise}, but line breaks part lines and indents are kept. */
export function sanitiseLines(text: string): string[] {
	const lines = strip(text)
		.split(lineBreak)
		.map(line => line.replaceAll('\t', '  ').trimEnd());
	while (lines.at(-1) === '') lines.pop();
	return lines;
}

function strip(text: string): string {
	return anythingUnsafe.test(text) ? text.replace(unsafe, '') : text;
}

function shorten(text: string, maxLength: number): string {
	if (text.length <= maxLength) return text;
	const characters = Array.from(text);
	if (characters.length <= maxLength) return text;
	return `${characters.slice(0, Math.max(0, maxLength - 1)).join('')}…`;
}
