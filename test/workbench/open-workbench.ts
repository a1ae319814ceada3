/** A workbench without a screen: the store and its intents over the real embedded engine and registries. */
import type {Engine} from '../../source/engine/engine.ts';
import {defaultSettings, type Settings} from '../../source/settings/schema.ts';
import {createIntents} from '../../source/workbench/create-intents.ts';
import {createStore, type Store} from '../../source/workbench/create-store.ts';
import {createWorkbench} from '../../source/workbench/create-workbench.ts';
import type {Intents} from '../../source/workbench/intents.ts';
import {initialState} from '../../source/workbench/reducer.ts';
import {settleJob, startWorkbench} from '../../source/workbench/start-workbench.ts';
import type {State} from '../../source/workbench/state.ts';
import {openWorld, type OperationWorld} from '../operations/operation-world.ts';

export type OpenWorkbench = {
	readonly world: OperationWorld;
	readonly store: Store;
	readonly intents: Intents;
	readonly settings: () => Settings;
	/** What was put on the clipboard, and saved as files. */
	readonly copied: string[];
	readonly exits: () => number;
	state(): State;
	/** Resolves with the state as soon as it fits. */
	until(fits: (state: State) => boolean): Promise<State>;
	[Symbol.asyncDispose](): Promise<void>;
};

export async function openWorkbench({
	settings: given = {},
	samples = 'all',
	engineOver = engine => engine,
}: {
	readonly settings?: Partial<Settings>;
	readonly samples?: 'first' | 'all' | 'none';
	/** Puts something between the workbench and its engine. */
	readonly engineOver?: (engine: Engine) => Engine;
} = {}): Promise<OpenWorkbench> {
	const world = await openWorld(samples);
	const controller = new AbortController();
	const store = createStore(initialState({now: Date.now()}));
	let settings: Settings = {...defaultSettings, ...given};
	let exits = 0;
	const copied: string[] = [];
	const workbench = createWorkbench({
		store,
		engine: engineOver(world.engine),
		registry: world.registry,
		credentials: world.credentials,
		settings: {
			get: () => settings,
			update: async change => (settings = change(settings)),
		},
		surroundings: {
			now: Date.now,
			copyText: text => void copied.push(text),
			saveText: async () => {},
			exit: () => void (exits += 1),
			startRegistry: async () => {
				const server = await world.startRegistry();
				const target = {
					id: server.host,
					provider: 'embedded',
					host: server.host,
					namespace: '',
				} as const;
				return {target, stop: () => server.close()};
			},
			signal: controller.signal,
		},
		onJobEvent: settleJob,
	});
	const intents = createIntents(workbench, startWorkbench(workbench));
	const until = (fits: (state: State) => boolean) =>
		new Promise<State>((resolve, reject) => {
			const finish = (act: () => void) => {
				clearTimeout(timer);
				stop();
				act();
			};
			const look = () => {
				const state = store.getState();
				if (fits(state)) finish(() => resolve(state));
			};
			const timer = setTimeout(
				() => finish(() => reject(new Error(`It never came to that: ${fits}`))),
				10_000,
			);
			const stop = store.subscribe(look);
			look();
		});
	return {
		world,
		store,
		intents,
		settings: () => settings,
		copied,
		exits: () => exits,
		state: () => store.getState(),
		until,
		async [Symbol.asyncDispose]() {
			controller.abort();
			await workbench.queue.close();
			await world[Symbol.asyncDispose]();
		},
	};
}
