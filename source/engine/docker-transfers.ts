/** Push and pull through a docker-compatible engine: one request each, its rows turned into events. */
import {RegbenchError} from '../domain/errors.ts';
import type {OperationEvent} from '../domain/events.ts';
import type {Reference} from '../domain/reference.ts';
import {formatReference} from '../domain/reference.ts';
import {pathName, type DockerApi, type DockerRequest} from './docker-connect.ts';
import {engineError, type EngineFault} from './docker-errors.ts';
import {digestInRepository, detailsFrom} from './docker-images.ts';
import {createProgressReader, type ProgressReader} from './docker-progress.ts';
import type {PullOutcome, PushOutcome, TransferOptions} from './engine.ts';
import type {EnginePing} from './engine-connection.ts';
import {jsonRows} from './json-rows.ts';
import {registryAuth} from './registry-auth.ts';

type Tools = {readonly api: DockerApi; readonly ping: EnginePing};

/** As {@link Engine.push}. Closing the request, by abort or by not reading on, cancels in the engine. */
export async function* pushImage(
	{api}: Tools,
	reference: Reference,
	options: TransferOptions = {},
): AsyncGenerator<OperationEvent, PushOutcome, undefined> {
	const {tag} = reference;
	if (tag === undefined) {
		throw new RegbenchError('INVALID_REFERENCE', 'Engines push tags, not digests');
	}
	const fullName = formatReference(reference);
	const progress = createProgressReader('push', fullName);
	const fault: EngineFault = {
		action: 'push',
		subject: fullName,
		loggedIn: options.credential !== undefined,
	};
	yield* followTransfer(api, progress, {
		method: 'POST',
		path: `/images/${pathName(`${reference.domain}/${reference.path}`)}/push`,
		// Without a tag every tag of the repository would be pushed.
		query: {tag},
		headers: {'X-Registry-Auth': registryAuth(options.credential, reference.domain)},
		signal: options.signal,
		fault,
	});
	const {layersTotal, layersReused, bytesTotal, bytesMoved} = progress.totals();
	// Podman tells no digest; the image then knows itself by it.
	const digest = progress.digest ?? (await localDigest(api, reference, options)).digest;
	return {
		digest: digest ?? '',
		bytesTotal,
		bytesUploaded: bytesMoved,
		layersTotal,
		layersReused,
	};
}

/** As {@link Engine.pull}. What is local stays as it was until the engine has all of the new image. */
export async function* pullImage(
	{api}: Tools,
	reference: Reference,
	options: TransferOptions = {},
): AsyncGenerator<OperationEvent, PullOutcome, undefined> {
	const fullName = formatReference(reference);
	const progress = createProgressReader('pull', fullName);
	const before = await localId(api, fullName, options);
	yield* followTransfer(api, progress, {
		method: 'POST',
		path: '/images/create',
		query: {
			fromImage: `${reference.domain}/${reference.path}`,
			// Without a tag every tag of the repository would be pulled.
			tag: reference.digest ?? reference.tag ?? 'latest',
		},
		headers: {'X-Registry-Auth': registryAuth(options.credential, reference.domain)},
		signal: options.signal,
		fault: {action: 'pull', subject: fullName, loggedIn: options.credential !== undefined},
	});
	const after = await localDigest(api, reference, options);
	const {layersReused, bytesMoved} = progress.totals();
	return {
		digest: progress.digest ?? reference.digest ?? after.digest ?? '',
		imageId: after.id,
		bytesDownloaded: bytesMoved,
		layersReused,
		changed: before !== after.id,
	};
}

async function* followTransfer(
	api: DockerApi,
	progress: ProgressReader,
	request: DockerRequest & {readonly fault: EngineFault},
): AsyncGenerator<OperationEvent, void, undefined> {
	const body = await api.stream(request);
	try {
		for await (const rows of jsonRows(body)) {
			for (const row of rows) yield* progress.read(row);
			if (progress.failure !== undefined) throw engineError(progress.failure, request.fault);
		}
		// A body that was cut off cleanly looks like an end; the abort is what tells.
		if (request.signal?.aborted === true) throw new RegbenchError('CANCELLED', 'Cancelled');
	} catch (error) {
		throw api.broken(error, request.signal);
	} finally {
		body.destroy();
	}
	yield* progress.finish();
}

async function localId(
	api: DockerApi,
	image: string,
	{signal}: TransferOptions,
): Promise<string | undefined> {
	try {
		return detailsFrom(await inspectAnswer(api, image, signal), [], 'graph-driver').id;
	} catch (error) {
		if (error instanceof RegbenchError && error.code === 'IMAGE_NOT_FOUND') return undefined;
		throw error;
	}
}

async function localDigest(
	api: DockerApi,
	reference: Reference,
	{signal}: TransferOptions,
): Promise<{id: string; digest: string | undefined}> {
	const answer = await inspectAnswer(api, formatReference(reference), signal);
	const image = detailsFrom(answer, [], 'graph-driver');
	return {id: image.id, digest: digestInRepository(image, reference)};
}

async function inspectAnswer(
	api: DockerApi,
	image: string,
	signal: AbortSignal | undefined,
): Promise<unknown> {
	return api.json({
		method: 'GET',
		path: `/images/${pathName(image)}/json`,
		signal,
		fault: {action: 'other', subject: image},
	});
}
