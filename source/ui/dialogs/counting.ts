/** `1 tag`, `2 tags`, `2 registries`. */
export function count(number: number, noun: string): string {
	if (number === 1) return `1 ${noun}`;
	return noun.endsWith('y') ? `${number} ${noun.slice(0, -1)}ies` : `${number} ${noun}s`;
}

/** The first letter in upper case, for what begins a sentence. */
export function capitalise(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
