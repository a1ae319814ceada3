/** Containers through a docker-compatible engine. */
import type {Duplex} from 'node:stream';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import {containerLabel, type Containers, type ContainerSpec} from './containers.ts';
import {containerFrom, idsFrom} from './container-state.ts';
import {pathName, type DockerApi, type DockerRequest} from './docker-connect.ts';
import {logChunks, logLines} from './docker-logs.ts';
import type {CallOptions} from './engine.ts';

/** Containers of the engine behind `api`. */
export function createDockerContainers(api: DockerApi): Containers {
	/** One call about one container; the engine's 404 means that it is gone. */
	const call = async (
		id: string,
		request: Omit<DockerRequest, 'path'> & {readonly verb: string},
	): Promise<unknown> => {
		const {verb, ...rest} = request;
		try {
			return await api.json({...rest, path: `/containers/${pathName(id)}${verb}`});
		} catch (thrown) {
			throw gone(thrown, id);
		}
	};
	const inspect = async (id: string, options?: CallOptions) =>
		call(id, {method: 'GET', verb: '/json', signal: options?.signal});
	const remove: Containers['remove'] = async (id, options) => {
		await call(id, {
			method: 'DELETE',
			verb: '',
			query: {force: true, v: true},
			signal: options?.signal,
		});
	};

	return {
		remove,
		state: async (id, options) => containerFrom(await inspect(id, options)),
		async run(spec, options) {
			const id = await create(api, spec, options);
			try {
				await call(id, {method: 'POST', verb: '/start', signal: options?.signal});
				return containerFrom(await inspect(id, options));
			} catch (thrown) {
				// Without the signal: what was made must not stay, whatever made the start fail.
				await remove(id).catch(() => {});
				throw failed(thrown, `${spec.image} could not be started`);
			}
		},
		async *logs(id, {follow, signal}) {
			const {Config} = (await inspect(id, {signal})) as {Config?: {Tty?: unknown}};
			const stream = await api.stream({
				method: 'GET',
				path: `/containers/${pathName(id)}/logs`,
				query: {follow, stdout: true, stderr: true},
				signal,
			});
			try {
				yield* logLines(logChunks(stream, Config?.Tty === true));
			} catch (error) {
				throw api.broken(error, signal);
			} finally {
				stream.destroy();
			}
		},
		async wait(id, options) {
			const answer = await call(id, {
				method: 'POST',
				verb: '/wait',
				query: {condition: 'not-running'},
				signal: options?.signal,
			});
			return Number((answer as {StatusCode?: unknown}).StatusCode ?? 0);
		},
		async stop(id, options) {
			await call(id, {
				method: 'POST',
				verb: '/stop',
				query: {t: options?.graceSeconds ?? 3},
				signal: options?.signal,
			});
		},
		async list(options) {
			const rows = await api.json({
				method: 'GET',
				path: '/containers/json',
				query: {all: true, filters: JSON.stringify({label: [containerLabel]})},
				signal: options?.signal,
			});
			const states = await Promise.all(
				idsFrom(rows).map(async id =>
					inspect(id, options).then(containerFrom, (thrown: unknown) => {
						// It went away between the two questions.
						if (toRegbenchError(thrown).code === 'CONTAINER_NOT_FOUND') return undefined;
						throw thrown;
					}),
				),
			);
			return states.filter(state => state !== undefined);
		},
		async shell(id, program, {columns, rows, signal}) {
			const made = await call(id, {
				method: 'POST',
				verb: '/exec',
				body: {AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: true, Cmd: program},
				signal,
			});
			const path = `/exec/${String((made as {Id?: unknown}).Id)}`;
			const stream = await api.upgrade({
				method: 'POST',
				path: `${path}/start`,
				body: {Detach: false, Tty: true},
				signal,
			});
			const session = {
				stream: stream as Duplex,
				async resize(w: number, h: number) {
					await api.json({method: 'POST', path: `${path}/resize`, query: {w, h}});
				},
				async exitCode() {
					const state = await api.json({method: 'GET', path: `${path}/json`});
					return Number((state as {ExitCode?: unknown}).ExitCode ?? 0);
				},
			};
			// Some engines only take a size once the program runs; the next change of size tries again.
			await session.resize(columns, rows).catch(() => {});
			return session;
		},
	};
}

async function create(
	api: DockerApi,
	spec: ContainerSpec,
	options: CallOptions | undefined,
): Promise<string> {
	const ports = spec.ports.map(({containerPort, protocol, hostPort}) => ({
		key: `${containerPort}/${protocol}`,
		binding: {HostIp: '127.0.0.1', HostPort: hostPort === 0 ? '' : String(hostPort)},
	}));
	try {
		const answer = await api.json({
			method: 'POST',
			path: '/containers/create',
			query: {name: spec.name},
			signal: options?.signal,
			fault: {action: 'other', subject: spec.image},
			body: {
				Image: spec.image,
				Env: spec.environment,
				...(spec.command.length > 0 ? {Cmd: spec.command} : {}),
				Labels: {[containerLabel]: 'run', [`${containerLabel}.reference`]: spec.image},
				ExposedPorts: Object.fromEntries(ports.map(({key}) => [key, {}])),
				HostConfig: {
					PortBindings: Object.fromEntries(
						ports.map(({key}) => [
							key,
							ports.filter(port => port.key === key).map(port => port.binding),
						]),
					),
					Binds: spec.mounts.map(
						({source, target, readOnly}) => `${source}:${target}${readOnly ? ':ro' : ''}`,
					),
				},
			},
		});
		return String((answer as {Id?: unknown}).Id);
	} catch (thrown) {
		throw failed(thrown, `No container could be made from ${spec.image}`);
	}
}

function gone(thrown: unknown, id: string): RegbenchError {
	const error = toRegbenchError(thrown);
	if (error.status !== 404 || error.code === 'CANCELLED') return error;
	return new RegbenchError(
		'CONTAINER_NOT_FOUND',
		`There is no container ${id.slice(0, 12)} any more`,
		{cause: thrown},
	);
}

function failed(thrown: unknown, what: string): RegbenchError {
	const error = toRegbenchError(thrown);
	if (error.code === 'CONTAINER_FAILED') {
		return new RegbenchError(error.code, `${what}: ${error.message}`, {
			hint: error.hint,
			cause: thrown,
		});
	}
	if (!['ENGINE_ERROR', 'INTERNAL', 'CONTAINER_NOT_FOUND'].includes(error.code)) return error;
	return new RegbenchError('CONTAINER_FAILED', `${what}: ${error.message}`, {cause: thrown});
}
