/** The engine's event stream as changes worth a re-list, with reconnecting. */
import type {Readable} from 'node:stream';
import {setTimeout as wait} from 'node:timers/promises';
import {toRegbenchError} from '../domain/errors.ts';
import type {EngineChange} from './engine.ts';
import {jsonRows} from './json-rows.ts';

export type EventSource = {
	/** Opens the stream; `since` is a time of the engine's own clock, seconds with fraction. */
	open(since: string | undefined, signal: AbortSignal): Promise<Readable>;
	/** A failure of the stream as the error it means. */
	broken(error: unknown, signal: AbortSignal): Error;
};

export type ChangeTimes = {
	/** Changes within this time of each other are one. */
	readonly settleMs: number;
	readonly firstRetryMs: number;
	readonly lastRetryMs: number;
};

const usualTimes: ChangeTimes = {settleMs: 100, firstRetryMs: 250, lastRetryMs: 5000};

const imageActions = new Set([
	'create',
	'delete',
	'import',
	'load',
	'loadFromArchive',
	'prune',
	'pull',
	'push',
	'remove',
	'tag',
	'untag',
]);
// Others (exec, health checks, attach …) change nothing that is shown of an image.
const containerActions = new Set(['create', 'destroy', 'remove', 'start', 'die', 'died']);

/**
 * Changes until the signal fires, then ends quietly. A lost stream yields `disconnected` once,
 * tries again with growing pauses, and yields `connected` and `images-changed` when it is back.
 */
export async function* engineChanges(
	source: EventSource,
	signal: AbortSignal,
	times: ChangeTimes = usualTimes,
): AsyncGenerator<EngineChange, void, undefined> {
	const outbox = createOutbox(signal);
	const following = follow(source, signal, times, outbox);
	try {
		for (;;) {
			const change = await outbox.next();
			if (change === undefined) return;
			yield change;
		}
	} finally {
		outbox.close();
		await following;
	}
}

/** Never rejects; ends when the signal fires or the outbox is closed. */
async function follow(
	source: EventSource,
	signal: AbortSignal,
	times: ChangeTimes,
	outbox: Outbox,
): Promise<void> {
	const stop = AbortSignal.any([signal, outbox.closed]);
	let since: string | undefined;
	let lost = false;
	let retryMs = times.firstRetryMs;
	while (!stop.aborted) {
		try {
			const stream = await source.open(since, stop);
			if (lost) {
				outbox.put({type: 'connected'});
				outbox.put({type: 'images-changed'});
			}
			lost = false;
			retryMs = times.firstRetryMs;
			try {
				for await (const rows of jsonRows(stream)) {
					const last = rows.at(-1)?.['timeNano'];
					if (typeof last === 'number') since = sinceAfter(last);
					if (rows.some(matters)) outbox.putSettled({type: 'images-changed'}, times.settleMs);
				}
			} finally {
				stream.destroy();
			}
			if (!stop.aborted) throw new Error('The engine ended its event stream');
		} catch (error) {
			if (stop.aborted) return;
			if (!lost) {
				const reason = error instanceof Error ? source.broken(error, stop) : error;
				outbox.put({type: 'disconnected', reason: toRegbenchError(reason).message});
			}
			lost = true;
			await wait(retryMs, undefined, {signal: stop, ref: false}).catch(() => undefined);
			retryMs = Math.min(retryMs * 2, times.lastRetryMs);
		}
	}
}

function matters(row: Readonly<Record<string, unknown>>): boolean {
	const action = String(row['Action'] ?? row['status'] ?? '');
	return row['Type'] === 'container' ? containerActions.has(action) : imageActions.has(action);
}

// timeNano exceeds what a double holds exactly; a microsecond is close enough and never late.
function sinceAfter(timeNano: number): string {
	const micros = Math.floor(timeNano / 1000);
	return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}000`;
}

type Outbox = {
	readonly closed: AbortSignal;
	put(change: EngineChange): void;
	/** Puts it once the time has passed, once for all calls within it. */
	putSettled(change: EngineChange, settleMs: number): void;
	/** The next change; undefined when there will be none. */
	next(): Promise<EngineChange | undefined>;
	close(): void;
};

function createOutbox(signal: AbortSignal): Outbox {
	const closing = new AbortController();
	const waiting: EngineChange[] = [];
	let wake: (() => void) | undefined;
	let timer: NodeJS.Timeout | undefined;
	const put = (change: EngineChange): void => {
		// Nobody is helped by being told the same twice in a row.
		if (waiting.at(-1)?.type !== change.type) waiting.push(change);
		wake?.();
	};
	const onAbort = (): void => wake?.();
	signal.addEventListener('abort', onAbort);
	return {
		closed: closing.signal,
		put,
		putSettled(change, settleMs) {
			timer ??= setTimeout(() => {
				timer = undefined;
				put(change);
			}, settleMs);
		},
		async next() {
			for (;;) {
				if (signal.aborted || closing.signal.aborted) return undefined;
				const change = waiting.shift();
				if (change !== undefined) return change;
				await new Promise<void>(resolve => {
					wake = resolve;
				});
			}
		},
		close() {
			clearTimeout(timer);
			signal.removeEventListener('abort', onAbort);
			closing.abort();
		},
	};
}
