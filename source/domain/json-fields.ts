/** Looks at parsed JSON from outside without trusting its shape. */

/** A parsed JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a parsed JSON value is an object. */
export function isObject(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{[key]: value}`, or nothing where there is no value: for spreading into a result. */
export function optional<Key extends string, Value>(
	key: Key,
	value: Value | undefined,
): {[K in Key]?: Value} {
	return (value === undefined ? {} : {[key]: value}) as {[K in Key]?: Value};
}

/** The value where it is a text that is not empty. */
export function optionalText(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The texts of a list, without what else is in it. */
export function texts(value: unknown): string[] | undefined {
	return Array.isArray(value) ? value.filter(entry => typeof entry === 'string') : undefined;
}

/** The entries of an object whose values are texts. */
export function textRecord(value: unknown): Record<string, string> | undefined {
	if (!isObject(value)) return undefined;
	const entries = Object.entries(value).filter(
		(entry): entry is [string, string] => typeof entry[1] === 'string',
	);
	return Object.fromEntries(entries);
}
