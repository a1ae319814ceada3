/** The keys a script may press. */

const named: Readonly<Record<string, string>> = {
	backspace: '\u{7F}',
	delete: '\u{1B}[3~',
	down: '\u{1B}[B',
	end: '\u{1B}[F',
	enter: '\r',
	esc: '\u{1B}',
	home: '\u{1B}[H',
	left: '\u{1B}[D',
	pgdn: '\u{1B}[6~',
	pgup: '\u{1B}[5~',
	right: '\u{1B}[C',
	'shift-tab': '\u{1B}[Z',
	space: ' ',
	tab: '\t',
	up: '\u{1B}[A',
};

/** The names of keys that are no character; beside them there is `ctrl-` and a letter. */
export const keyNames = Object.keys(named);

/** What a terminal sends for a key: a character, a name, `ctrl-` and a letter; undefined where there is no such key. */
export function keyBytes(key: string): string | undefined {
	if (Object.hasOwn(named, key)) return named[key];
	const letter = /^ctrl-([a-z])$/.exec(key)?.[1];
	if (letter !== undefined) return String.fromCharCode(letter.charCodeAt(0) - 0x60);
	return /^[^\p{C}\p{Z}]$/u.test(key) ? key : undefined;
}
