/** Repeats what failed for a passing reason, and says so. */
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import type {OperationEvent} from '../domain/events.ts';
import {formatDuration} from '../domain/size.ts';
import type {OperationContext} from './context.ts';

const firstWaitMs = 1000;
const longestWaitMs = 60_000;
const tries = 4;

/**
 * Runs a generator again, up to four times in all, while it fails with a retryable error: waits 1, 2,
 * 4 s or as long as the other side asked (60 s at most), and yields a warning before each wait.
 */
export async function* withRetries<Result>(
	attempt: () => AsyncGenerator<OperationEvent, Result, undefined>,
	{signal, wait}: Pick<OperationContext, 'signal' | 'wait'>,
): AsyncGenerator<OperationEvent, Result, undefined> {
	for (let number = 1; ; number++) {
		try {
			return yield* attempt();
		} catch (thrown) {
			const error = toRegbenchError(thrown);
			if (!error.retryable || number === tries || signal.aborted) throw error;
			const waitMs = Math.min(error.retryAfterMs ?? firstWaitMs * 2 ** (number - 1), longestWaitMs);
			yield {
				type: 'warned',
				message: `${error.message}. Trying again in ${formatDuration(waitMs)} (try ${number + 1} of ${tries}).`,
			};
			await wait(waitMs, signal);
		}
	}
}

/** Waits, or rejects with `CANCELLED` as soon as the signal fires. */
export function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const stop = () => {
			clearTimeout(timer);
			reject(new RegbenchError('CANCELLED', 'Cancelled'));
		};
		const timer = setTimeout(() => {
			signal.removeEventListener('abort', stop);
			resolve();
		}, milliseconds);
		if (signal.aborted) stop();
		else signal.addEventListener('abort', stop, {once: true});
	});
}
