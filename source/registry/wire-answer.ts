/** An HTTP answer whose body is still on the wire. One of `chunks`, `bytes` and `discard` must be called. */
import type {ClientRequest, IncomingMessage} from 'node:http';
import {RegbenchError} from '../domain/errors.ts';
import {networkError, timedOut, unfinished} from './network-errors.ts';
import {startWatchdog} from './watchdog.ts';

export type WireAnswer = {
	readonly status: number;
	/** The address that answered, after redirects. */
	readonly url: URL;
	/** One header; several lines of it are joined as HTTP joins them. */
	header(name: string): string | undefined;
	/** Every line of a header. */
	headerLines(name: string): readonly string[];
	/** The body as it arrives; a cut is `REGISTRY_UNREACHABLE`, silence or a mere drip `TIMED_OUT`. */
	chunks(): AsyncGenerator<Uint8Array, void, undefined>;
	/** The whole body; `TOO_LARGE` beyond `limitBytes`. */
	bytes(limitBytes: number): Promise<Buffer>;
	/** The first `limitBytes` of the body, whatever comes after: for the text of a refusal. */
	beginning(limitBytes: number): Promise<Buffer>;
	/** Lets go of a body that nobody wants, keeping the connection when that is cheap. */
	discard(): void;
};

/** A body up to this size is read off, so that its connection can be used again. */
const cheapBytes = 64 * 1024;
const discardMs = 5000;
/** Less than this in a whole time of silence is as good as nothing. */
const leastBytes = 1024;

export function wireAnswer(
	incoming: IncomingMessage,
	outgoing: ClientRequest,
	url: URL,
	{idleMs, answerMs}: {readonly idleMs: number; readonly answerMs: number},
): WireAnswer {
	// An answer that came before the whole request was sent leaves a connection nobody can reuse.
	if (!outgoing.writableEnded) incoming.once('end', () => outgoing.destroy());
	const fail = (error: Error) => incoming.destroy(error);

	async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
		const watchdog = startWatchdog(idleMs, waited => fail(timedOut(url.host, waited)));
		try {
			let arrived = 0;
			for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
				watchdog.pause();
				arrived += chunk.byteLength;
				yield chunk;
				if (arrived < leastBytes) watchdog.resume();
				else {
					arrived = 0;
					watchdog.touch();
				}
			}
		} catch (error) {
			throw networkError(error, url.host);
		} finally {
			watchdog.stop();
			if (!incoming.complete) incoming.destroy();
		}
	}

	const collect = async (limitBytes: number, tooMuch: () => void): Promise<Buffer> => {
		const deadline = setTimeout(() => fail(unfinished(url.host, answerMs)), answerMs);
		const parts: Uint8Array[] = [];
		let size = 0;
		try {
			for await (const chunk of chunks()) {
				parts.push(chunk);
				size += chunk.byteLength;
				if (size > limitBytes) {
					tooMuch();
					break;
				}
			}
		} finally {
			clearTimeout(deadline);
		}

		return Buffer.concat(parts).subarray(0, limitBytes);
	};

	return {
		status: incoming.statusCode ?? 0,
		url,
		header: name => incoming.headersDistinct[name]?.join(', '),
		headerLines: name => incoming.headersDistinct[name] ?? [],
		chunks,
		bytes: limitBytes =>
			collect(limitBytes, () => {
				throw new RegbenchError(
					'TOO_LARGE',
					`${url.host} sent an answer of more than ${limitBytes} bytes`,
				);
			}),
		beginning: limitBytes => collect(limitBytes, () => undefined),
		discard() {
			const length = Number(incoming.headers['content-length'] ?? 0);
			if (length > cheapBytes) {
				incoming.destroy();
				return;
			}

			const deadline = setTimeout(() => incoming.destroy(), discardMs).unref();
			incoming.once('close', () => clearTimeout(deadline));
			incoming.resume();
		},
	};
}
