/** One step from choice to engine: discovery and creation joined, for composing the program. */
import {RegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import {
	discoverEngine,
	type DiscoverOptions,
	type EngineAttempt,
	type EngineChoice,
} from './discover.ts';
import type {Engine} from './engine.ts';

export type OpenEngineOptions = DiscoverOptions & {
	/** `auto`: the first engine that answers, else the embedded one. */
	readonly choice: EngineChoice;
	/** Makes the embedded engine; called only when it is used. */
	readonly openEmbedded: () => Promise<Engine>;
};

export type OpenedEngine = {
	readonly engine: Engine;
	/** Every address that was asked and what it said: for the banner and for doctor. */
	readonly tried: readonly EngineAttempt[];
};

/**
 * Opens the engine that was chosen or found. Rejects with `ENGINE_UNREACHABLE` or `ENGINE_DENIED`
 * when an engine named by the person does not answer, or when `docker` was chosen and none does.
 */
export async function openEngine(options: OpenEngineOptions): Promise<OpenedEngine> {
	if (options.choice === 'embedded') return {engine: await options.openEmbedded(), tried: []};
	// The adapter and dockerode load while the engine is being asked.
	const loading = import('./docker.ts');
	loading.then(({preloadDocker}) => preloadDocker()).catch(() => undefined);
	const found = await discoverEngine(options);
	if (found.connection !== undefined) {
		const {createDockerEngine} = await loading;
		return {engine: await createDockerEngine(found), tried: found.tried};
	}
	if (options.choice === 'docker') throw noneFound(found.tried);
	return {engine: await options.openEmbedded(), tried: found.tried};
}

function noneFound(tried: readonly EngineAttempt[]): RegbenchError {
	// A socket that is there and does not answer says more than the many that are not there.
	const telling = tried.filter(({message}) => !message.startsWith('Nothing is at'));
	const denied = tried.find(({code}) => code === 'ENGINE_DENIED');
	const what = telling.map(({origin, message}) => `${origin}: ${message}`).join('; ');
	const places = tried.map(({url}) => url).filter(url => url !== '');
	return new RegbenchError(
		denied?.code ?? 'ENGINE_UNREACHABLE',
		sanitise(
			what === ''
				? `No container engine is running: nothing answers at ${places.join(', ')}`
				: `No container engine answers. ${what}`,
		),
		denied === undefined ? {} : {hint: denied.hint},
	);
}
