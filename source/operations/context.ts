/** What an operation works with. It knows neither the screen nor the terminal. */
import type {Credentials} from '../credentials/credentials.ts';
import type {Engine} from '../engine/engine.ts';
import type {RegistryClient} from '../registry/registry-client.ts';

export type OperationContext = {
	readonly engine: Engine;
	readonly registry: RegistryClient;
	readonly credentials: Credentials;
	readonly signal: AbortSignal;
	/** ms since the epoch; given in tests. */
	readonly now: () => number;
	/** Waits; rejects when the signal fires. Given in tests. */
	readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};
