/** What an explanation is made of. */

/**
 * `fact`: read from this machine or a registry. `plain`: how the thing works everywhere. `next`: a key to
 * try. Keys stand as `{images.push}`, by the id of their command, so that a key of the person's own is told.
 */
export type Paragraph = {readonly kind: 'fact' | 'plain' | 'next'; readonly text: string};

export function fact(text: string): Paragraph {
	return {kind: 'fact', text};
}

export function plain(text: string): Paragraph {
	return {kind: 'plain', text};
}

export function next(text: string): Paragraph {
	return {kind: 'next', text};
}

/** The text with the keys in it, as `keyOf` names them. */
export function withKeys(text: string, keyOf: (id: string) => string): string {
	return text.replaceAll(/\{([a-z][a-z\d.-]*)\}/g, (_, id: string) => keyOf(id));
}

/** `1 layer`, `2 layers`. */
export function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
