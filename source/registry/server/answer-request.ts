/** From a request to its answer: route, names, login, handler. */
import {RegbenchError} from '../../domain/errors.ts';
import {answerAcr} from './acr-handlers.ts';
import type {Action, Authority, Need} from './authority.ts';
import {deleteBlob, readBlob} from './blob-handlers.ts';
import type {Exchange, RegistryServices} from './exchange.ts';
import {answerGithub} from './github-handlers.ts';
import {listReferrers, listRepositories, listTags} from './listing-handlers.ts';
import {deleteManifest, putManifest, readManifest, unsupported} from './manifest-handlers.ts';
import {jsonReply, refuse, type Reply} from './reply.ts';
import {isRepositoryName, parseRoute, type Route} from './route.ts';
import {beginUpload, continueUpload} from './upload-handlers.ts';

/** Answers one request; failures of the store become 5xx answers without their insides. */
export async function answerRequest(
	exchange: Exchange,
	services: RegistryServices,
	authority: Authority,
): Promise<Reply> {
	try {
		return (
			(await authority.answer(exchange)) ??
			(await answerAcr(exchange, services)) ??
			(await answerGithub(exchange, services, authority)) ??
			(await answerDistribution(exchange, services))
		);
	} catch (error) {
		if (!(error instanceof RegbenchError)) throw error;
		switch (error.code) {
			case 'DISK_FULL':
				return refuse(507, 'UNAVAILABLE', 'the registry has no room left on its disk');
			case 'LAYOUT_CORRUPT':
				return refuse(500, 'UNKNOWN', 'the stored content is damaged');
			default:
				return refuse(500, 'UNKNOWN', 'the registry cannot read or write its store');
		}
	}
}

async function answerDistribution(exchange: Exchange, services: RegistryServices): Promise<Reply> {
	const {method, path} = exchange;
	const route = parseRoute(path);
	if (!route) return refuse(404, 'UNSUPPORTED', 'no such endpoint');
	const problem = nameProblem(route, services);
	if (problem !== undefined) return refuse(400, 'NAME_INVALID', problem);
	if (isSwitchedOff(route, method, services)) {
		return route.kind === 'catalog' || route.kind === 'referrers'
			? refuse(404, 'UNSUPPORTED', 'The operation is unsupported.')
			: unsupported();
	}
	const admission = exchange.admit(needOf(route, method));
	if (!admission.admitted) return admission.reply;
	const reading = method === 'GET' || method === 'HEAD';
	switch (route.kind) {
		case 'base':
			return reading ? jsonReply(200, {}) : unsupported();
		case 'catalog':
			return reading ? listRepositories(exchange, services) : unsupported();
		case 'tags':
			return reading ? listTags(exchange, services, route.name) : unsupported();
		case 'referrers':
			return reading ? listReferrers(exchange, services, route.name, route.digest) : unsupported();
		case 'uploads':
			return method === 'POST' ? beginUpload(exchange, services, route.name) : unsupported();
		case 'upload':
			return continueUpload(exchange, services, route.name, route.id);
		case 'blob':
			if (method === 'DELETE') return deleteBlob(services, route.name, route.digest);
			return reading ? readBlob(exchange, services, route.name, route.digest) : unsupported();
		case 'manifest':
			if (method === 'PUT') return putManifest(exchange, services, route.name, route.reference);
			if (method === 'DELETE') return deleteManifest(services, route.name, route.reference);
			return reading
				? readManifest(exchange, services, route.name, route.reference)
				: unsupported();
	}
}

function nameProblem(route: Route, {shape}: RegistryServices): string | undefined {
	if (!('name' in route)) return undefined;
	if (!isRepositoryName(route.name)) return 'invalid repository name';
	if (shape.ownerRequired && !route.name.includes('/')) return 'invalid repository name: no owner';
	return undefined;
}

function isSwitchedOff(route: Route, method: string, {shape}: RegistryServices): boolean {
	if (route.kind === 'catalog') return !shape.catalog;
	if (route.kind === 'referrers') return !shape.referrers;
	if (method !== 'DELETE') return false;
	if (route.kind === 'blob') return !shape.deletes.blob;
	if (route.kind !== 'manifest') return false;
	return !(route.reference.includes(':') ? shape.deletes.digest : shape.deletes.tag);
}

function needOf(route: Route, method: string): Need {
	if (route.kind === 'base') return {kind: 'ping'};
	if (route.kind === 'catalog') return {kind: 'catalog'};
	return {kind: 'repository', name: route.name, actions: actionsOf(route, method)};
}

function actionsOf(route: Route, method: string): readonly Action[] {
	if (route.kind === 'uploads' || route.kind === 'upload') return ['push'];
	// A token for listing alone is enough, and so is one for pulling.
	if (route.kind === 'tags') return ['pull', 'metadata_read'];
	if (method === 'DELETE') return ['delete'];
	return method === 'PUT' ? ['push'] : ['pull'];
}
