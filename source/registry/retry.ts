/** Trying again: which failures, how long to wait in between, and telling about it. */
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import {cancelled} from './network-errors.ts';
import type {CallOptions} from './registry-client.ts';

export type Sleep = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

export type RetryPolicy = {
	readonly sleep: Sleep;
	/** A number from 0 to 1, for the jitter. */
	readonly random: () => number;
	/** Tries in all, the first one included. */
	readonly tries: number;
};

const firstWaitMs = 1000;
const longestWaitMs = 60_000;

/** Sleeps for real; rejects with `CANCELLED` at once when the signal fires. */
export function sleepFor(milliseconds: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const abort = () => {
			clearTimeout(timer);
			reject(cancelled());
		};
		const timer = setTimeout(() => {
			signal?.removeEventListener('abort', abort);
			resolve();
		}, milliseconds);
		if (signal?.aborted) abort();
		else signal?.addEventListener('abort', abort, {once: true});
	});
}

/**
 * Counts the tries of one piece of work. `pause` waits before the next try, or throws the error it
 * was given: not retryable, tries used up, or a Retry-After beyond a minute, which nobody should sit through.
 */
export type Attempts = {
	pause(thrown: unknown): Promise<void>;
	/** The work has moved on: the count begins anew. */
	progressed(): void;
};

export function countAttempts(
	{sleep, random, tries}: RetryPolicy,
	host: string,
	{signal, onNotice}: CallOptions,
): Attempts {
	let made = 1;
	return {
		async pause(thrown) {
			const error = toRegbenchError(thrown);
			if (signal?.aborted) throw cancelled();
			const asked = error.retryAfterMs ?? 0;
			if (!error.retryable) throw error;
			if (made >= tries || asked > longestWaitMs) throw asFinal(error);
			const backoff = Math.min(longestWaitMs, firstWaitMs * 2 ** (made - 1));
			const wait = error.retryAfterMs ?? backoff * (0.75 + random() / 2);
			made++;
			onNotice?.({
				message: `${cause(error, host)}: waiting ${inSeconds(wait)}, try ${made} of ${tries}`,
			});
			await sleep(Math.min(wait, longestWaitMs), signal ?? undefined);
		},
		progressed() {
			made = 1;
		},
	};
}

/** Runs idempotent work until it succeeds or an error is final. `attempt` counts from 1. */
export async function withRetries<Value>(
	policy: RetryPolicy,
	host: string,
	options: CallOptions,
	work: (attempt: number) => Promise<Value>,
): Promise<Value> {
	const attempts = countAttempts(policy, host, options);
	for (let attempt = 1; ; attempt++) {
		try {
			return await work(attempt);
		} catch (error) {
			await attempts.pause(error);
		}
	}
}

/** `promise`, or `CANCELLED` as soon as the signal fires; the work behind it goes on for its other users. */
export async function orCancelled<Value>(
	promise: Promise<Value>,
	signal: AbortSignal | undefined,
): Promise<Value> {
	if (!signal) return promise;
	if (signal.aborted) throw cancelled();
	let abort: (() => void) | undefined;
	const aborted = new Promise<never>((_resolve, reject) => {
		abort = () => reject(cancelled());
		signal.addEventListener('abort', abort, {once: true});
	});
	try {
		return await Promise.race([promise, aborted]);
	} finally {
		if (abort) signal.removeEventListener('abort', abort);
	}
}

/** The error when its tries are used up: nobody above may begin to count anew, or tries would multiply. */
function asFinal(error: RegbenchError): RegbenchError {
	const {code, message, hint, retryAfterMs, status} = error;
	return new RegbenchError(code, message, {
		hint,
		...(retryAfterMs === undefined ? {} : {retryAfterMs}),
		...(status === undefined ? {} : {status}),
		cause: error,
	});
}

function cause(error: RegbenchError, host: string): string {
	return error.status === undefined ? error.message : `${error.status} from ${host}`;
}

function inSeconds(milliseconds: number): string {
	const seconds = milliseconds / 1000;
	return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
}
