/** ACR's data plane (`/acr/v1`): times, sizes and locks, and the removal of a tag alone. */
import type {Digest} from '../../domain/digest.ts';
import {RegbenchError, toRegbenchError} from '../../domain/errors.ts';
import {optional, type Fields} from '../../domain/json-fields.ts';
import {isRepositoryPath} from '../../domain/reference-grammar.ts';
import type {RepositoryEntry, TagEntry, UntaggedEntry} from '../../domain/remote.ts';
import {isBelow} from '../catalogue.ts';
import type {CallOptions, RemovalPreview} from '../registry-client.ts';
import type {VendorApi, VendorRequest} from '../vendor-api.ts';
import {listVendorPages} from '../vendor-pages.ts';
import {digestIn, fieldsOf, pageAfter, rowsOf, sizeOf, tagEntry, timeOf} from './fields.ts';
import type {RepositoryPlace} from './provider.ts';

const perPage = 1000;
const mayNotLook = new Set(['FORBIDDEN', 'UNAUTHORIZED', 'TAG_NOT_FOUND', 'UNSUPPORTED']);

/** By `/acr/v1/_catalog`, else by the distribution API's own. */
export async function* listAcrRepositories(
	api: VendorApi,
	{namespace}: {readonly namespace: string},
	options: CallOptions,
): AsyncGenerator<readonly RepositoryEntry[], void, undefined> {
	let begun = false;
	try {
		for await (const page of catalogue(api, '/acr/v1/_catalog', options)) {
			begun = true;
			yield below(page, namespace);
		}
	} catch (error) {
		if (begun || !['TAG_NOT_FOUND', 'UNSUPPORTED'].includes(toRegbenchError(error).code)) {
			throw withoutCatalogue(error);
		}
		for await (const page of catalogue(api, '/v2/_catalog', options)) yield below(page, namespace);
	}
}

function catalogue(api: VendorApi, path: string, options: CallOptions) {
	const to = `${path}?n=${perPage}`;
	return listVendorPages(
		api,
		{
			what: 'repositories',
			request: {method: 'GET', to, as: registry('registry:catalog:*'), expect: [200]},
			parse: (json): readonly string[] => {
				const {repositories} = fieldsOf(json);
				return Array.isArray(repositories)
					? repositories.filter(
							(name): name is string => typeof name === 'string' && isRepositoryPath(name),
						)
					: [];
			},
			next: (answer, names) =>
				answer.next ?? (names.length === perPage ? pageAfter(to, names.at(-1)!) : undefined),
		},
		options,
	);
}

function below(names: readonly string[], namespace: string): readonly RepositoryEntry[] {
	return names.filter(name => isBelow(name, namespace)).map(path => ({path}));
}

function withoutCatalogue(error: unknown): unknown {
	const failure = toRegbenchError(error);
	if (failure.code !== 'FORBIDDEN') return error;
	return new RegbenchError('UNSUPPORTED', failure.message, {
		hint: 'A repository-scoped token sees no list, and some registries want the role Container Registry Repository Catalog Lister: type the name of the repository instead.',
		cause: error,
	});
}

/**
 * Newest first. For every page of tags one page of manifests, newest first as well, is asked for their
 * sizes: what is not found among them so far stays without.
 */
export async function* listAcrTags(
	api: VendorApi,
	{path}: RepositoryPlace,
	options: CallOptions,
): AsyncGenerator<readonly TagEntry[], void, undefined> {
	const to = `/acr/v1/${path}/_tags?n=${perPage}&orderby=timedesc`;
	const pages = listVendorPages(
		api,
		{
			what: 'tags',
			// By time no name says where a page ends: only the answer's own Link does.
			request: read(path, to),
			parse: json => rowsOf(fieldsOf(json)['tags'] ?? [], 'tags'),
		},
		options,
	);
	const sizes = new Map<Digest, number>();
	const manifests = listSizes(api, path, options);
	for await (const rows of pages) {
		const more = await manifests.next().catch(() => undefined);
		for (const [digest, size] of more?.value ?? []) sizes.set(digest, size);
		yield rows.flatMap(row => {
			const digest = digestIn(row['digest']);
			return tagEntry({
				tag: row['name'],
				digest,
				pushedAt: row['lastUpdateTime'] ?? row['createdTime'],
				sizeBytes: digest && sizes.get(digest),
				locked: lockOf(row['changeableAttributes']),
			});
		});
	}
}

/** Manifests without a tag, by `_manifests`. */
export async function* listAcrUntagged(
	api: VendorApi,
	{path}: RepositoryPlace,
	options: CallOptions,
): AsyncGenerator<readonly UntaggedEntry[], void, undefined> {
	const to = `/acr/v1/${path}/_manifests?n=${perPage}&orderby=timedesc`;
	yield* listVendorPages(
		api,
		{
			what: 'manifests',
			request: read(path, to),
			parse: json => rowsOf(fieldsOf(json)['manifests'] ?? [], 'manifests').flatMap(untaggedRow),
		},
		options,
	);
}

function untaggedRow(row: Fields): readonly UntaggedEntry[] {
	const digest = digestIn(row['digest']);
	const {tags} = row;
	// What is not said to be without tags is not taken for it.
	if (!digest || !(tags === undefined || tags === null || Array.isArray(tags))) return [];
	if (Array.isArray(tags) && tags.length > 0) return [];
	const time = timeOf(row['lastUpdateTime']) ?? timeOf(row['createdTime']);
	return [
		{
			digest,
			...optional('pushedAt', time),
			...optional('locked', lockOf(row['changeableAttributes'])),
		},
	];
}

