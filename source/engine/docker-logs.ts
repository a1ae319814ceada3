/** Container logs as the Engine API streams them: frames of two streams, or raw bytes of a terminal. */
import {StringDecoder} from 'node:string_decoder';
import {sanitise} from '../domain/sanitise.ts';
import type {LogLines} from './containers.ts';

type Chunk = {readonly stream: LogLines['stream']; readonly bytes: Buffer};

/** A longer line is cut: nobody reads on, and a stream without line breaks must not fill the memory. */
const longestLine = 4000;

const headerLength = 8;

/**
 * Parts the frames of `/containers/ID/logs` (Engine API, "Stream format"): one byte stream, three
 * zero, four length (big endian), then so many bytes. Frames come in any pieces. A stream whose
 * first bytes are no header is a terminal's and is passed on as it is.
 */
export async function* logChunks(
	chunks: AsyncIterable<Uint8Array>,
	terminal: boolean,
): AsyncGenerator<Chunk, void, undefined> {
	let raw = terminal;
	let rest = Buffer.alloc(0);
	let left = 0;
	let stream: LogLines['stream'] = 'stdout';
	for await (const chunk of chunks) {
		const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
		if (raw) {
			yield {stream: 'stdout', bytes};
			continue;
		}
		let data = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
		while (data.length > 0) {
			if (left > 0) {
				const part = data.subarray(0, left);
				left -= part.length;
				data = data.subarray(part.length);
				yield {stream, bytes: part};
				continue;
			}
			if (data.length < headerLength) break;
			if (!isHeader(data)) {
				raw = true;
				yield {stream: 'stdout', bytes: data};
				data = Buffer.alloc(0);
				break;
			}
			stream = data[0] === 2 ? 'stderr' : 'stdout';
			left = data.readUInt32BE(4);
			data = data.subarray(headerLength);
		}
		rest = Buffer.from(data);
	}
}

function isHeader(data: Buffer): boolean {
	return (data[0] ?? 9) <= 2 && data[1] === 0 && data[2] === 0 && data[3] === 0;
}

/** Whole lines, safe to draw, those of one chunk at a time. The last line needs no line break. */
export async function* logLines(
	chunks: AsyncIterable<Chunk>,
): AsyncGenerator<LogLines, void, undefined> {
	const streams = {stdout: createLineReader(), stderr: createLineReader()};
	for await (const {stream, bytes} of chunks) {
		const lines = streams[stream].push(bytes);
		if (lines.length > 0) yield {stream, lines};
	}
	for (const stream of ['stdout', 'stderr'] as const) {
		const lines = streams[stream].end();
		if (lines.length > 0) yield {stream, lines};
	}
}

function createLineReader() {
	const decoder = new StringDecoder('utf8');
	let rest = '';
	let isCut = false;
	const take = (text: string): string[] => {
		const parts = (rest + text).split('\n');
		rest = parts.pop() ?? '';
		const lines = parts.flatMap((part, index) => {
			// The first part may be the end of a line whose start was already given out as cut.
			if (index === 0 && isCut) {
				isCut = false;
				return [];
			}
			return [lineOf(part)];
		});
		if (rest.length > longestLine) {
			if (!isCut) lines.push(lineOf(rest));
			isCut = true;
			rest = '';
		}
		return lines;
	};
	return {
		push: (bytes: Buffer) => take(decoder.write(bytes)),
		end(): string[] {
			const lines = take(decoder.end());
			return rest === '' || isCut ? lines : [...lines, lineOf(rest)];
		},
	};
}

function lineOf(text: string): string {
	// A progress display overwrites its line: what it showed last counts.
	const shown = text.replace(/\r$/, '').split('\r').at(-1) ?? '';
	return sanitise(shown, longestLine);
}
