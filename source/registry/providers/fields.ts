/** Values out of vendors' JSON, each checked before it is believed. */
import {isDigest, type Digest} from '../../domain/digest.ts';
import {isObject, optional, optionalText, type Fields} from '../../domain/json-fields.ts';
import {isTag} from '../../domain/reference-grammar.ts';
import type {TagEntry} from '../../domain/remote.ts';
import {RegbenchError} from '../../domain/errors.ts';

/** The objects of a list; `PROTOCOL_ERROR`, naming `what`, where it is no list. */
export function rowsOf(value: unknown, what: string): readonly Fields[] {
	if (Array.isArray(value)) return value.filter(entry => isObject(entry));
	throw new RegbenchError('PROTOCOL_ERROR', `The registry's list of ${what} is none`);
}

/** The object; an empty one where it is none. */
export function fieldsOf(value: unknown): Fields {
	return isObject(value) ? value : {};
}

/** RFC 3339 in UTC, from such a text or from milliseconds since 1970. */
export function timeOf(value: unknown): string | undefined {
	const text = optionalText(value);
	const millis =
		typeof value === 'number' ? value : /^\d{1,15}$/.test(text ?? '') ? Number(text) : undefined;
	const time = new Date(millis ?? (text !== undefined && text.length < 60 ? text : Number.NaN));
	// Google says 0 for what it does not know.
	return Number.isNaN(time.getTime()) || time.getTime() <= 0 ? undefined : time.toISOString();
}

/** Bytes, also where they are written as text. */
export function sizeOf(value: unknown): number | undefined {
	const size = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
	return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

export function digestIn(value: unknown): Digest | undefined {
	return typeof value === 'string' && isDigest(value) ? value : undefined;
}

/** The texts of a list that are tags. */
export function tagsIn(value: unknown): readonly string[] {
	return Array.isArray(value)
		? value.filter((tag): tag is string => typeof tag === 'string' && isTag(tag))
		: [];
}

/** The entry, without what is not known; none where the tag is no tag. */
export function tagEntry(facts: {
	readonly tag: unknown;
	readonly digest?: unknown;
	readonly pushedAt?: unknown;
	readonly sizeBytes?: unknown;
	readonly locked?: string | undefined;
}): readonly TagEntry[] {
	const {tag} = facts;
	if (typeof tag !== 'string' || !isTag(tag)) return [];
	return [
		{
			tag,
			...optional('digest', digestIn(facts.digest)),
			...optional('pushedAt', timeOf(facts.pushedAt)),
			...optional('sizeBytes', sizeOf(facts.sizeBytes)),
			...optional('locked', facts.locked),
		},
	];
}

/** The address where it is one of the given origin. */
export function addressAt(origin: string, value: unknown): string | undefined {
	const text = optionalText(value);
	if (text === undefined || !URL.canParse(text)) return undefined;
	const url = new URL(text);
	return url.origin === origin && !url.username ? url.href : undefined;
}

/** The address with `last` set to the last entry, for listings that go on by name alone. */
export function pageAfter(address: string, last: string): string {
	const url = new URL(address, 'https://registry.invalid');
	url.searchParams.set('last', last);
	return `${url.pathname}${url.search}`;
}