/** Takes one tag away; the manifest and its other tags stay. */
export async function untagAcr(
	api: VendorApi,
	{path}: RepositoryPlace,
	tag: string,
	options: CallOptions,
): Promise<void> {
	const to = `/acr/v1/${path}/_tags/${tag}`;
	await refuseLocked(api, path, to, 'tag', options);
	await api.request(removal(path, to, tag), options);
}

export async function deleteAcrManifest(
	api: VendorApi,
	{path}: RepositoryPlace,
	digest: Digest,
	options: CallOptions,
): Promise<void> {
	await refuseLocked(api, path, `/acr/v1/${path}/_manifests/${digest}`, 'manifest', options);
	await api.request(removal(path, `/v2/${path}/manifests/${digest}`, digest), options);
}

/** The tags on a manifest, and the locks that would keep it; nothing where it is not shown to this login. */
export async function previewAcrManifest(
	api: VendorApi,
	place: RepositoryPlace,
	digest: Digest,
	options: CallOptions,
): Promise<RemovalPreview> {
	try {
		return await readPreview(api, place, digest, options);
	} catch (error) {
		if (mayNotLook.has(toRegbenchError(error).code)) return {};
		throw error;
	}
}

async function readPreview(
	api: VendorApi,
	{path}: RepositoryPlace,
	digest: Digest,
	options: CallOptions,
): Promise<RemovalPreview> {
	const to = `/acr/v1/${path}/_tags?n=${perPage}&digest=${encodeURIComponent(digest)}`;
	const tags: string[] = [];
	const locked: string[] = [];
	const pages = listVendorPages(
		api,
		{
			what: 'tags',
			request: read(path, to),
			parse: json => rowsOf(fieldsOf(json)['tags'] ?? [], 'tags'),
		},
		options,
	);
	for await (const rows of pages) {
		for (const row of rows) {
			for (const {tag} of tagEntry({tag: row['name']})) {
				// A registry that does not filter must not make this look like more than it is.
				if ((digestIn(row['digest']) ?? digest) !== digest) continue;
				tags.push(tag);
				if (fieldsOf(row['changeableAttributes'])['deleteEnabled'] === false) locked.push(tag);
			}
		}
	}
	const {status, json} = await api.request(
		{...read(path, `/acr/v1/${path}/_manifests/${digest}`), expect: [200, 404]},
		options,
	);
	const lock = status === 200 ? lockOf(attributesOf(json, 'manifest')) : undefined;
	const refused = lock ? `The manifest is ${lock}` : locked[0] && `The tag ${locked[0]} is locked`;
	return {
		tags,
		...(refused ? {refused: `${refused}: unlock it first (az acr repository update)`} : {}),
	};
}

function listSizes(api: VendorApi, path: string, options: CallOptions) {
	const to = `/acr/v1/${path}/_manifests?n=${perPage}&orderby=timedesc`;
	return listVendorPages(
		api,
		{
			what: 'manifests',
			request: read(path, to),
			parse: json =>
				rowsOf(fieldsOf(json)['manifests'] ?? [], 'manifests').flatMap(row => {
					const digest = digestIn(row['digest']);
					const size = sizeOf(row['imageSize']);
					// Of an index ACR tells no size of its images.
					return digest && size ? [[digest, size] as const] : [];
				}),
		},
		options,
	);
}

async function refuseLocked(
	api: VendorApi,
	path: string,
	to: string,
	kind: 'tag' | 'manifest',
	options: CallOptions,
): Promise<void> {
	const found = await api.request(read(path, to), options).catch((error: unknown) => {
		// A token that may delete need not be allowed to look; the deletion itself tells the rest.
		if (mayNotLook.has(toRegbenchError(error).code)) return undefined;
		throw error;
	});
	const {deleteEnabled} = fieldsOf(attributesOf(found?.json, kind));
	if (deleteEnabled !== false) return;
	throw new RegbenchError('FORBIDDEN', `The ${kind} is locked against deleting`, {
		hint: 'Unlock it first: az acr repository update --image NAME:TAG --delete-enabled true --write-enabled true.',
	});
}

/** One tag or manifest is wrapped in its kind; be lenient about it. */
function attributesOf(json: unknown, kind: 'tag' | 'manifest'): unknown {
	const fields = fieldsOf(json);
	return fieldsOf(fields[kind])['changeableAttributes'] ?? fields['changeableAttributes'];
}

function lockOf(attributes: unknown): string | undefined {
	const {deleteEnabled, writeEnabled} = fieldsOf(attributes);
	if (deleteEnabled === false) return 'locked against deleting';
	return writeEnabled === false ? 'locked against overwriting' : undefined;
}

function read(path: string, to: string): VendorRequest {
	const as = registry(`repository:${path}:pull,metadata_read`);
	return {method: 'GET', to, as, expect: [200], about: {path}};
}

function removal(path: string, to: string, reference: string): VendorRequest {
	const as = registry(`repository:${path}:pull,delete`);
	return {method: 'DELETE', to, as, expect: [202, 200], about: {path, reference}};
}

function registry(...scopes: string[]) {
	return {kind: 'registry' as const, scopes};
}
