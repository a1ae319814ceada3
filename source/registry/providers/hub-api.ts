/** Docker Hub's web API: repositories, tags with times and sizes, and the deletion of a tag. */
import {RegbenchError, toRegbenchError} from '../../domain/errors.ts';
import {optional} from '../../domain/json-fields.ts';
import {isRepositoryPath} from '../../domain/reference-grammar.ts';
import type {RepositoryEntry, TagEntry} from '../../domain/remote.ts';
import type {CallOptions} from '../registry-client.ts';
import {jwtClaims} from '../tokens.ts';
import type {VendorAnswer, VendorApi, VendorRequest} from '../vendor-api.ts';
import {listVendorPages} from '../vendor-pages.ts';
import {addressAt, fieldsOf, rowsOf, tagEntry, timeOf} from './fields.ts';
import type {RepositoryPlace} from './provider.ts';

export const hubOrigin = 'https://hub.docker.com';
const perPage = 100;
const shortLifeMs = 5 * 60_000;
const marginMs = 30_000;

type HubToken = {readonly token: string; readonly until: number};

/** A token of the web API for each login, kept as long as it is good. */
const tokens = new WeakMap<VendorApi, Promise<HubToken>>();

export async function* listHubRepositories(
	api: VendorApi,
	{namespace}: {readonly namespace: string},
	options: CallOptions,
): AsyncGenerator<readonly RepositoryEntry[], void, undefined> {
	const owner = namespace || (await api.login(options))?.username;
	if (!owner)
		throw new RegbenchError('UNAUTHORIZED', 'Docker Hub lists repositories of a namespace');
	yield* listVendorPages(
		withToken(api, options),
		{
			what: 'repositories',
			request: get(`/v2/namespaces/${encodeURIComponent(owner)}/repositories?page_size=${perPage}`),
			parse: json =>
				rowsOf(fieldsOf(json)['results'], 'repositories').flatMap(row => {
					const path = `${owner}/${String(row['name'])}`;
					if (!isRepositoryPath(path)) return [];
					const isPrivate = row['is_private'];
					return [
						{
							path,
							...optional('updatedAt', timeOf(row['last_updated'])),
							...(typeof isPrivate === 'boolean'
								? {visibility: isPrivate ? ('private' as const) : ('public' as const)}
								: {}),
						},
					];
				}),
			next: nextOf,
		},
		options,
	);
}

export async function* listHubTags(
	api: VendorApi,
	{path}: RepositoryPlace,
	options: CallOptions,
): AsyncGenerator<readonly TagEntry[], void, undefined> {
	const [owner, name] = ownerAndName(path);
	yield* listVendorPages(
		withToken(api, options),
		{
			what: 'tags',
			request: {
				...get(`/v2/namespaces/${owner}/repositories/${name}/tags?page_size=${perPage}`),
				about: {path},
			},
			parse: json =>
				rowsOf(fieldsOf(json)['results'], 'tags').flatMap(row =>
					tagEntry({
						tag: row['name'],
						digest: row['digest'],
						pushedAt: row['last_updated'],
						sizeBytes: row['full_size'],
					}),
				),
			next: nextOf,
		},
		options,
	);
}

/** Takes one tag away; the manifest stays. */
export async function deleteHubTag(
	api: VendorApi,
	{path}: RepositoryPlace,
	tag: string,
	options: CallOptions,
): Promise<void> {
	const [owner, name] = ownerAndName(path);
	await withToken(api, options).request(
		{
			method: 'DELETE',
			to: `${hubOrigin}/v2/repositories/${owner}/${name}/tags/${tag}/`,
			as: {kind: 'none'},
			expect: [204, 202, 200],
			about: {path, reference: tag},
		},
		options,
	);
}

/** `RateLimit-Limit: 100;w=21600`: a HEAD of this image tells and costs nothing. */
export async function hubRateLimit(
	api: VendorApi,
	options: CallOptions,
): Promise<string | undefined> {
	const path = 'ratelimitpreview/test';
	const answer = await api.request(
		{
			method: 'HEAD',
			to: `/v2/${path}/manifests/latest`,
			as: {kind: 'registry', scopes: [`repository:${path}:pull`]},
			expect: [200, 429],
			about: {path, reference: 'latest'},
		},
		options,
	);
	const limit = /^(\d+)(?:;w=(\d+))?/.exec(answer.header('ratelimit-limit') ?? '');
	const left = /^(\d+)/.exec(answer.header('ratelimit-remaining') ?? '');
	if (!limit || !left) return undefined;
	const hours = Math.round(Number(limit[2] ?? 21_600) / 3600);
	return `${left[1]} of ${limit[1]} pulls left in ${hours} hours`;
}

function get(to: string): VendorRequest {
	return {method: 'GET', to: `${hubOrigin}${to}`, as: {kind: 'none'}, expect: [200]};
}

/** The next page as the answer itself names it. */
function nextOf({json}: VendorAnswer): string | undefined {
	return addressAt(hubOrigin, fieldsOf(json)['next']);
}

/** The same API with the login's token in every request; as nobody where there is no login. */
function withToken(api: VendorApi, options: CallOptions): VendorApi {
	return {
		...api,
		async request(request, call) {
			if (!(await api.login(options))) return api.request(request, call);
			const known = tokens.has(api);
			const send = async () =>
				api.request({...request, as: {kind: 'bearer', token: await tokenOf(api, options)}}, call);
			try {
				return await send();
			} catch (error) {
				if (!known || toRegbenchError(error).code !== 'UNAUTHORIZED') throw error;
				tokens.delete(api);
				return send();
			}
		},
	};
}

async function tokenOf(api: VendorApi, options: CallOptions): Promise<string> {
	const kept = await tokens.get(api)?.catch(() => undefined);
	if (kept && kept.until > Date.now()) return kept.token;
	const fetching = fetchToken(api, options);
	tokens.set(api, fetching);
	try {
		return (await fetching).token;
	} catch (error) {
		tokens.delete(api);
		throw error;
	}
}

async function fetchToken(api: VendorApi, options: CallOptions): Promise<HubToken> {
	const {json} = await api.request(
		{
			method: 'POST',
			to: `${hubOrigin}/v2/auth/token`,
			loginBody: ({username, secret}) => ({identifier: username, secret}),
			as: {kind: 'none'},
			expect: [200],
		},
		options,
	);
	const token = fieldsOf(json)['access_token'];
	if (typeof token !== 'string' || !/^[\w.~+/=-]{1,16384}$/.test(token)) {
		throw new RegbenchError('PROTOCOL_ERROR', 'hub.docker.com answered without a token');
	}
	const end = jwtClaims(token)?.['exp'];
	const until = typeof end === 'number' ? end * 1000 - marginMs : Date.now() + shortLifeMs;
	return {token, until};
}

function ownerAndName(path: string): readonly [string, string] {
	const [owner, name, ...more] = path.split('/');
	if (owner && name && more.length === 0) return [owner, name];
	throw new RegbenchError('UNSUPPORTED', 'On Docker Hub a name is NAMESPACE/NAME');
}
