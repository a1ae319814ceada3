import {randomBytes} from 'node:crypto';
import {setMaxListeners} from 'node:events';
import {shortDigest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import {runWithEvents} from '../domain/event-channel.ts';
import type {Operation, OperationEvent, RunningContainer, RunResult} from '../domain/events.ts';
import type {ImageDetails} from '../domain/image.ts';
import {compareAnswers, type ProbeAnswer} from '../domain/probe.ts';
import type {
	Containers,
	ContainerSpec,
	ContainerState,
	Mount,
	PortMapping,
} from '../engine/containers.ts';
import type {Engine} from '../engine/engine.ts';
import {isFreePort} from '../engine/loopback.ts';
import {offerPorts, runCommand} from './container-spec.ts';
import type {OperationContext} from './context.ts';
import {dockerCommand} from './docker-command.ts';
import {gatherOutput} from './gather-output.ts';
import {probeContainer, whyOutOfReach} from './probe.ts';

/** What a container is made with; all of it may be left out. */
export type ContainerWishes = {
	/** Absent: the ports that the image names, on free ports of the host. */
	readonly ports?: readonly PortMapping[];
	/** `NAME=value`. */
	readonly environment?: readonly string[];
	readonly command?: readonly string[];
	readonly mounts?: readonly Mount[];
};

export type RunRequest = ContainerWishes & {
	/** Reference or image ID. */
	readonly reference: string;
	/** What is asked for by HTTP. */
	readonly probePath?: string;
	/** The answer that was kept from an earlier run. */
	readonly before?: ProbeAnswer;
	/** Takes the container away when it has ended. */
	readonly remove: boolean;
	/** Ends with the answer instead of with the container, which runs on unless `remove`. */
	readonly endsWithAnswer?: boolean;
};

/** What is printed after the end is waited for so long. */
const lastOutputMs = 2000;

/**
 * Runs an image: its output as events, its answer to a probe, and how it ended. Ends with the container;
 * when it is cancelled, the container is stopped. Fails with `UNSUPPORTED` where the engine runs none,
 * `IMAGE_NOT_FOUND`, `CONTAINER_FAILED`, `CANCELLED`.
 */
export async function* runImage(
	request: RunRequest,
	context: OperationContext,
): Operation<RunResult> {
	const {engine, signal, now} = context;
	const begun = now();
	const containers = await demandContainers(engine, signal);
	const [image, info] = await Promise.all([
		engine.inspect(request.reference, {signal}),
		engine.info({signal}),
	]);
	const container = yield* startContainer(containers, image, request, context);
	const {before, remove, endsWithAnswer} = request;
	const life = runWithEvents<OperationEvent, LifeEnd>(
		(emit, inner) =>
			liveThrough(
				{
					containers,
					id: container.id,
					path: request.probePath,
					unreachable: whyOutOfReach(info),
					endsWithAnswer: endsWithAnswer === true,
					before,
				},
				emit,
				inner,
			),
		signal,
	);
	let end: LifeEnd;
	try {
		end = yield* life;
	} catch (thrown) {
		await putAway(containers, container.id, remove);
		throw thrown;
	}
	const {answer, exitCode} = end;
	if (remove) {
		yield {
			type: 'step',
			message: `Removing the container ${container.name}`,
			command: dockerCommand('rm', ...(exitCode === undefined ? ['--force'] : []), container.name),
		};
		await containers.remove(container.id);
	}
	const differences = answer && before ? compareAnswers(before, answer) : [];
	return {
		operation: 'run',
		reference: request.reference,
		imageId: image.id,
		container,
		...(exitCode === undefined ? {} : {exitCode}),
		removed: remove,
		...(answer === undefined ? {} : {answer}),
		...(answer && before ? {worksAsBefore: differences.length === 0} : {}),
		differences,
		durationMs: now() - begun,
	};
}

/** What runs containers here; throws `UNSUPPORTED` with the engine's own reason where nothing does. */
export async function demandContainers(engine: Engine, signal: AbortSignal): Promise<Containers> {
	const containers = await engine.containers({signal});
	if (containers) return containers;
	const {containersUnavailable} = await engine.info({signal});
	throw new RegbenchError(
		'UNSUPPORTED',
		(containersUnavailable ?? 'This engine runs no containers').replace(/\.$/, ''),
		{hint: 'Start Docker or Podman and choose it with --engine docker, --engine podman or --host.'},
	);
}

/** Makes and starts a container of the image, and tells of it. */
export async function* startContainer(
	containers: Containers,
	image: ImageDetails,
	{reference, ...wishes}: ContainerWishes & {readonly reference: string},
	{signal}: OperationContext,
): AsyncGenerator<OperationEvent, RunningContainer, undefined> {
	const spec: ContainerSpec = {
		image: reference,
		name: containerName(reference),
		ports: wishes.ports ?? (await offerPorts(image.exposedPorts, isFreePort)),
		environment: wishes.environment ?? [],
		command: wishes.command ?? [],
		mounts: wishes.mounts ?? [],
	};
	yield {
		type: 'step',
		message: `Running ${reference} (image ${shortDigest(image.id)}) as ${spec.name}`,
		command: runCommand(spec),
	};
	const state = await containers.run(spec, {signal});
	const container = runningFrom(state, reference, runCommand(spec));
	yield {type: 'container', container};
	return container;
}

/** A container as events tell of it. */
export function runningFrom(
	state: ContainerState,
	reference: string,
	command: string,
): RunningContainer {
	const first = state.ports.find(port => port.protocol === 'tcp');
	return {
		id: state.id,
		name: state.name,
		reference,
		imageId: state.imageId,
		command,
		ports: state.ports.map(
			({containerPort, hostPort, protocol}) =>
				`127.0.0.1:${hostPort} → ${containerPort}${protocol === 'udp' ? '/udp' : ''}`,
		),
		...(first ? {url: `http://127.0.0.1:${first.hostPort}/`} : {}),
	};
}

/** Stops it and, with `remove`, takes it away; also after a cancellation, so without its signal. */
export async function putAway(containers: Containers, id: string, remove: boolean): Promise<void> {
	try {
		if (remove) await containers.remove(id);
		else await containers.stop(id);
	} catch {
		// It is gone already, or the engine is: the failure that led here is what counts.
	}
}

function comparison(before: ProbeAnswer, answer: ProbeAnswer): OperationEvent {
	const differences = compareAnswers(before, answer);
	return differences.length === 0
		? {type: 'step', message: 'It works exactly as it did when its answer was kept.'}
		: {type: 'warned', message: 'It does not work as before.', hint: differences.join(' ')};
}

type Life = {
	readonly containers: Containers;
	readonly id: string;
	readonly path: string | undefined;
	readonly unreachable: string | undefined;
	readonly endsWithAnswer: boolean;
	readonly before: ProbeAnswer | undefined;
};

type LifeEnd = {readonly answer?: ProbeAnswer; readonly exitCode?: number};

async function liveThrough(
	{containers, id, path, unreachable, endsWithAnswer, before}: Life,
	emit: (event: OperationEvent) => void,
	signal: AbortSignal,
): Promise<LifeEnd> {
	// Output and probe end before the operation does, however it ends.
	const inner = new AbortController();
	const both = AbortSignal.any([signal, inner.signal]);
	// Output, probe and every question of it listen.
	for (const listened of [signal, both]) setMaxListeners(0, listened);
	const output = gatherOutput(containers.logs(id, {follow: true, signal: both}), emit);
	const probe = probeContainer(containers, id, {
		path,
		unreachable,
		signal: both,
		waitsForEnd: !endsWithAnswer,
	}).then(answer => {
		// How it ended is told by the result.
		if (answer.kind !== 'exit') emit({type: 'probed', answer});
		if (before && !endsWithAnswer) emit(comparison(before, answer));
		return answer;
	});
	for (const part of [output, probe]) part.catch(() => {});
	try {
		if (endsWithAnswer) {
			const answer = await probe;
			if (answer.kind === 'exit') await settled(output, lastOutputMs);
			return {answer, ...(answer.kind === 'exit' ? {exitCode: answer.exitCode} : {})};
		}
		const exitCode = await containers.wait(id, {signal});
		await settled(output, lastOutputMs);
		// One that ended before it could answer is told by its end.
		const answer = await settled(probe, 500);
		return {exitCode, ...(answer === undefined ? {} : {answer})};
	} finally {
		inner.abort();
		await Promise.allSettled([output, probe]);
	}
}

/** The value if it comes in time. */
async function settled<Value>(work: Promise<Value>, withinMs: number): Promise<Value | undefined> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<undefined>(resolve => {
		timer = setTimeout(() => resolve(undefined), withinMs);
	});
	try {
		return await Promise.race([work.catch(() => undefined), late]);
	} finally {
		clearTimeout(timer);
	}
}

/** `regbench-hello-1f3a`: what it is, and unlike every other. */
function containerName(reference: string): string {
	const last = reference.slice(reference.lastIndexOf('/') + 1).replace(/[:@].*$/, '');
	const word = last.replaceAll(/[^\w.-]/g, '').slice(0, 40) || 'image';
	return `regbench-${word}-${randomBytes(2).toString('hex')}`;
}
