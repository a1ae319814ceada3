/** The order of tags that are versions, as Semantic Versioning 2.0.0 has it (clause 11), leniently read. */

type Version = {
	readonly numbers: readonly bigint[];
	/** Identifiers after the first `-`; empty for a release. */
	readonly preRelease: readonly string[];
};

// `v1.2.3-rc.1+build`, and what people write besides: `1.2`, `1`, `2026.07.31`, `1.2.3-alpine`, `1.2.3_build`.
const pattern = /^v?(\d+(?:\.\d+){0,3})(?:-([\dA-Za-z][\w.-]*))?(?:[+_][\w.+-]*)?$/i;

/**
 * Lower, equal or higher (negative, 0, positive): `1.2.9` is lower than `1.2.10`, `2.0.0-rc.1` than
 * `2.0.0`. A tag that is no version (`latest`, `main`) is lower than every version; those are in the
 * order of their letters.
 */
export function compareVersions(one: string, other: string): number {
	return compareRead(
		{text: one, version: parseVersion(one)},
		{text: other, version: parseVersion(other)},
	);
}

/** The entries with the highest version first, then what is no version; each tag is read once only. */
export function newestFirst<Entry extends {readonly tag: string}>(
	entries: readonly Entry[],
): readonly Entry[] {
	return entries
		.map(entry => ({entry, text: entry.tag, version: parseVersion(entry.tag)}))
		.toSorted((one, other) => compareRead(other, one))
		.map(({entry}) => entry);
}

type ReadTag = {readonly text: string; readonly version: Version | undefined};

function compareRead({text: one, version: a}: ReadTag, {text: other, version: b}: ReadTag): number {
	// Turned round, so that a list with the newest first ends with names from a to z.
	if (!a && !b) return compareTexts(other, one);
	if (!a) return -1;
	if (!b) return 1;
	return (
		compareNumbers(a.numbers, b.numbers) ||
		comparePreReleases(a.preRelease, b.preRelease) ||
		// `v1.2` and `1.2.0` are one version; the order must be the same every time all the same.
		compareTexts(one, other)
	);
}

/** Whether a tag is read as a version. */
export function isVersion(tag: string): boolean {
	return pattern.test(tag);
}

function parseVersion(tag: string): Version | undefined {
	const match = pattern.exec(tag);
	if (!match) return undefined;
	const [, numbers = '', preRelease] = match;
	return {
		numbers: numbers.split('.').map(BigInt),
		preRelease: preRelease === undefined ? [] : preRelease.split('.'),
	};
}

function compareNumbers(one: readonly bigint[], other: readonly bigint[]): number {
	const length = Math.max(one.length, other.length);
	for (let index = 0; index < length; index++) {
		const [a, b] = [one[index] ?? 0n, other[index] ?? 0n];
		if (a !== b) return a < b ? -1 : 1;
	}
	return 0;
}

function comparePreReleases(one: readonly string[], other: readonly string[]): number {
	if (one.length === 0 || other.length === 0) return other.length - one.length;
	for (const [index, a] of one.entries()) {
		const b = other[index];
		if (b === undefined) return 1;
		const difference = compareIdentifiers(a, b);
		if (difference !== 0) return difference;
	}
	return one.length - other.length;
}

/** Numbers are lower than words (clause 11.4.3). */
function compareIdentifiers(one: string, other: string): number {
	const [a, b] = [/^\d+$/.test(one), /^\d+$/.test(other)];
	if (a && b) return compareNumbers([BigInt(one)], [BigInt(other)]);
	if (a !== b) return a ? -1 : 1;
	return compareTexts(one, other);
}

function compareTexts(one: string, other: string): number {
	return one < other ? -1 : Number(one > other);
}
