import {shortDigest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import type {
	Operation,
	OperationEvent,
	ProofStep,
	ProveResult,
	PushResult,
	RepullResult,
} from '../domain/events.ts';
import {compareAnswers, describeAnswer, isWorking, type ProbeAnswer} from '../domain/probe.ts';
import {familiarReference, formatReference, parseReference} from '../domain/reference.ts';
import {receivedText} from '../domain/received.ts';
import {formatBytes} from '../domain/size.ts';
import type {Containers} from '../engine/containers.ts';
import type {OperationContext} from './context.ts';
import {dockerCommand} from './docker-command.ts';
import {probeContainer, whyOutOfReach} from './probe.ts';
import {pushImage} from './push.ts';
import {repullImage} from './repull.ts';
import {putAway, startContainer, type ContainerWishes} from './run.ts';

export type ProveRequest = ContainerWishes & {
	/** What is local, familiar or full reference. */
	readonly source: string;
	/** Full reference with a tag, on the registry that the proof goes through. */
	readonly reference: string;
	/** What is asked for by HTTP. */
	readonly probePath?: string;
};

/**
 * The round trip as one proof: tag, push, run and probe, delete, pull, run and probe again, compare. On
 * an engine without containers the runs are left out, with the reason. What can make the way back fail
 * is found out before anything is deleted. Fails as a push, a re-pull and a run do.
 */
export async function* proveImage(
	request: ProveRequest,
	context: OperationContext,
): Operation<ProveResult> {
	const {engine, signal, now} = context;
	const begun = now();
	const reference = formatReference(parseReference(request.reference));
	const name = familiarReference(parseReference(reference));
	const [info, containers, image] = await Promise.all([
		engine.info({signal}),
		engine.containers({signal}),
		engine.inspect(request.source, {signal}),
	]);
	await refuseWhenInUse(image.id, context);
	const notRun = containers
		? undefined
		: (info.containersUnavailable ?? 'This engine runs no containers.');
	const steps: ProofStep[] = [];
	const stepper = createStepper(steps, now);

	if (!image.references.includes(name)) {
		const command = dockerCommand('tag', request.source, name);
		yield {type: 'step', message: `Tagging ${request.source} as ${name}`, command};
		const done = stepper('Tag it for the registry', command);
		await engine.tag(image.id, parseReference(reference), {signal});
		done(`${request.source} is also ${name}`);
	}

	const pushed = stepper('Push it', dockerCommand('push', name));
	const push: PushResult = yield* pushImage({source: name, reference}, context);
	pushed(
		`manifest ${shortDigest(push.digest)}: ${formatBytes(push.bytesUploaded)} sent, ` +
			`${push.layersReused} of ${push.layersTotal} layers were there already`,
	);

	const tryOut = (title: string) =>
		runOnce({title, name, request, containers, notRun, stepper}, context, whyOutOfReach(info));
	const before = yield* tryOut('Run it and ask it');

	const received = {bytes: 0, kept: 0};
	const repulled = stepper(
		'Delete the local copy and pull it again',
		`${dockerCommand('rmi', name)} && ${dockerCommand('pull', name)}`,
	);
	const repull: RepullResult = yield* countPulled(repullImage({reference}, context), received);
	repulled(
		repull.same
			? `image ${shortDigest(repull.imageId)} came back, ${receivedText(received)}`
			: repull.differences.join(' '),
		repull.same ? 'done' : 'failed',
	);

	const after = yield* tryOut('Run what came back and ask it the same');

	const differences = [
		...repull.differences,
		...(push.digest !== '' && repull.digest !== push.digest
			? [`The digest pushed was ${shortDigest(push.digest)}, pulled ${shortDigest(repull.digest)}.`]
			: []),
		...(before && after ? compareAnswers(before, after) : []),
	];
	return {
		operation: 'prove',
		reference,
		engine: info.title,
		startedAt: new Date(begun).toISOString(),
		imageId: {before: image.id, after: repull.imageId},
		digest: {pushed: push.digest, pulled: repull.digest},
		layers: {
			total: push.layersTotal,
			reused: push.layersReused,
			sentBytes: push.bytesUploaded,
			receivedBytes: received.bytes,
			...(received.kept > 0 ? {kept: received.kept} : {}),
		},
		probe: {...(before ? {before} : {}), ...(after ? {after} : {})},
		...(notRun === undefined ? {} : {notRun}),
		steps,
		differences,
		same: repull.same && differences.length === 0,
		durationMs: now() - begun,
		...(push.webUrl === undefined ? {} : {webUrl: push.webUrl}),
	};
}

type Stepper = (
	title: string,
	command?: string,
) => (detail: string, outcome?: ProofStep['outcome']) => void;

/** Begins a step of the proof; what it answers ends it. */
function createStepper(steps: ProofStep[], now: () => number): Stepper {
	return (title, command) => {
		const begun = now();
		return (detail, outcome = 'done') =>
			steps.push({
				title,
				outcome,
				detail,
				durationMs: now() - begun,
				...(command === undefined ? {} : {command}),
			});
	};
}

/** A container would keep the local copy from being deleted: better to know before the push. */
async function refuseWhenInUse(imageId: string, {engine, signal}: OperationContext): Promise<void> {
	const [container] = await engine.containersUsing(imageId, {signal});
	if (!container) return;
	throw new RegbenchError(
		'IMAGE_IN_USE',
		`The container ${container.name} uses the image, so its local copy cannot be deleted`,
		{hint: `Remove it first: docker rm ${container.running ? '--force ' : ''}${container.name}`},
	);
}

type Trial = {
	readonly title: string;
	readonly name: string;
	readonly request: ProveRequest;
	readonly containers: Containers | undefined;
	readonly notRun: string | undefined;
	readonly stepper: Stepper;
};

/** Runs it, asks it, and takes the container away. */
async function* runOnce(
	{title, name, request, containers, notRun, stepper}: Trial,
	context: OperationContext,
	unreachable: string | undefined,
): AsyncGenerator<OperationEvent, ProbeAnswer | undefined, undefined> {
	const {signal} = context;
	if (!containers) {
		const why = notRun ?? '';
		yield {type: 'step', message: `Left out: ${title.toLowerCase()}. ${why}`};
		stepper(title)(why, 'left-out');
		return undefined;
	}
	const image = await context.engine.inspect(name, {signal});
	const done = stepper(title, dockerCommand('run', '--rm', '--publish-all', name));
	const {id} = yield* startContainer(containers, image, {...request, reference: name}, context);
	try {
		const answer = await probeContainer(containers, id, {
			path: request.probePath,
			unreachable,
			signal,
		});
		yield {type: 'probed', answer};
		done(describeAnswer(answer), isWorking(answer) ? 'done' : 'failed');
		return answer;
	} finally {
		await putAway(containers, id, true);
	}
}

/** Passes everything on, adding up what was received. */
async function* countPulled<Result>(
	events: AsyncGenerator<OperationEvent, Result, undefined>,
	received: {bytes: number; kept: number},
): AsyncGenerator<OperationEvent, Result, undefined> {
	const layers = new Map<string, number | undefined>();
	try {
		for (;;) {
			const next = await events.next();
			if (next.done) return next.value;
			const event = next.value;
			if (event.type === 'transfer' && event.direction === 'pull') {
				layers.set(event.layer, event.state === 'exists' ? undefined : event.doneBytes);
			}
			yield event;
		}
	} finally {
		const counts = [...layers.values()];
		received.bytes = counts.reduce<number>((sum, bytes = 0) => sum + bytes, 0);
		received.kept = counts.filter(bytes => bytes === undefined).length;
	}
}
