/** Which tags an image has, seen as one name wherever its references point. Pure. */
import {
	familiarReference,
	formatReference,
	parseReference,
	type Reference,
} from '../domain/reference.ts';
import type {LocalImage} from '../domain/image.ts';
import type {Target} from '../domain/target.ts';
import {providerForHost, targetReference} from '../registry/providers/table.ts';

/** A row of the tags pane: one tag of one repository name, wherever references with it point from. */
export type TagRow = {
	/** `name:tag`; identity of the row. */
	readonly key: string;
	/** Repository name without host and namespace of a known target: `hello`, `web/api`. */
	readonly name: string;
	readonly tag: string;
	/** Local references with this name and tag, familiar form; the first is the one operations start from. */
	readonly references: readonly string[];
	/** Full reference of this tag on each target, keyed by target id. */
	readonly remote: Readonly<Record<string, string>>;
};

/**
 * The repository's name without what belongs to the place it is on: a known target's namespace, the
 * owner where its registry has owners, Docker Hub's `library/`.
 */
export function bareName(reference: Reference, targets: readonly Target[]): string {
	const {domain, path} = reference;
	for (const target of targets) {
		const prefix = target.namespace ? `${target.namespace}/` : '';
		if (target.host === domain && path.startsWith(prefix)) return path.slice(prefix.length);
	}
	if (domain === 'docker.io') return path.replace(/^library\//, '');
	const slash = path.indexOf('/');
	return providerForHost(domain).namespaceRequired && slash > 0 ? path.slice(slash + 1) : path;
}

/** The rows of the tags pane for one image, in order of name and tag. */
export function tagRowsOf(image: LocalImage, targets: readonly Target[]): readonly TagRow[] {
	const groups = new Map<string, {name: string; tag: string; references: Reference[]}>();
	for (const text of image.references) {
		const reference = parseOrSkip(text);
		if (!reference?.tag) continue;
		const name = bareName(reference, targets);
		const key = `${name}:${reference.tag}`;
		const group = groups.get(key) ?? {name, tag: reference.tag, references: []};
		group.references.push(reference);
		groups.set(key, group);
	}
	return [...groups].map(([key, {name, tag, references}]) => ({
		key,
		name,
		tag,
		references: references.toSorted(localFirst).map(familiarReference),
		remote: Object.fromEntries(
			targets.map(target => [target.id, formatReference(targetReference(target, name, tag))]),
		),
	}));
}

/** References without a registry of their own come first: they are what a person built. */
function localFirst(a: Reference, b: Reference): number {
	return Number(a.domain !== 'docker.io') - Number(b.domain !== 'docker.io');
}

function parseOrSkip(text: string): Reference | undefined {
	try {
		return parseReference(text);
	} catch {
		// An engine may hold names that are no references any more; they are shown but cannot be moved.
		return undefined;
	}
}
