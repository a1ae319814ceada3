/** What an operation works with. It knows neither the screen nor the terminal. */
import type {Credentials} from '../credentials/credentials.ts';
import type {Secret} from '../domain/credential.ts';
import type {Engine} from '../engine/engine.ts';
import type {SafetyReport} from '../domain/safety.ts';
import type {Environment} from '../process/find-program.ts';
import type {RegistryClient} from '../registry/registry-client.ts';
import type {SafetySettings} from '../settings/schema.ts';

export type OperationContext = {
	readonly engine: Engine;
	readonly registry: RegistryClient;
	readonly credentials: Credentials;
	readonly signal: AbortSignal;
	/** ms since the epoch; given in tests. */
	readonly now: () => number;
	/** Waits; rejects when the signal fires. Given in tests. */
	readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
	/** What is looked at for safety and what a push is refused for, as it is set now; defaults where absent. */
	readonly safety?: () => SafetySettings;
	/** What was found before in the image with this ID. */
	readonly knownSafety?: (imageId: string) => SafetyReport | undefined;
	/** Asks for the password of a key file; where absent only `COSIGN_PASSWORD` is looked at. */
	readonly askKeyPassword?: (name: string) => Promise<Secret>;
	/** Where scanners are looked for; the one of this process where absent. */
	readonly environment?: Environment;
};
