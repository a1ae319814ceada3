/** The engine behind Docker's API: Docker, Docker Desktop, Colima, Podman and their kin. */
import {RegbenchError} from '../domain/errors.ts';
import type {Reference} from '../domain/reference.ts';
import {createDockerContainers} from './docker-containers.ts';
import {connectDocker, loadDockerode, pathName, type DockerApi} from './docker-connect.ts';
import {engineChanges} from './docker-events.ts';
import {dockerContents} from './docker-contents.ts';
import {detailsFrom, imagesFrom, planFrom, usesFrom} from './docker-images.ts';
import {readEngineInfo} from './docker-info.ts';
import {removeImage} from './docker-remove.ts';
import {pullImage, pushImage} from './docker-transfers.ts';
import type {CallOptions, Engine, EngineInfo} from './engine.ts';
import type {EngineConnection, EnginePing} from './engine-connection.ts';

export type DockerEngineOptions = {
	/** An open connection, as discovery hands it over; the engine closes it. */
	readonly connection: EngineConnection;
	/** What the engine said when it was pinged: decides the API version. */
	readonly ping: EnginePing;
};

/** Loads what {@link createDockerEngine} needs, so that it is there when an engine has answered. */
export async function preloadDocker(): Promise<void> {
	await loadDockerode();
}

/** The engine at the other end of the connection. Asks it nothing yet. */
export async function createDockerEngine(options: DockerEngineOptions): Promise<Engine> {
	const {connection, ping} = options;
	const api = await connectDocker(connection, ping);
	let known: EngineInfo | undefined;
	const info = async (call?: CallOptions): Promise<EngineInfo> => {
		known ??= await readEngineInfo(api, connection, ping, call?.signal);
		return known;
	};
	const inspect: Engine['inspect'] = async (image, call) => {
		const fault = {action: 'other', subject: image} as const;
		const path = `/images/${pathName(image)}`;
		const signal = call?.signal;
		const [answer, history, {store}] = await Promise.all([
			api.json({method: 'GET', path: `${path}/json`, signal, fault}),
			api.json({method: 'GET', path: `${path}/history`, signal, fault}),
			info(call),
		]);
		return detailsFrom(answer, history, store);
	};
	const containersUsing: Engine['containersUsing'] = async (imageId, call) => {
		const {store} = await info(call);
		const answer = await api.json({
			method: 'GET',
			path: '/containers/json',
			query: {all: 1, filters: JSON.stringify({ancestor: [imageId]})},
			signal: call?.signal,
		});
		return store === 'containerd'
			? usesFrom(answer, undefined).map(use => ({...use, imageId}))
			: usesFrom(answer, imageId);
	};
	const allContainers: Engine['allContainers'] = async call => {
		const answer = await api.json({
			method: 'GET',
			path: '/containers/json',
			query: {all: 1},
			signal: call?.signal,
		});
		return usesFrom(answer, undefined);
	};
	return {
		info,
		inspect,
		containersUsing,
		allContainers,
		listImages: async call =>
			imagesFrom(await api.json({method: 'GET', path: '/images/json', signal: call?.signal})),
		tag: async (image, reference, call) => tagImage(api, image, reference, call),
		remove: async (image, call) => removeImage({api, inspect, containersUsing}, image, call),
		layersToPush: async (image, call) => planFrom(await inspect(image, call)),
		contents: async (image, call) => dockerContents(api, await inspect(image, call), image, call),
		push: (reference, call) => pushImage({api, ping}, reference, call),
		pull: (reference, call) => pullImage({api, ping}, reference, call),
		changes: ({signal}) =>
			engineChanges(
				{
					open: async (since, signal) =>
						api.stream({
							method: 'GET',
							path: '/events',
							query: {
								filters: JSON.stringify({type: ['image', 'container']}),
								...(since === undefined ? {} : {since}),
							},
							signal,
						}),
					broken: (error, signal) => api.broken(error, signal),
				},
				signal,
			),
		containers: async () => createDockerContainers(api),
		close: async () => connection.close(),
	};
}

async function tagImage(
	api: DockerApi,
	image: string,
	reference: Reference,
	call: CallOptions | undefined,
): Promise<void> {
	if (reference.tag === undefined) {
		throw new RegbenchError('INVALID_REFERENCE', 'A tag is needed to name a local image');
	}
	await api.json({
		method: 'POST',
		path: `/images/${pathName(image)}/tag`,
		query: {repo: `${reference.domain}/${reference.path}`, tag: reference.tag},
		signal: call?.signal,
		fault: {action: 'other', subject: image},
	});
}
