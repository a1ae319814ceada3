/** GitHub's REST API for packages: what the registry at ghcr.io does not tell or do. */
import type {Digest} from '../../domain/digest.ts';
import {RegbenchError, toRegbenchError} from '../../domain/errors.ts';
import {optional, optionalText, type Fields} from '../../domain/json-fields.ts';
import {isRepositoryPath} from '../../domain/reference-grammar.ts';
import type {
	RepositoryEntry,
	RepositoryFacts,
	TagEntry,
	UntaggedEntry,
} from '../../domain/remote.ts';
import {isBelow} from '../catalogue.ts';
import type {CallOptions} from '../registry-client.ts';
import type {VendorApi, VendorRequest} from '../vendor-api.ts';
import {listVendorPages} from '../vendor-pages.ts';
import {addressAt, digestIn, fieldsOf, rowsOf, sizeOf, tagEntry, tagsIn, timeOf} from './fields.ts';
import type {RepositoryPlace} from './provider.ts';

/** A version of a package: one manifest with all its tags. */
export type PackageVersion = {
	readonly id: number;
	readonly digest: Digest;
	readonly tags: readonly string[];
	readonly updatedAt: string | undefined;
	readonly webAddress: string | undefined;
};

const headers = {
	accept: 'application/vnd.github+json',
	'x-github-api-version': '2022-11-28',
};
const perPage = 100;

/** Which part of the API an owner's packages are under, once found out. */
const knownOwners = new WeakMap<VendorApi, Map<string, Promise<string>>>();

/** The packages of the namespace's owner; of the login itself where there is no namespace. */
export async function* listPackages(
	api: VendorApi,
	{domain, namespace}: {readonly domain: string; readonly namespace: string},
	options: CallOptions,
): AsyncGenerator<readonly RepositoryEntry[], void, undefined> {
	const owner = namespace.split('/')[0] || (await api.login(options))?.username?.toLowerCase();
	if (!owner) throw new RegbenchError('UNAUTHORIZED', `${domain} lists packages for a login only`);
	const base = await ownerBase(api, domain, owner, options);
	const pages = listVendorPages(
		api,
		{
			what: 'packages',
			request: get(`${base}/packages?package_type=container&per_page=${perPage}`),
			parse: json => rowsOf(json, 'packages').flatMap(row => packageEntry(row, owner)),
		},
		options,
	);
	for await (const page of pages) yield page.filter(({path}) => isBelow(path, namespace));
}

/** All versions of a package, newest first. */
export async function* listVersions(
	api: VendorApi,
	place: RepositoryPlace,
	options: CallOptions,
): AsyncGenerator<readonly PackageVersion[], void, undefined> {
	yield* listVendorPages(
		api,
		{
			what: 'versions',
			request: {
				...get(`${await packageBase(api, place, options)}/versions?per_page=${perPage}`),
				about: {path: place.path},
			},
			parse: json => rowsOf(json, 'versions').flatMap(row => versionOf(row)),
		},
		options,
	);
}

export async function* listPackageTags(
	api: VendorApi,
	place: RepositoryPlace,
	options: CallOptions,
): AsyncGenerator<readonly TagEntry[], void, undefined> {
	for await (const versions of listVersions(api, place, options)) {
		yield versions.flatMap(({tags, digest, updatedAt}) =>
			tags.flatMap(tag => tagEntry({tag, digest, pushedAt: updatedAt})),
		);
	}
}

/** Versions without a tag. */
export async function* listUntaggedVersions(
	api: VendorApi,
	place: RepositoryPlace,
	options: CallOptions,
): AsyncGenerator<readonly UntaggedEntry[], void, undefined> {
	for await (const versions of listVersions(api, place, options)) {
		yield versions
			.filter(({tags}) => tags.length === 0)
			.map(({digest, updatedAt}) => ({digest, ...optional('pushedAt', updatedAt)}));
	}
}

