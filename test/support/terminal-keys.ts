const named: Readonly<Record<string, string>> = {
	backspace: '\u007F',
	delete: '\u001B[3~',
	down: '\u001B[B',
	end: '\u001B[F',
	enter: '\r',
	esc: '\u001B',
	home: '\u001B[H',
	left: '\u001B[D',
	pgdn: '\u001B[6~',
	pgup: '\u001B[5~',
	right: '\u001B[C',
	'shift-tab': '\u001B[Z',
	space: ' ',
	tab: '\t',
	up: '\u001B[A',
};

/** The bytes a terminal sends for a key: a character, a name, or `ctrl-` and a letter. */
export function encodeKey(key: string): string {
	const bytes = named[key];
	if (bytes !== undefined) return bytes;
	const control = /^ctrl-([a-z@[\\\]^_])$/.exec(key)?.[1];
	if (control !== undefined) return String.fromCodePoint(control.toUpperCase().charCodeAt(0) - 64);
	if ([...key].length !== 1) throw new Error(`There is no key called ${key}`);
	return key;
}
