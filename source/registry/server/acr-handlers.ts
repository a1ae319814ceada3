/** The part of ACR's own API (`/acr/v1/`, version 2021-07-01) that lists and removes. */
import {linksOf, type Link} from '../../oci-layout/manifest-links.ts';
import type {Exchange, RegistryServices} from './exchange.ts';
import {pageOf} from './listing-handlers.ts';
import {manifestUnknown, nameUnknown, unsupported} from './manifest-handlers.ts';
import {emptyReply, jsonReply, type Reply} from './reply.ts';
import type {RepositoryRecord, TagRecord} from './repository-store.ts';
import {isRepositoryName} from './route.ts';
import type {Need} from './authority.ts';

const unlocked = {deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true};

/** Answers paths under `/acr/v1/`; undefined for every other path. */
export async function answerAcr(
	exchange: Exchange,
	services: RegistryServices,
): Promise<Reply | undefined> {
	const [, rest] = /^\/acr\/v1\/(.+)$/.exec(exchange.path) ?? [];
	if (rest === undefined || !services.shape.acrApi) return undefined;
	if (rest === '_catalog') {
		const admission = exchange.admit({kind: 'catalog'});
		if (!admission.admitted) return admission.reply;
		const page = pageOf(services.repositories.names(), exchange);
		return 'items' in page ? jsonReply(200, {repositories: page.items}, page.headers) : page;
	}
	const [, name = '', kind, last] =
		/^(.+?)(?:\/(_tags|_manifests)(?:\/([^/]+))?)?$/.exec(rest) ?? [];
	if (!isRepositoryName(name)) return nameUnknown(name);
	const deleting = exchange.method === 'DELETE';
	const need: Need = {kind: 'repository', name, actions: deleting ? ['delete'] : ['metadata_read']};
	const admission = exchange.admit(need);
	if (!admission.admitted) return admission.reply;
	const record = services.repositories.get(name);
	if (!record) return nameUnknown(name);
	if (exchange.method !== 'GET' && !(deleting && kind !== '_manifests')) return unsupported();
	if (kind === '_tags') return tags(exchange, services, name, record, last);
	if (kind === '_manifests') return manifests(exchange, services, name, record, last);
	if (deleting) {
		await services.repositories.remove(name);
		return emptyReply(202);
	}
	return jsonReply(200, {
		imageName: name,
		createdTime: record.createdAt,
		manifestCount: record.manifests.size,
		tagCount: record.tags.size,
		changeableAttributes: unlocked,
	});
}

async function tags(
	exchange: Exchange,
	{repositories}: RegistryServices,
	name: string,
	record: RepositoryRecord,
	tag: string | undefined,
): Promise<Reply> {
	const registry = new URL(exchange.origin).host;
	if (tag === undefined) {
		if (exchange.method !== 'GET') return unsupported();
		const digest = exchange.query.get('digest');
		const found = [...record.tags].filter(
			([, value]) => digest === null || value.digest === digest,
		);
		const page = pageOf(found.map(([key]) => key).toSorted(), exchange);
		if (!('items' in page)) return page;
		const items = page.items.flatMap(key => {
			const value = record.tags.get(key);
			return value ? [tagAttributes(key, value)] : [];
		});
		return jsonReply(200, {registry, imageName: name, tags: items}, page.headers);
	}
	const value = record.tags.get(tag);
	if (!value) return manifestUnknown(tag);
	if (exchange.method === 'GET') {
		return jsonReply(200, {registry, imageName: name, tag: tagAttributes(tag, value)});
	}
	await repositories.update(name, draft => {
		draft.tags.delete(tag);
	});
	return emptyReply(202);
}

async function manifests(
	exchange: Exchange,
	services: RegistryServices,
	name: string,
	record: RepositoryRecord,
	digest: string | undefined,
): Promise<Reply> {
	const registry = new URL(exchange.origin).host;
	const sizes = await imageSizes(record, services);
	const all = [...record.manifests].map(([key, {size, mediaType, pushedAt}]) => ({
		digest: key,
		imageSize: sizes.get(key) ?? size,
		createdTime: pushedAt,
		lastUpdateTime: pushedAt,
		mediaType,
		tags: [...record.tags].filter(([, value]) => value.digest === key).map(([tag]) => tag),
		changeableAttributes: unlocked,
	}));
	if (digest !== undefined) {
		const manifest = all.find(item => item.digest === digest);
		return manifest
			? jsonReply(200, {registry, imageName: name, manifest})
			: manifestUnknown(digest);
	}
	const page = pageOf(all.map(item => item.digest).toSorted(), exchange);
	if (!('items' in page)) return page;
	const items = page.items.flatMap(key => all.find(item => item.digest === key) ?? []);
	return jsonReply(200, {registry, imageName: name, manifests: items}, page.headers);
}

/** Bytes of what each manifest names, by digest; what an index names counts with all its images. */
async function imageSizes(
	record: RepositoryRecord,
	{blobs}: RegistryServices,
): Promise<ReadonlyMap<string, number>> {
	const links = new Map<string, readonly Link[]>();
	for (const digest of record.manifests.keys()) {
		links.set(digest, linksOf(await blobs.readSmall(digest)) ?? []);
	}
	const sizeOf = (digest: string, depth = 0): number =>
		(links.get(digest) ?? []).reduce((sum, {role, digest: child, size}) => {
			if (role === 'config' || role === 'layer') return sum + size;
			return role === 'manifest' && depth < 2 ? sum + sizeOf(child, depth + 1) : sum;
		}, 0);
	return new Map([...links.keys()].map(digest => [digest, sizeOf(digest)]));
}

function tagAttributes(name: string, {digest, createdAt, updatedAt}: TagRecord): object {
	return {
		name,
		digest,
		createdTime: createdAt,
		lastUpdateTime: updatedAt,
		signed: false,
		changeableAttributes: unlocked,
	};
}
