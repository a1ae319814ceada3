/** The plain docker commands that do what regbench does: shown beside each step, so that a person learns them. */

/** Quotes a word for a POSIX shell where it needs it. */
export function shellWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `docker` and its words, ready to paste. */
export function dockerCommand(...words: readonly string[]): string {
	return ['docker', ...words.map(shellWord)].join(' ');
}

/** `skopeo` and its words, for what docker itself cannot do. */
export function skopeoCommand(...words: readonly string[]): string {
	return ['skopeo', ...words.map(shellWord)].join(' ');
}
