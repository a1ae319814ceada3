/**
 * Checks a value against the few JSON schema keywords that the settings use. Start-up reads the
 * settings with this; the full validator costs as much as the rest of the start together and is
 * loaded with conf when something is written.
 */

export type Schema = {
	readonly type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly additionalProperties?: false | Schema;
	readonly required?: readonly string[];
	readonly items?: Schema;
	readonly maxItems?: number;
	readonly enum?: readonly string[];
	readonly pattern?: string;
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly minimum?: number;
	readonly maximum?: number;
};

/**
 * The first thing in which `value` differs from `schema`, as `targets/0/host must be …`, or `undefined`.
 * Values are never quoted: what does not belong into the settings may be a secret.
 */
export function findViolation(value: unknown, schema: Schema, at = ''): string | undefined {
	switch (schema.type) {
		case 'object':
			return checkObject(value, schema, at);
		case 'array':
			return checkArray(value, schema, at);
		case 'string':
			return checkString(value, schema, at);
		case 'integer':
			return checkInteger(value, schema, at);
		case 'boolean':
			return typeof value === 'boolean' ? undefined : violation(at, 'must be true or false');
	}
}

function checkObject(value: unknown, schema: Schema, at: string): string | undefined {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return violation(at, 'must be an object');
	}
	for (const name of schema.required ?? []) {
		if (!Object.hasOwn(value, name)) return violation(join(at, name), 'is missing');
	}
	for (const [name, entry] of Object.entries(value)) {
		const known = schema.properties && Object.hasOwn(schema.properties, name);
		const rule = known ? schema.properties?.[name] : schema.additionalProperties;
		if (rule === false) return violation(join(at, name), 'is no setting');
		const found = rule && findViolation(entry, rule, join(at, name));
		if (found) return found;
	}
	return undefined;
}

function checkArray(value: unknown, schema: Schema, at: string): string | undefined {
	if (!Array.isArray(value)) return violation(at, 'must be a list');
	if (value.length > (schema.maxItems ?? Number.POSITIVE_INFINITY)) {
		return violation(at, `must have at most ${schema.maxItems} entries`);
	}
	for (const [index, entry] of value.entries()) {
		const found = schema.items && findViolation(entry, schema.items, join(at, String(index)));
		if (found) return found;
	}
	return undefined;
}

function checkString(value: unknown, schema: Schema, at: string): string | undefined {
	if (typeof value !== 'string') return violation(at, 'must be a text');
	if (schema.enum && !schema.enum.includes(value)) {
		return violation(at, `must be one of ${schema.enum.join(', ')}`);
	}
	// JSON schema counts characters, not UTF-16 units.
	const length = value.length === 0 ? 0 : Array.from(value).length;
	if (length < (schema.minLength ?? 0)) return violation(at, 'must not be empty');
	if (length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) return violation(at, 'is too long');
	if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value)) {
		return violation(at, 'is not well formed');
	}
	return undefined;
}

function checkInteger(value: unknown, schema: Schema, at: string): string | undefined {
	const {minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY} = schema;
	if (
		typeof value === 'number' &&
		Number.isInteger(value) &&
		value >= minimum &&
		value <= maximum
	) {
		return undefined;
	}
	return violation(at, `must be a whole number from ${minimum} to ${maximum}`);
}

function violation(at: string, text: string): string {
	return `${at === '' ? 'the file' : at} ${text}`;
}

function join(at: string, name: string): string {
	return at === '' ? name : `${at}/${name}`;
}
