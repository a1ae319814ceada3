/** What Google adds to `tags/list`: sub-repositories, sizes and times. And its order of deleting: tags first. */
import type {Digest} from '../../domain/digest.ts';
import {RegbenchError} from '../../domain/errors.ts';
import {isPathComponent, isRepositoryPath} from '../../domain/reference-grammar.ts';
import type {RepositoryEntry, TagEntry} from '../../domain/remote.ts';
import {isBelow} from '../catalogue.ts';
import type {CallOptions, RemovalPreview} from '../registry-client.ts';
import type {VendorApi, VendorRequest} from '../vendor-api.ts';
import {listVendorPages} from '../vendor-pages.ts';
import {fieldsOf, tagEntry, tagsIn} from './fields.ts';
import type {RepositoryPlace} from './provider.ts';

/** Folders that are looked into for repositories: each costs a request. */
const maximumFolders = 300;

/** Walks the sub-repositories below the namespace; by the catalogue where there are none. */
export async function* listGoogleRepositories(
	api: VendorApi,
	{domain, namespace}: {readonly domain: string; readonly namespace: string},
	options: CallOptions,
): AsyncGenerator<readonly RepositoryEntry[], void, undefined> {
	if (namespace === '') {
		throw new RegbenchError('UNSUPPORTED', `${domain} lists the repositories of a project only`, {
			hint: 'Give the target a project: HOST/PROJECT.',
		});
	}
	const waiting = [namespace];
	let found = 0;
	for (let looked = 0; waiting.length > 0 && looked < maximumFolders; looked++) {
		const path = waiting.shift()!;
		const {status, json} = await api.request({...list(path), expect: [200, 404]}, options);
		if (status !== 200) continue;
		const {child, tags, manifest} = fieldsOf(json);
		const children = Array.isArray(child) ? child : [];
		waiting.push(
			...children.flatMap(name =>
				typeof name === 'string' && isPathComponent(name) ? [`${path}/${name}`] : [],
			),
		);
		const holds = tagsIn(tags).length > 0 || Object.keys(fieldsOf(manifest)).length > 0;
		if (!holds) continue;
		found++;
		yield [{path, tagCount: tagsIn(tags).length}];
	}
	if (waiting.length > 0) {
		options.onNotice?.({
			message: `${domain} has more than ${maximumFolders} folders below ${namespace}`,
		});
	}
	if (found === 0) yield* catalogue(api, namespace, options);
}

async function* catalogue(api: VendorApi, namespace: string, options: CallOptions) {
	yield* listVendorPages(
		api,
		{
			what: 'repositories',
			request: {
				method: 'GET',
				to: '/v2/_catalog?n=1000',
				as: {kind: 'registry', scopes: ['registry:catalog:*']},
				expect: [200],
			},
			parse: (json): readonly RepositoryEntry[] => {
				const {repositories} = fieldsOf(json);
				const paths = Array.isArray(repositories) ? repositories : [];
				return paths.flatMap(path =>
					typeof path === 'string' && isRepositoryPath(path) && isBelow(path, namespace)
						? [{path}]
						: [],
				);
			},
		},
		options,
	);
}

export async function* listGoogleTags(
	api: VendorApi,
	{path}: RepositoryPlace,
	options: CallOptions,
): AsyncGenerator<readonly TagEntry[], void, undefined> {
	yield* listVendorPages(api, {what: 'tags', request: list(path), parse: entriesOf}, options);
}

function entriesOf(json: unknown): readonly TagEntry[] {
	const {tags, manifest} = fieldsOf(json);
	const entries = new Map<string, TagEntry>();
	for (const [digest, value] of Object.entries(fieldsOf(manifest))) {
		const {tag, timeUploadedMs, imageSizeBytes} = fieldsOf(value);
		for (const name of tagsIn(tag)) {
			for (const entry of tagEntry({
				tag: name,
				digest,
				pushedAt: timeUploadedMs,
				sizeBytes: imageSizeBytes,
			})) {
				entries.set(name, entry);
			}
		}
	}
	return [
		...entries.values(),
		...tagsIn(tags)
			.filter(tag => !entries.has(tag))
			.map(tag => ({tag})),
	];
}

/** The tags on a manifest: Google's listing says them in one answer. */
export async function previewGoogleManifest(
	api: VendorApi,
	place: RepositoryPlace,
	digest: Digest,
	options: CallOptions,
): Promise<RemovalPreview> {
	const tags: string[] = [];
	for await (const page of listGoogleTags(api, place, options)) {
		tags.push(...page.filter(entry => entry.digest === digest).map(({tag}) => tag));
	}
	return {tags};
}

/** A manifest that still has a tag is refused (GOOGLE_MANIFEST_DANGLING_TAG), so its tags go first. */
export async function deleteGoogleManifest(
	api: VendorApi,
	place: RepositoryPlace,
	digest: Digest,
	options: CallOptions,
): Promise<void> {
	const {tags = []} = await previewGoogleManifest(api, place, digest, options);
	for (const tag of tags) await api.request(removal(place.path, tag, [202, 200, 404]), options);
	await api.request(removal(place.path, digest, [202, 200]), options);
}

function list(path: string): VendorRequest {
	return {
		method: 'GET',
		to: `/v2/${path}/tags/list?n=1000`,
		as: {kind: 'registry', scopes: [`repository:${path}:pull`]},
		expect: [200],
		about: {path},
	};
}

function removal(path: string, reference: string, expect: readonly number[]): VendorRequest {
	return {
		method: 'DELETE',
		to: `/v2/${path}/manifests/${reference}`,
		as: {kind: 'registry', scopes: [`repository:${path}:pull,push`]},
		expect,
		about: {path, reference},
	};
}
