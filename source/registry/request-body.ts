/** Writing a request's body: bytes at once, or a stream that is read ahead while the socket sends. */
import type {ClientRequest} from 'node:http';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import type {Watchdog} from './watchdog.ts';

/** A body of known size; `open` is called anew for every try. */
export type StreamBody = {
	readonly size: number;
	readonly open: () => AsyncIterable<Uint8Array>;
	/** Bytes of this try that the socket has taken so far. */
	readonly onSent?: (sentBytes: number) => void;
};

export type RequestBody = Uint8Array | StreamBody;

/** Bytes handed to the socket and not yet taken by it: enough to keep it busy during a disk read. */
const readAheadBytes = 2 * 1024 * 1024;

type Surroundings = {
	readonly watchdog: Watchdog;
	/** Settles with the answer, which may come before the body is out: then sending stops. */
	readonly answered: Promise<unknown>;
	readonly commitMs: number;
};

/** Ends when the body is out or an answer has come before; rejects with the source's own failure. */
export async function sendBody(
	outgoing: ClientRequest,
	body: RequestBody | undefined,
	surroundings: Surroundings,
): Promise<void> {
	if (!body || !('open' in body)) {
		outgoing.end(body);
		return;
	}

	await sendStream(outgoing, body, surroundings);
}

async function sendStream(
	outgoing: ClientRequest,
	body: StreamBody,
	{watchdog, answered, commitMs}: Surroundings,
): Promise<void> {
	/** Bytes given to the socket, and those of them that it has taken. */
	const flow = {handed: 0, taken: 0, over: false, wake: () => {}};
	const settle = () => {
		flow.over = true;
		flow.wake();
	};
	answered.then(settle, settle);

	const room = async () => {
		while (!flow.over && flow.handed - flow.taken > readAheadBytes) {
			watchdog.touch();
			await new Promise<void>(resolve => {
				flow.wake = resolve;
			});
		}

		watchdog.pause();
	};

	try {
		for await (const chunk of body.open()) {
			if (flow.over) return;
			if (flow.handed + chunk.byteLength > body.size) throw wrongSize(body.size);
			flow.handed += chunk.byteLength;
			outgoing.write(chunk, () => {
				flow.taken += chunk.byteLength;
				watchdog.touch();
				body.onSent?.(flow.taken);
				flow.wake();
			});
			await room();
			if (flow.over) return;
		}

		if (flow.handed !== body.size) throw wrongSize(body.size);
	} catch (error) {
		// The source has retried what it could; sending it all once more is not ours to decide.
		const {code, message, hint} = toRegbenchError(error);
		throw new RegbenchError(code, message, {hint, cause: error});
	}

	watchdog.touch(commitMs);
	outgoing.end();
}

function wrongSize(size: number): RegbenchError {
	return new RegbenchError('DIGEST_MISMATCH', `The content to send does not have ${size} bytes`, {
		hint: 'The local copy is damaged or was changed meanwhile: pull or build the image again.',
	});
}
