/** The part of GitHub's REST API for packages (version 2022-11-28) that lists them, their versions, and deletes. */
import type {Digest} from '../../domain/digest.ts';
import type {Authority} from './authority.ts';
import type {Exchange, RegistryServices} from './exchange.ts';
import {emptyReply, jsonReply, type Reply} from './reply.ts';
import type {RepositoryRecord} from './repository-store.ts';

/** Answers paths under `/api/v3/`, as GitHub's servers for companies have it; undefined for every other path. */
export async function answerGithub(
	exchange: Exchange,
	services: RegistryServices,
	authority: Authority,
): Promise<Reply | undefined> {
	const [, rest] = /^\/api\/v3\/(.+)$/.exec(exchange.path) ?? [];
	if (rest === undefined || !authority.userOf) return undefined;
	const user = authority.userOf(exchange);
	if (!user) return problem(401, 'Requires authentication');
	const [, ownPart, given, name, versions, id] =
		/^(user|(?:users|orgs)\/([^/]+))\/packages(?:\/container\/(.+?)(\/versions(?:\/(\d+))?)?)?$/.exec(
			rest,
		) ?? [];
	const login = user.username.toLowerCase();
	const owner = ownPart === 'user' ? login : given?.toLowerCase();
	// The accounts here are people: there is no organisation.
	if (owner === undefined || rest.startsWith('orgs/')) return notFound();
	const isOwner = owner === login;
	if (name === undefined) return listPackages(services, owner, isOwner);
	const path = `${owner}/${name}`;
	const record = services.repositories.get(path);
	if (!record || (!isOwner && record.visibility !== 'public')) return notFound();
	if (exchange.method === 'DELETE') {
		if (!isOwner || user.readOnly) return problem(403, 'You need at least admin permission');
		return versions === undefined
			? deletePackage(services, path)
			: deleteVersion(services, path, record, id);
	}
	if (exchange.method !== 'GET') return notFound();
	if (versions === undefined) return jsonReply(200, packageOf(path, record));
	return id === undefined ? jsonReply(200, versionsOf(record)) : notFound();
}

function listPackages({repositories}: RegistryServices, owner: string, isOwner: boolean): Reply {
	const found = repositories.names().flatMap(path => {
		const record = repositories.get(path);
		const isSeen = record && (isOwner || record.visibility === 'public');
		return isSeen && path.startsWith(`${owner}/`) ? [packageOf(path, record)] : [];
	});
	return jsonReply(200, found);
}

function packageOf(path: string, record: RepositoryRecord): object {
	const [owner = '', ...name] = path.split('/');
	return {
		name: name.join('/'),
		package_type: 'container',
		owner: {login: owner, type: 'User'},
		version_count: record.manifests.size,
		visibility: record.visibility,
		created_at: record.createdAt,
		updated_at: latestOf(record),
	};
}

function latestOf({createdAt, manifests, tags}: RepositoryRecord): string {
	const times = [
		...[...manifests.values()].map(({pushedAt}) => pushedAt),
		...[...tags.values()].map(({updatedAt}) => updatedAt),
	];
	return times.toSorted().at(-1) ?? createdAt;
}

function versionsOf(record: RepositoryRecord): readonly object[] {
	return [...record.manifests]
		.toSorted(([, one], [, other]) => other.pushedAt.localeCompare(one.pushedAt))
		.map(([digest, {pushedAt}]) => ({
			id: versionId(digest),
			name: digest,
			created_at: pushedAt,
			updated_at: pushedAt,
			metadata: {package_type: 'container', container: {tags: tagsOf(record, digest)}},
		}));
}

function tagsOf({tags}: RepositoryRecord, digest: Digest): readonly string[] {
	return [...tags].filter(([, tag]) => tag.digest === digest).map(([name]) => name);
}

/** A number that stays the same as long as the version is there: 48 bits of its digest. */
function versionId(digest: Digest): number {
	return Number.parseInt(digest.slice(digest.indexOf(':') + 1).slice(0, 12), 16);
}

async function deletePackage({repositories}: RegistryServices, path: string): Promise<Reply> {
	await repositories.remove(path);
	return emptyReply(204);
}

async function deleteVersion(
	{repositories}: RegistryServices,
	path: string,
	record: RepositoryRecord,
	id: string | undefined,
): Promise<Reply> {
	const digest = [...record.manifests.keys()].find(key => String(versionId(key)) === id);
	if (digest === undefined) return notFound();
	const own = tagsOf(record, digest);
	if (own.length > 0 && own.length === record.tags.size) {
		return problem(400, 'You cannot delete the last tagged version of a package.');
	}
	await repositories.update(path, draft => {
		for (const tag of own) draft.tags.delete(tag);
		draft.manifests.delete(digest);
	});
	return emptyReply(204);
}

function notFound(): Reply {
	return problem(404, 'Package not found.');
}

function problem(status: number, message: string): Reply {
	return jsonReply(status, {message, status: String(status)});
}
