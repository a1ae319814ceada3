/** The real parts that operations work with, in throw-away folders: embedded engine, registry client, embedded registries. */
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import type {Credentials} from '../../source/credentials/credentials.ts';
import {Secret, type Credential} from '../../source/domain/credential.ts';
import {toRegbenchError, type RegbenchError} from '../../source/domain/errors.ts';
import type {JobResult, Operation, OperationEvent} from '../../source/domain/events.ts';
import {createEmbeddedEngine} from '../../source/engine/embedded.ts';
import type {Engine} from '../../source/engine/engine.ts';
import type {OperationContext} from '../../source/operations/context.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import type {RegistryClient} from '../../source/registry/registry-client.ts';
import {
	startEmbeddedRegistry,
	type EmbeddedRegistry,
	type EmbeddedRegistryOptions,
} from '../../source/registry/server/start.ts';
import {CleanUp} from '../support/clean-up.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

export type OperationWorld = {
	readonly engine: Engine;
	readonly registry: RegistryClient;
	readonly credentials: Credentials;
	/** Milliseconds that operations waited, without anybody having to. */
	readonly waits: number[];
	/** An embedded registry of its own. */
	startRegistry(options?: Partial<EmbeddedRegistryOptions>): Promise<EmbeddedRegistry>;
	/** The context of one operation. */
	context(changes?: Partial<OperationContext>): OperationContext;
	/** What the engine has, as `reference → image ID`. */
	references(): Promise<Readonly<Record<string, string>>>;
	[Symbol.asyncDispose](): Promise<void>;
};

export const octocat = {username: 'octocat', password: new Secret('correct horse')};

export const octocatLogin: Credential = {kind: 'basic', ...octocat};

/** Opens engine and client; `hello:1.0.0` and `hello:1.1.0` (also `latest`) are there with all samples. */
export async function openWorld(
	samples: 'first' | 'all' | 'none' = 'all',
): Promise<OperationWorld> {
	const cleanUp = new CleanUp();
	const folder = cleanUp.use(await temporaryFolder());
	const credentials = createSessionCredentials();
	const registry = createRegistryClient({credentials, sleep: async () => undefined});
	cleanUp.defer(() => registry.close());
	const engine = await createEmbeddedEngine({folder: `${folder.path}/images`, registry, samples});
	cleanUp.defer(() => engine.close());
	const waits: number[] = [];
	let registries = 0;
	return {
		engine,
		registry,
		credentials,
		waits,
		async startRegistry(options = {}) {
			return cleanUp.use(
				await startEmbeddedRegistry({
					folder: `${folder.path}/registry-${++registries}`,
					...options,
				}),
			);
		},
		context: (changes = {}) => ({
			engine,
			registry,
			credentials,
			signal: new AbortController().signal,
			now: Date.now,
			wait: async milliseconds => void waits.push(milliseconds),
			...changes,
		}),
		async references() {
			const images = await engine.listImages();
			return Object.fromEntries(
				images.flatMap(image => image.references.map(name => [name, image.id] as const)),
			);
		},
		[Symbol.asyncDispose]: () => cleanUp.run(),
	};
}

/** Runs an operation to its end. */
export async function drain<Result extends JobResult>(
	operation: Operation<Result>,
): Promise<{readonly events: readonly OperationEvent[]; readonly result: Result}> {
	const events: OperationEvent[] = [];
	for (;;) {
		const next = await operation.next();
		if (next.done) return {events, result: next.value};
		events.push(next.value);
	}
}

/** Runs an operation that must fail; answers with its events and its error. */
export async function fail(
	operation: Operation,
): Promise<{readonly events: readonly OperationEvent[]; readonly error: RegbenchError}> {
	const events: OperationEvent[] = [];
	try {
		for (;;) {
			const next = await operation.next();
			if (next.done) break;
			events.push(next.value);
		}
	} catch (thrown) {
		return {events, error: toRegbenchError(thrown)};
	}
	throw new Error('The operation should have failed');
}

/** The docker commands that the steps tell of. */
export function commandsOf(events: readonly OperationEvent[]): readonly string[] {
	return events.flatMap(event => (event.type === 'step' && event.command ? [event.command] : []));
}

export function warningsOf(events: readonly OperationEvent[]): readonly string[] {
	return events.flatMap(event => (event.type === 'warned' ? [event.message] : []));
}

/** An engine's calls as plain properties, to be spread and overridden. */
export function callsOf(engine: Engine): Engine {
	return {
		info: options => engine.info(options),
		listImages: options => engine.listImages(options),
		inspect: (image, options) => engine.inspect(image, options),
		containersUsing: (id, options) => engine.containersUsing(id, options),
		tag: (image, reference, options) => engine.tag(image, reference, options),
		remove: (image, options) => engine.remove(image, options),
		layersToPush: (image, options) => engine.layersToPush(image, options),
		contents: (image, options) => engine.contents(image, options),
		push: (reference, options) => engine.push(reference, options),
		pull: (reference, options) => engine.pull(reference, options),
		changes: options => engine.changes(options),
		containers: options => engine.containers(options),
		close: () => engine.close(),
	};
}
