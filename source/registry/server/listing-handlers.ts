/** Endpoints end-8 and end-12 of the distribution specification, and the catalogue. */
import {isDigest} from '../../domain/digest.ts';
import {mediaTypes} from '../../domain/manifest.ts';
import {digestInvalid, type Exchange, type RegistryServices} from './exchange.ts';
import {nameUnknown} from './manifest-handlers.ts';
import {jsonReply, refuse, type Reply} from './reply.ts';

const mostPerPage = 1000;

export type Page = {
	readonly items: readonly string[];
	readonly headers: Readonly<Record<string, string>>;
};

/** All tags of a repository, sorted, a page at a time. */
export function listTags(
	exchange: Exchange,
	{repositories}: RegistryServices,
	name: string,
): Reply {
	const record = repositories.get(name);
	if (!record) return nameUnknown(name);
	const page = pageOf([...record.tags.keys()].toSorted(), exchange);
	if (!('items' in page)) return page;
	return jsonReply(200, {name, tags: page.items}, page.headers);
}

/** All repositories, sorted, a page at a time. */
export function listRepositories(exchange: Exchange, {repositories}: RegistryServices): Reply {
	const page = pageOf(repositories.names(), exchange);
	if (!('items' in page)) return page;
	return jsonReply(200, {repositories: page.items}, page.headers);
}

/** The manifests whose subject is the digest. */
export function listReferrers(
	exchange: Exchange,
	{repositories}: RegistryServices,
	name: string,
	digest: string,
): Reply {
	if (!isDigest(digest)) return digestInvalid();
	const filter = exchange.query.get('artifactType');
	const manifests = [...(repositories.get(name)?.manifests ?? [])].flatMap(([found, record]) => {
		const {subject, mediaType, size, artifactType, annotations} = record;
		if (subject !== digest || (filter !== null && artifactType !== filter)) return [];
		return [{mediaType, digest: found, size, artifactType, annotations}];
	});
	return jsonReply(
		200,
		{schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests},
		{
			'Content-Type': mediaTypes.ociIndex,
			...(filter === null ? {} : {'OCI-Filters-Applied': 'artifactType'}),
		},
	);
}

/** The part of a sorted list that `n` and `last` ask for, with a Link header when there is more. */
export function pageOf(sorted: readonly string[], {query, path}: Exchange): Page | Reply {
	const asked = query.get('n');
	if (asked !== null && !(/^\d{1,9}$/.test(asked) && Number(asked) <= mostPerPage)) {
		return refuse(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested');
	}
	const count = asked === null ? mostPerPage : Number(asked);
	const last = query.get('last');
	const rest = last === null || last === '' ? sorted : sorted.filter(item => item > last);
	const items = rest.slice(0, count);
	const final = items.at(-1);
	if (final === undefined || items.length === rest.length) return {items, headers: {}};
	const next = `${path}?n=${count}&last=${encodeURIComponent(final)}`;
	return {items, headers: {Link: `<${next}>; rel="next"`}};
}
