/** `index.json` of an OCI image layout: what is in it and under which names (image-layout.md, annotations.md). */
import {isDigest} from '../domain/digest.ts';
import {mediaTypes, type Descriptor} from '../domain/manifest.ts';
import {corrupt} from './file-errors.ts';

/** containerd's and Docker's annotation for the full reference. */
export const nameAnnotation = 'io.containerd.image.name';

/** OCI's annotation for the tag; some tools write a full reference here. */
export const tagAnnotation = 'org.opencontainers.image.ref.name';

export type LayoutEntry = {
	readonly descriptor: Descriptor;
	/** Full reference (`ghcr.io/octocat/hello:1.0.0`), where the entry tells one. */
	readonly reference?: string;
	/** What `ref.name` says when it is no full reference: usually a tag alone. Not unique. */
	readonly tag?: string;
};

/** index.json as it was read; fields and entries that are not understood survive a rewrite. */
export type IndexDocument = {
	readonly schemaVersion: 2;
	readonly manifests: readonly unknown[];
	readonly [field: string]: unknown;
};

/** An index with nothing in it. */
export const emptyIndex: IndexDocument = {
	schemaVersion: 2,
	mediaType: mediaTypes.ociIndex,
	manifests: [],
};

/** Reads the text of index.json; `LAYOUT_CORRUPT` naming `file` when it is no image index. */
export function parseIndex(text: string, file: string): IndexDocument {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw corrupt(file, 'Not JSON', error);
	}
	const document = value as Partial<IndexDocument> | null;
	if (typeof document !== 'object' || document === null || document.schemaVersion !== 2) {
		throw corrupt(file, 'Not an image index');
	}
	const {manifests} = document;
	if (manifests !== undefined && manifests !== null && !Array.isArray(manifests)) {
		throw corrupt(file, 'Not an image index');
	}
	return {...document, schemaVersion: 2, manifests: manifests ?? []};
}

/** The entries of an index that regbench understands. */
export function entriesOf(index: IndexDocument): readonly LayoutEntry[] {
	return index.manifests.flatMap(item => {
		const descriptor = asDescriptor(item);
		return descriptor ? [entryOf(descriptor)] : [];
	});
}

/** One item of `manifests` as a descriptor, or undefined when it is none. */
export function asDescriptor(item: unknown): Descriptor | undefined {
	const value = item as Partial<Descriptor> | null;
	if (typeof value !== 'object' || value === null) return undefined;
	const {mediaType, digest, size} = value;
	if (typeof mediaType !== 'string' || typeof digest !== 'string' || !isDigest(digest)) {
		return undefined;
	}
	if (typeof size !== 'number' || size < 0) return undefined;
	return value as Descriptor;
}

/** The names of a descriptor: `io.containerd.image.name` first, then `ref.name`. */
export function entryOf(descriptor: Descriptor): LayoutEntry {
	const name = text(descriptor.annotations?.[nameAnnotation]);
	if (name !== undefined) return {descriptor, reference: name};
	const tag = text(descriptor.annotations?.[tagAnnotation]);
	if (tag === undefined) return {descriptor};
	return hasDomain(tag) ? {descriptor, reference: tag} : {descriptor, tag};
}

/** The descriptor under a full reference, or under none. Other annotations stay. */
export function withReference(descriptor: Descriptor, reference: string | undefined): Descriptor {
	const {[nameAnnotation]: _name, [tagAnnotation]: _tag, ...others} = {...descriptor.annotations};
	const annotations =
		reference === undefined
			? others
			: {...others, [nameAnnotation]: reference, [tagAnnotation]: tagOf(reference)};
	const {annotations: _, ...bare} = descriptor;
	return Object.keys(annotations).length === 0 ? bare : {...bare, annotations};
}

function tagOf(reference: string): string {
	const colon = reference.lastIndexOf(':');
	return colon > reference.lastIndexOf('/') ? reference.slice(colon + 1) : 'latest';
}

function text(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** As references are told from short names: the part before the first slash looks like a host. */
function hasDomain(name: string): boolean {
	const slash = name.indexOf('/');
	if (slash <= 0) return false;
	const host = name.slice(0, slash);
	return host === 'localhost' || /[.:A-Z]/.test(host);
}