/** Visibility, linked repository, and the page where visibility is changed: no API does that. */
export async function packageFacts(
	api: VendorApi,
	place: RepositoryPlace,
	options: CallOptions,
): Promise<RepositoryFacts> {
	const address = await packageBase(api, place, options);
	const {json} = await api.request({...get(address), about: {path: place.path}}, options);
	const fields = fieldsOf(json);
	const isOrganisation =
		fieldsOf(fields['owner'])['type'] === 'Organization' || /\/orgs\/[^/]+\/packages/.test(address);
	return {
		...optional('visibility', visibilityOf(fields['visibility'])),
		...optional('linkedTo', repositoryName(fieldsOf(fields['repository'])['full_name'])),
		...optional('webAddress', addressAt('https://github.com', fields['html_url'])),
		// A rehearsal has no pages.
		...(place.domain === 'ghcr.io'
			? {settingsAddress: settingsAddress(place.path, isOrganisation)}
			: {}),
		...optional('versionCount', sizeOf(fields['version_count'])),
		...optional('updatedAt', timeOf(fields['updated_at'])),
	};
}

/** Address below which one package is: for DELETE of it, and `/versions/ID` of it. */
export async function packageBase(
	api: VendorApi,
	{domain, path}: RepositoryPlace,
	options: CallOptions,
): Promise<string> {
	const [owner = '', ...name] = path.split('/');
	const base = await ownerBase(api, domain, owner, options);
	return `${base}/packages/container/${encodeURIComponent(name.join('/'))}`;
}

/** A request of the API with the login of the registry. */
export function get(to: string): VendorRequest {
	return {method: 'GET', to, headers, as: {kind: 'login'}, expect: [200]};
}

export function remove(to: string, path: string, reference?: string): VendorRequest {
	const about = {path, ...optional('reference', reference)};
	return {method: 'DELETE', to, headers, as: {kind: 'login'}, expect: [204], about};
}

/** The login's own packages are below /user, an organisation's below /orgs, all others' below /users. */
function ownerBase(
	api: VendorApi,
	domain: string,
	owner: string,
	options: CallOptions,
): Promise<string> {
	const known = knownOwners.get(api) ?? new Map<string, Promise<string>>();
	knownOwners.set(api, known);
	const found =
		known.get(owner) ??
		findOwner(api, domain, owner, options).catch((error: unknown) => {
			known.delete(owner);
			throw error;
		});
	known.set(owner, found);
	return found;
}

async function findOwner(
	api: VendorApi,
	domain: string,
	owner: string,
	options: CallOptions,
): Promise<string> {
	// A rehearsal has the API below itself, as GitHub's own servers for companies do.
	const root = domain === 'ghcr.io' ? 'https://api.github.com' : '/api/v3';
	const login = await api.login(options);
	if (login?.username?.toLowerCase() === owner.toLowerCase()) return `${root}/user`;
	const organisation = `${root}/orgs/${encodeURIComponent(owner)}`;
	const probe = get(`${organisation}/packages?package_type=container&per_page=${perPage}`);
	try {
		const {status} = await api.request({...probe, expect: [200, 404]}, options);
		return status === 200 ? organisation : `${root}/users/${encodeURIComponent(owner)}`;
	} catch (error) {
		const {code} = toRegbenchError(error);
		// Packages of an organisation may be hidden from a member and still be deleted by an admin.
		if (code !== 'FORBIDDEN') throw error;
		return organisation;
	}
}

function packageEntry(row: Fields, owner: string): readonly RepositoryEntry[] {
	const path = `${owner}/${String(row['name'])}`.toLowerCase();
	if (!isRepositoryPath(path)) return [];
	return [
		{
			path,
			...optional('updatedAt', timeOf(row['updated_at'])),
			...optional('visibility', visibilityOf(row['visibility'])),
		},
	];
}

function versionOf(row: Fields): readonly PackageVersion[] {
	const {id, name} = row;
	const digest = digestIn(name);
	if (typeof id !== 'number' || !Number.isSafeInteger(id) || !digest) return [];
	return [
		{
			id,
			digest,
			tags: tagsIn(fieldsOf(fieldsOf(row['metadata'])['container'])['tags']),
			updatedAt: timeOf(row['updated_at']) ?? timeOf(row['created_at']),
			webAddress: addressAt('https://github.com', row['html_url']),
		},
	];
}

function visibilityOf(value: unknown): RepositoryFacts['visibility'] {
	return value === 'public' || value === 'private' || value === 'internal' ? value : undefined;
}

function repositoryName(value: unknown): string | undefined {
	const text = optionalText(value);
	return text !== undefined && /^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(text) ? text : undefined;
}

function settingsAddress(path: string, isOrganisation: boolean): string {
	const [owner = '', ...name] = path.split('/');
	const kind = isOrganisation ? 'orgs' : 'users';
	return `https://github.com/${kind}/${owner}/packages/container/${encodeURIComponent(name.join('/'))}/settings`;
}
