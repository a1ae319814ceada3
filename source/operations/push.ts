import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import type {Operation, OperationEvent, PushAllResult, PushResult} from '../domain/events.ts';
import type {ImageDetails} from '../domain/image.ts';
import {
	familiarReference,
	formatReference,
	parseReference,
	type Reference,
} from '../domain/reference.ts';
import type {PushOutcome} from '../engine/engine.ts';
import {providerForHost} from '../registry/providers/table.ts';
import {checkReference} from './check-reference.ts';
import type {OperationContext} from './context.ts';
import {dockerCommand} from './docker-command.ts';
import {findImage} from './find-image.ts';
import {guardPush} from './guard-push.ts';
import type {PushDestination} from './request.ts';
import {withRetries} from './retry.ts';
import {tellAuthentication} from './tell-authentication.ts';
import {prepareVerification} from './verify-push.ts';
import {withLogin} from './with-login.ts';

/**
 * Pushes one image under one reference, tagging it first where that reference is not there. When the
 * push fails, a tag made for it is taken back, so that the engine is as it was. At the end the registry
 * is asked whether it has what was pushed. Fails with
 * `IMAGE_NOT_FOUND`, `NAME_NOT_ALLOWED`, `POLICY_BROKEN`, `UNAUTHORIZED`, `FORBIDDEN`, `TAG_IMMUTABLE`, `RATE_LIMITED`,
 * `REGISTRY_UNREACHABLE`, `REGISTRY_ERROR`, `CERTIFICATE_UNTRUSTED`, `TOO_LARGE`, `DIGEST_MISMATCH`,
 * `CANCELLED`.
 */
export async function* pushImage(
	{source, reference: text}: PushDestination,
	context: OperationContext,
): Operation<PushResult> {
	const {engine, credentials, signal, now} = context;
	const reference = parseReference(text);
	if (reference.digest || !reference.tag) {
		throw new RegbenchError('INVALID_REFERENCE', `A push needs a tag, not a digest: ${text}`, {
			hint: 'Leave out the part from @ on.',
		});
	}
	checkReference(reference);
	const [image, found] = await Promise.all([
		engine.inspect(source, {signal}),
		credentials.find(reference.domain, {signal, path: reference.path}),
	]);
	yield* guardPush(image, reference, context);
	const name = familiarReference(reference);
	if (reference.tag === 'latest') {
		yield {
			type: 'warned',
			message: `${name}: "latest" is only a default name, not the newest image.`,
			hint: 'A version such as 1.0.0 tells people what they get.',
		};
	}
	const undo = yield* tagFirst(image, source, reference, context);
	const begun = now();
	const verification = prepareVerification(reference, context);
	let outcome: PushOutcome;
	try {
		yield {
			type: 'step',
			message: `Pushing ${name}${found ? ` with the login from ${found.source}` : ' without a login'}`,
			command: dockerCommand('push', name),
		};
		outcome = yield* withLogin(
			{reference, found, readsOnly: false},
			login =>
				withRetries(() => engine.push(reference, {signal, credential: login?.credential}), context),
			context,
		);
	} catch (thrown) {
		verification.close();
		await undo();
		throw thrown;
	}
	const confirmed = yield* verification.check(outcome.digest);
	verification.close();
	yield* tellAuthentication(reference, context);
	const webUrl = providerForHost(reference.domain).webAddress?.(
		reference.domain,
		reference.path,
		reference.tag,
	);
	return {
		operation: 'push',
		reference: formatReference(reference),
		...outcome,
		digest: outcome.digest || (confirmed ?? ''),
		durationMs: now() - begun,
		...(webUrl === undefined ? {} : {webUrl}),
	};
}

/** Tags the image for the push where needed; answers how to take that back. */
async function* tagFirst(
	image: ImageDetails,
	source: string,
	reference: Reference,
	{engine, signal}: OperationContext,
): AsyncGenerator<OperationEvent, () => Promise<void>, undefined> {
	const name = familiarReference(reference);
	if (image.references.includes(name)) return async () => {};
	const before = await findImage(engine, name, signal);
	yield {
		type: 'step',
		message: before ? `Moving the tag ${name} to ${source}` : `Tagging ${source} as ${name}`,
		command: dockerCommand('tag', source, name),
	};
	await engine.tag(image.id, reference, {signal});
	return async () => {
		try {
			// Without the job's signal: a cancelled push has to clean up as well.
			if (before) await engine.tag(before.id, reference);
			else await engine.remove(name);
		} catch (cause) {
			throw new RegbenchError(
				'ENGINE_ERROR',
				`The push failed, and its tag ${name} was left behind`,
				{
					hint: `Remove it with: docker rmi ${name}`,
					cause,
				},
			);
		}
	};
}

/**
 * Pushes to each destination in turn. One that fails does not keep the others from being tried; the
 * first failure is thrown at the end, naming what did succeed.
 */
export async function* pushToAll(
	destinations: readonly PushDestination[],
	context: OperationContext,
): Operation<PushAllResult | PushResult> {
	const [only] = destinations;
	if (only && destinations.length === 1) return yield* pushImage(only, context);
	const pushes: PushResult[] = [];
	const failures: Array<{readonly destination: PushDestination; readonly error: RegbenchError}> =
		[];
	for (const destination of destinations) {
		try {
			pushes.push(yield* pushImage(destination, context));
		} catch (thrown) {
			const error = toRegbenchError(thrown);
			if (error.code === 'CANCELLED') throw error;
			failures.push({destination, error});
			yield {
				type: 'warned',
				message: `${destination.reference}: ${error.message} (${error.code})`,
				hint: error.hint,
			};
		}
	}
	const [first] = failures;
	if (!first) return {operation: 'push-all', pushes};
	const pushed = pushes.map(push => push.reference).join(', ') || 'none';
	throw new RegbenchError(
		first.error.code,
		`${failures.length} of ${destinations.length} pushes failed, first ${first.destination.reference}: ${first.error.message}`,
		{hint: `${first.error.hint} Pushed: ${pushed}.`, cause: first.error},
	);
}
